//! The thread that keeps turns in the database: a few transactions a second for all turns of the process, none while it has no turn.

use std::{
    collections::{HashMap, HashSet},
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

/// Events of a turn that are being stored.
struct Unsaved<'a> {
    saved: MutexGuard<'a, usize>,
    row: TurnEvents,
}

/// The result of one transaction.
#[derive(Default)]
struct Kept {
    renewed: Option<Vec<(MessageId, bool)>>,
    counts: HashMap<MessageId, Option<i32>>,
    rows: Vec<TurnEvents>,
}

/// Stores new events, renews leases, and reads the new events of followed turns, all in one transaction.
fn keep(db: &Db, turns: &RunningTurns, is_renewal: bool) -> RepoResult<()> {
    let own = turns.own();
    let followed = turns.followed();
    let mut unsaved: Vec<Unsaved<'_>> = own.iter().filter_map(|turn| unsaved_events(turn)).collect();
    let renewing = is_renewal && !own.is_empty();
    if !renewing && unsaved.is_empty() && followed.is_empty() {
        return Ok(());
    }
    let ids: Vec<MessageId> = own.iter().map(|turn| turn.ids.message_id).collect();
    let storing: Vec<MessageId> = unsaved.iter().map(|unsaved| unsaved.row.message_id).collect();
    let wanted: Vec<(MessageId, i32)> =
        followed.iter().map(|(id, transcript)| (*id, to_position(transcript.len()))).collect();
    let following: Vec<MessageId> = followed.iter().map(|(id, _)| *id).collect();
    let kept = db.transaction(Actor::System, |conn| -> RepoResult<_> {
        let mut kept = Kept::default();
        if renewing {
            kept.renewed = Some(turns::renew(conn, &ids, LEASE_S)?);
        }
        if !storing.is_empty() {
            // Events of a session that was deleted have no place.
            let held: HashSet<MessageId> = turns::hold_running(conn, &storing)?.into_iter().collect();
            let rows = unsaved.iter().map(|unsaved| &unsaved.row);
            let rows: Vec<TurnEvents> = rows.filter(|row| held.contains(&row.message_id)).cloned().collect();
            turns::insert_events(conn, &rows)?;
        }
        if !following.is_empty() {
            // Counted first: a turn that has ended by now has all its events.
            kept.counts = turns::event_counts(conn, &following)?.into_iter().collect();
            kept.rows = turns::events_after(conn, &wanted, MAX_ROWS)?;
        }
        Ok(kept)
    })?;
    for stored in &mut unsaved {
        *stored.saved += stored.row.names.len();
    }
    if let Some(renewed) = kept.renewed {
        hear(&own, &renewed.into_iter().collect());
    }
    hand_on(turns, followed, &kept.counts, kept.rows);
    Ok(())
}

fn unsaved_events(turn: &OwnTurn) -> Option<Unsaved<'_>> {
    let transcript = turn.transcript.as_ref()?;
    // The turn's last step stores the rest itself.
    let saved = transcript.try_lock_saved()?;
    let row = transcript.unsaved(*saved, &[], (turn.ids.message_id, turn.user))?;
    Some(Unsaved { saved, row })
}

/// Stops the turns that are to stop, and those whose session is deleted.
fn hear(own: &[Arc<OwnTurn>], renewed: &HashMap<MessageId, bool>) {
    for turn in own {
        match renewed.get(&turn.ids.message_id) {
            Some(true) => turn.stopped.cancel(),
            Some(false) => {}
            None => turn.deleted.cancel(),
        }
    }
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
