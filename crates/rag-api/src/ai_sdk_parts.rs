//! The parts of the AI SDK's UI-message stream, built from the frames of a transcript; a replay yields the same bytes.

use rag_engine::answer::Frame;
use serde_json::{Value, json};

use crate::{event_stream::EventWriter, problem::ApiError};

/// The last line of every stream.
const DONE: &str = "data: [DONE]\n\n";

fn to_event(part: &Value) -> String {
    format!("data: {part}\n\n")
}

/// An open part of the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    Reasoning,
    Text,
}

impl Open {
    fn name(self) -> &'static str {
        match self {
            Self::Reasoning => "reasoning",
            Self::Text => "text",
        }
    }
}

/// Writes the parts of a message as events.
#[derive(Debug, Default)]
pub(crate) struct UiParts {
    open: Option<Open>,
    /// Number of texts and thoughts so far, which is the id of the open part.
    count: usize,
}

impl EventWriter<Frame> for UiParts {
    fn event(&mut self, _id: usize, frame: &Frame) -> String {
        let text: String = self.parts_of_frame(frame).iter().map(to_event).collect();
        if matches!(&*frame.name, "done" | "error") { text + DONE } else { text }
    }

    fn refusal(&mut self, error: &ApiError) -> String {
        let detail = error.problem(None).detail;
        to_event(&json!({"type": "error", "errorText": detail})) + DONE
    }
}

impl UiParts {
    fn parts_of_frame(&mut self, frame: &Frame) -> Vec<Value> {
        let data: &Value = &serde_json::from_str(&frame.data).unwrap_or_default();
        match &*frame.name {
            "turn" => vec![
                json!({"type": "start", "messageId": data["message_id"], "messageMetadata": data}),
                json!({"type": "start-step"}),
            ],
            "sources" => data["sources"].as_array().into_iter().flatten().map(source).collect(),
            "thought" => self.append(Open::Reasoning, &data["text"]),
            "token" => self.append(Open::Text, &data["text"]),
            "citation" => vec![json!({"type": "data-citation", "data": data})],
            "done" => self.finish(data),
            "error" => {
                let mut parts = self.close();
                parts.push(json!({"type": "error", "errorText": data["detail"]}));
                parts
            }
            _ => Vec::new(),
        }
    }

    fn append(&mut self, kind: Open, text: &Value) -> Vec<Value> {
        let mut parts = Vec::new();
        if self.open != Some(kind) {
            parts = self.close();
            self.open = Some(kind);
            self.count += 1;
            parts.push(json!({"type": format!("{}-start", kind.name()), "id": self.count.to_string()}));
        }
        let id = self.count.to_string();
        parts.push(json!({"type": format!("{}-delta", kind.name()), "id": id, "delta": text}));
        parts
    }

    fn close(&mut self) -> Vec<Value> {
        let end = |kind: Open| json!({"type": format!("{}-end", kind.name()), "id": self.count.to_string()});
        self.open.take().map(end).into_iter().collect()
    }

    /// Closes the message with the stored answer as metadata, whose text has no markers of missing passages.
    fn finish(&mut self, answer: &Value) -> Vec<Value> {
        let mut parts = self.close();
        let reason = match answer["outcome"].as_str().unwrap_or_default() {
            "stopped" if answer["stop_reason"] == "length" => "length",
            "answered" | "unsupported" | "not_found" => "stop",
            _ => "other",
        };
        if answer["outcome"] == "stopped" && answer["stop_reason"] == "asker" {
            parts.push(json!({"type": "message-metadata", "messageMetadata": {"answer": answer}}));
            parts.push(json!({"type": "abort", "reason": "stopped"}));
            return parts;
        }
        parts.push(json!({"type": "finish-step"}));
        parts.push(json!({"type": "finish", "finishReason": reason, "messageMetadata": {"answer": answer}}));
        parts
    }
}

/// Returns a passage as a source; its number, position and text are under `rag`.
fn source(source: &Value) -> Value {
    let title = if source["title"] == "" { &source["source"] } else { &source["title"] };
    let mut part = json!({
        "type": "source-document",
        "sourceId": source["chunk_id"],
        "mediaType": source["media_type"],
        "title": title.as_str().unwrap_or_default(),
        "providerMetadata": {"rag": {
            "marker": source["marker"], "documentId": source["document_id"], "page": source["page"], "text": source["text"],
        }},
    });
    if let (Some(filename), Some(fields)) = (source["source"].as_str(), part.as_object_mut()) {
        fields.insert("filename".to_owned(), json!(filename));
    }
    part
}
