//! Sends server-sent events, such as those of a turn's transcript; ends when the caller's proof is no longer valid.

use std::{
    convert::Infallible,
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use actix_web::{HttpRequest, HttpResponse, http::header, rt};
use bytes::Bytes;
use futures_util::{Stream, stream};
use rag_engine::answer::{Event, Frame, TranscriptReader, TurnReader};
use serde::Serialize;
use tokio::{
    select,
    time::{Instant, sleep},
};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::{
    answers::{AnswerView, CitationView, SourcesView, TokenView, TurnIdsView},
    app::App,
    auth::Proof,
    connection::Connection,
    problem::{ApiError, Code},
};

/// Interval at which the proof of an open stream's caller is checked; also the maximum time for reading its last event.
const PROOF_HOLDS: Duration = Duration::from_secs(2);
/// Maximum time for which a client may read nothing. Heartbeats fill the connection of a client that does not read.
const MAX_STALL: Duration = Duration::from_mins(1);

/// Reads events, such as those of a turn.
pub(crate) trait EventReader: 'static {
    /// An event.
    type Event;

    /// Returns the next event; `None` after the last one, and when the server stops. Cancelling the future loses no event.
    fn next(&mut self) -> impl Future<Output = Option<Arc<Self::Event>>>;

    /// Returns the number of events that have been read.
    fn position(&self) -> usize;

    /// Returns whether there are no further events in any process.
    fn has_ended(&self) -> bool;
}

impl EventReader for TranscriptReader {
    type Event = Frame;

    fn next(&mut self) -> impl Future<Output = Option<Arc<Frame>>> {
        self.next()
    }

    fn position(&self) -> usize {
        self.position()
    }

    fn has_ended(&self) -> bool {
        self.has_ended()
    }
}

impl EventReader for TurnReader {
    type Event = Event;

    fn next(&mut self) -> impl Future<Output = Option<Arc<Event>>> {
        self.next()
    }

    fn position(&self) -> usize {
        self.position()
    }

    /// A log lives as long as its turn.
    fn has_ended(&self) -> bool {
        true
    }
}

/// Writes events in the format of one kind of client.
pub(crate) trait EventWriter<E>: 'static {
    /// Returns the event with number `id`, from 1; empty if this kind of client does not receive it.
    fn event(&mut self, id: usize, event: &E) -> String;

    /// Returns the last event of a stream that the server ends.
    fn refusal(&mut self, error: &ApiError) -> String;
}

/// The events of our own API: the frames with their numbers.
struct OwnEvents;

impl EventWriter<Frame> for OwnEvents {
    fn event(&mut self, id: usize, frame: &Frame) -> String {
        format!("id: {id}\nevent: {}\ndata: {}\n\n", frame.name, frame.data)
    }

    /// It has no id: the turn continues, and its events have the numbers.
    fn refusal(&mut self, error: &ApiError) -> String {
        format!("event: error\ndata: {}\n\n", to_json(&error.problem(None)))
    }
}

/// Responds with the events after the reader's position, and heartbeats while there are none.
pub(crate) fn respond(app: &App, req: &HttpRequest, proof: Proof, reader: TranscriptReader) -> HttpResponse {
    respond_with(app, req, proof, reader, OwnEvents)
}

/// As `respond`, in the format of the writer.
pub(crate) fn respond_with<R: EventReader>(
    app: &App,
    req: &HttpRequest,
    proof: Proof,
    reader: R,
    writer: impl EventWriter<R::Event>,
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

/// Counts an open stream until it is dropped.
struct Counted;

impl Counted {
    fn new() -> Self {
        metrics::gauge!("rag_streams_open").increment(1.0);
        Self
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        metrics::gauge!("rag_streams_open").decrement(1.0);
    }
}

/// The state that the body of a stream and its watcher share.
#[derive(Clone, Default)]
struct Watched {
    /// Cancelled when the caller's proof becomes invalid.
    revoked: CancellationToken,
    /// Cancelled when the body ends.
    ended: CancellationToken,
    /// Number of frames that the connection has accepted.
    taken: Arc<AtomicUsize>,
}

fn frames<R: EventReader, W: EventWriter<R::Event>>(
    reader: R,
    writer: W,
    watched: Watched,
    pause: Duration,
) -> impl Stream<Item = Result<Bytes, Infallible>> {
    let guard = (watched.ended.clone().drop_guard(), Counted::new());
    let state: Option<(R, W, Watched, (DropGuard, Counted))> = Some((reader, writer, watched, guard));
    stream::unfold(state, move |state| async move {
        let (mut reader, mut writer, watched, guard) = state?;
        watched.taken.fetch_add(1, Ordering::Relaxed);
        let text = select! {
            biased;
            () = watched.revoked.cancelled() => {
                let text = writer.refusal(&revoked());
                return Some((Ok(Bytes::from(text)), None));
            }
            event = reader.next() => match event {
                Some(event) => writer.event(reader.position(), &event),
                None if reader.has_ended() => return None,
                // The turn continues in another process, where the client can resume it.
                None => return Some((Ok(Bytes::from(writer.refusal(&stopping()))), None)),
            },
            () = sleep(pause) => ": still here\n\n".to_owned(),
        };
        Some((Ok(Bytes::from(text)), Some((reader, writer, watched, guard))))
    })
}

/// Ends the stream of a caller whose proof is revoked, and closes the connection of a client that does not read.
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

/// Returns the name and the data of an event; `Encode` of all transcripts.
pub(crate) fn encode(event: &Event) -> (&'static str, String) {
    match event {
        Event::Begun(ids) => ("turn", to_json(&TurnIdsView::from(ids))),
        Event::Sources(sources) => ("sources", to_json(&SourcesView::from(sources))),
        Event::Thought(text) => ("thought", to_json(&TokenView { text: text.clone() })),
        Event::Token(text) => ("token", to_json(&TokenView { text: text.clone() })),
        Event::Citation(citation) => ("citation", to_json(&CitationView::from(citation.clone()))),
        Event::Done(answer) => ("done", to_json(&AnswerView::from(answer))),
        Event::Failed(error) => ("error", to_json(&ApiError::from(error).problem(None))),
    }
}

/// JSON contains no bare line breaks, so it fits on one data line.
pub(crate) fn to_json(data: &impl Serialize) -> String {
    serde_json::to_string(data).unwrap_or_default()
}

/// Returns the error at the end of a stream that its client can resume in another process.
pub(crate) fn stopping() -> ApiError {
    ApiError::new(Code::Unavailable, "The server is stopping.")
}

fn revoked() -> ApiError {
    ApiError::new(Code::Unauthorized, "The key or login that this was asked with is no longer valid.")
}
