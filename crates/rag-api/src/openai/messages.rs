//! Conversations in the form of OpenAI's clients, converted to a question and the messages before it.

use rag_engine::answer::Conversation;
use rag_schema::enums::Sender;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::problem::{ApiError, ApiResult};

/// Maximum number of messages of a conversation.
const MAX_MESSAGES: usize = 1_000;

/// A message of a conversation.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(crate) struct ChatMessageBody {
    /// `system`, `developer`, `user` or `assistant`.
    pub(crate) role: String,
    /// Text, or a list of parts of type `text`.
    #[serde(default)]
    pub(crate) content: Option<ContentBody>,
}

/// The content of a message.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum ContentBody {
    /// A text.
    Text(String),
    /// Parts, joined by line breaks.
    Parts(Vec<PartBody>),
}

/// A part of a message.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(crate) struct PartBody {
    /// `text`, `input_text` or `output_text`.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// Text of the part.
    #[serde(default)]
    pub(crate) text: Option<String>,
}

impl ContentBody {
    fn text(&self, field: &str) -> ApiResult<String> {
        let parts = match self {
            Self::Text(text) => return Ok(text.clone()),
            Self::Parts(parts) => parts,
        };
        let mut texts = Vec::with_capacity(parts.len());
        for part in parts {
            match (part.kind.as_str(), &part.text) {
                ("text" | "input_text" | "output_text", Some(text)) => texts.push(text.as_str()),
                (kind, _) => {
                    return Err(ApiError::field(
                        field,
                        format!("has a part of type {kind}: only text is read. Put files into a collection."),
                    ));
                }
            }
        }
        Ok(texts.join("\n"))
    }
}

/// A conversation that ends with a question.
#[derive(Debug, Clone, Default)]
pub(super) struct Dialogue {
    /// The client's instructions; empty if there are none.
    pub(super) instructions: String,
    /// The messages before the question.
    pub(super) conversation: Conversation,
    /// The question.
    pub(super) question: String,
}

/// Returns the parts of a conversation.
pub(super) fn read_dialogue(messages: &[ChatMessageBody], field: &str) -> ApiResult<Dialogue> {
    if messages.len() > MAX_MESSAGES {
        return Err(ApiError::field(field, format!("holds more than {MAX_MESSAGES} messages")));
    }
    let (mut instructions, mut conversation) = (String::new(), Conversation::default());
    for (place, message) in messages.iter().enumerate() {
        let place = format!("{field}[{place}]");
        let content = message.content.as_ref().map(|content| content.text(&place)).transpose()?;
        // A message of the assistant that only calls tools has no text.
        let Some(text) = content.filter(|text| !text.trim().is_empty()) else { continue };
        match message.role.as_str() {
            "system" | "developer" => {
                if !instructions.is_empty() {
                    instructions.push('\n');
                }
                instructions.push_str(&text);
            }
            "user" => conversation.messages.push((Sender::User, text)),
            "assistant" => conversation.messages.push((Sender::Assistant, text)),
            other => {
                return Err(ApiError::field(
                    format!("{place}.role"),
                    format!("is {other}: it must be system, developer, user or assistant"),
                ));
            }
        }
    }
    match conversation.messages.pop() {
        Some((Sender::User, question)) => Ok(Dialogue { instructions, conversation, question }),
        _ => Err(ApiError::field(field, "must end with a message of the user, the question")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(messages: Value) -> Result<Dialogue, String> {
        let messages: Vec<ChatMessageBody> = serde_json::from_value(messages).unwrap();
        read_dialogue(&messages, "messages").map_err(|error| error.errors[0].field.clone())
    }

    #[test]
    fn instructions_history_and_question_are_told_apart() {
        let Dialogue { instructions, conversation, question } = read(json!([
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": [{"type": "text", "text": "Where is"}, {"type": "text", "text": "it?"}]},
            {"role": "assistant", "content": null},
            {"role": "assistant", "content": "In Paris."},
            {"role": "developer", "content": "Be kind."},
            {"role": "user", "content": "Why?"},
        ]))
        .unwrap();
        assert_eq!(question, "Why?");
        assert_eq!(instructions, "Be brief.\nBe kind.");
        let said: Vec<&str> = conversation.messages.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(said, ["Where is\nit?", "In Paris."]);
    }

    #[test]
    fn a_conversation_without_a_question_is_refused_by_its_field() {
        assert_eq!(read(json!([])).unwrap_err(), "messages");
        assert_eq!(read(json!([{"role": "assistant", "content": "Hello."}])).unwrap_err(), "messages");
        assert_eq!(read(json!([{"role": "user", "content": " "}])).unwrap_err(), "messages");
        assert_eq!(read(json!([{"role": "tool", "content": "42"}])).unwrap_err(), "messages[0].role");
        let image = json!([{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}]);
        assert_eq!(read(image).unwrap_err(), "messages[0]");
    }
}
