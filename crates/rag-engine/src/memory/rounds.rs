//! Rounds of conversations: indexes each question with its answer, so that recalls find it; answers nothing.

use rag_repo::{
    Actor, PgConnection, RepoResult, jobs,
    jobs::{Lease, Progress},
    rounds::{self, LackingRound},
};
use rag_schema::{
    enums::{CollectionKind, JobStage, JobState, PassageKind},
    ids::{MessageId, PassageId},
    models::{Job, NewRound, RoundsTask, Task},
};

use crate::{
    Engine, EngineError, EngineResult,
    answer::without_markers,
    jobs::{Shift, is_outage},
    rooms::{Room, SearchRows},
};

/// Number of rounds that are embedded and stored together.
const BATCH: i64 = 64;
/// Priority of the job: that of uploads, because the next conversation may need the round.
const PRIORITY: i16 = 0;

impl Engine {
    /// Queues the job that indexes rounds, unless one is open or the settings switch rounds off.
    pub(crate) fn queue_rounds(&self) -> EngineResult<()> {
        if !self.settings().memory.index_rounds {
            return Ok(());
        }
        let task = Task::Rounds(RoundsTask {});
        let queued = self.db().transaction(Actor::System, |conn| {
            jobs::schedule(conn, &task, "rounds of conversations", PRIORITY, 0)
        })?;
        if queued {
            self.announce_work();
        }
        Ok(())
    }

    /// As `queue_rounds`, if an answer lacks its round: one that an earlier version stored, or whose process ended before it could queue
    /// the job.
    pub(crate) fn queue_lacking_rounds(&self) -> EngineResult<()> {
        if !self.settings().memory.index_rounds || self.lacking_rounds(1)?.is_empty() {
            return Ok(());
        }
        self.queue_rounds()
    }

    /// Returns the number of rounds that lack their index.
    pub(crate) fn count_lacking_rounds(&self) -> EngineResult<i64> {
        let models = self.models().ids();
        Ok(self.db().transaction(Actor::System, |conn| rounds::count_lacking(conn, &models))?)
    }

    fn lacking_rounds(&self, limit: i64) -> EngineResult<Vec<LackingRound>> {
        let models = self.models().ids();
        Ok(self.db().transaction(Actor::System, |conn| rounds::list_lacking(conn, &models, limit))?)
    }
}

/// Indexes all rounds that lack it, until the work is over. Returns an error if the database or a model is unavailable.
pub(crate) fn work_on(engine: &Engine, job: &Job, shift: &Shift<'_>) -> EngineResult<()> {
    let Err(error) = index_lacking(engine, Lease::from(job), shift) else { return Ok(()) };
    engine.settle_job(job, &error);
    if is_outage(&error) { Err(error) } else { Ok(()) }
}

fn index_lacking(engine: &Engine, lease: Lease, shift: &Shift<'_>) -> EngineResult<()> {
    let mut done = 0;
    if !engine.settings().memory.index_rounds {
        // The setting was switched off after the job was queued.
        engine.db().transaction(Actor::System, |conn| jobs::finish(conn, lease, JobState::Done, None))?;
        return Ok(());
    }
    while !shift.is_over(lease.job) {
        let mut batch = engine.lacking_rounds(BATCH)?;
        let is_last = batch.len() < usize::try_from(BATCH).unwrap_or(usize::MAX);
        batch.sort_by_key(|round| (round.user_id, round.answer_id));
        for of_user in batch.chunk_by(|a, b| a.user_id == b.user_id) {
            done += index(engine, lease, of_user)?;
            let progress = Progress { stage: JobStage::Embedding, done, total: None };
            shift.held.report(lease.job, progress);
        }
        if is_last {
            engine.db().transaction(Actor::System, |conn| jobs::finish(conn, lease, JobState::Done, None))?;
            // A turn that ended just before found this job open and queued none.
            return engine.queue_lacking_rounds();
        }
        (shift.between_sections)();
    }
    Ok(())
}

/// Indexes rounds of one user, and returns their number.
fn index(engine: &Engine, lease: Lease, lacking: &[LackingRound]) -> EngineResult<i64> {
    let Some(first) = lacking.first() else { return Ok(0) };
    let room = match engine.make_room(Actor::System, first.user_id, CollectionKind::Rounds) {
        // The user was erased meanwhile, and the rounds with them.
        Err(EngineError::NotFound(_)) => return Ok(0),
        other => other?,
    };
    let texts: Vec<String> = lacking.iter().map(|round| without_markers(&round.text())).collect();
    let vectors =
        room.model.embedder().embed_documents(&texts.iter().map(String::as_str).collect::<Vec<_>>())?;
    let drafts: Vec<(NewRound, SearchRows)> = lacking
        .iter()
        .zip(texts.iter().zip(&vectors))
        .map(|(round, (text, vector))| {
            let id = PassageId::new();
            let LackingRound { answer_id, session_id, user_id, said_at, .. } = *round;
            let new = NewRound { id, answer_id, session_id, user_id, said_at };
            (new, engine.rows_of(&room, id, ("", text), vector))
        })
        .collect();
    Ok(engine.db().transaction(Actor::System, |conn| -> RepoResult<_> {
        jobs::hold_storing(conn, lease)?;
        let answers: Vec<MessageId> = lacking.iter().map(|round| round.answer_id).collect();
        let open = rounds::lock_lacking(conn, &answers)?;
        store(conn, &room, drafts.iter().filter(|(round, _)| open.contains(&round.answer_id)))
    })?)
}

fn store<'d>(
    conn: &mut PgConnection,
    room: &Room<'_>,
    drafts: impl Iterator<Item = &'d (NewRound, SearchRows)>,
) -> RepoResult<i64> {
    let (mut new, mut passages, mut embeddings, mut words) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (round, rows) in drafts {
        new.push(round.clone());
        passages.push(room.passage(round.id, PassageKind::Round));
        embeddings.push(rows.embedding.clone());
        words.push(rows.words.clone());
    }
    if !new.is_empty() {
        rounds::insert(conn, &new, &passages, (&embeddings, &words))?;
    }
    Ok(i64::try_from(new.len()).unwrap_or(i64::MAX))
}
