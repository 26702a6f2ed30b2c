//! A turn's events as chunks of a chat completion.

use rag_engine::answer::{Answer, Event};
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    chat::{Reply, TokenUsageView, is_cut},
    error::OpenAiErrorView,
};
use crate::{event_stream::EventWriter, problem::ApiError};

/// The last line of every stream.
pub(super) const DONE: &str = "data: [DONE]\n\n";

/// Writes a turn's events as chunks.
pub(super) struct ChatStream {
    reply: Reply,
    with_usage: bool,
    /// Whether the first chunk, which names the role, has been sent.
    is_begun: bool,
    /// Text sent so far; the offsets of annotations refer to it.
    text: String,
}

impl ChatStream {
    pub(super) fn new(reply: Reply, with_usage: bool) -> Self {
        Self { reply, with_usage, is_begun: false, text: String::new() }
    }

    /// Returns a chunk that adds `delta` to the message.
    fn chunk(&self, delta: &Value, finish_reason: Option<&str>) -> Value {
        let choice = json!({"index": 0, "delta": delta, "logprobs": null, "finish_reason": finish_reason});
        self.frame(&json!([choice]))
    }

    fn frame(&self, choices: &Value) -> Value {
        let Reply { id, created, model, .. } = &self.reply;
        let chunk = json!({"id": id, "object": "chat.completion.chunk", "created": created, "model": model,
                               "choices": choices});
        if self.with_usage { with_fields(chunk, json!({"usage": null})) } else { chunk }
    }

    /// Returns the first chunk; empty if it has been sent.
    fn begin(&mut self, sources: &[Value]) -> String {
        if self.is_begun {
            return String::new();
        }
        self.is_begun = true;
        let first = self.chunk(&json!({"role": "assistant", "content": "", "refusal": null}), None);
        data(&with_fields(first, json!({"sources": sources})))
    }

    fn add(&mut self, piece: &str) -> String {
        self.text.push_str(piece);
        self.begin(&[]) + &data(&self.chunk(&json!({"content": piece}), None))
    }

    fn end(&mut self, answer: &Answer) -> String {
        let mut text = self.begin(&[]);
        if let Some(notice) = answer.notice_after_stream() {
            text += &self.add(&format!("\n\n{notice}"));
        }
        let annotations = self.reply.addresses.annotations(&self.text, &answer.citations);
        if !annotations.is_empty() {
            text += &data(&self.chunk(&json!({"annotations": annotations}), None));
        }
        let reason = if is_cut(answer) { "length" } else { "stop" };
        text += &data(&self.chunk(&json!({}), Some(reason)));
        if self.with_usage {
            let usage = json!({"usage": TokenUsageView::from(answer.usage)});
            text += &data(&with_fields(self.frame(&json!([])), usage));
        }
        text + DONE
    }
}

impl EventWriter<Event> for ChatStream {
    fn event(&mut self, _id: usize, event: &Event) -> String {
        match event {
            Event::Sources(sources) => {
                let sources = self.reply.addresses.open_webui_sources(sources);
                self.begin(&sources)
            }
            Event::Token(piece) => self.add(piece),
            Event::Begun(_) | Event::Thought(_) | Event::Citation(_) => String::new(),
            Event::Done(answer) => self.end(answer),
            Event::Failed(error) => self.refusal(&error.into()),
        }
    }

    fn refusal(&mut self, error: &ApiError) -> String {
        data(&OpenAiErrorView::from(error)) + DONE
    }
}

/// Adds fields to the object, replacing those of the same name.
pub(crate) fn with_fields(object: Value, more: Value) -> Value {
    match (object, more) {
        (Value::Object(mut fields), Value::Object(more)) => {
            fields.extend(more);
            Value::Object(fields)
        }
        (object, _) => object,
    }
}

/// Formats a server-sent event without a name.
pub(super) fn data(value: &impl Serialize) -> String {
    // JSON contains no bare line breaks, so it fits on one line.
    format!("data: {}\n\n", serde_json::to_string(value).unwrap_or_default())
}
