//! `POST /openai/v1/chat/completions`: an answer from a collection, whole or as a stream; nothing is stored.

use actix_web::{HttpRequest, HttpResponse, web};
use rag_engine::answer::{Answer, Event, Place, Question, Sources, TurnReader};
use rag_llm::Usage;
use rag_schema::{
    enums::{Outcome, StopReason},
    ids::MessageId,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use validator::Validate;

use super::{
    chat_stream::ChatStream,
    citations::{Addresses, AnnotationView},
    ids::prefixed,
    messages::{ChatMessageBody, Dialogue, read_dialogue},
    models::find_collections,
};
use crate::{
    app::App,
    ask::{is_begun, lost, start_turn, unless_left},
    auth::{Ask, Caller, May},
    event_stream,
    extract::Body,
    problem::{ApiError, ApiResult},
    search::parse_filter,
};

/// A conversation to answer. Fields that only affect a model's style, such as `temperature`, have no effect.
#[derive(Debug, Deserialize, Validate, ToSchema)]
pub(crate) struct ChatCompletionBody {
    /// `rag` for all collections, `rag/<name or id>` for one.
    pub(crate) model: String,
    /// Messages of the conversation, oldest first; the last one is the question.
    pub(crate) messages: Vec<ChatMessageBody>,
    /// Whether the answer is a stream of events.
    #[serde(default)]
    pub(crate) stream: Option<bool>,
    /// Options of the stream.
    #[serde(default)]
    pub(crate) stream_options: Option<StreamOptionsBody>,
    /// Maximum number of tokens for the chat model to write.
    #[serde(default)]
    pub(crate) max_tokens: Option<u32>,
    /// The newer name of `max_tokens`.
    #[serde(default)]
    pub(crate) max_completion_tokens: Option<u32>,
    /// Number of answers; only 1 is supported.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 1)]
    pub(crate) n: Option<u32>,
    /// Accepted, but no tool is ever called.
    #[serde(default)]
    #[schema(value_type = Option<Vec<Object>>)]
    pub(crate) tools: Option<Vec<Value>>,
    /// `auto`, the default, or `none`.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub(crate) tool_choice: Option<Value>,
    /// Only `{"type": "text"}` is supported.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub(crate) response_format: Option<Value>,
    /// Condition that documents must meet, as for `/v1/search`; our extension.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub(crate) filter: Option<Value>,
}

/// Options of a stream.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
pub(crate) struct StreamOptionsBody {
    /// Whether a last chunk contains the usage.
    #[serde(default)]
    pub(crate) include_usage: Option<bool>,
}

/// A chat completion.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChatCompletionView {
    /// Id.
    pub(crate) id: String,
    /// Always `chat.completion`.
    pub(crate) object: &'static str,
    /// Time of the answer, in seconds since 1970.
    pub(crate) created: i64,
    /// Name of the model, as requested.
    pub(crate) model: String,
    /// The answer, as the only choice.
    pub(crate) choices: Vec<ChoiceView>,
    /// Tokens that the chat model read and wrote; 0 for an extractive answer.
    pub(crate) usage: TokenUsageView,
    /// Passages from which the answer is written, in the form that `Open WebUI` reads; our extension.
    #[schema(value_type = Vec<Object>)]
    pub(crate) sources: Vec<Value>,
}

/// An answer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChoiceView {
    /// Always 0.
    pub(crate) index: u32,
    /// The message.
    pub(crate) message: AssistantView,
    /// Always null.
    #[schema(value_type = Option<Object>)]
    pub(crate) logprobs: Option<Value>,
    /// `stop`, or `length` for a truncated answer.
    pub(crate) finish_reason: &'static str,
}

/// A message of the assistant.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AssistantView {
    /// Always `assistant`.
    pub(crate) role: &'static str,
    /// Text with markers such as `[1]`.
    pub(crate) content: String,
    /// Always null.
    pub(crate) refusal: Option<String>,
    /// Citation of each marker.
    pub(crate) annotations: Vec<AnnotationView>,
}

/// The tokens used.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the names of OpenAI's interface")]
pub(crate) struct TokenUsageView {
    /// Number of tokens read.
    pub(crate) prompt_tokens: u32,
    /// Number of tokens written.
    pub(crate) completion_tokens: u32,
    /// Sum of both.
    pub(crate) total_tokens: u32,
}

impl From<Option<Usage>> for TokenUsageView {
    fn from(usage: Option<Usage>) -> Self {
        let Usage { prompt_tokens, completion_tokens, total_tokens } = usage.unwrap_or_default();
        Self { prompt_tokens, completion_tokens, total_tokens }
    }
}

/// The properties that all parts of a reply repeat.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    pub(super) id: String,
    pub(super) created: i64,
    pub(super) model: String,
    pub(super) addresses: Addresses,
}

/// Answers from the documents of a collection. The client keeps the conversation: nothing is stored here.
#[utoipa::path(post, path = "/openai/v1/chat/completions", tag = "openai", request_body = ChatCompletionBody, responses(
    (status = 200, content((ChatCompletionView = "application/json"), (String = "text/event-stream"))),
    (status = 404, description = "There is no such model", body = super::OpenAiErrorView)))]
