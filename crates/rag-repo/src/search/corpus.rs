//! What is searched: the collections that the asker may see, by their models, and how large they and the models' indexes are.

use std::collections::BTreeMap;

use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Bool, Integer, Jsonb, Nullable, Text, Uuid},
};
use rag_schema::{enums::IndexKind, ids::CollectionId};

use super::plan::{Breadth, DensePlan};
use crate::{
    RepoError, RepoResult,
    statement::{Bind, Statement},
};

/// Up to this many rows an exact scan is as fast as the index and always right (measured: 3,000 of 100,000 rows).
pub(super) const EXACT_ROWS: i64 = 3_000;
/// Up to this many passages, a budget of candidates is used as it is.
const BUDGET_PASSAGES: f64 = 100_000.0;
/// Power of the size by which the budget grows beyond that (measured: 1,250 candidates hold .995 of the true ten best of 100,000
/// passages, and .973 of those of 1,000,000, where 2,000 hold .987).
const BUDGET_GROWTH: f64 = 0.2;
/// pgvector's limit.
const MAX_EF_SEARCH: u16 = 1_000;
/// Rows of a list when the index settles their number, as `build_embedding_index` does.
pub(super) const ROWS_A_LIST: i64 = 1_000;

/// What is searched.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Corpus {
    /// The collections.
    pub collections: Vec<CollectionId>,
    /// Passages in them, those of versions being built among them.
    pub passages: i64,
    /// Passages by the language whose words they are found by.
    pub languages: BTreeMap<String, f64>,
    /// Whether one has synonyms.
    pub has_synonyms: bool,
    /// Whether passages of one were judged.
    pub has_judgements: bool,
    /// The same by embedding model: vectors of different models cannot be compared.
    pub groups: Vec<ModelGroup>,
}

/// The collections of one embedding model that are searched.
#[derive(Debug, Clone, PartialEq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct ModelGroup {
    /// The model.
    #[diesel(sql_type = Integer)]
    pub model_id: i32,
    /// Its name.
    #[diesel(sql_type = Text)]
    pub model_name: String,
    /// The collections.
    #[diesel(sql_type = Array<Uuid>)]
    pub collections: Vec<CollectionId>,
    #[diesel(sql_type = BigInt)]
    passages: i64,
    #[diesel(sql_type = Jsonb)]
    languages: serde_json::Value,
    #[diesel(sql_type = Bool)]
    has_synonyms: bool,
    #[diesel(sql_type = Bool)]
    has_judgements: bool,
    #[diesel(sql_type = BigInt)]
    vectors: i64,
    #[diesel(sql_type = Text)]
    index_kind: IndexKind,
    #[diesel(sql_type = Nullable<Integer>)]
    ivfflat_lists: Option<i32>,
    #[diesel(sql_type = Nullable<Integer>)]
    search_breadth: Option<i32>,
}

impl Corpus {
    /// The collections of `wanted`, or all that the asker may see when it is empty. `RepoError::NotFound` when one is not
    /// among what the asker may see.
    pub fn find(conn: &mut PgConnection, wanted: &[CollectionId]) -> RepoResult<Self> {
        let groups: Vec<ModelGroup> =
            Statement::fixed(include_str!("corpus.sql")).bind(Bind::ids(wanted)).load(conn)?;
        let corpus = Self {
            collections: groups.iter().flat_map(|group| group.collections.iter().copied()).collect(),
            passages: groups.iter().map(|group| group.passages).sum(),
            languages: languages(&groups),
            has_synonyms: groups.iter().any(|group| group.has_synonyms),
            has_judgements: groups.iter().any(|group| group.has_judgements),
            groups,
        };
        let has_all = wanted.iter().all(|id| corpus.collections.contains(id));
        has_all.then_some(corpus).ok_or(RepoError::NotFound)
    }

    /// What a budget of candidates is multiplied by, at least 1.
    pub fn budget_growth(&self) -> f64 {
        (real(self.passages) / BUDGET_PASSAGES).max(1.0).powf(BUDGET_GROWTH)
    }

