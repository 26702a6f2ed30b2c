//! `rag search`: prints passages with the rank and score of each leg.

use std::process::ExitCode;

use rag_engine::retrieve::{Found, GroupBy, LegHit, Mode, Ranking, SearchRequest, SearchResult, Step, Trace};
use rag_repo::statement::PlanDepth;
use serde_json::{Value, json};

use crate::{
    args::{GroupName, Search, SearchMode},
    config::Config,
    failure::{Exit, Outcome},
    output,
    runtime::Context,
};

/// Searches and prints the results; the exit code is 1 if there are none.
pub(crate) fn run(config: Config, args: &Search) -> Outcome<ExitCode> {
    let context = Context::open(config)?;
    let collection = args.collection.as_deref().map(|name| context.collection(name)).transpose()?;
    let collections: Vec<_> = collection.iter().map(|collection| collection.id).collect();
    let query = args.query.join(" ");
    let settings = &context.engine.settings().search;
    let rerank = match args.rerank {
        Some(wanted) => wanted.then_some(settings.rerank_window),
        None => settings.ranking.rerank,
    };
    let request = SearchRequest {
        query: &query,
        collections: &collections,
        limit: usize::from(args.limit),
        group_by: match args.group_by {
            GroupName::Passage => GroupBy::Passage,
            GroupName::Document => GroupBy::Document { passages: usize::from(args.group_size) },
        },
        mode: match args.mode {
            SearchMode::Hybrid => Mode::Hybrid,
            SearchMode::Dense => Mode::Dense,
            SearchMode::Lexical => Mode::Lexical,
        },
        filter: args.filter.as_ref(),
        as_of: args.as_of,
        ranking: Some(Ranking { rerank, ..settings.ranking.clone() }),
        explain: args.explain.then_some(PlanDepth::Measured),
        ..SearchRequest::default()
    };
    let result = context.engine.search(context.engine.local_actor(), &request)?;
    for warning in &result.warnings {
        output::note(format!("warning: {warning}"));
    }
    if args.json {
        output::json(&as_json(&query, &result));
    } else {
        if result.found.is_empty() {
            let advice = context.advice_if_empty()?;
            output::line(advice.unwrap_or("Nothing found. `rag status` tells what is stored."));
        } else {
            show(&result, rerank.is_some());
        }
        result.trace.iter().for_each(show_trace);
    }
    Ok(if result.found.is_empty() { Exit::Failed.into() } else { ExitCode::SUCCESS })
}

fn show(result: &SearchResult, wants_rerank: bool) {
    output::line(format!("{:>3}  {:<6}  {:<14}  {:<14}  passage", "#", "score", "vectors", "words"));
    for (place, found) in (1..).zip(&result.found) {
        let Found { ranked, passage, .. } = found;
        let Some(chunk) = passage.chunk() else { continue };
        let (dense, lexical) = (leg(ranked.dense), leg(ranked.lexical));
        let origin = output::place(&passage.title, chunk.page, &chunk.heading_path.0);
        output::line(format!("{place:>3}  {:<6.3}  {dense:<14}  {lexical:<14}  {}", ranked.score, origin));
        output::line(format!("{:43}  {}", "", output::short(&passage.text, 160)));
    }
    let timings = result.timings;
    let reranking =
        if result.reranked { format!(", reranking {:.0} ms", timings.rerank_ms) } else { String::new() };
    output::line(format!(
        "\nembedding {:.0} ms, database {:.0} ms{reranking}",
        timings.embed_ms, timings.database_ms
    ));
    if wants_rerank && !result.reranked {
        output::line(
            "the reranker could not answer: this is the order of words and vectors; --explain tells why",
        );
    }
    if !result.pruned_words.is_empty() {
        output::line(format!("too common to search for alone: {}", result.pruned_words.join(", ")));
    }
}

/// Prints the steps with their times, details and PostgreSQL's plans.
fn show_trace(trace: &Trace) {
    output::line("");
    for Step { step, ms, detail, plan } in &trace.steps {
        output::line(format!("{step:<10} {ms:>8.2} ms  {detail}"));
        for line in plan {
            output::line(format!("{:24}{line}", ""));
        }
    }
}

/// Formats a hit as `1. (0.731)`, without the rank if only the score is known.
fn leg(hit: Option<LegHit>) -> String {
    match hit {
        Some(LegHit { rank: Some(rank), score }) => format!("{rank}. ({score:.3})"),
        Some(LegHit { rank: None, score }) => format!("-  ({score:.3})"),
        None => "-".to_owned(),
    }
}

fn as_json(query: &str, result: &SearchResult) -> Value {
    let leg = |hit: Option<LegHit>| hit.map(|hit| json!({"rank": hit.rank, "score": hit.score}));
    let results = result.found.iter().filter_map(|Found { ranked, passage, .. }| {
        let chunk = passage.chunk()?;
        Some(json!({
            "score": ranked.score, "fused": ranked.fused, "rerank": ranked.rerank, "dense": leg(ranked.dense), "lexical": leg(ranked.lexical),
            "chunk_id": passage.id, "document_id": chunk.document_id, "collection_id": passage.collection_id,
            "title": passage.title, "source": chunk.source, "page": chunk.page, "ordinal": chunk.ordinal,
            "heading_path": chunk.heading_path.0, "start_offset": chunk.start_offset, "end_offset": chunk.end_offset,
             "text": passage.text, "metadata": passage.metadata,
        }))
    });
    json!({
        "query": query, "results": results.collect::<Vec<_>>(), "pruned_words": result.pruned_words,
        "warnings": result.warnings, "no_good_match": result.no_good_match, "reranked": result.reranked, "timings": result.timings, "trace": result.trace,
    })
}
