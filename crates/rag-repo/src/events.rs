//! Events for analytics: written in batches, read by page; their partitions are made ahead and dropped.

use std::collections::{HashMap, HashSet};

use diesel::{prelude::*, sql_types::Integer};
use rag_schema::{
    ids::{CollectionId, EventId, LinkId, OrganisationId, SessionId, UserId},
    models::Event,
    schema::{chat_sessions, collection_links, collections, events, users},
};

use crate::{Page, RepoResult};

/// What an event's organisation is found by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// The person who acted.
    User(UserId),
    /// The link whose bearer acted.
    Link(LinkId),
    /// The collection that a worker worked for.
    Collection(CollectionId),
}

/// The organisations of those sources that are still there. Users stay until the transaction ends, so that their events can be
/// inserted.
pub fn organisations(
    conn: &mut PgConnection,
    sources: &[Source],
) -> RepoResult<HashMap<Source, OrganisationId>> {
    let (mut people, mut links, mut rooms) = (Vec::new(), Vec::new(), Vec::new());
    for source in sources {
        match *source {
            Source::User(id) => people.push(id),
            Source::Link(id) => links.push(id),
            Source::Collection(id) => rooms.push(id),
        }
    }
    let mut found = HashMap::new();
    if !people.is_empty() {
        let rows: Vec<(UserId, OrganisationId)> = users::table
            .filter(users::id.eq_any(people))
            .order(users::id)
            .select((users::id, users::organisation_id))
            .for_key_share()
            .load(conn)?;
        found.extend(rows.into_iter().map(|(id, organisation)| (Source::User(id), organisation)));
    }
    if !links.is_empty() {
        let rows: Vec<(LinkId, OrganisationId)> = collection_links::table
            .inner_join(collections::table)
            .filter(collection_links::id.eq_any(links))
            .select((collection_links::id, collections::organisation_id))
            .load(conn)?;
        found.extend(rows.into_iter().map(|(id, organisation)| (Source::Link(id), organisation)));
    }
    if !rooms.is_empty() {
        let rows: Vec<(CollectionId, OrganisationId)> = collections::table
            .filter(collections::id.eq_any(rooms))
            .select((collections::id, collections::organisation_id))
            .load(conn)?;
        found.extend(rows.into_iter().map(|(id, organisation)| (Source::Collection(id), organisation)));
    }
    Ok(found)
}

/// Those of the sessions that are still there. They stay until the transaction ends.
pub fn open_sessions(conn: &mut PgConnection, sessions: &[SessionId]) -> RepoResult<HashSet<SessionId>> {
    let open: Vec<SessionId> = chat_sessions::table
        .filter(chat_sessions::id.eq_any(sessions))
        .order(chat_sessions::id)
        .select(chat_sessions::id)
        .for_key_share()
        .load(conn)?;
    Ok(open.into_iter().collect())
}

/// Inserts events and says how many. An event that was stored before is left alone.
pub fn insert(conn: &mut PgConnection, rows: &[Event]) -> RepoResult<usize> {
    Ok(diesel::insert_into(events::table).values(rows).on_conflict_do_nothing().execute(conn)?)
}

/// Somebody's events, newest first.
pub fn list_by_user(conn: &mut PgConnection, user: UserId, page: Page) -> RepoResult<Vec<Event>> {
    let mut query = events::table
        .filter(events::user_id.eq(user))
        .select(Event::as_select())
        .order(events::id.desc())
        .limit(page.limit)
        .into_boxed();
    if let Some(after) = page.after {
        query = query.filter(events::id.lt(EventId::from(after)));
    }
    Ok(query.load(conn)?)
}

/// How many events somebody has.
pub fn count_by_user(conn: &mut PgConnection, user: UserId) -> RepoResult<i64> {
    Ok(events::table.filter(events::user_id.eq(user)).count().get_result(conn)?)
}

/// What `keep_partitions` changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Kept {
    /// Partitions made.
    #[diesel(sql_type = Integer)]
    pub created: i32,
    /// Partitions dropped.
    #[diesel(sql_type = Integer)]
    pub dropped: i32,
}

/// Makes the partitions of this month and of `months_ahead` more, moves events that had none into theirs, and drops months older
/// than the `keep_months` before this one. For upkeep; several processes may do so at once.
pub fn keep_partitions(conn: &mut PgConnection, months_ahead: i32, keep_months: i32) -> RepoResult<Kept> {
    Ok(diesel::sql_query(include_str!("keep_partitions.sql"))
        .bind::<Integer, _>(months_ahead)
        .bind::<Integer, _>(keep_months)
        .get_result(conn)?)
}
