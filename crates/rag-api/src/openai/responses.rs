//! `POST /openai/v1/responses`: the same answers in the format of the Responses interface (Open Responses).

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use rag_engine::answer::{Answer, Conversation};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::{
    ToSchema,
    openapi::schema::{Object, Type},
};
use validator::Validate;

use super::{
    chat::{Reply, check_tools, finish_turn, is_cut, question},
    chat_stream::with_fields,
    messages::{ChatMessageBody, ContentBody, Dialogue, read_dialogue},
    response_stream::ResponseStream,
};
use crate::{
    app::App,
    ask::{is_begun, start_turn, unless_left},
    auth::{Ask, May},
    event_stream,
    extract::Body,
    problem::{ApiError, ApiResult},
};

/// A question, or a conversation that ends with one. Fields that only affect a model's style have no effect.
#[derive(Debug, Deserialize, Validate, ToSchema)]
pub(crate) struct CreateResponseBody {
    /// `rag` for all collections, `rag/<name or id>` for one.
    pub(crate) model: String,
    /// A text, or messages, oldest first.
    pub(crate) input: InputBody,
    /// Instructions for the form of the answer.
    #[serde(default)]
    pub(crate) instructions: Option<String>,
    /// Whether the answer is a stream of events.
    #[serde(default)]
    pub(crate) stream: Option<bool>,
    /// Maximum number of tokens for the chat model to write.
    #[serde(default)]
    pub(crate) max_output_tokens: Option<u32>,
    /// Not supported: send the conversation as `input`.
    #[serde(default)]
    #[schema(schema_with = only_null)]
    pub(crate) previous_response_id: Option<String>,
    /// Not supported: send the conversation as `input`.
    #[serde(default)]
    #[schema(schema_with = only_null)]
    pub(crate) conversation: Option<Value>,
    /// Not supported: only false is accepted.
    #[serde(default)]
    pub(crate) background: Option<bool>,
    /// Accepted, but no tool is ever called.
    #[serde(default)]
    #[schema(value_type = Option<Vec<Object>>)]
    pub(crate) tools: Option<Vec<Value>>,
    /// `auto`, the default, or `none`.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub(crate) tool_choice: Option<Value>,
    /// Only `{"format": {"type": "text"}}` is supported.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub(crate) text: Option<Value>,
    /// Metadata that the response repeats.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub(crate) metadata: Option<Value>,
    /// Condition that documents must meet, as for `/v1/search`; our extension.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub(crate) filter: Option<Value>,
}

/// The input of a response.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum InputBody {
    /// The question.
    Text(String),
    /// Messages; the last one is the question.
    Messages(Vec<ChatMessageBody>),
}

/// Answers from the documents of a collection. The client keeps the conversation: nothing is stored here.
#[utoipa::path(post, path = "/openai/v1/responses", tag = "openai", request_body = CreateResponseBody, responses(
    (status = 200, content((Object = "application/json"), (String = "text/event-stream"))),
    (status = 404, description = "There is no such model", body = super::OpenAiErrorView)))]
pub(crate) async fn create_response(
    app: web::Data<App>,
    caller: May<Ask>,
    req: HttpRequest,
    Body(body): Body<CreateResponseBody>,
) -> ApiResult<HttpResponse> {
    body.check()?;
    let dialogue = body.read()?;
    let question = question(&app, &caller, &body.model, body.filter.as_ref(), dialogue).await?;
    let mut reader = start_turn(&app, question);
    let reply = Reply::new("", body.model.clone(), &req);
    let is_streamed = body.stream == Some(true);
    let response = ResponseReply { reply, body };
    unless_left(&req, async {
        if is_streamed {
            is_begun(&reader).await?;
            let writer = ResponseStream::new(response);
            Ok(event_stream::respond_with(&app, &req, caller.proof, reader, writer))
        } else {
            let (_, answer) = finish_turn(&mut reader).await?;
            let item = response.item(&answer.text_with_notice(), &answer);
            Ok(HttpResponse::Ok().json(response.ended(&item, &answer)))
        }
    })
    .await
}

/// Schema of a field that is known and refused.
fn only_null() -> Object {
    Object::with_type(Type::Null)
}

