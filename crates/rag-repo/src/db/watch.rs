//! Asks one server for its position, again and again, on a thread and a connection of its own: a server that hangs holds up nothing else.

use std::{
    sync::mpsc::{self, RecvTimeoutError, Sender},
    thread,
    time::{Duration, Instant},
};

use diesel::{
    PgConnection,
    prelude::*,
    sql_types::{BigInt, Bool},
};

use super::{seen::Position, standing::Sample};
use crate::{RepoResult, server};

#[derive(QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct Found {
    #[diesel(sql_type = BigInt)]
    position: Position,
    #[diesel(sql_type = Bool)]
    is_replica: bool,
    #[diesel(sql_type = BigInt)]
    system: i64,
}

/// Ends its thread when it is dropped, after the question that is open.
pub(super) type Watch = Sender<()>;

/// Starts to ask the server at `url`. `note` gets the answer, or `None` if there is none.
pub(super) fn watch(
    url: String,
    every: Duration,
    mut note: impl FnMut(Option<Sample>) + Send + 'static,
) -> Watch {
    let (watch, end) = mpsc::channel();
    thread::spawn(move || {
        let mut connection = None;
        while end.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
            let sample = ask(&url, &mut connection);
            if let Err(error) = &sample {
                tracing::debug!(%error, "a server does not say its position");
                connection = None;
            }
            note(sample.ok());
        }
    });
    watch
}

fn ask(url: &str, connection: &mut Option<PgConnection>) -> RepoResult<Sample> {
    let conn = match connection {
        Some(conn) => conn,
        None => connection.insert(server::connect(url)?),
    };
    let at = Instant::now();
    let Found { position, is_replica, system } =
        diesel::sql_query(include_str!("ask.sql")).get_result(conn)?;
    Ok(Sample { at, position, is_replica, system })
}
