//! Judges one way to search with all queries.

use std::{collections::HashSet, time::Instant};

use rag_schema::{
    enums::Sender,
    ids::{CollectionId, DocumentId},
};

use super::{
    Names,
    beir::Query,
    metrics::{self, float},
    report::LegReport,
    ways::{Reading, Way},
};
use crate::{
    Engine, EngineResult,
    retrieve::{Found, GroupBy, Said, SearchRequest},
};

/// Number of results requested for each query: the longest list that a measure judges.
const RESULTS_PER_QUERY: usize = 100;

/// Number of results that the measures at 10 judge.
const FIRST: usize = 10;

/// Runs the queries, each within the collection and with results grouped as named, and calls `tick` after each.
pub(super) fn judge(
    engine: &Engine,
    (collection, group_by): (CollectionId, GroupBy),
    way: &Way,
    queries: &[Query],
    names: &Names,
    tick: &mut dyn FnMut(),
) -> EngineResult<LegReport> {
    let mut times = Vec::with_capacity(queries.len());
    let mut report = LegReport {
        ndcg_at_10: 0.0,
        recall_at_10: 0.0,
        recall_at_100: 0.0,
        mrr_at_10: 0.0,
        p50_ms: 0.0,
        p95_ms: 0.0,
    };
    for query in queries {
        let said: Vec<Said<'_>> = said(query, way.reading).collect();
        let request = SearchRequest {
            query: text(query, way.reading),
            plain: true,
            said: &said,
            collections: &[collection],
            limit: RESULTS_PER_QUERY,
            group_by,
            mode: way.mode,
            ranking: way.ranking.clone(),
            understanding: way.understanding,
            ..SearchRequest::default()
        };
        let begun = Instant::now();
        let found = engine.find_passages(engine.local_actor(), &request)?.found;
        times.push(begun.elapsed().as_secs_f64() * 1e3);
        let documents: Vec<DocumentId> = found.iter().filter_map(document).collect();
        let ranking = by_best_chunk(&documents, names);
        let first = by_best_chunk(documents.get(..FIRST).unwrap_or(&documents), names);
        report.ndcg_at_10 += metrics::ndcg(&first, &query.judged, FIRST);
        report.recall_at_10 += metrics::recall(&first, &query.judged, FIRST);
        report.recall_at_100 += metrics::recall(&ranking, &query.judged, RESULTS_PER_QUERY);
        report.mrr_at_10 += metrics::reciprocal_rank(&first, &query.judged, FIRST);
        tick();
    }
    let count = float(queries.len().max(1));
    Ok(LegReport {
        ndcg_at_10: report.ndcg_at_10 / count,
        recall_at_10: report.recall_at_10 / count,
        recall_at_100: report.recall_at_100 / count,
        mrr_at_10: report.mrr_at_10 / count,
        p50_ms: metrics::percentile(&mut times, 0.5),
        p95_ms: metrics::percentile(&mut times, 0.95),
    })
}

fn document(found: &Found) -> Option<DocumentId> {
    found.passage.chunk().map(|chunk| chunk.document_id)
}

/// Returns the messages before a query.
fn said(query: &Query, reading: Reading) -> impl Iterator<Item = Said<'_>> {
    let context = query.context.as_deref().filter(|_| reading == Reading::InContext);
    context.map(|text| Said { sender: Sender::User, text }).into_iter()
}

fn text(query: &Query, reading: Reading) -> &str {
    query.standalone.as_deref().filter(|_| reading == Reading::Whole).unwrap_or(&query.text)
}

/// Returns each document once, at the rank of its best chunk.
fn by_best_chunk(documents: &[DocumentId], names: &Names) -> Vec<String> {
    let mut ranking: Vec<String> = Vec::new();
    let mut seen = HashSet::new();
    for document in documents.iter().filter(|document| seen.insert(**document)) {
        ranking.extend(names.get(document).into_iter().flatten().cloned());
    }
    ranking
}
