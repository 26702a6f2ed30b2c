//! A turn from the question to the stored answer: the same for HTTP, the command line and whatever else asks.

use std::{
    future::Future,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::StreamExt;
use rag_llm::{Delta, DeltaStream, FinishReason, LlmError, Writer};
use rag_schema::enums::{Outcome, SessionMemory, StopReason};
use tokio::time::{Instant as Deadline, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use super::{
    cited::RememberedStatement,
    log::{Event, TurnLog},
    markup::MarkupFilter,
    record::{Ending, interrupted},
    running::RunningTurn,
    steps::unprepared,
    types::{Begun, Place, Plan, Prepared, Question, Written},
};
use crate::{Engine, EngineError, EngineResult, jobs::is_outage};

/// How long an answer is kept for a database that is away, and how long while the asker or the server wants to end.
const RECORD_PATIENCE: Duration = Duration::from_secs(30);
const RECORD_PATIENCE_STOPPED: Duration = Duration::from_secs(2);
/// Pause between two attempts to store an answer.
const RECORD_PAUSE: Duration = Duration::from_millis(500);

/// Runs the blocking steps of a turn where they may block.
pub trait Steps {
    /// Runs a step that asks the database.
    fn database<T: Send + 'static>(
        &self,
        step: impl FnOnce(&Engine) -> EngineResult<T> + Send + 'static,
    ) -> impl Future<Output = EngineResult<T>>;

    /// Runs a step that asks models and waits for them, and may ask the database between.
    fn models<T: Send + 'static>(
        &self,
        step: impl FnOnce(&Engine) -> EngineResult<T> + Send + 'static,
    ) -> impl Future<Output = EngineResult<T>>;
}

/// Answers the question and writes each event to the log, `Event::Done` or `Event::Failed` last.
///
/// The turn ends early when its user asks for it, when the log's last reader is dropped unless the log outlives its readers, when its
/// session is deleted, when `shutdown` is cancelled, when the answer reaches its maximum length, and when the turn reaches its
/// maximum time. The part that is written by then is stored.
///
/// Returns after the last event, once the summary of a long conversation is stored.
pub async fn run(
    engine: &Engine,
    steps: &impl Steps,
    question: Question,
    log: &TurnLog,
    shutdown: &CancellationToken,
) {
    let turn = Turn { engine, steps, log, shutdown, question: Arc::new(question) };
    if let Err(error) = turn.run().await {
        log.append(Event::Failed(error));
    }
}

struct Turn<'a, S> {
    engine: &'a Engine,
    steps: &'a S,
    log: &'a TurnLog,
    shutdown: &'a CancellationToken,
    question: Arc<Question>,
}

