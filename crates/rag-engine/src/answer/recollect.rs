//! Long-term memory in a turn: recalls evidence for the question, and remembers its statements.

use rag_repo::search::Origin;
use rag_schema::enums::{ChangeMaker, MemorySource, SessionMemory};

use super::{
    cited::{MEMORY_TITLE, RememberedStatement},
    types::{Begun, Question},
};
use crate::{
    Engine, EngineResult,
    memory::{Fact, How, RecallRequest, RecallSource, Remembered, stated_facts},
    retrieve::{Found, Understanding},
};

/// Maximum number of memories, and of rounds of other conversations, given to the answerer.
const MAX_MEMORIES: usize = 4;
const MAX_ROUNDS: usize = 3;
/// Maximum length of both together, in tokens: documents need most of the prompt.
const MAX_TOKENS: usize = 1_500;

impl Engine {
    /// Returns the memories and the rounds of other conversations that may answer the question, best first; none if the conversation
    /// does not read them. Only a chat model gets rounds.
    pub(super) fn recollect(
        &self,
        question: &Question,
        begun: &Begun,
        searched: &str,
    ) -> EngineResult<Vec<Found>> {
        if begun.memory == SessionMemory::Off {
            return Ok(Vec::new());
        }
        let both = [RecallSource::Memories, RecallSource::Rounds];
        let request = RecallRequest {
            sources: if self.chat().is_some() { &both } else { &[RecallSource::Memories] },
            limit: MAX_MEMORIES + MAX_ROUNDS,
            max_memories: MAX_MEMORIES,
            max_rounds: MAX_ROUNDS,
            max_tokens: Some(MAX_TOKENS),
            apart_from: Some(begun.message.session_id),
            as_of: question.as_of,
            // The question is understood already: no model words it again.
            understanding: Some(Understanding { multi_query: 0, hyde: false, ..begun.asked.understanding }),
            ..RecallRequest::new(searched)
        };
        let recall = self.recall(question.actor, question.user, &request)?;
        let titled = |mut found: Found| {
            if matches!(found.passage.origin, Origin::Memory(_)) {
                MEMORY_TITLE.clone_into(&mut found.passage.title);
            }
            found
        };
        Ok(recall.results.into_iter().map(|recalled| titled(recalled.found)).collect())
    }

    /// Remembers the statements about the user that the question makes. A turn ends without them if they cannot be stored, such as those
    /// of a key that only asks.
    pub(super) fn remember_statements(&self, question: &Question, begun: &Begun) -> Vec<RememberedStatement> {
        let with_source = |content: String| Fact {
            source: MemorySource::Chat,
            session: Some(begun.message.session_id),
            found_by: ChangeMaker::Rule,
            ..Fact::new(content)
        };
        let facts: Vec<Fact> = stated_facts(&begun.message.text).into_iter().map(with_source).collect();
        if facts.is_empty() {
            return Vec::new();
        }
        match self.remember(question.actor, question.user, &facts) {
            Ok(done) => {
                facts.iter().zip(done).filter_map(|(fact, done)| told(&fact.content, &done)).collect()
            }
            Err(error) => {
                tracing::debug!(%error, "cannot remember the statements of a question");
                Vec::new()
            }
        }
    }
}

/// The outcome for the client. A refused secret is not repeated.
fn told(content: &str, done: &Remembered) -> Option<RememberedStatement> {
    match done {
        Remembered::Kept(kept) => Some(RememberedStatement {
            content: content.to_owned(),
            outcome: kept.how.name().to_owned(),
            memory_id: Some(kept.id),
            step_id: Some(kept.step),
            replaced_id: if let How::Superseded(id) = kept.how { Some(id) } else { None },
            reason: None,
        }),
        Remembered::Refused(refused) => Some(RememberedStatement {
            content: String::new(),
            outcome: "refused".to_owned(),
            memory_id: None,
            step_id: None,
            replaced_id: None,
            reason: Some(refused.reason()),
        }),
        Remembered::Invalid(_) => None,
    }
}
