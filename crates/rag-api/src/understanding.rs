//! The understanding options of a request, in JSON.

use rag_engine::retrieve::{Said, Understanding};
use rag_schema::enums::Sender;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::problem::{ApiError, ApiResult};

/// Maximum number of messages before a query.
const MAX_SAID: usize = 8;
/// Maximum length of a message before a query, in Unicode scalar values.
const MAX_SAID_CHARS: usize = 10_000;

/// The speaker of a message.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SenderBody {
    /// The user.
    User,
    /// The assistant.
    Assistant,
}

/// A message of the conversation before a query.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SaidBody {
    /// The speaker.
    sender: SenderBody,
    /// Text of the message, at most 10,000 characters.
    #[schema(max_length = 10_000)]
    text: String,
}

impl SaidBody {
    /// Returns the message in the engine's form.
    pub(crate) fn said(&self) -> Said<'_> {
        let sender = match self.sender {
            SenderBody::User => Sender::User,
            SenderBody::Assistant => Sender::Assistant,
        };
        Said { sender, text: &self.text }
    }

    /// Refuses too many or too long messages.
    pub(crate) fn check(said: &[Self]) -> ApiResult<()> {
        if said.len() > MAX_SAID {
            return Err(ApiError::field("context", "must be at most 8 items long"));
        }
        match said.iter().position(|said| said.text.chars().count() > MAX_SAID_CHARS) {
            Some(place) => Err(ApiError::field(
                format!("context[{place}].text"),
                "must be at most 10000 characters long",
            )),
            None => Ok(()),
        }
    }
}

/// The steps of understanding a question. Absent fields keep the server's settings.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UnderstandingBody {
    /// Whether a question that depends on the conversation is searched together with the question before it.
    context: Option<bool>,
    /// Whether, instead of that, a chat model rewrites the question to stand alone; no effect without a chat model.
    rewrite: Option<bool>,
    /// Number of wordings that a chat model adds to the question, 0 to 5; refused without a chat model.
    #[schema(minimum = 0, maximum = 5)]
    multi_query: Option<usize>,
    /// Whether a chat model writes a passage that could answer, whose vector is searched, too (HyDE); refused without a chat
    /// model.
    hyde: Option<bool>,
    /// Whether synonyms of the collections are used.
    synonyms: Option<bool>,
}

impl UnderstandingBody {
    /// Returns the server's steps with these changes.
    pub(crate) fn applied_to(body: Option<Self>, server: Understanding) -> ApiResult<Understanding> {
        let body = body.unwrap_or_default();
        let understanding = Understanding {
            context: body.context.unwrap_or(server.context),
            rewrite: body.rewrite.unwrap_or(server.rewrite),
            multi_query: body.multi_query.unwrap_or(server.multi_query),
            hyde: body.hyde.unwrap_or(server.hyde),
            synonyms: body.synonyms.unwrap_or(server.synonyms),
        };
        understanding.check().map_err(|rule| ApiError::field("understanding", rule))?;
        Ok(understanding)
    }
}
