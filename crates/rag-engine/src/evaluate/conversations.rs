//! Reading a folder that judges memory: `conversations.jsonl` and `questions.jsonl` with the evidence of each question.

use std::{
    collections::{HashMap, HashSet},
    path::Path,
};

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::beir::entries;
use crate::{EngineError, EngineResult};

/// Name of the file by which a folder of this kind is recognised.
pub(super) const CONVERSATIONS: &str = "conversations.jsonl";

/// The conversations of one person with one other.
#[derive(Debug, Deserialize)]
pub(super) struct Conversation {
    #[serde(rename = "_id")]
    pub(super) id: String,
    pub(super) sessions: Vec<Meeting>,
}

/// A session of a conversation.
#[derive(Debug, Deserialize)]
pub(super) struct Meeting {
    #[serde(rename = "_id")]
    pub(super) id: String,
    /// Time at which it took place.
    pub(super) at: DateTime<Utc>,
    pub(super) turns: Vec<Turn>,
}

/// What one speaker said.
#[derive(Debug, Deserialize)]
pub(super) struct Turn {
    #[serde(rename = "_id")]
    pub(super) id: String,
    pub(super) speaker: String,
    pub(super) text: String,
}

impl Turn {
    /// Returns the text, with the name of a speaker who is neither the user nor the assistant.
    pub(super) fn said(&self) -> String {
        match self.speaker.as_str() {
            "user" | "assistant" => self.text.clone(),
            name => format!("{name}: {}", self.text),
        }
    }
}

impl Meeting {
    /// Returns the turns, each with the one that replies to it if `paired`.
    pub(super) fn exchanges(&self, paired: bool) -> Vec<&[Turn]> {
        let mut exchanges = Vec::new();
        let mut rest = self.turns.as_slice();
        while let [first, after @ ..] = rest {
            let is_reply = paired && after.first().is_some_and(|reply| reply.speaker != first.speaker);
            let (exchange, others) = rest.split_at(if is_reply { 2 } else { 1 });
            exchanges.push(exchange);
            rest = others;
        }
        exchanges
    }
}

/// A question about a conversation.
#[derive(Debug, Deserialize)]
pub(super) struct MemoryQuestion {
    #[serde(rename = "_id")]
    pub(super) id: String,
    pub(super) conversation: String,
    pub(super) text: String,
    /// Time at which it is asked.
    pub(super) at: DateTime<Utc>,
    /// Ids of the turns, or of the sessions, that answer it.
    pub(super) evidence: Vec<String>,
    #[serde(default)]
    pub(super) category: Option<String>,
}

/// The folder, checked.
#[derive(Debug)]
pub(super) struct MemorySet {
    pub(super) conversations: Vec<Conversation>,
    pub(super) questions: Vec<MemoryQuestion>,
    /// Id of the session of each turn, and of each session.
    session_of: HashMap<String, String>,
}

impl MemorySet {
    /// Reads the folder. Returns `EngineError::Invalid` for an id that occurs twice or that no conversation has.
    pub(super) fn read(dir: &Path) -> EngineResult<Self> {
        let conversations: Vec<Conversation> =
            entries(&dir.join(CONVERSATIONS))?.collect::<EngineResult<_>>()?;
        let questions: Vec<MemoryQuestion> =
            entries(&dir.join("questions.jsonl"))?.collect::<EngineResult<_>>()?;
        let mut session_of = HashMap::new();
        let mut own: HashMap<&str, HashSet<&str>> = HashMap::new();
        for conversation in &conversations {
            let ids = own.entry(&conversation.id).or_default();
            for session in &conversation.sessions {
                let turns = session.turns.iter().map(|turn| &turn.id);
                for id in turns.chain([&session.id]) {
                    ids.insert(id);
                    if session_of.insert(id.clone(), session.id.clone()).is_some() {
                        return Err(invalid(dir, &format!("two turns or sessions have the id {id}")));
                    }
                }
            }
        }
        for question in &questions {
            let Some(ids) = own.get(question.conversation.as_str()) else {
                let problem =
                    format!("question {} names the conversation {}", question.id, question.conversation);
                return Err(invalid(dir, &format!("{problem}, which does not exist")));
            };
            if let Some(id) = question.evidence.iter().find(|id| !ids.contains(id.as_str())) {
                let problem = format!("question {} names the evidence {id}", question.id);
                return Err(invalid(dir, &format!("{problem}, which its conversation does not have")));
            }
            if question.evidence.is_empty() {
                return Err(invalid(dir, &format!("question {} has no evidence", question.id)));
            }
        }
        if questions.is_empty() {
            return Err(invalid(dir, "there are no questions"));
        }
        Ok(Self { conversations, questions, session_of })
    }

    /// Returns the sessions that hold the evidence of a question.
    pub(super) fn sessions_of(&self, question: &MemoryQuestion) -> HashSet<String> {
        question.evidence.iter().filter_map(|id| self.session_of.get(id)).cloned().collect()
    }

    /// Returns whether the evidence of a question are turns, not whole sessions.
    pub(super) fn is_of_turns(&self, question: &MemoryQuestion) -> bool {
        question.evidence.iter().all(|id| self.session_of.get(id).is_some_and(|session| session != id))
    }
}

fn invalid(dir: &Path, problem: &str) -> EngineError {
    EngineError::Invalid(format!("cannot judge memory with {}: {problem}", dir.display()))
}
