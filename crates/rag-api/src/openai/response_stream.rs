//! A turn's events as the events of a response.

use rag_engine::answer::{Answer, Event};
use serde_json::{Value, json};

use super::{
    chat::is_cut,
    chat_stream::{DONE, with_fields},
    error::OpenAiErrorView,
    responses::ResponseReply,
};
use crate::{event_stream::EventWriter, problem::ApiError};

/// Writes a turn's events, numbered from 0.
pub(super) struct ResponseStream {
    response: ResponseReply,
    count: u64,
    /// Whether the events that open the response and its message have been sent.
    is_begun: bool,
    text: String,
}

impl ResponseStream {
    pub(super) fn new(response: ResponseReply) -> Self {
        Self { response, count: 0, is_begun: false, text: String::new() }
    }

    /// Formats an event; adds its type and number to its fields.
    fn frame(&mut self, kind: &str, fields: Value) -> String {
        let fields = with_fields(fields, json!({"type": kind, "sequence_number": self.count}));
        self.count += 1;
        format!("event: {kind}\ndata: {fields}\n\n")
    }

    /// Formats an event about the text of the message.
    fn part_frame(&mut self, kind: &str, fields: Value) -> String {
        let place = json!({"item_id": self.response.item_id(), "output_index": 0, "content_index": 0});
        self.frame(kind, with_fields(fields, place))
    }

    fn begin(&mut self) -> String {
        if self.is_begun {
            return String::new();
        }
        self.is_begun = true;
        let response = self.response.response("in_progress", &[]);
        let item = json!({"type": "message", "id": self.response.item_id(), "status": "in_progress",
                          "role": "assistant", "content": []});
        let part = ResponseReply::part("", &[]);
        let mut text = self.frame("response.created", json!({"response": response}));
        text += &self.frame("response.in_progress", json!({"response": response}));
        text += &self.frame("response.output_item.added", json!({"output_index": 0, "item": item}));
        text + &self.part_frame("response.content_part.added", json!({"part": part}))
    }

    fn add(&mut self, piece: &str) -> String {
        self.text.push_str(piece);
        self.begin() + &self.part_frame("response.output_text.delta", json!({"delta": piece, "logprobs": []}))
    }

    fn end(&mut self, answer: &Answer) -> String {
        let mut text = self.begin();
        if let Some(notice) = answer.notice_after_stream() {
            text += &self.add(&format!("\n\n{notice}"));
        }
        let item = self.response.item(&self.text, answer);
        let part = item.pointer("/content/0").cloned().unwrap_or_default();
        let annotations = part.get("annotations").and_then(Value::as_array).cloned().unwrap_or_default();
        for (index, annotation) in annotations.iter().enumerate() {
            let fields = json!({"annotation_index": index, "annotation": annotation});
            text += &self.part_frame("response.output_text.annotation.added", fields);
        }
        let whole = json!({"text": self.text, "logprobs": []});
        text += &self.part_frame("response.output_text.done", whole);
        text += &self.part_frame("response.content_part.done", json!({"part": part}));
        text += &self.frame("response.output_item.done", json!({"output_index": 0, "item": item}));
        let kind = if is_cut(answer) { "response.incomplete" } else { "response.completed" };
        let response = self.response.ended(&item, answer);
        text += &self.frame(kind, json!({"response": response}));
        text + DONE
    }
}

impl EventWriter<Event> for ResponseStream {
    fn event(&mut self, _id: usize, event: &Event) -> String {
        match event {
            Event::Sources(_) => self.begin(),
            Event::Token(piece) => self.add(piece),
            Event::Begun(_) | Event::Thought(_) | Event::Citation(_) => String::new(),
            Event::Done(answer) => self.end(answer),
            Event::Failed(error) => self.refusal(&error.into()),
        }
    }

    fn refusal(&mut self, error: &ApiError) -> String {
        let begun = self.begin();
        let OpenAiErrorView { error } = OpenAiErrorView::from(error);
        let failure = json!({"error": {"code": error.code, "message": error.message}});
        let response = with_fields(self.response.response("failed", &[]), failure);
        begun + &self.frame("response.failed", json!({"response": response})) + DONE
    }
}