impl CreateResponseBody {
    /// Refuses fields that would change the answer in an unsupported way.
    fn check(&self) -> ApiResult<()> {
        let kept = [
            ("previous_response_id", self.previous_response_id.is_some()),
            ("conversation", self.conversation.as_ref().is_some_and(|value| !value.is_null())),
        ];
        if let Some((field, _)) = kept.into_iter().find(|(_, is_given)| *is_given) {
            return Err(ApiError::field(
                field,
                "is not supported: responses are not stored; send the conversation as input",
            ));
        }
        if self.background == Some(true) {
            return Err(ApiError::field("background", "must be false"));
        }
        let format = self.text.as_ref().and_then(|text| text.pointer("/format/type"));
        if format.is_some_and(|kind| kind != "text") {
            return Err(ApiError::field("text.format", "must be {\"type\": \"text\"}"));
        }
        check_tools(self.tools.as_deref(), self.tool_choice.as_ref())
    }

    fn read(&self) -> ApiResult<Dialogue> {
        let dialogue = match &self.input {
            InputBody::Text(text) => {
                let content = Some(ContentBody::Text(text.clone()));
                read_dialogue(&[ChatMessageBody { role: "user".to_owned(), content }], "input")?
            }
            InputBody::Messages(messages) => read_dialogue(messages, "input")?,
        };
        let given = self.instructions.as_deref().unwrap_or_default();
        let all = [given, &dialogue.instructions].join("\n");
        let instructions = all.trim_matches('\n').to_owned();
        let conversation = Conversation { max_tokens: self.max_output_tokens, ..dialogue.conversation };
        Ok(Dialogue { instructions, conversation, ..dialogue })
    }
}

fn whole_seconds(duration_ms: f64) -> i64 {
    i64::try_from(Duration::from_secs_f64((duration_ms / 1e3).max(0.0)).as_secs()).unwrap_or(0)
}

/// A response in progress.
pub(super) struct ResponseReply {
    pub(super) reply: Reply,
    body: CreateResponseBody,
}

impl ResponseReply {
    /// Returns the id of the message in the response.
    pub(super) fn item_id(&self) -> String {
        format!("msg_{}", self.reply.id)
    }

    /// Returns the response in a state, with its output.
    pub(super) fn response(&self, status: &str, output: &[Value]) -> Value {
        let body = &self.body;
        json!({
            "id": format!("resp_{}", self.reply.id),
            "object": "response",
            "created_at": self.reply.created,
            "completed_at": null,
            "status": status,
            "incomplete_details": null,
            "error": null,
            "model": self.reply.model,
            "output": output,
            "instructions": body.instructions,
            "previous_response_id": null,
            "tools": [],
            "tool_choice": "none",
            "parallel_tool_calls": false,
            "max_tool_calls": null,
            "max_output_tokens": body.max_output_tokens,
            "truncation": "disabled",
            "text": {"format": {"type": "text"}},
            "reasoning": null,
            "temperature": 0.0,
            "top_p": 1.0,
            "presence_penalty": 0.0,
            "frequency_penalty": 0.0,
            "top_logprobs": 0,
            "usage": null,
            "store": false,
            "background": false,
            "service_tier": "default",
            "safety_identifier": null,
            "prompt_cache_key": null,
            "metadata": body.metadata.clone().unwrap_or_else(|| json!({})),
        })
    }

    /// Returns the part of the message that holds the text.
    pub(super) fn part(text: &str, annotations: &[Value]) -> Value {
        json!({"type": "output_text", "text": text, "annotations": annotations, "logprobs": []})
    }

    /// Returns the whole message.
    pub(super) fn item(&self, text: &str, answer: &Answer) -> Value {
        let annotations = self.reply.addresses.response_annotations(text, &answer.citations);
        let status = if is_cut(answer) { "incomplete" } else { "completed" };
        json!({"type": "message", "id": self.item_id(), "status": status, "role": "assistant",
               "content": [Self::part(text, &annotations)]})
    }

    /// Returns the response at its end: complete or truncated.
    pub(super) fn ended(&self, item: &Value, answer: &Answer) -> Value {
        let is_cut = is_cut(answer);
        let status = if is_cut { "incomplete" } else { "completed" };
        let response = self.response(status, std::slice::from_ref(item));
        let end = if is_cut {
            json!({"incomplete_details": {"reason": "max_output_tokens"}})
        } else {
            let seconds = answer.timings.total_ms.map_or(0, whole_seconds);
            json!({"completed_at": self.reply.created + seconds})
        };
        let usage = answer.usage.unwrap_or_default();
        let usage = json!({
            "input_tokens": usage.prompt_tokens,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": usage.completion_tokens,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": usage.total_tokens,
        });
        with_fields(with_fields(response, end), json!({"usage": usage}))
    }
}
