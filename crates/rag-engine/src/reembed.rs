//! Moving collections to another embedding model while searches use the current one.

use pgvector::HalfVector;
use rag_embed::{PartedText, PartedVector};
use rag_repo::{
    Actor, PgConnection, RepoError, RepoResult, chunk_parts, collections, embedding_models, jobs,
    jobs::{Lease, Progress},
    reembedding::{self, LackingChunk},
    write_embeddings,
};
use rag_schema::{
    enums::{JobKind, JobStage, JobState},
    ids::{CollectionId, JobId, PassageId},
    models::{ChunkParts, Job, NewEmbedding, NewJob, ReembedTask, Task},
};
use rag_text::Part;
use serde::Deserialize;

use crate::{
    Engine, EngineError, EngineResult, Model, ingest::titled, jobs::Shift, jobs::is_outage,
    missing_model_cure, part_vectors,
};

/// Number of chunks that are embedded and stored together.
const BATCH_CHUNKS: i64 = 64;
/// Time for which ingest into the collection is held back while the last chunks are embedded, in seconds.
const HOLD_INGEST_S: i64 = 15;

/// The outcome of a request to move a collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Move {
    /// The job that moves the collection is queued, or was queued before.
    Queued(JobId),
    /// The collection already has the model and all of its vectors, and no move is open.
    Stays,
    /// The open move to another model was cancelled; the collection keeps its model.
    Cancelled,
}

impl Engine {
    /// Queues the move of the actor's collection to the model of that name, which this process must have. The name of the
    /// collection's own model cancels an open move.
    pub fn move_collection(&self, actor: Actor, collection: CollectionId, model: &str) -> EngineResult<Move> {
        let found = self.db().read_primary(actor, |conn| collections::find(conn, collection));
        let collection = found.map_err(|error| EngineError::from(error).naming("collection"))?;
        if !matches!(actor, Actor::User { id, may_write: true, .. } if id == collection.owner_id) {
            return Err(EngineError::Forbidden("Only its owner can move a collection to another model."));
        }
        let model = self.models().iter().find(|known| known.name() == model).ok_or_else(|| {
            EngineError::Invalid(format!(
                "This process does not have the embedding model {model}. {}",
                missing_model_cure(model)
            ))
        })?;
        let id = model.id();
        let moved = self.db().transaction(Actor::System, |conn| -> EngineResult<_> {
            collections::lock(conn, collection.id)?;
            let now = collections::find(conn, collection.id)?;
            if now.model_id == id {
                if reembedding::cancel(conn, collection.id)? {
                    return Ok(Move::Cancelled);
                }
                // An upgrade can leave documents whose vectors are of a model other than the collection's.
                if reembedding::lacking(conn, collection.id, id, None, 1)?.is_empty() {
                    return Ok(Move::Stays);
                }
            }
            match reembedding::find_open(conn, collection.id)? {
                Some(open) if open.model_id == Some(id) => Ok(Move::Queued(open.id)),
                Some(_) => Err(EngineError::Conflict(format!(
                    "The collection {} moves to another model. Move it to the model that it has to end that.",
                    collection.name
                ))),
                None => Ok(Move::Queued(queue(conn, collection.id, &collection.name, model)?)),
            }
        })?;
        self.announce_work();
        Ok(moved)
    }

    /// Removes a model and its vectors. Returns `EngineError::Conflict` if a collection or an open job needs it.
    pub fn remove_model(&self, name: &str) -> EngineResult<()> {
        if name == self.models().for_new_collections().name() {
            return Err(EngineError::Conflict(format!(
                "New collections get the model {name}. Name another one in section [embedding] of the settings first."
            )));
        }
        self.db().transaction(Actor::System, |conn| {
            let all = embedding_models::uses(conn)?;
            let used = all.iter().find(|used| used.name == name).ok_or(EngineError::NotFound("model"))?;
            if used.collections > 0 || used.open_jobs > 0 {
                return Err(EngineError::Conflict(format!(
                    "{} collections and {} jobs need the model {name}. Move the collections to another model first; memories stay with \
                     their model.",
                    used.collections, used.open_jobs
                )));
            }
            Ok(embedding_models::remove(conn, name)?)
        })
    }
}

fn queue(conn: &mut PgConnection, collection: CollectionId, name: &str, model: &Model) -> RepoResult<JobId> {
    let payload = Task::Reembed(ReembedTask {}).payload();
    let title = format!("{name} to {}", model.name());
    let new = NewJob {
        id: JobId::new(),
        kind: JobKind::Reembed,
        collection_id: Some(collection),
        document_id: None,
        version_id: None,
        title: &title,
        size_bytes: 0,
        payload: &payload,
        model_id: Some(model.id()),
        user_id: None,
    };
    jobs::insert(conn, &new).map(|job| job.id)
}

/// Works on a move until it ends or `shift.stop` is set. Returns an error if the database or a model is unavailable.
pub(crate) fn work_on(engine: &Engine, job: &Job, shift: &Shift<'_>) -> EngineResult<()> {
    let Err(error) = move_chunks(engine, job, shift) else { return Ok(()) };
    engine.settle_job(job, &error);
    if is_outage(&error) { Err(error) } else { Ok(()) }
}

