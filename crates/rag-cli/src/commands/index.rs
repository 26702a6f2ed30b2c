//! `rag index`: shows the vector index and the settings for it, and rebuilds it.

use std::process::ExitCode;

use indicatif::ProgressBar;
use rag_engine::Engine;
use rag_repo::{Actor, RepoResult, embedding_models, search::recall, vector_index};
use rag_schema::{
    enums::IndexKind,
    models::{RecallMeasurement, VectorIndex},
};
use serde_json::{Value, json};

use crate::{
    args::{BreadthAction, Index},
    config::Config,
    failure::{Exit, Failure, Outcome},
    output, progress,
    runtime::Context,
};

/// Number of units of the progress bar.
const MARKS: u32 = 1_000;
/// Factor by which an `IVFFlat` index may have fewer lists than its rows need before a rebuild is advised.
const TOO_FEW: i64 = 4;

/// Shows the index, after rebuilding it if requested.
pub(crate) fn run(config: Config, args: &Index) -> Outcome<ExitCode> {
    let context = Context::open(config)?;
    context.warn_of_other_index();
    let wanted = context.config.index();
    if args.rebuild {
        rebuild(&context.engine, &wanted, context.config.sections.index.build_memory_mb)?;
    }
    if let Some(action) = args.breadth {
        change_breadth(&context.engine, action)?;
    }
    show(&context.engine, &wanted, args.json)?;
    Ok(ExitCode::SUCCESS)
}

/// Measures the recall of the index, or changes the breadth of searches.
fn change_breadth(engine: &Engine, action: BreadthAction) -> Outcome<()> {
    let model = engine.models().for_new_collections().id();
    match action {
        BreadthAction::Measure => {
            if engine.measure_recall(model)?.is_none() {
                return Err(nothing_to_measure(engine, model));
            }
        }
        BreadthAction::Apply => {
            engine.apply_breadth(model)?;
        }
        BreadthAction::Undo => {
            engine.undo_breadth(model)?;
        }
    }
    Ok(())
}

/// Returns why the recall of the index is not measured.
fn nothing_to_measure(engine: &Engine, model: i32) -> Failure {
    // The index has an estimate, which is 0 until PostgreSQL analyses the table.
    let read = engine.db().read(Actor::System, |conn| -> RepoResult<_> {
        Ok((recall::measured_index(conn, model)?, vector_index::facts(conn, model)?.row_count))
    });
    let cause = match read {
        Ok((index, count)) if index.is_small() => format!(
            "searches compare all {} exactly, and use the index when there are more",
            output::count(count, "vector")
        ),
        Ok(_) => "the index has no breadth, or comparing all vectors takes too long".to_owned(),
        Err(error) => return error.into(),
    };
    Failure::new(Exit::Failed, format!("there is nothing to measure: {cause}"))
}

/// Builds the index on one connection, and polls the progress on another.
fn rebuild(engine: &Engine, wanted: &VectorIndex, max_memory_mb: u32) -> Outcome<()> {
    let model = engine.models().for_new_collections().row();
    let bar =
        progress::styled(|| ProgressBar::new(u64::from(MARKS)), "{bar:40} {percent:>3} % {msg} [{elapsed}]");
    let look = || {
        // A failed poll does not affect the build.
        if let Ok(Some(progress)) =
            engine.db().read(Actor::System, |conn| vector_index::progress(conn, model.id))
        {
            bar.set_position(marks(progress.share));
            bar.set_message(progress.phase);
        }
    };
    let built: RepoResult<()> = progress::watch(&bar, look, || {
        engine
            .db()
            .transaction(Actor::System, |conn| vector_index::rebuild(conn, model, wanted, max_memory_mb))
    });
    Ok(built?)
}

/// Converts a share, 0 to 1, to units of the progress bar.
fn marks(share: f64) -> u64 {
    let share = share.clamp(0.0, 1.0);
    (0..=MARKS).rev().find(|marks| f64::from(*marks) <= share * f64::from(MARKS)).unwrap_or(0).into()
}

