//! `rag index`: shows the vector index and the settings for it, and rebuilds it.

use std::process::ExitCode;

use indicatif::ProgressBar;
use rag_engine::Engine;
use rag_repo::{Actor, RepoResult, embedding_models, vector_index};
use rag_schema::{enums::IndexKind, models::VectorIndex};
use serde_json::json;

use crate::{
    args::Index,
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
    show(&context.engine, &wanted, args.json)?;
    Ok(ExitCode::SUCCESS)
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
    let (model, facts) = engine.db().read(Actor::System, |conn| -> RepoResult<_> {
        let model = embedding_models::find(conn, engine.models().for_new_collections().id())?;
        let facts = vector_index::facts(conn, model.id)?;
        Ok((model, facts))
    })?;
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
        }));
        return Ok(());
    }
    output::line(format!("model      {}, {} dimensions", model.name, model.dimensions));
    output::line(format!("vectors    {} in {}", facts.row_count, size(facts.table_bytes)?));
    let lists = facts.lists.map(|lists| format!(" ({lists} lists)")).unwrap_or_default();
    output::line(format!("index      {index}{lists}, {}", size(facts.index_bytes)?));
    if !as_wanted {
        output::line(format!("settings   {wanted}\n           `rag index --rebuild` builds it so"));
    }
    if has_few_lists {
        output::line(format!("           {asked_for} lists would be faster now: `rag index --rebuild`"));
    }
    Ok(())
}

fn size(bytes: i64) -> Outcome<String> {
    let bytes = u64::try_from(bytes).map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
    Ok(output::bytes(bytes))
}
