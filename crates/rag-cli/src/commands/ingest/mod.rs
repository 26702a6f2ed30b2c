//! `rag ingest`: stores files and waits until they can be found; can keep a collection equal to folders, once or while they change.

mod addresses;
mod extended_json;
mod files;
mod folder;
mod import;
mod json_array;
mod known;
mod origins;
mod records;
mod reingest;
mod run;
mod summary;
mod watch;

use std::{path::PathBuf, process::ExitCode};

use rag_engine::{CollectionRequest, jobs::Workers};
use rag_repo::collections;
use rag_schema::models::Collection;

use self::{
    addresses::{Addresses, is_address},
    files::{Root, roots},
    folder::{Fate, Folder, Stamps, objection, shown},
    origins::Origins,
    run::Run,
    summary::{Plan, Refused},
};
pub(crate) use self::{
    import::import,
    reingest::{reingest, work_on_queue},
};
use crate::{
    args::Ingest,
    config::Config,
    failure::{Exit, Failure, Outcome},
    runtime::Context,
    signals,
};

/// Stores all files; the exit code is 1 if one was refused.
pub(crate) fn run(config: Config, args: &Ingest) -> Outcome<ExitCode> {
    let addresses = Addresses::of_args(args)?;
    let is_path = |path: &&PathBuf| !path.to_str().is_some_and(is_address);
    let paths: Vec<PathBuf> = args.paths.iter().filter(is_path).cloned().collect();
    let roots = roots(&paths, args.source.as_deref())?;
    if (args.sync || args.watch) && roots.iter().any(|root| !root.is_folder) {
        return Err(Failure::new(Exit::Usage, "--sync and --watch follow folders: name no files"));
    }
    if args.dry_run {
        return plan(&Context::open(config)?, args, &roots);
    }
    let stop = signals::announced_stop_flag()?;
    let context = Context::open(config)?;
    context.warn_of_other_index();
    let collection = ensure_collection(&context, &args.collection)?;
    // Otherwise none of our workers would take the jobs, and the command would wait for them without end.
    context.engine.model_of(&collection)?;
    let removes = args.sync || args.watch;
    let workers = Workers::start(&context.engine, context.config.sections.ingest.workers)?;
    let mut origins = Origins::load(&context.config.data_dir());
    let mut pass = |stamps: &mut Stamps| {
        let mut run = Run::new(&context.engine, &collection, &stop);
        if roots.is_empty() {
            run.summary.unit = "page";
        }
        let result = run.fetch(&addresses).and_then(|()| run.all(&roots, removes, stamps, &mut origins));
        run.hide_progress();
        result.map(|()| run.finish())
    };
    let mut stamps = Stamps::new();
    let result = pass(&mut stamps).and_then(|mut last| {
        last.print(args.json);
        if !args.watch {
            return Ok(last.is_whole());
        }
        watch::follow(&roots, &stop, || {
            let next = pass(&mut stamps)?;
            if next.differs_from(&last) {
                next.print(args.json);
            }
            last = next;
            Ok(())
        })?;
        Ok(true)
    });
    workers.stop();
    Ok(if result? { ExitCode::SUCCESS } else { Exit::Failed.into() })
}

/// Shows what a run would do.
fn plan(context: &Context, args: &Ingest, roots: &[Root]) -> Outcome<ExitCode> {
    let engine = &context.engine;
    let owner = engine.local_user().id;
    let find = |conn: &mut _| collections::find_by_name(conn, owner, &args.collection);
    let collection = engine.db().read(engine.local_actor(), find)?;
    let mut plan = Plan { collection: args.collection.clone(), dry_run: true, ..Plan::default() };
    let collection = collection.map(|found| found.id);
    let origins = Origins::load(&context.config.data_dir());
    for root in roots {
        let mut folder = Folder::load(engine, collection, root)?;
        if let Some(collection) = collection
            && let Some(reason) = objection(engine, collection, &origins, &folder, args.sync)?
        {
            plan.refused.push(Refused { file: shown(&root.path), reason });
            continue;
        }
        for file in folder.files() {
            match folder.look_at(&file, &mut Stamps::new())? {
                Fate::New => plan.new.push(file.source),
                Fate::Changed => plan.changed.push(file.source),
                Fate::Unchanged => plan.unchanged += 1,
                Fate::Vanished => {}
                Fate::Refused(reason) => plan.refused.push(Refused { file: shown(&file.path), reason }),
            }
        }
        if args.sync {
            match folder.gone() {
                Ok(gone) => plan.removed.extend(gone.into_iter().map(|(source, _)| source)),
                Err(reason) => plan.refused.push(Refused { file: shown(&root.path), reason }),
            }
        }
    }
    plan.print(args.json);
    Ok(if plan.refused.is_empty() { ExitCode::SUCCESS } else { Exit::Failed.into() })
}

fn ensure_collection(context: &Context, name: &str) -> Outcome<Collection> {
    let user = context.engine.local_user();
    if name.trim().is_empty() || name.chars().count() > 200 {
        return Err(Failure::new(Exit::Usage, "a collection's name has 1 to 200 characters"));
    }
    let request = CollectionRequest {
        owner: user.id,
        organisation: user.organisation_id,
        name,
        description: "",
        chunks: None,
    };
    Ok(context.engine.find_or_create_collection(context.engine.local_actor(), &request)?)
}