impl<S: Steps> Turn<'_, S> {
    /// Writes the last event itself, unless it returns an error.
    async fn run(&self) -> EngineResult<()> {
        if self.shutdown.is_cancelled() {
            return Err(EngineError::Unavailable("The server is stopping."));
        }
        let question = Arc::clone(&self.question);
        let begun = Arc::new(self.steps.database(move |engine| engine.begin_turn(&question)).await?);
        let running = self.enter(&begun);
        let stop = Stop { turn: self, running: &running, deadline: self.deadline(&begun) };
        let (prepared, written, failure) = match self.prepare(&begun, &stop).await {
            Ok(prepared) => {
                self.log.append(Event::Sources(prepared.sources.clone()));
                let (written, failure) = self.write(&prepared.plan, &stop).await;
                (prepared, written, failure)
            }
            Err((written, failure)) => (unprepared(&begun), written, failure),
        };
        if running.turn.ended_elsewhere.is_cancelled() {
            return Err(interrupted());
        }
        let has_failed = failure.is_some();
        let is_deleted = running.turn.deleted.is_cancelled();
        let remembered = if is_deleted { Vec::new() } else { self.remember(&begun).await };
        self.record(Ending {
            question: Arc::clone(&self.question),
            begun: Arc::clone(&begun),
            prepared,
            written,
            remembered,
            failure: failure.map(|error| Arc::new(Event::Failed(error))),
            recording: self.log.recording().cloned(),
        })
        .await?;
        drop(running);
        if has_failed || self.question.conversation.is_some() {
            return Ok(());
        }
        if let Err(error) = self.steps.database(Engine::queue_rounds).await {
            // A worker looks for answers without rounds again.
            tracing::debug!(%error, "cannot queue the index of a round");
        }
        if self.engine.keeps_summaries() {
            self.after_turn("keep the summary of a conversation", self.write_summary(Arc::clone(&begun)))
                .await;
        }
        self.after_turn("remember facts that the chat model finds", self.remember_found(begun)).await;
        Ok(())
    }

    /// Runs a task of a turn that has ended, so nobody waits for it, until the server stops. If it fails, no answer is worse: the next
    /// prompt has the newest messages that fit.
    async fn after_turn(&self, task: &'static str, work: impl Future<Output = EngineResult<()>>) {
        let done = tokio::select! {
            biased;
            () = self.shutdown.cancelled() => Ok(()),
            done = work => done,
        };
        if let Err(error) = done {
            tracing::debug!(%error, "cannot {task}");
        }
    }

    /// Remembers the statements of the question, if the conversation writes memories. A question that is answered again states nothing
    /// new, and what was undone since stays so.
    async fn remember(&self, begun: &Arc<Begun>) -> Vec<RememberedStatement> {
        if begun.memory != SessionMemory::ReadWrite || matches!(self.question.place, Place::Again(_)) {
            return Vec::new();
        }
        let (question, shared) = (Arc::clone(&self.question), Arc::clone(begun));
        let remembered = self.steps.models(move |engine| Ok(engine.remember_statements(&question, &shared)));
        remembered.await.unwrap_or_default()
    }

    /// Has the chat model look for facts in the question, and remembers them.
    async fn remember_found(&self, begun: Arc<Begun>) -> EngineResult<()> {
        let (question, shared) = (Arc::clone(&self.question), Arc::clone(&begun));
        let plan = self.steps.database(move |engine| engine.plan_facts(&question, &shared));
        let Some(request) = plan.await? else { return Ok(()) };
        let Some(completion) = self.engine.ask_for_facts(request).await else { return Ok(()) };
        let question = Arc::clone(&self.question);
        self.steps.models(move |engine| engine.remember_found(&question, &begun, &completion)).await
    }

    /// Has the chat model summarise a conversation that no longer fits into a prompt.
    async fn write_summary(&self, begun: Arc<Begun>) -> EngineResult<()> {
        let (question, shared) = (Arc::clone(&self.question), Arc::clone(&begun));
        let plan = self.steps.database(move |engine| engine.plan_summary(&question, &shared));
        let Some(task) = plan.await? else { return Ok(()) };
        let Some(completion) = self.engine.write_summary(&task).await else { return Ok(()) };
        let question = Arc::clone(&self.question);
        self.steps.database(move |engine| engine.store_summary(&question, &begun, (&task, &completion))).await
    }

    /// Enters the turn among those that run, and tells its ids, unless nothing of it is stored.
    fn enter(&self, begun: &Begun) -> RunningTurn<'_> {
        let (turns, user) = (self.engine.running_turns(), self.question.user);
        if self.question.conversation.is_some() {
            return turns.run_unstored(begun.ids(), user);
        }
        let transcript = self.log.recording().map(|recording| Arc::clone(&recording.transcript));
        let running = turns.enter(begun.ids(), user, transcript);
        self.log.append(Event::Begun(begun.ids()));
        running
    }

    fn deadline(&self, begun: &Begun) -> Deadline {
        Deadline::from_std(begun.at + self.engine.settings().answer.max_time)
    }

    /// The evidence, or the text that is stored instead of an answer.
    async fn prepare(&self, begun: &Arc<Begun>, stop: &Stop<'_, S>) -> Result<Prepared, Ended> {
        let (question, shared) = (Arc::clone(&self.question), Arc::clone(begun));
        let prepare = self.steps.models(move |engine| engine.prepare_turn(&question, &shared));
        let prepared = tokio::select! {
            biased;
            reason = stop.reason() => return Err(stopped(String::new(), reason)),
            prepared = prepare => prepared,
        };
        prepared.map_err(|error| (Written::new(String::new(), Outcome::Failed), Some(error)))
    }

    #[tracing::instrument(name = "write_answer", level = "debug", skip_all)]
    async fn write(&self, plan: &Plan, stop: &Stop<'_, S>) -> Ended {
        match (plan, self.engine.chat()) {
            (Plan::Ready(written), _) => {
                let mut draft = self.draft();
                for sentence in written.text.split_inclusive(['\n', '.', '!', '?']) {
                    draft.push(sentence);
                }
                (Written { text: draft.finish(), ..written.clone() }, None)
            }
            (Plan::Stream(request), Some(model)) => {
                let (mut writer, mut thought_chars) = (None, 0);
                let noted = (&mut writer, &mut thought_chars);
                let ended = self.write_by_model(model.stream(request.clone()), noted, stop).await;
                (Written { thought_chars, writer, ..ended.0 }, ended.1)
            }
            (Plan::Stream(_), None) => {
                failed(String::new(), LlmError::BadConfig("there is no chat model".to_owned()))
            }
        }
    }

    /// Lets the model write until it ends, fails or is stopped.
    async fn write_by_model(
        &self,
        mut pieces: DeltaStream,
        (writer, thought_chars): (&mut Option<Writer>, &mut usize),
        stop: &Stop<'_, S>,
    ) -> Ended {
        let mut draft = self.draft();
        let max_chars = self.engine.settings().answer.max_answer_chars;
        let (mut room, mut room_for_thoughts) = (max_chars, max_chars);
        loop {
            let piece = tokio::select! {
                biased;
                reason = stop.reason() => return stopped(draft.finish(), reason),
                piece = pieces.next() => piece,
            };
            match piece {
                Some(Ok(Delta::Writer(found))) => *writer = Some(found),
                Some(Ok(Delta::Text(piece))) => draft.push(&take_chars(piece, &mut room)),
                Some(Ok(Delta::Thought(piece))) => {
                    *thought_chars += piece.chars().count();
                    self.log.append(Event::Thought(take_chars(piece, &mut room_for_thoughts)));
                }
                Some(Ok(Delta::WereThoughts)) => {
                    draft = self.draft();
                    *thought_chars += max_chars - room;
                    room_for_thoughts = room_for_thoughts.min(room);
                    room = max_chars;
                }
                Some(Ok(Delta::End { reason, usage })) => return ended(draft.finish(), reason, usage),
                Some(Err(error)) => return failed(draft.finish(), error),
                None => {
                    let error = LlmError::Interrupted("it ended without a last word".to_owned());
                    return failed(draft.finish(), error);
                }
            }
            if room == 0 || room_for_thoughts == 0 {
                return stopped(draft.finish(), StopReason::Length);
            }
        }
    }

    fn draft(&self) -> Draft<'_> {
        let hosts = &self.engine.settings().answer.link_hosts;
        Draft { text: String::new(), filter: MarkupFilter::new(hosts), log: self.log }
    }

    /// Stores the answer, again while the database is away: a model's answer cannot be had a second time.
    async fn record(&self, ending: Ending) -> EngineResult<()> {
        let since = Instant::now();
        let session = ending.begun.message.session_id;
        let ending = Arc::new(ending);
        loop {
            let shared = Arc::clone(&ending);
            let patience =
                if self.shutdown.is_cancelled() { RECORD_PATIENCE_STOPPED } else { RECORD_PATIENCE };
            match self.steps.database(move |engine| engine.record_turn(&shared)).await {
                Err(error) if is_outage(&error) && since.elapsed() < patience => {
                    sleep(RECORD_PAUSE).await;
                }
                Err(error) => {
                    tracing::error!(%session, %error, "cannot store an answer");
                    return Err(error);
                }
                Ok(events) => {
                    for event in events {
                        self.log.append_recorded(event);
                    }
                    return Ok(());
                }
            }
        }
    }
}

