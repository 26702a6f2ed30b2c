//! `rag ask`: the answer as it comes, then what it rests on.

use std::{process::ExitCode, sync::Arc};

use futures_util::StreamExt;
use rag_engine::answer::{Answer, AskRequest, Citation, Plan, Written};
use rag_llm::{ChatModel, ChatRequest, Delta, LlmError};
use rag_repo::sessions;
use rag_schema::{enums::Outcome as Ending, ids::SessionId, models::NewChatSession};

use crate::{
    args::Ask,
    config::Config,
    failure::{Exit, Failure, Outcome},
    output,
    runtime::Context,
};

/// Longest title of a session, in characters.
const TITLE_CHARS: usize = 100;

/// Asks and prints; "not found" is exit code 1.
pub(crate) fn run(config: Config, args: &Ask) -> Outcome<ExitCode> {
    let question = args.question.join(" ");
    if question.trim().is_empty() {
        return Err(Failure::new(Exit::Usage, "the question is empty"));
    }
    let context = Context::open(config)?;
    let engine = &context.engine;
    let collection = args.collection.as_deref().map(|name| context.collection(name)).transpose()?;
    let collections: Vec<_> = collection.iter().map(|collection| collection.id).collect();
    let session = match args.session {
        Some(id) => SessionId::from(id),
        None => begin_session(&context, &question)?,
    };
    let request = AskRequest {
        session,
        question: &question,
        collections: &collections,
        filter: args.filter.as_ref(),
        understanding: None,
    };
    let prepared = engine.prepare(engine.local_actor(), &request)?;
    let (written, failed) = match (&prepared.plan, engine.chat()) {
        (Plan::Stream(request), Some(chat)) => stream(chat, request.clone(), !args.json)?,
        (Plan::Ready(written), _) => (written.clone(), None),
        (Plan::Stream(_), None) => {
            return Err(Failure::new(Exit::Failed, "there is no chat model to answer"));
        }
    };
    let is_streamed = matches!(prepared.plan, Plan::Stream(_)) && !args.json;
    let answer = engine.record(&prepared, &written)?;
    if let Some(error) = failed {
        return Err(error.into());
    }
    if args.json {
        output::json(&answer);
    } else {
        show(&answer, is_streamed);
    }
    Ok(if answer.outcome == Ending::Answered { ExitCode::SUCCESS } else { Exit::Failed.into() })
}

fn begin_session(context: &Context, question: &str) -> Outcome<SessionId> {
    let user_id = context.engine.local_user().id;
    let title: String = output::short(question, TITLE_CHARS);
    let title = if title.is_empty() { "Untitled" } else { &title };
    let new = NewChatSession { id: SessionId::new(), user_id, title };
    Ok(context.engine.db().transaction(context.engine.local_actor(), |conn| sessions::insert(conn, &new))?.id)
}

/// What the model wrote, printed as it came when `shown`; Ctrl-C ends it early and keeps what there is.
fn stream(
    chat: &Arc<dyn ChatModel>,
    request: ChatRequest,
    shown: bool,
) -> Outcome<(Written, Option<LlmError>)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let (mut text, mut tokens) = (String::new(), None);
        let mut deltas = chat.stream(request);
        let stopped = loop {
            let delta = tokio::select! {
                delta = deltas.next() => delta,
                _ = tokio::signal::ctrl_c() => break true,
            };
            match delta {
                Some(Ok(Delta::Text(piece))) => {
                    if shown {
                        output::piece(&piece);
                    }
                    text.push_str(&piece);
                }
                Some(Ok(Delta::End { usage, .. })) => tokens = usage,
                Some(Err(error)) => return Ok((Written::new(text, Ending::Failed), Some(error))),
                None => break false,
            }
        };
        Ok((Written::by_model(text, tokens, stopped), None))
    })
}

fn show(answer: &Answer, is_streamed: bool) {
    output::line(if is_streamed { "" } else { &answer.text });
    if !answer.citations.is_empty() {
        output::line("");
    }
    answer.citations.iter().for_each(cite);
    if answer.outcome == Ending::NotFound {
        output::line("`rag search` shows the passages that come nearest.");
    }
    output::line(format!("\nby {}, session {}", answer.answered_by, answer.session_id));
}

fn cite(citation: &Citation) {
    let place = output::place(&citation.title, citation.page, &citation.heading_path);
    output::line(format!("[{}] {place}: \"{}\"", citation.marker, output::short(&citation.quote, 300)));
    let check = if citation.supported { "supported" } else { "NOT supported by the passage" };
    output::line(format!("    document {}, {check}", citation.document_id));
}
