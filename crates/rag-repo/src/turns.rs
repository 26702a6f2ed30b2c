//! Turns: their leases, their requests to stop, and the events of their streams.

use diesel::{
    dsl::{IntervalDsl, now},
    prelude::*,
    sql_types::{Array, BigInt, Integer, Timestamptz, Uuid},
};
use rag_schema::{
    ids::{MessageId, SessionId},
    models::{NewTurn, TurnEvents, TurnRow},
    schema::{turn_events, turns},
};

use crate::{RepoError, RepoResult};

/// Inserts a turn that its process must renew within `lease_s` seconds.
pub fn insert(conn: &mut PgConnection, new: &NewTurn<'_>, lease_s: i64) -> RepoResult<()> {
    diesel::insert_into(turns::table)
        .values((new, turns::alive_until.eq(now.into_sql::<Timestamptz>() + lease_s.seconds())))
        .execute(conn)?;
    Ok(())
}

/// The turn of an answer; not found after upkeep has deleted it.
pub fn find(conn: &mut PgConnection, session: SessionId, message: MessageId) -> RepoResult<TurnRow> {
    Ok(turns::table
        .find(message)
        .filter(turns::session_id.eq(session))
        .select(TurnRow::as_select())
        .first(conn)?)
}

/// Turns of the session that run, oldest first.
pub fn list_running(conn: &mut PgConnection, session: SessionId) -> RepoResult<Vec<TurnRow>> {
    Ok(turns::table
        .filter(turns::session_id.eq(session))
        .filter(turns::ended_at.is_null())
        .select(TurnRow::as_select())
        .order(turns::message_id)
        .load(conn)?)
}

/// Renews the leases of turns for `lease_s` seconds from now. Returns each turn that runs, with whether it shall stop.
pub fn renew(
    conn: &mut PgConnection,
    messages: &[MessageId],
    lease_s: i64,
) -> RepoResult<Vec<(MessageId, bool)>> {
    Ok(diesel::update(turns::table.filter(turns::message_id.eq_any(messages)))
        .filter(turns::ended_at.is_null())
        .set(turns::alive_until.eq(now.into_sql::<Timestamptz>() + lease_s.seconds()))
        .returning((turns::message_id, turns::is_stop_requested))
        .get_results(conn)?)
}

/// Asks the process of a turn to stop it. Changes nothing for a turn that has ended.
pub fn request_stop(conn: &mut PgConnection, session: SessionId, message: MessageId) -> RepoResult<()> {
    let turn = turns::table.filter(turns::message_id.eq(message)).filter(turns::session_id.eq(session));
    let asked = diesel::update(turn).set(turns::is_stop_requested.eq(true)).execute(conn)?;
    if asked == 0 { Err(RepoError::NotFound) } else { Ok(()) }
}

/// Notes that the chat model is asked, with an estimate of the tokens that it reads.
pub fn note_request(conn: &mut PgConnection, message: MessageId, prompt_tokens: u32) -> RepoResult<()> {
    let prompt_tokens = i32::try_from(prompt_tokens).unwrap_or(i32::MAX);
    diesel::update(turns::table.filter(turns::message_id.eq(message)))
        .set(turns::prompt_tokens.eq(Some(prompt_tokens)))
        .execute(conn)?;
    Ok(())
}

/// Marks a turn as ended. Returns `false` for a turn that had ended before or is deleted.
pub fn end(conn: &mut PgConnection, message: MessageId, event_count: i32) -> RepoResult<bool> {
    let turn = turns::table.filter(turns::message_id.eq(message)).filter(turns::ended_at.is_null());
    let ended = diesel::update(turn)
        .set((
            turns::ended_at.eq(now.into_sql::<Timestamptz>().nullable()),
            turns::event_count.eq(Some(event_count)),
        ))
        .execute(conn)?;
    Ok(ended > 0)
}

/// Turns whose process has not renewed their lease in time, at most `limit`.
pub fn list_abandoned(conn: &mut PgConnection, limit: i64) -> RepoResult<Vec<TurnRow>> {
    Ok(turns::table
        .filter(turns::ended_at.is_null())
        .filter(turns::alive_until.lt(now.into_sql::<Timestamptz>()))
        .select(TurnRow::as_select())
        .order(turns::message_id)
        .limit(limit)
        .load(conn)?)
}

/// Those of the turns that run, each with the number of its events that are stored. They cannot be deleted until the transaction ends.
pub fn hold_running(conn: &mut PgConnection, messages: &[MessageId]) -> RepoResult<Vec<(MessageId, i32)>> {
    let held: Vec<HeldTurn> = diesel::sql_query(include_str!("hold_running_turns.sql"))
        .bind::<Array<Uuid>, _>(messages)
        .load(conn)?;
    Ok(held.into_iter().map(|turn| (turn.message_id, turn.event_count)).collect())
}

#[derive(Debug, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct HeldTurn {
    #[diesel(sql_type = Uuid)]
    message_id: MessageId,
    #[diesel(sql_type = Integer)]
    event_count: i32,
}

/// The number of events of each of the turns that is still there; `None` for a turn that runs.
pub fn event_counts(
    conn: &mut PgConnection,
    messages: &[MessageId],
) -> RepoResult<Vec<(MessageId, Option<i32>)>> {
    Ok(turns::table
        .filter(turns::message_id.eq_any(messages))
        .select((turns::message_id, turns::event_count))
        .load(conn)?)
}

/// Those of the turns that are still there, running or ended.
pub fn list_existing(conn: &mut PgConnection, messages: &[MessageId]) -> RepoResult<Vec<MessageId>> {
    Ok(turns::table.filter(turns::message_id.eq_any(messages)).select(turns::message_id).load(conn)?)
}

/// Inserts events.
pub fn insert_events(conn: &mut PgConnection, events: &[TurnEvents]) -> RepoResult<()> {
    diesel::insert_into(turn_events::table).values(events).execute(conn)?;
    Ok(())
}

/// All events of a turn that are stored, in order.
pub fn list_events(conn: &mut PgConnection, message: MessageId) -> RepoResult<Vec<TurnEvents>> {
    Ok(turn_events::table
        .filter(turn_events::message_id.eq(message))
        .select(TurnEvents::as_select())
        .order(turn_events::position)
        .load(conn)?)
}

/// Events of several turns, those of each from its position on; at most `limit` rows, by turn and position.
pub fn events_after(
    conn: &mut PgConnection,
    wanted: &[(MessageId, i32)],
    limit: i64,
) -> RepoResult<Vec<TurnEvents>> {
    let (messages, positions): (Vec<MessageId>, Vec<i32>) = wanted.iter().copied().unzip();
    Ok(diesel::sql_query(include_str!("turn_events_after.sql"))
        .bind::<Array<Uuid>, _>(messages)
        .bind::<Array<Integer>, _>(positions)
        .bind::<BigInt, _>(limit)
        .load(conn)?)
}

/// Deletes up to `limit` turns that ended more than `hours` ago, with their events, and returns their number.
pub fn delete_ended(conn: &mut PgConnection, hours: i32, limit: i64) -> RepoResult<usize> {
    let ended: Vec<MessageId> = turns::table
        .filter(turns::ended_at.lt((now.into_sql::<Timestamptz>() - hours.hours()).nullable()))
        .order(turns::ended_at)
        .limit(limit)
        .select(turns::message_id)
        .load(conn)?;
    Ok(diesel::delete(turns::table.filter(turns::message_id.eq_any(ended))).execute(conn)?)
}
