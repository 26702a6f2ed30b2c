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

/// Writes a turn's events in the form that one kind of client reads.
pub(crate) trait EventWriter: 'static {
    /// The event with number `id`; empty for one that this kind of client does not get.
    fn event(&mut self, id: usize, event: &Event) -> String;

    /// The last event of a stream that the server ends.
    fn refusal(&mut self, id: usize, error: &ApiError) -> String;
}

/// Our own events.
struct OwnEvents;

impl EventWriter for OwnEvents {
    fn event(&mut self, id: usize, event: &Event) -> String {
        render(id, event)
    }

    fn refusal(&mut self, id: usize, error: &ApiError) -> String {
        frame(id, "error", &error.problem(None))
    }
}

/// The events from the reader's position on, and heartbeats while there are none.
pub(crate) fn respond(app: &App, req: &HttpRequest, proof: Proof, reader: TurnReader) -> HttpResponse {
    respond_with(app, req, proof, reader, OwnEvents)
}

/// As `respond`, in the form of the writer.
pub(crate) fn respond_with(
    app: &App,
    req: &HttpRequest,
    proof: Proof,
    reader: TurnReader,
    writer: impl EventWriter,
) -> HttpResponse {
    let watched = Watched::default();
    if let Some(connection) = Connection::of_request(req) {
        rt::spawn(watch(app.clone(), proof, connection, watched.clone()));
    }
    let pause = Duration::from_millis(app.settings.heartbeat_ms.max(1));
    HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(("x-accel-buffering", "no"))
        .streaming(Box::pin(frames(reader, writer, watched, pause)))
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

fn frames<W: EventWriter>(
    reader: TurnReader,
    writer: W,
    watched: Watched,
    pause: Duration,
) -> impl Stream<Item = Result<Bytes, Infallible>> {
    let guard = watched.ended.clone().drop_guard();
    let state: Option<(TurnReader, W, Watched, DropGuard)> = Some((reader, writer, watched, guard));
    stream::unfold(state, move |state| async move {
        let (mut reader, mut writer, watched, guard) = state?;
        watched.taken.fetch_add(1, Ordering::Relaxed);
        let frame = select! {
            biased;
            () = watched.revoked.cancelled() => {
                let text = writer.refusal(reader.position() + 1, &revoked());
                return Some((Ok(Bytes::from(text)), None));
            }
            event = reader.next() => writer.event(reader.position(), &*event?),
            () = sleep(pause) => ": still here\n\n".to_owned(),
        };
        Some((Ok(Bytes::from(frame)), Some((reader, writer, watched, guard))))
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
