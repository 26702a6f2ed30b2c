//! The thread that keeps turns in the database: a few transactions a second for all turns of the process, none while it has no turn.

use std::{
    collections::HashMap,
    io,
    sync::{Arc, MutexGuard},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use rag_repo::{Actor, Db, RepoResult, turns};
use rag_schema::{ids::MessageId, models::TurnEvents};

use super::{
    control::{Ends, interrupt},
    running::{OwnTurn, RunningTurns},
    transcript::{Transcript, to_position},
};
use crate::EngineResult;

/// Time between two writes of new events, which is the delay of readers in other processes.
const TICK: Duration = Duration::from_millis(100);
/// Time between two renewals of leases, which is the delay of a request to stop from another process.
const RENEWAL: Duration = Duration::from_secs(1);
/// How long a turn lives without a renewal, in seconds.
pub(super) const LEASE_S: i64 = 10;
/// Time between two searches for turns whose process has died.
const SWEEP: Duration = Duration::from_secs(2);
/// Pause before the next search after the database was away: the other processes renew their leases first.
const SWEEP_AFTER_OUTAGE: Duration = Duration::from_secs(10);
/// Pause after an error.
const RETRY: Duration = Duration::from_millis(500);
/// Rows of events read in one transaction, and turns ended in one search.
const MAX_ROWS: i64 = 1_000;
const MAX_ABANDONED: i64 = 100;

/// Keeps the turns of a process. Dropping it ends the thread.
#[derive(Debug)]
pub(crate) struct TurnKeeper {
    turns: Arc<RunningTurns>,
    thread: Option<JoinHandle<()>>,
}

impl TurnKeeper {
    /// Starts the thread.
    pub(super) fn start(db: Db, turns: Arc<RunningTurns>, ends: Ends) -> io::Result<Self> {
        let kept = Arc::clone(&turns);
        let thread = thread::Builder::new().name("turns".to_owned()).spawn(move || run(&db, &kept, &ends))?;
        Ok(Self { turns, thread: Some(thread) })
    }
}

impl Drop for TurnKeeper {
    fn drop(&mut self) {
        self.turns.close();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the keeper of turns panicked");
        }
    }
}

fn run(db: &Db, turns: &RunningTurns, ends: &Ends) {
    let mut next_renewal = Instant::now();
    let mut next_sweep = next_renewal;
    while turns.wait_for_turns(next_sweep.saturating_duration_since(Instant::now())) {
        let now = Instant::now();
        let is_renewal = now >= next_renewal;
        let kept = keep(db, turns, is_renewal);
        if is_renewal && kept.is_ok() {
            next_renewal = now + RENEWAL;
        }
        if let Err(error) = &kept {
            tracing::debug!(%error, "cannot keep turns");
            next_sweep = now + SWEEP_AFTER_OUTAGE;
            turns.pause(RETRY);
        } else if now >= next_sweep {
            let swept = sweep(db, turns, ends);
            next_sweep = now + if swept.is_ok() { SWEEP } else { SWEEP_AFTER_OUTAGE };
            if let Err(error) = swept {
                tracing::debug!(%error, "cannot look for turns whose process has died");
            }
        } else {
            turns.pause(TICK);
        }
    }
}

/// A turn whose events are being stored.
struct Unsaved<'a> {
    turn: &'a OwnTurn,
    transcript: &'a Transcript,
    saved: MutexGuard<'a, usize>,
}

/// The result of one transaction.
#[derive(Default)]
struct Kept {
    /// By turn that runs, the number of its events that are stored now.
    stored: HashMap<MessageId, usize>,
    counts: HashMap<MessageId, Option<i32>>,
    rows: Vec<TurnEvents>,
}

/// Renews the leases of this process's turns, and stores and reads events. The leases have a transaction of their own: they are renewed
/// even if the events of a turn cannot be stored.
fn keep(db: &Db, turns: &RunningTurns, is_renewal: bool) -> RepoResult<()> {
    let own = turns.own();
    if is_renewal && !own.is_empty() {
        renew(db, &own)?;
    }
    keep_events(db, turns, &own)
}

/// Renews leases, and ends the turns that are to stop, that have ended elsewhere, or whose session is deleted.
fn renew(db: &Db, own: &[Arc<OwnTurn>]) -> RepoResult<()> {
    let ids: Vec<MessageId> = own.iter().map(|turn| turn.ids.message_id).collect();
    let (renewed, existing) = db.transaction(Actor::System, |conn| -> RepoResult<_> {
        let renewed: HashMap<MessageId, bool> = turns::renew(conn, &ids, LEASE_S)?.into_iter().collect();
        let missing: Vec<MessageId> = ids.iter().copied().filter(|id| !renewed.contains_key(id)).collect();
        let existing = if missing.is_empty() { Vec::new() } else { turns::list_existing(conn, &missing)? };
        Ok((renewed, existing))
    })?;
    for turn in own {
        match renewed.get(&turn.ids.message_id) {
            Some(true) => turn.stopped.cancel(),
            Some(false) => {}
            None if existing.contains(&turn.ids.message_id) => turn.ended_elsewhere.cancel(),
            None => turn.deleted.cancel(),
        }
    }
    Ok(())
}

