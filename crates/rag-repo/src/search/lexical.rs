//! The lexical leg: true BM25 as an inner product of sparse vectors (see docs/adr).

use std::collections::BTreeMap;

use diesel::{
    prelude::*,
    sql_types::{BigInt, Double, Integer, Nullable, Text, Uuid},
};
use pgvector::SparseVector;
use rag_schema::ids::{CollectionId, PassageId};

use super::{
    corpus::real,
    hit::Hit,
    planned::{BY_WORDS, Planned},
    scope::{Scope, Table},
};
use crate::{
    RepoResult,
    statement::{Bind, Statement},
};

/// Dimensions of the sparse vectors: the most that pgvector allows, as lexeme ids only grow.
const SPARSE_DIMENSIONS: i32 = 1_000_000_000;

/// A word to look for.
#[derive(Debug, Clone, PartialEq)]
pub struct AskedWord {
    /// What its weight is multiplied by.
    pub weight: f64,
    /// How it is written in the index: the configuration of passages, and the lexeme.
    pub forms: Vec<(String, String)>,
}

/// A form of a word of the question, as one collection knows it.
#[derive(Debug, Clone, PartialEq)]
pub struct QueryWord {
    /// Id of the lexeme.
    pub id: i32,
    /// The lexeme.
    pub lexeme: String,
    /// Which of the words that were asked for it is a form of.
    pub word: usize,
    /// The collection.
    pub collection_id: CollectionId,
    /// Passages of the collection that hold it.
    pub passage_count: i32,
    /// All passages of the collection.
    pub collection_size: i64,
    /// Inverse document frequency of all forms of the word, times its weight; above 0.
    pub idf: f64,
}

/// The words of a question.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct QuestionWords {
    /// Those that the collections know.
    pub words: Vec<QueryWord>,
    /// Sum of the inverse document frequencies of all, known or not: about what a passage scores that holds each once; 0 when none
    /// is known.
    pub idf: f64,
}

/// A question made ready for the lexical leg.
#[derive(Debug, Clone, Default)]
pub struct LexicalQuery {
    /// Words that make a passage a candidate; empty when only pairs do.
    pub candidates: Vec<QueryWord>,
    /// Commoner words, two of which together make a passage a candidate: the id of each with the ids of the still commoner words
    /// that it is paired with.
    pub paired: Vec<(i32, Vec<i32>)>,
    /// Words too common to make candidates by themselves; all count in the score.
    pub pruned: Vec<QueryWord>,
}

/// Of the budget, what goes to words by themselves at most; the rest goes to pairs.
const SINGLE_SHARE: f64 = 0.25;
/// Pairs at most: each is a walk through the inverted index.
const MAX_PAIRS: usize = 20;
/// Words that pairs are made of at most, the rarest.
const MAX_PAIRED: usize = 24;
/// How many times more often than by chance two words of one question stand in one passage (measured: about twice).
const LIFT: f64 = 2.0;

impl LexicalQuery {
    /// Chooses what makes about `budget` candidates: words from the rarest on, as long as their passage counts fit into their
    /// share of it, and of the commoner words the pairs that weigh most, as long as theirs fit into the rest. Where nothing
    /// fits, the pair that weighs most makes them, or each word by itself where no two are of one collection.
    pub fn within_budget(mut words: Vec<QueryWord>, budget: f64) -> Self {
        words.sort_by_key(|word| (word.passage_count, word.id));
        let mut single = 0.0;
        let kept = words.iter().take_while(|word| {
            let with = single + f64::from(word.passage_count);
            let fits = with <= budget * SINGLE_SHARE;
            single = if fits { with } else { single };
            fits
        });
        let pruned = words.split_off(kept.count());
        let paired = paired(&pruned, budget - single, words.is_empty());
        let query = Self { candidates: words, paired, pruned };
        if query.candidates.is_empty() && query.paired.is_empty() { query.unpruned() } else { query }
    }

    /// Every passage with one of the words becomes a candidate.
    #[must_use]
    pub fn unpruned(mut self) -> Self {
        self.candidates.append(&mut self.pruned);
        Self { paired: Vec::new(), ..self }
    }

    /// Whether the collections know a word of the question.
    fn has_words(&self) -> bool {
        !self.candidates.is_empty() || !self.pruned.is_empty()
    }

    fn weights(&self) -> SparseVector {
        // pgvector counts dimensions from 0 in this type and from 1 in text, which is what the impacts were written in.
        let weights: BTreeMap<i32, f32> =
            self.candidates.iter().chain(&self.pruned).map(|word| (word.id - 1, narrow(word.idf))).collect();
        SparseVector::from_map(&weights, SPARSE_DIMENSIONS)
    }
}