/// At most `room` characters of a piece; `room` becomes less by their number.
fn take_chars(piece: String, room: &mut usize) -> String {
    let count = piece.chars().count();
    if count <= *room {
        *room -= count;
        return piece;
    }
    piece.chars().take(std::mem::take(room)).collect()
}

/// The text of an answer while it is written; each safe part goes to the log.
struct Draft<'a> {
    text: String,
    filter: MarkupFilter<'a>,
    log: &'a TurnLog,
}

impl Draft<'_> {
    fn push(&mut self, piece: &str) {
        let safe = self.filter.push(piece);
        self.append(safe);
    }

    fn finish(mut self) -> String {
        let safe = self.filter.finish();
        self.append(safe);
        self.text
    }

    fn append(&mut self, safe: String) {
        if !safe.is_empty() {
            self.text.push_str(&safe);
            self.log.append(Event::Token(safe));
        }
    }
}

/// An answer's text and its end, and the failure to report.
type Ended = (Written, Option<EngineError>);

fn stopped(text: String, reason: StopReason) -> Ended {
    (Written::stopped(text, reason), None)
}

fn failed(text: String, error: LlmError) -> Ended {
    tracing::warn!(%error, "the chat model failed");
    (Written::new(text, Outcome::Failed), Some(EngineError::chat_model(error)))
}

fn ended(text: String, reason: FinishReason, usage: Option<rag_llm::Usage>) -> Ended {
    match reason {
        FinishReason::Length if text.trim().is_empty() => failed(text, LlmError::NoRoom),
        _ if text.trim().is_empty() && reason != FinishReason::ContentFilter => {
            failed(text, LlmError::BadAnswer("it is empty".to_owned()))
        }
        FinishReason::Length => (Written { usage, ..Written::stopped(text, StopReason::Length) }, None),
        FinishReason::ContentFilter => {
            failed(text, LlmError::Interrupted("the server withheld the rest".to_owned()))
        }
        _ => (Written::by_model(text, usage), None),
    }
}

/// Everything that ends a turn early.
struct Stop<'a, S> {
    turn: &'a Turn<'a, S>,
    running: &'a RunningTurn<'a>,
    deadline: Deadline,
}

impl<S> Stop<'_, S> {
    /// Returns once the turn is to end, with the reason that an answer stores.
    async fn reason(&self) -> StopReason {
        tokio::select! {
            () = self.turn.log.is_abandoned() => StopReason::Asker,
            () = self.running.turn.stopped.cancelled() => StopReason::Asker,
            () = self.running.turn.deleted.cancelled() => StopReason::Asker,
            () = self.running.turn.ended_elsewhere.cancelled() => StopReason::Asker,
            () = self.turn.shutdown.cancelled() => StopReason::Shutdown,
            () = sleep_until(self.deadline) => StopReason::Time,
        }
    }
}
