//! A turn's log as server-sent events, one frame an event, numbered alike; ends when the caller's proof does.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use actix_web::{HttpRequest, HttpResponse, http::header, rt};
use bytes::Bytes;
use futures_util::{Stream, stream};
use rag_engine::answer::{Event, TurnReader};
use serde::Serialize;
use tokio::{
    select,
    time::{Instant, sleep},
};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::{
    answers::{AnswerView, CitationView, SourcesView, TokenView},
    app::App,
    auth::Proof,
    connection::Connection,
    problem::{ApiError, Code},
};

/// How long an open stream goes on before its caller's proof is checked again, and how long its last event may take to be read.
const PROOF_HOLDS: Duration = Duration::from_secs(2);
/// How long a client may read nothing. Heartbeats fill the connection of a client that does not read.
const MAX_STALL: Duration = Duration::from_mins(1);

/// The events from the reader's position on, and heartbeats while there are none.
pub(crate) fn respond(app: &App, req: &HttpRequest, proof: Proof, reader: TurnReader) -> HttpResponse {
    let watched = Watched::default();
    if let Some(connection) = Connection::of_request(req) {
        rt::spawn(watch(app.clone(), proof, connection, watched.clone()));
    }
    let pause = Duration::from_millis(app.settings.heartbeat_ms.max(1));
    HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(("x-accel-buffering", "no"))
        .streaming(Box::pin(frames(reader, watched, pause)))
}

/// What the body of a stream and its watcher know of each other.
#[derive(Clone, Default)]
struct Watched {
    /// Cancelled when the caller's proof holds no longer.
    revoked: CancellationToken,
    /// Cancelled when the body ends.
    ended: CancellationToken,
    /// Frames that the connection has taken.
    taken: Arc<AtomicUsize>,
}

fn frames(
    reader: TurnReader,
    watched: Watched,
    pause: Duration,
) -> impl Stream<Item = Result<Bytes, Infallible>> {
    let guard = watched.ended.clone().drop_guard();
    let state: Option<(TurnReader, Watched, DropGuard)> = Some((reader, watched, guard));
    stream::unfold(state, move |state| async move {
        let (mut reader, watched, guard) = state?;
        watched.taken.fetch_add(1, Ordering::Relaxed);
        let frame = select! {
            biased;
            () = watched.revoked.cancelled() => {
                let text = frame(reader.position() + 1, "error", &revoked().problem(None));
                return Some((Ok(Bytes::from(text)), None));
            }
            event = reader.next() => render(reader.position(), &*event?),
            () = sleep(pause) => ": still here\n\n".to_owned(),
        };
        Some((Ok(Bytes::from(frame)), Some((reader, watched, guard))))
    })
}

/// Ends the stream of a caller whose proof is withdrawn, and closes the connection of a client that does not read.
async fn watch(app: App, proof: Proof, connection: Connection, watched: Watched) {
    let (mut taken, mut since) = (0, Instant::now());
    loop {
        select! {
            () = watched.ended.cancelled() => return,
            () = app.shutdown.cancelled() => break,
            () = sleep(PROOF_HOLDS) => {}
        }
        if !app.holds(proof).await {
            watched.revoked.cancel();
            break;
        }
        let now_taken = watched.taken.load(Ordering::Relaxed);
        if now_taken != taken {
            (taken, since) = (now_taken, Instant::now());
        } else if since.elapsed() > MAX_STALL {
            break;
        }
    }
    select! {
        () = watched.ended.cancelled() => {}
        () = sleep(PROOF_HOLDS) => connection.close(),
    }
}

fn render(id: usize, event: &Event) -> String {
    match event {
        Event::Sources(sources) => frame(id, "sources", &SourcesView::from(sources)),
        Event::Token(text) => frame(id, "token", &TokenView { text: text.clone() }),
        Event::Citation(citation) => frame(id, "citation", &CitationView::from(citation.clone())),
        Event::Done(answer) => frame(id, "done", &AnswerView::from(answer)),
        Event::Failed(error) => frame(id, "error", &ApiError::from(error).problem(None)),
    }
}

fn frame(id: usize, name: &str, data: &impl Serialize) -> String {
    // JSON has no bare line breaks, so one data line holds it.
    let data = serde_json::to_string(data).unwrap_or_default();
    format!("id: {id}\nevent: {name}\ndata: {data}\n\n")
}

fn revoked() -> ApiError {
    ApiError::new(Code::Unauthorized, "The key or login that this was asked with is no longer valid.")
}
