//! How a request may want its question understood, as JSON.

use rag_engine::retrieve::{Said, Understanding};
use rag_schema::enums::Sender;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::problem::{ApiError, ApiResult};

/// Messages before a query, at most.
const MAX_SAID: usize = 8;
/// Longest message before a query, in Unicode scalar values.
const MAX_SAID_CHARS: usize = 10_000;

/// The speaker of a message.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SenderBody {
    /// The asker.
    User,
    /// The answerer.
    Assistant,
}

/// A message of the conversation before a query.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SaidBody {
    /// The speaker.
    sender: SenderBody,
    /// What was said, at most 10,000 characters.
    #[schema(max_length = 10_000)]
    text: String,
}

impl SaidBody {
    /// As the engine takes it.
    pub(crate) fn said(&self) -> Said<'_> {
        let sender = match self.sender {
            SenderBody::User => Sender::User,
            SenderBody::Assistant => Sender::Assistant,
        };
        Said { sender, text: &self.text }
    }

    /// Refuses what is too much.
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

/// Which steps are taken to understand a question; what is absent is as the server has it.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UnderstandingBody {
    /// Whether a question that leans on what was said before is searched together with the question before it.
    context: Option<bool>,
    /// Whether, instead of that, a chat model puts it so that it stands alone; nothing happens without one.
    rewrite: Option<bool>,
    /// Wordings that a chat model gives beside the question's own, 0 to 5; refused without one.
    #[schema(minimum = 0, maximum = 5)]
    multi_query: Option<usize>,
    /// Whether a chat model writes a passage that could answer, to be searched by (HyDE); refused without one.
    hyde: Option<bool>,
    /// Whether the collections' synonyms count.
    synonyms: Option<bool>,
}

impl UnderstandingBody {
    /// The server's steps, changed as asked.
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
