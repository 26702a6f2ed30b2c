//! Search with filters: from one document in ten thousand to half of them, and by topics near the question or not.

use diesel::{QueryableByName, sql_types::Double};
use rag_engine::retrieve::{Mode, SearchRequest, SearchResult};
use rag_repo::{
    PgConnection,
    filter::Filter,
    search::{DensePlan, Hit, Scope},
    statement::Statement,
};
use serde::Serialize;
use serde_json::json;

use super::{
    base::{Base, Question},
    generate::{BUCKETS, topic},
    quality::{self, QUESTIONS},
    serve::{LIMIT, Place},
};
use crate::{
    BenchResult,
    measure::{number, percentile, progress},
};

/// The values of `bucket` that pass the filters, and the names of the filters.
const BUCKETS_LET_THROUGH: [(i32, &str); 6] = [
    (1, "any topic, 0.01 %"),
    (10, "any topic, 0.1 %"),
    (100, "any topic, 1 %"),
    (500, "any topic, 5 %"),
    (1_000, "any topic, 10 %"),
    (BUCKETS / 2, "any topic, 50 %"),
];

/// The effect of a filter on search.
#[derive(Debug, Serialize)]
pub(crate) struct Filtered {
    /// The documents that pass.
    pub(crate) name: &'static str,
    /// Share of the chunks that pass, 0 to 1; the mean over the questions.
    pub(crate) share: f64,
    /// Share of the questions whose vectors were compared with every row that passes.
    pub(crate) exact: f64,
    /// The dense leg, compared with every row that passes.
    pub(crate) dense: FilteredLeg,
    /// The lexical leg, compared with BM25 of every chunk that passes and contains a word.
    pub(crate) lexical: FilteredLeg,
    /// Milliseconds in the database of both legs together.
    pub(crate) fused_p50_ms: f64,
    /// As above.
    pub(crate) fused_p95_ms: f64,
}

/// The effect of a filter on one leg.
#[derive(Debug, Serialize)]
pub(crate) struct FilteredLeg {
    /// Mean number of results, of ten.
    pub(crate) found: f64,
    /// Number of questions with fewer results than exist, of ten.
    pub(crate) short: usize,
    /// Mean recall of the true ten.
    pub(crate) recall_at_10: f64,
    /// Minimum recall of a question.
    pub(crate) worst_recall_at_10: f64,
    /// Milliseconds in the database.
    pub(crate) p50_ms: f64,
    /// As above.
    pub(crate) p95_ms: f64,
}

/// The results of one leg, by question.
#[derive(Default)]
struct Seen {
    found: Vec<f64>,
    recall: Vec<f64>,
    ms: Vec<f64>,
    short: usize,
}

impl Seen {
    fn add(&mut self, result: &SearchResult, truth: &[Hit]) {
        self.ms.push(result.timings.database_ms);
        self.found.push(number(result.found.len()));
        self.short += usize::from(result.found.len() < truth.len());
        self.recall.push(quality::share(truth, &result.found));
    }

    fn summed_up(mut self) -> FilteredLeg {
        FilteredLeg {
            found: quality::mean(&self.found),
            short: self.short,
            recall_at_10: quality::mean(&self.recall),
            worst_recall_at_10: self.recall.iter().copied().fold(1.0, f64::min),
            p50_ms: percentile(&mut self.ms, 50),
            p95_ms: percentile(&mut self.ms, 95),
        }
    }
}

/// The effects of all filters.
#[derive(Debug, Serialize)]
pub(crate) struct AllFiltered(pub(crate) Vec<Filtered>);

/// Measures every filter on the first questions, with one client.
pub(crate) fn run(place: &Place<'_>, base: &Base) -> BenchResult<AllFiltered> {
    let conn = &mut rag_repo::server::connect(place.url)?;
    let questions = base.questions.get(..QUESTIONS).unwrap_or(&base.questions);
    let mut rows = Vec::new();
    for (below, name) in BUCKETS_LET_THROUGH {
        let filter = Filter::parse(&json!({"bucket": {"$lt": below}}))?;
        rows.push(measure(place, conn, name, questions.iter().map(|question| (question, filter.clone())))?);
    }
    let of_topic = |topic: i32| Filter::parse(&json!({ "topic": topic }));
    let own = questions.iter().map(|question| Ok((question, of_topic(topic(base, &question.vector))?)));
    let own: Vec<_> = own.collect::<BenchResult<_>>()?;
    rows.push(measure(place, conn, "the question's topic", own.into_iter())?);
    let other = of_topic(0)?;
    let away = questions.iter().filter(|question| topic(base, &question.vector) != 0);
    rows.push(measure(place, conn, "another topic", away.map(|question| (question, other.clone())))?);
    Ok(AllFiltered(rows))
}

fn measure<'a>(
    place: &Place<'_>,
    conn: &mut PgConnection,
    name: &'static str,
    asked: impl Iterator<Item = (&'a Question, Filter)>,
) -> BenchResult<Filtered> {
    progress(&format!("filtered: {name}"));
    let (mut shares, mut exact, mut fused_ms) = (Vec::new(), Vec::new(), Vec::new());
    let (mut dense, mut lexical) = (Seen::default(), Seen::default());
    for (question, filter) in asked {
        shares.push(share(conn, &filter)?);
        fused_ms.push(find(place, question, &filter, Mode::Hybrid)?.timings.database_ms);
        let by_vectors = find(place, question, &filter, Mode::Dense)?;
        let by_words = find(place, question, &filter, Mode::Lexical)?;
        exact.push(if by_vectors.dense_plan == Some(DensePlan::Exact) { 1.0 } else { 0.0 });
        let scope = Scope::in_collections(&[place.collection]).filtered(Some(filter));
        dense.add(&by_vectors, &quality::nearest_exactly(place, &scope, question)?);
        lexical.add(&by_words, &quality::best_unpruned(place, &scope, question)?);
    }
    Ok(Filtered {
        name,
        share: quality::mean(&shares),
        exact: quality::mean(&exact),
        dense: dense.summed_up(),
        lexical: lexical.summed_up(),
        fused_p50_ms: percentile(&mut fused_ms, 50),
        fused_p95_ms: percentile(&mut fused_ms, 95),
    })
}

fn find(place: &Place<'_>, question: &Question, filter: &Filter, mode: Mode) -> BenchResult<SearchResult> {
    let request = SearchRequest {
        query: &question.text,
        collections: &[place.collection],
        filter: Some(filter),
        limit: LIMIT,
        mode,
        ..SearchRequest::default()
    };
    Ok(place.engine.search(place.engine.local_actor(), &request)?)
}

#[derive(QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct Share {
    #[diesel(sql_type = Double)]
    share: f64,
}

/// Every document has the same number of chunks, so that the share of documents is the share of chunks.
fn share(conn: &mut PgConnection, filter: &Filter) -> BenchResult<f64> {
    let statement = Statement::new(
        "SELECT (count(*) FILTER (WHERE {filter}))::float8 / count(*) AS share FROM documents d",
    )
    .splice("{filter}", |first| filter.compile(first));
    let rows: Vec<Share> = statement.load(conn)?;
    Ok(rows.first().map_or(0.0, |row| row.share))
}