fn show(engine: &Engine, wanted: &VectorIndex, as_json: bool) -> Outcome<()> {
    let (model, facts, measured, last) = engine.db().read(Actor::System, |conn| -> RepoResult<_> {
        let model = embedding_models::find(conn, engine.models().for_new_collections().id())?;
        let (facts, measured) =
            (vector_index::facts(conn, model.id)?, recall::measured_index(conn, model.id)?);
        let last = recall::last(conn, model.id)?;
        Ok((model, facts, measured, last))
    })?;
    let breadth = measured.breadth(&model, engine.settings().search.breadth).breadth();
    let index = model.index;
    let as_wanted = index.is_built_like(wanted);
    let asked_for = (facts.row_count / 1_000).max(1);
    let has_few_lists = index.kind == IndexKind::Ivfflat
        && index.ivfflat_lists.is_none()
        && facts.lists.is_some_and(|lists| i64::from(lists) * TOO_FEW < asked_for);
    if as_json {
        output::json(&json!({
            "model": model.name, "dimensions": model.dimensions, "vectors": facts.row_count, "table_bytes": facts.table_bytes,
            "kind": index.kind, "hnsw_m": index.hnsw_m,
            "hnsw_ef_construction": index.hnsw_ef_construction, "lists": facts.lists, "index_bytes": facts.index_bytes,
            "as_the_settings_say": as_wanted, "has_few_lists": has_few_lists,
            "breadth": breadth, "is_breadth_chosen": measured.search_breadth.is_some(), "recall": last.as_ref().map(recall_json),
        }));
        return Ok(());
    }
    output::line(format!("model      {}, {} dimensions", model.name, model.dimensions));
    output::line(format!("vectors    {} in {}", facts.row_count, size(facts.table_bytes)?));
    let lists = facts.lists.map(|lists| format!(" ({lists} lists)")).unwrap_or_default();
    output::line(format!("index      {index}{lists}, {}", size(facts.index_bytes)?));
    if let Some(breadth) = breadth {
        let origin =
            if measured.search_breadth.is_some() { "chosen by a measurement" } else { "section [search]" };
        output::line(format!("breadth    {breadth} ({origin})"));
    }
    if let Some(last) = &last {
        output::line(format!("recall     {}", recall_text(last)));
    }
    if !as_wanted {
        output::line(format!("settings   {wanted}\n           `rag index --rebuild` builds it so"));
    }
    if has_few_lists {
        output::line(format!("           {asked_for} lists would be faster now: `rag index --rebuild`"));
    }
    Ok(())
}

fn recall_json(last: &RecallMeasurement) -> Value {
    json!({
        "breadth": last.breadth, "recall": last.recall, "target": last.target, "proposed_breadth": last.proposed_breadth,
        "proposed_recall": last.proposed_recall, "samples": last.samples, "neighbours": last.neighbours,
        "measured_at": last.measured_at, "applied_at": last.applied_at, "undone_at": last.undone_at,
    })
}

fn recall_text(last: &RecallMeasurement) -> String {
    let RecallMeasurement { breadth, recall, target, samples, neighbours, .. } = last;
    let measured = format!(
        "{recall:.3} of the nearest {neighbours} with breadth {breadth} ({samples} samples, {}); target {target}",
        last.measured_at.format("%Y-%m-%d %H:%M UTC")
    );
    let next = match (last.proposed_breadth, last.proposed_recall) {
        (Some(proposed), Some(found)) if last.applied_at.is_some() && last.undone_at.is_none() => {
            format!("breadth {proposed} is in use: {found:.3}; `rag index --breadth undo` undoes that")
        }
        (Some(proposed), _) if proposed == *breadth => return measured,
        (Some(proposed), Some(found)) => {
            format!("breadth {proposed} finds {found:.3}: `rag index --breadth apply`")
        }
        _ => "no breadth reaches it: raise index.hnsw_m, then `rag index --rebuild`".to_owned(),
    };
    format!("{measured}\n           {next}")
}

fn size(bytes: i64) -> Outcome<String> {
    let bytes = u64::try_from(bytes).map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
    Ok(output::bytes(bytes))
}