pub(crate) async fn create_chat_completion(
    app: web::Data<App>,
    caller: May<Ask>,
    req: HttpRequest,
    Body(body): Body<ChatCompletionBody>,
) -> ApiResult<HttpResponse> {
    body.check()?;
    let mut dialogue = read_dialogue(&body.messages, "messages")?;
    dialogue.conversation.max_tokens = body.max_completion_tokens.or(body.max_tokens);
    let question = question(&app, &caller, &body.model, body.filter.as_ref(), dialogue).await?;
    let mut reader = start_turn(&app, question);
    let reply = Reply::new("chatcmpl-", body.model, &req);
    unless_left(&req, async {
        if body.stream == Some(true) {
            is_begun(&reader).await?;
            let with_usage = body.stream_options.and_then(|options| options.include_usage) == Some(true);
            let writer = ChatStream::new(reply, with_usage);
            Ok(event_stream::respond_with(&app, &req, caller.proof, reader, writer))
        } else {
            let (sources, answer) = finish_turn(&mut reader).await?;
            Ok(HttpResponse::Ok().json(reply.completion(sources.as_ref(), &answer)))
        }
    })
    .await
}

impl ChatCompletionBody {
    /// Refuses fields that would change the answer in an unsupported way.
    fn check(&self) -> ApiResult<()> {
        if self.n.is_some_and(|count| count != 1) {
            return Err(ApiError::field("n", "must be 1"));
        }
        check_tools(self.tools.as_deref(), self.tool_choice.as_ref())?;
        let format = self.response_format.as_ref().and_then(|format| format.get("type"));
        if format.is_some_and(|kind| kind != "text") {
            return Err(ApiError::field("response_format", "must be {\"type\": \"text\"}"));
        }
        Ok(())
    }
}

/// Refuses a request that requires a tool call. Tools that are only offered are accepted: frontends offer them with every
/// question.
pub(super) fn check_tools(tools: Option<&[Value]>, choice: Option<&Value>) -> ApiResult<()> {
    let is_free = choice.is_none_or(|choice| choice.is_null() || choice == "auto" || choice == "none");
    if is_free || tools.is_none_or(<[Value]>::is_empty) {
        return Ok(());
    }
    Err(ApiError::field("tool_choice", "must be auto or none: this server calls no tools"))
}

/// Builds the question of a conversation that the client keeps.
pub(super) async fn question(
    app: &App,
    caller: &Caller,
    model: &str,
    filter: Option<&Value>,
    dialogue: Dialogue,
) -> ApiResult<Question> {
    Ok(Question {
        actor: caller.actor,
        user: caller.person()?.id,
        session: None,
        place: Place::End,
        text: dialogue.question,
        instructions: Some(dialogue.instructions),
        collections: find_collections(app, caller, model).await?,
        filter: parse_filter(filter)?,
        as_of: None,
        understanding: None,
        ranking: None,
        conversation: Some(dialogue.conversation),
    })
}

/// Waits for the end of a turn and returns its sources and its answer.
pub(crate) async fn finish_turn(reader: &mut TurnReader) -> ApiResult<(Option<Sources>, Answer)> {
    let mut sources = None;
    while let Some(event) = reader.next().await {
        match &*event {
            Event::Sources(found) => sources = Some(found.clone()),
            Event::Done(answer) => return Ok((sources, answer.clone())),
            Event::Failed(error) => return Err(error.into()),
            Event::Begun(_) | Event::Thought(_) | Event::Token(_) | Event::Citation(_) => {}
        }
    }
    Err(lost())
}

/// Returns whether the answer is truncated: by its maximum length, by time, or because the server stopped.
pub(super) fn is_cut(answer: &Answer) -> bool {
    answer.outcome == Outcome::Stopped && answer.stop_reason != Some(StopReason::Asker)
}

impl Reply {
    /// Creates a reply that starts now; its time is the time in its id.
    pub(super) fn new(prefix: &str, model: String, req: &HttpRequest) -> Self {
        let id = MessageId::new().uuid();
        let created = id.get_timestamp().map_or(0, |time| time.to_unix().0);
        Self {
            id: prefixed(prefix, id),
            created: i64::try_from(created).unwrap_or(i64::MAX),
            model,
            addresses: Addresses::of_request(req),
        }
    }

    fn completion(self, sources: Option<&Sources>, answer: &Answer) -> ChatCompletionView {
        let message = AssistantView {
            role: "assistant",
            annotations: self.addresses.annotations(&answer.text, &answer.citations),
            content: answer.text_with_notice(),
            refusal: None,
        };
        let finish_reason = if is_cut(answer) { "length" } else { "stop" };
        ChatCompletionView {
            sources: sources.map(|sources| self.addresses.open_webui_sources(sources)).unwrap_or_default(),
            id: self.id,
            object: "chat.completion",
            created: self.created,
            model: self.model,
            choices: vec![ChoiceView { index: 0, message, logprobs: None, finish_reason }],
            usage: answer.usage.into(),
        }
    }
}
