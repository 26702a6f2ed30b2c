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
    retrieve::{Found, Said, SearchRequest},
};

/// Number of chunks requested for each query: enough for 100 documents, since a document counts by its best chunk.
const CHUNKS_PER_QUERY: usize = 200;

/// Runs the queries, each within the collection, and calls `tick` after each.
pub(super) fn judge(
    engine: &Engine,
    collection: CollectionId,
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
            limit: CHUNKS_PER_QUERY,
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
        report.ndcg_at_10 += metrics::ndcg(&ranking, &query.judged, 10);
        report.recall_at_10 += metrics::recall(&ranking, &query.judged, 10);
        report.recall_at_100 += metrics::recall(&ranking, &query.judged, 100);
        report.mrr_at_10 += metrics::reciprocal_rank(&ranking, &query.judged, 10);
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
