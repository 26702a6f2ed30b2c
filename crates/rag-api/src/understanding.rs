//! The understanding options of a request, in JSON.

use rag_engine::retrieve::{Said, Understanding, UnderstandingChange};
use rag_schema::enums::Sender;
use serde::{Deserialize, Serialize};
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

/// The steps of understanding a question. Absent fields keep the defaults.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UnderstandingBody {
    /// Whether a question that depends on the conversation is searched together with the question before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<bool>,
    /// Whether, instead of that, a chat model rewrites the question to stand alone; no effect without a chat model.
    #[serde(skip_serializing_if = "Option::is_none")]
    rewrite: Option<bool>,
    /// Number of wordings that a chat model adds to the question, 0 to 5; refused without a chat model.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 5)]
    multi_query: Option<usize>,
    /// Whether a chat model writes a passage that could answer, whose vector is searched, too (HyDE); refused without a chat
    /// model.
    #[serde(skip_serializing_if = "Option::is_none")]
    hyde: Option<bool>,
    /// Whether synonyms of the collections are used.
    #[serde(skip_serializing_if = "Option::is_none")]
    synonyms: Option<bool>,
}

impl From<UnderstandingChange> for UnderstandingBody {
    fn from(change: UnderstandingChange) -> Self {
        let UnderstandingChange { context, rewrite, multi_query, hyde, synonyms } = change;
        Self { context, rewrite, multi_query, hyde, synonyms }
    }
}

impl UnderstandingBody {
    /// Returns the server's steps with these changes.
    pub(crate) fn applied_to(body: Option<Self>, server: Understanding) -> ApiResult<Understanding> {
        Ok(body
            .map_or(Ok(UnderstandingChange::default()), |body| body.change("understanding"))?
            .applied_to(server))
    }

    /// Returns the changes in the engine's form, or the error of this field.
    pub(crate) fn change(self, field: &str) -> ApiResult<UnderstandingChange> {
        let Self { context, rewrite, multi_query, hyde, synonyms } = self;
        let change = UnderstandingChange { context, rewrite, multi_query, hyde, synonyms };
        let checked = change.applied_to(Understanding::default()).check();
        checked.map_err(|rule| ApiError::field(field, rule))?;
        Ok(change)
    }
}
