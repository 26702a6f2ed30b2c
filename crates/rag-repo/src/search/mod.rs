//! The two legs of search: words by BM25, vectors by cosine. They find passages of every kind, and read the views of schema `search`,
//! which hold only what the asker may see.

mod corpus;
mod dense;
mod hit;
mod judged;
mod lexical;
mod passages;
mod plan;
mod planned;
pub mod recall;
mod scope;

pub use corpus::{Corpus, ModelGroup};
pub use dense::{dense_leg, learned_similarities, similarities, vectors};
pub use hit::Hit;
pub use judged::{Judged, judged};
pub use lexical::{
    AskedWord, LexicalQuery, QueryWord, QuestionWords, holders, lexical_leg, query_words, word_scores,
};
pub use passages::{ChunkOrigin, MemoryOrigin, Origin, Passage, RoundOrigin, ToolOrigin, passages};
pub use plan::{Breadth, DensePlan};
pub use planned::Planned;
pub use scope::{AskedPhrase, Scope, WordRule, word_rule};