    /// Most rows that are listed before the legs run.
    pub(super) fn max_exact(&self) -> i64 {
        self.groups.iter().map(ModelGroup::max_exact).max().unwrap_or(EXACT_ROWS)
    }
}

impl ModelGroup {
    /// Whether comparing every vector is as fast as the index.
    pub(super) fn is_small(&self) -> bool {
        self.passages <= self.max_exact()
    }

    /// Most rows that are compared one by one: a tenth of the index, and of a very large one a twentieth, as the index passes most
    /// of what it finds by when few rows are wanted (measured: of 100,000, a filter that one in twenty passes keeps it as busy as
    /// comparing them all).
    fn max_exact(&self) -> i64 {
        (self.vectors / 20).max(10_000).min(self.vectors / 10).max(EXACT_ROWS)
    }

    /// How the index that stands is followed; exactly where there is none.
    pub(super) fn by_index(&self, breadth: Breadth) -> DensePlan {
        by_index(self.index_kind, breadth, self.search_breadth, || {
            self.ivfflat_lists.map_or(self.vectors / ROWS_A_LIST, i64::from)
        })
    }
}

/// How an index is followed: with the breadth that was chosen for it (`recall`), else with that of the settings.
pub(super) fn by_index(
    kind: IndexKind,
    settings: Breadth,
    chosen: Option<i32>,
    lists: impl FnOnce() -> i64,
) -> DensePlan {
    let Breadth { ef_search, probes, overfetch } = settings;
    let chosen = chosen.and_then(|chosen| u16::try_from(chosen).ok());
    match kind {
        IndexKind::None => DensePlan::Exact,
        IndexKind::Hnsw => DensePlan::Hnsw { ef_search: chosen.unwrap_or(ef_search).min(MAX_EF_SEARCH) },
        IndexKind::Ivfflat => {
            let given = chosen.unwrap_or(probes);
            DensePlan::Ivfflat { probes: if given > 0 { given } else { usual_probes(lists()) } }
        }
        IndexKind::HnswBinary => DensePlan::HnswBinary {
            ef_search: ef_search.saturating_mul(overfetch).min(MAX_EF_SEARCH),
            overfetch,
        },
    }
}

/// The square root of the number of lists, rounded up: pgvector's advice.
fn usual_probes(lists: i64) -> u16 {
    let root = lists.max(1).isqrt();
    u16::try_from(if root * root < lists { root + 1 } else { root }).unwrap_or(u16::MAX)
}

fn languages(groups: &[ModelGroup]) -> BTreeMap<String, f64> {
    let mut languages = BTreeMap::new();
    for (name, count) in groups.iter().filter_map(|group| group.languages.as_object()).flatten() {
        *languages.entry(name.clone()).or_default() += count.as_f64().unwrap_or(0.0);
    }
    languages
}

/// A count as a number to reckon with.
pub(super) fn real(count: i64) -> f64 {
    i32::try_from(count).map_or(f64::INFINITY, f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(vectors: i64) -> ModelGroup {
        ModelGroup {
            model_id: 1,
            model_name: "model".to_owned(),
            collections: Vec::new(),
            passages: vectors,
            languages: serde_json::Value::Null,
            has_synonyms: false,
            has_judgements: false,
            vectors,
            index_kind: IndexKind::Hnsw,
            ivfflat_lists: None,
            search_breadth: None,
        }
    }

    #[test]
    fn a_tenth_of_a_large_index_is_compared_exactly_and_a_twentieth_of_a_very_large_one() {
        let most = [0, 20_000, 50_000, 100_000, 1_000_000].map(|vectors| group(vectors).max_exact());
        assert_eq!(most, [3_000, 3_000, 5_000, 10_000, 50_000]);
    }

    #[test]
    fn a_budget_of_candidates_grows_slowly_with_a_large_corpus() {
        let growths = [0, 100_000, 1_000_000]
            .map(|passages| format!("{:.3}", Corpus { passages, ..Corpus::default() }.budget_growth()));
        assert_eq!(growths, ["1.000", "1.000", "1.585"]);
    }
}
