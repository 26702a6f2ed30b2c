//! What is searched: the collections that the asker may see, and how large they and the model's index are.

use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Bool, Integer, Nullable, Text, Uuid},
};
use rag_schema::{
    enums::{IndexKind, Metric},
    ids::CollectionId,
    models::EmbeddingModel,
};

use super::{Breadth, DensePlan, real};
use crate::{
    RepoError, RepoResult,
    statement::{Bind, Statement},
};

/// Up to this many rows an exact scan is as fast as the index and always right (measured: 3,000 of 100,000 rows).
const EXACT_ROWS: i64 = 3_000;
/// Up to so many chunks, a budget of candidates holds as it is.
const BUDGET_CHUNKS: f64 = 100_000.0;
/// Power of the size by which it grows beyond (measured: 1,250 hold .995 of the true ten best of 100,000 chunks, and .973 of those of
/// 1,000,000, where 2,000 hold .987).
const BUDGET_GROWTH: f64 = 0.2;
/// pgvector's limit.
const MOST_EF_SEARCH: u16 = 1_000;
/// Rows of a list when the index settles their number, as `build_embedding_index` does.
const ROWS_A_LIST: i64 = 1_000;

/// What is searched.
#[derive(Debug, Clone, PartialEq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Corpus {
    /// The collections.
    #[diesel(sql_type = Array<Uuid>)]
    pub collections: Vec<CollectionId>,
    /// Chunks in them, those being built among them.
    #[diesel(sql_type = BigInt)]
    pub chunks: i64,
    /// Whether one has synonyms.
    #[diesel(sql_type = Bool)]
    pub has_synonyms: bool,
    #[diesel(sql_type = BigInt)]
    vectors: i64,
    #[diesel(sql_type = Text)]
    metric: Metric,
    #[diesel(sql_type = Text)]
    index_kind: IndexKind,
    #[diesel(sql_type = Nullable<Integer>)]
    ivfflat_lists: Option<i32>,
}

impl Corpus {
    /// The collections of `wanted`, or all that the asker may see when it is empty, as the model embeds them.
    /// `RepoError::NotFound` when one is not among what the asker may see.
    pub fn find(
        conn: &mut PgConnection,
        wanted: &[CollectionId],
        model: &EmbeddingModel,
    ) -> RepoResult<Self> {
        let corpus: Self = Statement::fixed(include_str!("corpus.sql"))
            .bind(Bind::ids(wanted))
            .bind(Bind::Integer(model.id))
            .get_result(conn)?;
        let has_all = wanted.iter().all(|id| corpus.collections.contains(id));
        has_all.then_some(corpus).ok_or(RepoError::NotFound)
    }

    /// What a budget of candidates is multiplied by, at least 1.
    pub fn budget_growth(&self) -> f64 {
        (real(self.chunks) / BUDGET_CHUNKS).max(1.0).powf(BUDGET_GROWTH)
    }

    /// Most rows that are compared one by one: a tenth of the index, and of a very large one a twentieth, as the index passes most
    /// of what it finds by when few rows are wanted (measured: of 100,000, a filter that one in twenty passes keeps it as busy as
    /// comparing them all).
    pub(super) fn most_exact(&self) -> i64 {
        (self.vectors / 20).max(10_000).min(self.vectors / 10).max(EXACT_ROWS)
    }

    /// How the index that stands is followed; exactly where there is none.
    pub(super) fn by_index(&self, breadth: Breadth) -> DensePlan {
        let Breadth { ef_search, probes, overfetch } = breadth;
        let metric = self.metric;
        match self.index_kind {
            IndexKind::None => DensePlan::Exact,
            IndexKind::Hnsw => DensePlan::Hnsw { metric, ef_search },
            IndexKind::Ivfflat if probes > 0 => DensePlan::Ivfflat { metric, probes },
            IndexKind::Ivfflat => DensePlan::Ivfflat { metric, probes: self.probes() },
            IndexKind::HnswBinary => DensePlan::HnswBinary {
                ef_search: ef_search.saturating_mul(overfetch).min(MOST_EF_SEARCH),
                overfetch,
            },
        }
    }

    /// The square root of the number of lists, rounded up: pgvector's advice.
    fn probes(&self) -> u16 {
        let lists = self.ivfflat_lists.map_or(self.vectors / ROWS_A_LIST, i64::from);
        let root = lists.max(1).isqrt();
        u16::try_from(if root * root < lists { root + 1 } else { root }).unwrap_or(u16::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(vectors: i64) -> Corpus {
        let (metric, index_kind) = (Metric::Cosine, IndexKind::Hnsw);
        let (collections, chunks, has_synonyms, ivfflat_lists) = (Vec::new(), vectors, false, None);
        Corpus { collections, chunks, has_synonyms, vectors, metric, index_kind, ivfflat_lists }
    }

    #[test]
    fn a_tenth_of_a_large_index_is_compared_exactly_and_a_twentieth_of_a_very_large_one() {
        let most = [0, 20_000, 50_000, 100_000, 1_000_000].map(|vectors| of(vectors).most_exact());
        assert_eq!(most, [3_000, 3_000, 5_000, 10_000, 50_000]);
    }

    #[test]
    fn a_budget_of_candidates_grows_slowly_with_a_large_corpus() {
        let growths = [0, 100_000, 1_000_000].map(|chunks| format!("{:.3}", of(chunks).budget_growth()));
        assert_eq!(growths, ["1.000", "1.000", "1.585"]);
    }
}