fn move_chunks(engine: &Engine, job: &Job, shift: &Shift<'_>) -> EngineResult<()> {
    let collection = job.collection_id.ok_or(EngineError::NotFound("collection"))?;
    let model = job.model_id.and_then(|id| engine.models().find(id));
    let model = model.ok_or(EngineError::Unavailable(
        "This process does not have the embedding model of the collection.",
    ))?;
    let moving = Moving { engine, collection, model, lease: Lease::from(job) };
    while !shift.is_over(job.id) {
        moving.embed_lacking(shift)?;
        if !shift.is_over(job.id) && moving.end()? {
            tracing::info!(%collection, model = model.name(), "a collection has moved to another embedding model");
            engine.announce_work();
            break;
        }
    }
    Ok(())
}

/// A move in progress, under a lease.
struct Moving<'e> {
    engine: &'e Engine,
    collection: CollectionId,
    model: &'e Model,
    lease: Lease,
}

impl Moving<'_> {
    /// Embeds and stores the chunks without a vector of the model, one batch per transaction.
    fn embed_lacking(&self, shift: &Shift<'_>) -> EngineResult<()> {
        let mut after: Option<PassageId> = None;
        let mut progress = self.engine.db().read(Actor::System, |conn| self.progress(conn))?;
        shift.held.report(self.lease.job, progress);
        while !shift.is_over(self.lease.job) {
            let batch = self.engine.db().read(Actor::System, |conn| {
                reembedding::lacking(conn, self.collection, self.model.id(), after, BATCH_CHUNKS)
            })?;
            let Some(last) = batch.last() else { return Ok(()) };
            after = Some(last.id);
            progress.done += i64::try_from(batch.len()).unwrap_or(i64::MAX);
            self.embed(&batch)?;
            shift.held.report(self.lease.job, progress);
            (shift.between_sections)();
        }
        Ok(())
    }

    fn embed(&self, batch: &[LackingChunk]) -> EngineResult<()> {
        let texts: Vec<String> =
            batch.iter().map(|chunk| titled(&chunk.title, &chunk.heading_path, &chunk.text)).collect();
        let inputs: Vec<PartedText<'_>> =
            batch.iter().zip(&texts).map(|(chunk, text)| input(chunk, text)).collect();
        let vectors = self.model.embedder().embed_parted(&inputs)?;
        let rows: Vec<NewEmbedding> =
            batch.iter().zip(&vectors).map(|(chunk, vector)| self.embedding(chunk, vector)).collect();
        let parts: Vec<ChunkParts> =
            batch.iter().zip(&vectors).filter_map(|(chunk, vector)| self.parts(chunk, vector)).collect();
        let stored = self.engine.db().transaction(Actor::System, |conn| -> RepoResult<_> {
            jobs::hold_storing(conn, self.lease)?;
            write_embeddings(conn, &rows)?;
            chunk_parts::insert(conn, &parts)
        });
        match stored {
            // A chunk of the batch or its document was deleted in the meantime: the next pass reads the remaining chunks.
            Err(RepoError::Conflict(constraint)) if constraint.ends_with("_fkey") => Ok(()),
            other => Ok(other?),
        }
    }

    fn embedding(&self, chunk: &LackingChunk, vector: &PartedVector) -> NewEmbedding {
        NewEmbedding {
            model_id: self.model.id(),
            passage_id: chunk.id,
            version_id: Some(chunk.version_id),
            collection_id: self.collection,
            embedding: HalfVector::from_f32_slice(&vector.whole),
        }
    }

    fn parts(&self, chunk: &LackingChunk, vector: &PartedVector) -> Option<ChunkParts> {
        Some(ChunkParts {
            chunk_id: chunk.id,
            collection_id: self.collection,
            model_id: self.model.id(),
            parts: chunk.parts.clone()?,
            vectors: part_vectors::pack(&vector.parts, vector.whole.len()),
        })
    }

    /// Returns the number of chunks that have their vectors, and of all chunks.
    fn progress(&self, conn: &mut PgConnection) -> RepoResult<Progress> {
        let total = reembedding::chunk_count(conn, self.collection)?;
        let done = embedding_models::vector_count(conn, self.model.id(), self.collection)?;
        Ok(Progress { stage: JobStage::Embedding, done, total: Some(total.max(done)) })
    }

    /// Changes the collection's model and finishes the job in one transaction, if every chunk has its vector. Otherwise holds
    /// back ingest for a while, so that the number of remaining chunks falls. Returns whether the model has changed.
    fn end(&self) -> EngineResult<bool> {
        Ok(self.engine.db().transaction(Actor::System, |conn| -> RepoResult<_> {
            jobs::hold(conn, self.lease)?;
            // Transactions that store chunks take these locks in the same order.
            reembedding::hold_ingest(conn, self.collection, HOLD_INGEST_S)?;
            collections::lock(conn, self.collection)?;
            if !reembedding::lacking(conn, self.collection, self.model.id(), None, 1)?.is_empty() {
                return Ok(false);
            }
            let progress = self.progress(conn)?;
            jobs::advance(conn, self.lease, self.engine.settings().ingest.lease_s, &progress)?;
            reembedding::change_model(conn, self.collection, self.model.id())?;
            jobs::finish(conn, self.lease, JobState::Done, None)?;
            Ok(true)
        })?)
    }
}

/// Returns the embedder's input for a chunk; the chunk's text is the end of `text`.
fn input<'t>(chunk: &LackingChunk, text: &'t str) -> PartedText<'t> {
    let name_bytes = text.len() - chunk.text.len();
    let parts =
        chunk.parts.as_ref().and_then(|parts| Vec::<Part>::deserialize(parts).ok()).unwrap_or_default();
    PartedText::at(text, name_bytes, parts.iter().map(|part| part.vector_range(&chunk.text)))
}
