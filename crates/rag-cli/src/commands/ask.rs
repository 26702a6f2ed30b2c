//! `rag ask`: prints the answer as it is written, then its citations.

use std::{future::Future, process::ExitCode};

use rag_engine::{
    Engine, EngineError, EngineResult,
    answer::{
        Answer, Citation, CitedOrigin, Event, Place, Question, Steps, TurnLog, TurnReader, run as run_turn,
    },
};
use rag_schema::{
    enums::{Outcome as Ending, StopReason},
    ids::SessionId,
};
use tokio_util::sync::CancellationToken;

use super::answer_json::AnswerJson;
use crate::{
    args::Ask,
    config::Config,
    failure::{Exit, Failure, Outcome},
    output,
    runtime::Context,
};

/// Asks the question and prints the answer; "not found" and an unsupported answer are exit code 1.
pub(crate) fn run(config: Config, args: &Ask) -> Outcome<ExitCode> {
    let text = args.question.join(" ");
    if text.trim().is_empty() {
        return Err(Failure::new(Exit::Usage, "the question is empty"));
    }
    let context = Context::open(config)?;
    let engine = &context.engine;
    let collection = args.collection.as_deref().map(|name| context.collection(name)).transpose()?;
    let question = Question {
        actor: engine.local_actor(),
        user: engine.local_user().id,
        session: args.session.map(SessionId::from),
        place: Place::End,
        text,
        instructions: args.instructions.clone(),
        collections: collection.iter().map(|collection| collection.id).collect(),
        filter: args.filter.clone(),
        as_of: args.as_of,
        understanding: None,
        ranking: None,
        conversation: None,
    };
    // A model's answer is shown while it is written; an extractive one is complete at once.
    let is_streamed = engine.chat().is_some() && !args.json;
    let answer = turn(engine, question, is_streamed, |answer| {
        if args.json {
            output::json(&AnswerJson::from(answer));
        } else {
            show(answer, is_streamed, || context.advice_if_empty().ok().flatten());
        }
    })?;
    Ok(if answer.outcome == Ending::Answered { ExitCode::SUCCESS } else { Exit::Failed.into() })
}

/// Runs the turn, and prints its text as it is written if `shown`. Ctrl-C ends it early and keeps the written part. `finish` gets the
/// answer before the summary of a long conversation is written.
pub(super) fn turn(
    engine: &Engine,
    question: Question,
    shown: bool,
    finish: impl FnOnce(&Answer),
) -> Outcome<Answer> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let stop = CancellationToken::new();
        let (log, reader) = TurnLog::new();
        let steps = OnThreads(engine.clone());
        let turn = run_turn(engine, &steps, question, &log, &stop);
        let print = async { follow(reader, shown).await.inspect(finish) };
        let interrupt = async {
            if tokio::signal::ctrl_c().await.is_ok() {
                stop.cancel();
            }
            std::future::pending().await
        };
        tokio::select! {
            ((), ended) = async { tokio::join!(turn, print) } => ended,
            never = interrupt => never,
        }
    })
}

/// Returns the answer, after its text was printed.
async fn follow(mut reader: TurnReader, shown: bool) -> Outcome<Answer> {
    while let Some(event) = reader.next().await {
        match &*event {
            Event::Token(piece) if shown => output::piece(piece),
            Event::Done(answer) => return Ok(answer.clone()),
            Event::Failed(error) => return Err(Failure::from(error)),
            Event::Sources(sources) => {
                for warning in &sources.warnings {
                    output::note(format!("warning: {warning}"));
                }
            }
            Event::Begun(_) | Event::Thought(_) | Event::Token(_) | Event::Citation(_) => {}
        }
    }
    Err(Failure::new(Exit::Failed, "the turn ended without an answer"))
}

/// Runs steps on the runtime's blocking threads, so that Ctrl-C is handled in the meantime.
struct OnThreads(Engine);

impl OnThreads {
    async fn run<T: Send + 'static>(
        &self,
        step: impl FnOnce(&Engine) -> EngineResult<T> + Send + 'static,
    ) -> EngineResult<T> {
        let engine = self.0.clone();
        let ended = tokio::task::spawn_blocking(move || step(&engine)).await;
        ended.unwrap_or_else(|stopped| Err(EngineError::Bug(Box::new(stopped))))
    }
}

impl Steps for OnThreads {
    fn database<T: Send + 'static>(
        &self,
        step: impl FnOnce(&Engine) -> EngineResult<T> + Send + 'static,
    ) -> impl Future<Output = EngineResult<T>> {
        self.run(step)
    }

    fn models<T: Send + 'static>(
        &self,
        step: impl FnOnce(&Engine) -> EngineResult<T> + Send + 'static,
    ) -> impl Future<Output = EngineResult<T>> {
        self.run(step)
    }
}

fn show(answer: &Answer, is_streamed: bool, advice_if_empty: impl FnOnce() -> Option<&'static str>) {
    output::line(if is_streamed { "" } else { &answer.text });
    if !answer.citations.is_empty() {
        output::line("");
    }
    answer.citations.iter().for_each(cite);
    let notice = if is_streamed { answer.notice_after_stream() } else { answer.notice };
    notice.into_iter().for_each(output::line);
    if answer.outcome == Ending::NotFound {
        output::line(advice_if_empty().unwrap_or("`rag search` shows the passages that come nearest."));
    }
    if let Some(reason) = answer.stop_reason {
        output::line(match reason {
            StopReason::Asker | StopReason::Shutdown => "The answer was interrupted.",
            StopReason::Length => "The answer reached its maximum length (answer.max_answer_chars).",
            StopReason::Time => "The turn reached its maximum time (answer.max_time_s).",
        });
    }
    for told in &answer.remembered {
        match (&told.step_id, &told.reason) {
            (Some(step), _) => {
                output::line(format!("remembered ({}): {}  step {step}", told.outcome, told.content));
            }
            (None, reason) => {
                output::line(format!("not remembered: {}", reason.as_deref().unwrap_or_default()));
            }
        }
    }
    output::line(format!("\nby {}, session {}", answer.answered_by, answer.session_id));
}

fn cite(citation: &Citation) {
    let place = output::place(&citation.title, citation.page, &citation.heading_path);
    output::line(format!("[{}] {place}: \"{}\"", citation.marker, output::short(&citation.quote, 300)));
    let check = if citation.supported { "supported" } else { "NOT supported by the passage" };
    let origin = match citation.origin {
        CitedOrigin::Document(id, _) => format!("document {id}"),
        CitedOrigin::Memory(since) => format!("memory {} of {}", citation.chunk_id, since.format("%Y-%m-%d")),
        CitedOrigin::Round(session, date) => format!("conversation {session} of {}", date.format("%Y-%m-%d")),
        CitedOrigin::Tool => format!("tool {}", citation.title),
    };
    output::line(format!("    {origin}, {check}"));
}
