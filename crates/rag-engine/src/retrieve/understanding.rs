//! Which steps are taken to understand a question.

use super::context::Said;

/// Other wordings of one question, at most.
pub const MAX_WORDINGS: usize = 5;

/// The error of a request that wants a chat model where there is none.
pub(super) const NO_CHAT: &str = "there is no chat model for multi_query and hyde: set chat.base_url and chat.model, or search without them";

/// Which steps are taken to understand a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each step can be off by itself")]
pub struct Understanding {
    /// A question that leans on what was said before is searched together with the question before it.
    pub context: bool,
    /// Instead of that, a chat model puts it so that it stands alone. Needs `context`; without a chat model nothing happens.
    pub rewrite: bool,
    /// Wordings that a chat model gives beside the question's own, 0 to 5; each is searched, and the lists are merged.
    pub multi_query: usize,
    /// A chat model writes a passage that could answer; its vector counts as much as the question's.
    pub hyde: bool,
    /// Synonyms of the collections count.
    pub synonyms: bool,
}

impl Default for Understanding {
    fn default() -> Self {
        Self { context: true, rewrite: true, multi_query: 0, hyde: false, synonyms: true }
    }
}

impl Understanding {
    /// Whether its values can be worked with; the text names the one that cannot.
    pub fn check(&self) -> Result<(), &'static str> {
        if self.multi_query <= MAX_WORDINGS { Ok(()) } else { Err("multi_query is 0 to 5") }
    }

    /// Whether a chat model may be asked, after what was said before.
    pub(super) fn may_chat(&self, said: &[Said<'_>]) -> bool {
        self.needs_chat() || (self.context && self.rewrite && !said.is_empty())
    }

    /// Whether it cannot do without a chat model.
    pub(super) fn needs_chat(&self) -> bool {
        self.multi_query > 0 || self.hyde
    }
}