/// Stores new events and reads the new events of followed turns, in one transaction.
fn keep_events(db: &Db, turns: &RunningTurns, own: &[Arc<OwnTurn>]) -> RepoResult<()> {
    let followed = turns.followed();
    let mut unsaved: Vec<Unsaved<'_>> = own.iter().filter_map(|turn| unsaved_events(turn)).collect();
    if unsaved.is_empty() && followed.is_empty() {
        return Ok(());
    }
    let storing: Vec<MessageId> = unsaved.iter().map(|unsaved| unsaved.turn.ids.message_id).collect();
    let wanted: Vec<(MessageId, i32)> =
        followed.iter().map(|(id, transcript)| (*id, to_position(transcript.len()))).collect();
    let following: Vec<MessageId> = followed.iter().map(|(id, _)| *id).collect();
    let kept = db.transaction(Actor::System, |conn| -> RepoResult<_> {
        let mut kept = Kept::default();
        if !storing.is_empty() {
            // Events of a session that was deleted have no place. What the database has is asked each time: the success of an earlier
            // transaction may not have been seen.
            let held: HashMap<MessageId, i32> = turns::hold_running(conn, &storing)?.into_iter().collect();
            let mut rows = Vec::new();
            for Unsaved { turn, transcript, .. } in &unsaved {
                let Some(count) = held.get(&turn.ids.message_id) else { continue };
                let stored = usize::try_from(*count).unwrap_or_default();
                let row = transcript.unsaved(stored, &[], (turn.ids.message_id, turn.user));
                let added = row.as_ref().map_or(0, |row| row.names.len());
                kept.stored.insert(turn.ids.message_id, stored + added);
                rows.extend(row);
            }
            turns::insert_events(conn, &rows)?;
        }
        if !following.is_empty() {
            // Counted first: a turn that has ended by now has all its events.
            kept.counts = turns::event_counts(conn, &following)?.into_iter().collect();
            kept.rows = turns::events_after(conn, &wanted, MAX_ROWS)?;
        }
        Ok(kept)
    })?;
    for Unsaved { turn, transcript, saved } in &mut unsaved {
        // The events of a turn that does not run any more are given up.
        **saved = kept.stored.get(&turn.ids.message_id).copied().unwrap_or_else(|| transcript.len());
    }
    hand_on(turns, followed, &kept.counts, kept.rows);
    Ok(())
}

fn unsaved_events(turn: &OwnTurn) -> Option<Unsaved<'_>> {
    let transcript = turn.transcript.as_ref()?;
    // The turn's last step stores the rest itself.
    let saved = transcript.try_lock_saved()?;
    (transcript.len() > *saved).then_some(Unsaved { turn, transcript, saved })
}

/// Hands new events to the readers of followed turns.
fn hand_on(
    turns: &RunningTurns,
    followed: Vec<(MessageId, Arc<Transcript>)>,
    counts: &HashMap<MessageId, Option<i32>>,
    rows: Vec<TurnEvents>,
) {
    let followed: HashMap<MessageId, Arc<Transcript>> = followed.into_iter().collect();
    for row in rows {
        if let Some(transcript) = followed.get(&row.message_id) {
            transcript.append_row(row);
        }
    }
    for (id, transcript) in followed {
        match counts.get(&id) {
            Some(Some(count)) if to_position(transcript.len()) >= *count => {
                transcript.append([], true);
                turns.forget(id);
            }
            Some(_) => {}
            None => turns.forget(id),
        }
    }
}

/// Ends the turns whose process has died. One that cannot be ended does not keep the others from their end.
fn sweep(db: &Db, turns: &RunningTurns, ends: &Ends) -> EngineResult<()> {
    let abandoned = db.read(Actor::System, |conn| turns::list_abandoned(conn, MAX_ABANDONED))?;
    let mut result = Ok(());
    for turn in abandoned.iter().filter(|turn| !turns.is_own(turn.message_id)) {
        let session = turn.session_id;
        match db.transaction(Actor::System, |conn| interrupt(conn, turn, ends)) {
            Ok(()) => tracing::warn!(%session, "an answer was interrupted: its server has died"),
            Err(error) => result = Err(error),
        }
    }
    result
}
