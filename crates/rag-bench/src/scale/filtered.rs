//! Search under filters: from one document in ten thousand to half of them, and by topics near to the question or not.

use diesel::{QueryableByName, sql_types::Double};
use rag_engine::retrieve::{Mode, SearchRequest, SearchResult};
use rag_repo::{PgConnection, filter::Filter, search::DensePlan, search::Scope, statement::Statement};
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

/// Values of `bucket` that the filters let through, and what they are called.
const BUCKETS_LET_THROUGH: [(i32, &str); 6] = [
    (1, "any topic, 0.01 %"),
    (10, "any topic, 0.1 %"),
    (100, "any topic, 1 %"),
    (500, "any topic, 5 %"),
    (1_000, "any topic, 10 %"),
    (BUCKETS / 2, "any topic, 50 %"),
];

/// What a filter does to search.
#[derive(Debug, Serialize)]
pub(crate) struct Filtered {
    /// Which documents pass.
    pub(crate) name: &'static str,
    /// Share of the chunks that pass, 0 to 1; the mean over the questions.
    pub(crate) share: f64,
    /// Share of the questions whose vectors were compared with every row that passes.
    pub(crate) exact: f64,
    /// Results of the dense leg, of ten; the mean.
    pub(crate) found: f64,
    /// Questions with fewer results than pass, of ten.
    pub(crate) short: usize,
    /// Share of the ten nearest that pass which the dense leg finds; the mean.
    pub(crate) dense_recall_at_10: f64,
    /// As above, of the question that it is least of.
    pub(crate) worst_recall_at_10: f64,
    /// Milliseconds in the database.
    pub(crate) dense_p50_ms: f64,
    /// As above.
    pub(crate) dense_p95_ms: f64,
    /// As above.
    pub(crate) fused_p50_ms: f64,
    /// As above.
    pub(crate) fused_p95_ms: f64,
}

/// What all filters do.
#[derive(Debug, Serialize)]
pub(crate) struct AllFiltered(pub(crate) Vec<Filtered>);

/// Every filter on the first questions, one client.
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
    let (mut shares, mut exact, mut found, mut recall) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut dense_ms, mut fused_ms, mut short) = (Vec::new(), Vec::new(), 0);
    for (question, filter) in asked {
        shares.push(share(conn, &filter)?);
        fused_ms.push(find(place, question, &filter, Mode::Hybrid)?.timings.database_ms);
        let dense = find(place, question, &filter, Mode::Dense)?;
        dense_ms.push(dense.timings.database_ms);
        exact.push(if dense.dense_plan == Some(DensePlan::Exact) { 1.0 } else { 0.0 });
        found.push(number(dense.found.len()));
        let scope = Scope::of(&[place.collection]).filtered(Some(filter));
        let truth = quality::nearest_exactly(place, &scope, question)?;
        short += usize::from(dense.found.len() < truth.len());
        recall.push(quality::share(&truth, &dense.found));
    }
    Ok(Filtered {
        name,
        share: quality::mean(&shares),
        exact: quality::mean(&exact),
        found: quality::mean(&found),
        short,
        dense_recall_at_10: quality::mean(&recall),
        worst_recall_at_10: recall.iter().copied().fold(1.0, f64::min),
        dense_p50_ms: percentile(&mut dense_ms, 50),
        dense_p95_ms: percentile(&mut dense_ms, 95),
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

/// Every document has as many chunks, so that its share of the documents is the chunks' share.
fn share(conn: &mut PgConnection, filter: &Filter) -> BenchResult<f64> {
    let statement = Statement::new(
        "SELECT (count(*) FILTER (WHERE {filter}))::float8 / count(*) AS share FROM documents d",
    )
    .splice("{filter}", |first| filter.compile(first));
    let rows: Vec<Share> = statement.load(conn)?;
    Ok(rows.first().map_or(0.0, |row| row.share))
}
