//! The steps that are taken to understand a question.

use serde::{Deserialize, Serialize};

use super::context::Said;

/// Maximum number of other wordings of one question.
pub const MAX_WORDINGS: usize = 5;

/// Error of a request that needs a chat model if there is none.
pub(super) const NO_CHAT: &str = "there is no chat model for multi_query and hyde: set chat.base_url and chat.model, or search without them";

/// The steps that are taken to understand a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each step can be off by itself")]
pub struct Understanding {
    /// Whether a question that depends on the conversation is searched together with the question before it.
    pub context: bool,
    /// Whether, instead of that, a chat model rewrites the question to stand alone. Needs `context`; has no effect without a chat
    /// model.
    pub rewrite: bool,
    /// Number of wordings that a chat model adds to the question, 0 to 5; each is searched, and the lists are merged.
    pub multi_query: usize,
    /// Whether a chat model writes a passage that could answer; its vector has the same weight as the question's.
    pub hyde: bool,
    /// Whether synonyms of the collections are used.
    pub synonyms: bool,
}

impl Default for Understanding {
    fn default() -> Self {
        Self { context: true, rewrite: true, multi_query: 0, hyde: false, synonyms: true }
    }
}

/// A change of the steps; `None` leaves a step unchanged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct UnderstandingChange {
    /// As `Understanding::context`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<bool>,
    /// As `Understanding::rewrite`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rewrite: Option<bool>,
    /// As `Understanding::multi_query`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub multi_query: Option<usize>,
    /// As `Understanding::hyde`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hyde: Option<bool>,
    /// As `Understanding::synonyms`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub synonyms: Option<bool>,
}

impl UnderstandingChange {
    /// Returns the changed steps.
    #[must_use]
    pub fn applied_to(self, steps: Understanding) -> Understanding {
        Understanding {
            context: self.context.unwrap_or(steps.context),
            rewrite: self.rewrite.unwrap_or(steps.rewrite),
            multi_query: self.multi_query.unwrap_or(steps.multi_query),
            hyde: self.hyde.unwrap_or(steps.hyde),
            synonyms: self.synonyms.unwrap_or(steps.synonyms),
        }
    }
}

impl Understanding {
    /// Checks that the values are in range; the error names the one that is not.
    pub fn check(&self) -> Result<(), &'static str> {
        if self.multi_query <= MAX_WORDINGS { Ok(()) } else { Err("multi_query is 0 to 5") }
    }

    /// Returns whether a chat model may be used for a question after these messages.
    pub(super) fn may_chat(&self, said: &[Said<'_>]) -> bool {
        self.needs_chat() || (self.context && self.rewrite && !said.is_empty())
    }

    /// Returns whether a chat model is required.
    pub(super) fn needs_chat(&self) -> bool {
        self.multi_query > 0 || self.hyde
    }
}