/// The pairs of `words`, rarest first, of one collection with the highest weight, as long as the passages that hold both fit into
/// `budget`, or at least one pair; their number is estimated. Pairs are grouped by their rarer word, whose passages are read once.
fn paired(words: &[QueryWord], budget: f64, at_least_one: bool) -> Vec<(i32, Vec<i32>)> {
    let words = words.get(..MAX_PAIRED).unwrap_or(words);
    let mut pairs: Vec<[&QueryWord; 2]> = words
        .iter()
        .enumerate()
        .flat_map(|(at, one)| words.iter().skip(at + 1).map(move |other| [one, other]))
        .filter(|[one, other]| one.collection_id == other.collection_id)
        .collect();
    let weight = |[one, other]: &[&QueryWord; 2]| one.idf + other.idf;
    pairs.sort_by(|one, other| weight(other).total_cmp(&weight(one)));
    pairs.truncate(MAX_PAIRS);
    let mut sum = 0.0;
    pairs.retain(|[one, other]| {
        let size = real(one.collection_size.max(1));
        let both = LIFT * f64::from(one.passage_count) * f64::from(other.passage_count) / size;
        let fits = sum + both <= budget || (at_least_one && sum <= 0.0);
        sum += if fits { both } else { 0.0 };
        fits
    });
    let with = |word: &QueryWord| -> Vec<i32> {
        pairs.iter().filter(|[rarer, _]| rarer.id == word.id).map(|[_, other]| other.id).collect()
    };
    words.iter().map(|word| (word.id, with(word))).filter(|(_, others)| !others.is_empty()).collect()
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "sparse vectors hold 32-bit floats"
)]
fn narrow(value: f64) -> f32 {
    value as f32
}

/// The words as the collections know them, with their inverse document frequencies.
pub fn query_words(
    conn: &mut PgConnection,
    collections: &[CollectionId],
    words: &[AskedWord],
) -> RepoResult<QuestionWords> {
    let forms: Vec<(usize, &(String, String))> = words
        .iter()
        .enumerate()
        .flat_map(|(at, word)| word.forms.iter().map(move |form| (at, form)))
        .collect();
    let number = |at: usize| i32::try_from(at).unwrap_or(i32::MAX);
    let rows: Vec<CountedForm> = Statement::fixed(include_str!("lexical_query.sql"))
        .bind(Bind::ids(collections))
        .bind(Bind::Integers(forms.iter().map(|(at, _)| number(*at)).collect()))
        .bind(Bind::Texts(forms.iter().map(|(_, (config, _))| config.clone()).collect()))
        .bind(Bind::Texts(forms.iter().map(|(_, (_, lexeme))| lexeme.clone()).collect()))
        .load(conn)?;
    let weight = |row: &CountedForm| {
        usize::try_from(row.word).ok().and_then(|at| words.get(at)).map_or(1.0, |word| word.weight)
    };
    let mut found: BTreeMap<i32, QueryWord> = BTreeMap::new();
    // By collection, the weight of each word, and whether the collection knows any.
    let mut asked: BTreeMap<CollectionId, (BTreeMap<i32, f64>, bool)> = BTreeMap::new();
    for row in rows {
        let idf = row.idf * weight(&row);
        let (weights, is_known) = asked.entry(row.collection_id).or_default();
        weights.insert(row.word, idf);
        *is_known |= row.id.is_some();
        let Some(id) = row.id else { continue };
        let word = usize::try_from(row.word).unwrap_or_default();
        let CountedForm { lexeme, collection_id, passage_count, collection_size, .. } = row;
        let new = QueryWord { id, lexeme, word, collection_id, passage_count, collection_size, idf };
        // Two words may be written alike in one language.
        let known = found.entry(id).or_insert_with(|| new.clone());
        if known.idf < idf {
            *known = new;
        }
    }
    // A collection that knows none of the words has no say.
    let sums =
        asked.into_values().filter(|(_, is_known)| *is_known).map(|(weights, _)| weights.values().sum());
    Ok(QuestionWords { words: found.into_values().collect(), idf: sums.reduce(f64::min).unwrap_or(0.0) })
}

#[derive(Debug, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct CountedForm {
    #[diesel(sql_type = Integer)]
    word: i32,
    #[diesel(sql_type = Nullable<Integer>)]
    id: Option<i32>,
    #[diesel(sql_type = Text)]
    lexeme: String,
    #[diesel(sql_type = Uuid)]
    collection_id: CollectionId,
    #[diesel(sql_type = Integer)]
    passage_count: i32,
    #[diesel(sql_type = BigInt)]
    collection_size: i64,
    #[diesel(sql_type = Double)]
    idf: f64,
}

/// Which of the passages hold which of the lexemes.
pub fn holders(
    conn: &mut PgConnection,
    passages: &[PassageId],
    lexemes: &[i32],
) -> RepoResult<Vec<(PassageId, i32)>> {
    let rows: Vec<Holder> = Statement::fixed(include_str!("holders.sql"))
        .bind(Bind::ids(passages))
        .bind(Bind::Integers(lexemes.to_vec()))
        .load(conn)?;
    Ok(rows.into_iter().map(|row| (row.passage_id, row.lexeme_id)).collect())
}

