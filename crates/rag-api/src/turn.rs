//! One turn as a task of its own: prepare, write, record. It tells its listener, and ends properly without one.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::StreamExt;
use rag_engine::{
    Actor,
    answer::{Answer, AskRequest, Plan, Prepared, Written},
    retrieve::Understanding,
};
use rag_llm::{ChatRequest, Delta, LlmError};
use rag_repo::{filter::Filter, sessions};
use rag_schema::{
    enums::Outcome,
    ids::{CollectionId, SessionId, UserId},
    models::NewChatSession,
};
use tokio::{
    sync::mpsc::{Receiver, Sender, channel},
    time::sleep,
};

use crate::{
    answers::{AnswerView, SourcesView},
    app::App,
    problem::{ApiError, ApiResult, Code},
};

/// Events that may wait for a slow listener.
const WAITING_EVENTS: usize = 64;
/// Characters of a question that make the title of its session.
const TITLE_CHARS: usize = 80;
/// How long an answer is kept for a database that is away, and the pause between attempts to store it.
const RECORD_PATIENCE: Duration = Duration::from_secs(30);
const RECORD_PAUSE: Duration = Duration::from_millis(500);

/// What a turn tells.
#[derive(Debug)]
pub(crate) enum Event {
    /// Passages are found.
    Sources(SourcesView),
    /// A piece of the answer.
    Token(String),
    /// The answer is stored.
    Done(AnswerView),
    /// It failed; the last event.
    Error(ApiError),
}

/// A question.
pub(crate) struct Question {
    pub(crate) actor: Actor,
    pub(crate) user: UserId,
    /// Without one, a session is made.
    pub(crate) session: Option<SessionId>,
    pub(crate) text: String,
    pub(crate) collections: Vec<CollectionId>,
    pub(crate) filter: Option<Filter>,
    pub(crate) understanding: Understanding,
}

/// Starts the turn. It goes on when the receiver is dropped: a model is stopped then, and what it wrote is recorded.
pub(crate) fn start(app: &App, question: Question) -> Receiver<Event> {
    let (listener, events) = channel(WAITING_EVENTS);
    let task = run(app.clone(), question, listener);
    actix_web::rt::spawn(app.turns.track_future(task));
    events
}

async fn run(app: App, question: Question, listener: Sender<Event>) {
    // A listener that has gone needs no events; the turn goes on.
    if let Err(error) = turn(&app, question, &listener).await {
        let _ = listener.send(Event::Error(error)).await;
    }
}

async fn turn(app: &App, question: Question, listener: &Sender<Event>) -> ApiResult<()> {
    if app.shutdown.is_cancelled() {
        return Err(ApiError::new(Code::Unavailable, "The server is stopping."));
    }
    let prepared = prepare(app, question).await?;
    let _ = listener.send(Event::Sources(SourcesView::from(&prepared))).await;
    let (written, failure) = match &prepared.plan {
        Plan::Ready(written) => {
            tell(written, listener).await;
            (written.clone(), None)
        }
        Plan::Stream(request) => by_model(app, request.clone(), listener).await,
    };
    let answer = record(app, prepared, written).await?;
    if let Some(failure) = failure {
        Err(failure)
    } else {
        let _ = listener.send(Event::Done(answer.into())).await;
        Ok(())
    }
}

/// Stores the answer, trying again while the database is away: it cannot be had a second time.
async fn record(app: &App, prepared: Prepared, written: Written) -> ApiResult<Answer> {
    let ended = Instant::now();
    let turn = Arc::new((prepared, written));
    loop {
        let shared = Arc::clone(&turn);
        let recorded = app.blocking_patiently(move |engine| Ok(engine.record(&shared.0, &shared.1)?)).await;
        match recorded {
            Err(ApiError { code: Code::Unavailable, .. })
                if ended.elapsed() < RECORD_PATIENCE && !app.shutdown.is_cancelled() =>
            {
                sleep(RECORD_PAUSE).await;
            }
            Err(error) => {
                tracing::error!(session = %turn.0.question.session_id, "an answer could not be stored");
                return Err(error);
            }
            Ok(answer) => return Ok(answer),
        }
    }
}

async fn prepare(app: &App, question: Question) -> ApiResult<Prepared> {
    let Question { actor, user, session, text, collections, filter, understanding } = question;
    app.blocking(move |engine| {
        let request = |session| AskRequest {
            session,
            question: &text,
            collections: &collections,
            filter: filter.as_ref(),
            understanding: Some(understanding),
        };
        if let Some(session) = session {
            return Ok(engine.prepare(actor, &request(session))?);
        }
        let title: String = text.trim().chars().take(TITLE_CHARS).collect();
        let new = NewChatSession { id: SessionId::new(), user_id: user, title: &title };
        let session = engine.db().transaction(actor, |conn| sessions::insert(conn, &new))?.id;
        engine.prepare(actor, &request(session)).map_err(|refusal| {
            if let Err(error) = engine.db().transaction(actor, |conn| sessions::delete(conn, session)) {
                tracing::warn!(%error, %session, "a session without a turn stays");
            }
            refusal.into()
        })
    })
    .await
}

/// Tells a finished text sentence by sentence.
async fn tell(written: &Written, listener: &Sender<Event>) {
    for sentence in written.text.split_inclusive(['\n', '.', '!', '?']) {
        if listener.send(Event::Token(sentence.to_owned())).await.is_err() {
            break;
        }
    }
}

/// Lets the model write until it ends, fails, or nobody listens any more.
async fn by_model(app: &App, request: ChatRequest, listener: &Sender<Event>) -> (Written, Option<ApiError>) {
    let Some(model) = app.engine.chat() else {
        return failed(String::new(), &LlmError::BadConfig("there is no chat model".to_owned()));
    };
    let mut pieces = model.stream(request);
    let mut text = String::new();
    loop {
        let piece = tokio::select! {
            biased;
            () = listener.closed() => return (Written::by_model(text, None, true), None),
            () = app.shutdown.cancelled() => return (Written::by_model(text, None, true), None),
            piece = pieces.next() => piece,
        };
        match piece {
            Some(Ok(Delta::Text(piece))) => {
                text.push_str(&piece);
                tokio::select! {
                    biased;
                    () = app.shutdown.cancelled() => {}
                    // Whether the listener has gone shows at the top of the loop.
                    _ = listener.send(Event::Token(piece)) => {}
                }
            }
            Some(Ok(Delta::End { usage, .. })) => return (Written::by_model(text, usage, false), None),
            Some(Err(error)) => return failed(text, &error),
            None => return failed(text, &LlmError::Interrupted("it ended without saying so".to_owned())),
        }
    }
}

fn failed(text: String, error: &LlmError) -> (Written, Option<ApiError>) {
    tracing::warn!(%error, "the chat model failed");
    let problem = ApiError::new(Code::ModelFailed, "The chat model failed or broke off. Ask again later.");
    (Written::new(text, Outcome::Failed), Some(problem))
}