#[derive(Debug, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct Holder {
    #[diesel(sql_type = Uuid)]
    passage_id: PassageId,
    #[diesel(sql_type = Integer)]
    lexeme_id: i32,
}

/// The query of the `limit` best passages by BM25 among the candidates, best first. None when there is no word to look for.
pub fn lexical_leg(scope: &Scope, query: &LexicalQuery, limit: i64) -> Option<Planned> {
    if !query.has_words() {
        return None;
    }
    let single = query.candidates.iter().map(|word| word.id).collect();
    let statement = Statement::new(include_str!("lexical.sql"))
        .bind(Bind::Sparse(query.weights()))
        .bind(Bind::BigInteger(limit))
        .splice("{candidates}", |first| {
            let single = Statement::piece("e.lexeme_ids && {}", Bind::Integers(single), first);
            query.paired.iter().fold(single, |piece, (word, others)| {
                piece
                    .or("e.lexeme_ids @> {}", Bind::Integers(vec![*word]))
                    .and("e.lexeme_ids && {}", Bind::Integers(others.clone()))
            })
        })
        .splice("{scope}", |first| scope.condition(Table::PassageLexemes, first));
    // Unless there are conditions of the asker's, the text says no more than how many words are paired.
    let statement = if scope.is_narrowed() { statement } else { statement.kept() };
    Some(Planned::with_settings(BY_WORDS, statement))
}

/// BM25 of the passages, for those that hold a word of the query, in no order.
pub fn word_scores(
    conn: &mut PgConnection,
    query: &LexicalQuery,
    passages: &[PassageId],
) -> RepoResult<Vec<Hit>> {
    if passages.is_empty() || !query.has_words() {
        return Ok(Vec::new());
    }
    Statement::fixed(include_str!("word_scores.sql"))
        .bind(Bind::Sparse(query.weights()))
        .bind(Bind::ids(passages))
        .load(conn)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(id: i32, passage_count: i32) -> QueryWord {
        QueryWord {
            id,
            lexeme: format!("w{id}"),
            word: 0,
            collection_id: CollectionId::from(uuid::Uuid::nil()),
            passage_count,
            collection_size: 1_000,
            idf: 1.0 / f64::from(passage_count),
        }
    }

    fn ids(words: &[QueryWord]) -> Vec<i32> {
        words.iter().map(|word| word.id).collect()
    }

    #[test]
    fn the_budget_keeps_the_rarest_words() {
        let query = LexicalQuery::within_budget(vec![word(1, 900), word(2, 10), word(3, 30)], 200.0);
        assert_eq!((ids(&query.candidates), ids(&query.pruned)), (vec![2, 3], vec![1]));
        assert!(query.paired.is_empty());
    }

    #[test]
    fn commoner_words_bring_candidates_by_twos_as_far_as_the_budget_goes() {
        let words = vec![word(1, 900), word(2, 10), word(3, 100), word(4, 120)];
        let query = LexicalQuery::within_budget(words, 100.0);
        assert_eq!((ids(&query.candidates), ids(&query.pruned)), (vec![2], vec![3, 4, 1]));
        // Some 24 passages hold both, where 180 and 216 hold each with the commonest.
        assert_eq!(query.paired, [(3, vec![4])]);
    }

    #[test]
    fn words_of_two_collections_make_no_pair() {
        let foreign = QueryWord { collection_id: CollectionId::new(), ..word(4, 120) };
        let query = LexicalQuery::within_budget(vec![word(2, 10), word(3, 100), foreign], 100.0);
        assert!(query.paired.is_empty());
    }

    #[test]
    fn where_no_word_is_rare_only_pairs_make_candidates() {
        let query = LexicalQuery::within_budget(vec![word(3, 100), word(4, 120)], 100.0);
        assert!(query.candidates.is_empty());
        assert_eq!(query.paired, [(3, vec![4])]);
    }

    #[test]
    fn there_are_candidates_however_common_the_words() {
        assert_eq!(ids(&LexicalQuery::within_budget(vec![word(1, 900)], 100.0).candidates), [1]);
        let query = LexicalQuery::within_budget(vec![word(1, 900), word(2, 800), word(3, 700)], 100.0);
        assert_eq!((query.candidates.len(), query.paired), (0, vec![(3, vec![2])]));
        let foreign = QueryWord { collection_id: CollectionId::new(), ..word(2, 800) };
        let query = LexicalQuery::within_budget(vec![word(1, 900), foreign], 100.0);
        assert_eq!((ids(&query.candidates), query.pruned.len()), (vec![2, 1], 0));
    }

    #[test]
    fn no_words_make_no_candidates() {
        assert!(LexicalQuery::within_budget(Vec::new(), 100.0).candidates.is_empty());
    }
}
