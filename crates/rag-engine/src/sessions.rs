//! Sessions: conversations of one user.

use rag_repo::{Actor, PgConnection, RepoError, clock, collections, messages, sessions};
use rag_schema::{
    enums::SessionMemory,
    ids::{MessageId, SessionId, UserId},
    models::{ChatSession, ChatSessionChange, NewChatSession},
};

use crate::{
    Engine, EngineError, EngineResult,
    answer::{QuestionDefaults, QuestionDefaultsChange},
    names,
};

/// Title of a session that was created without one.
const UNTITLED: &str = "New conversation";

/// Maximum length of a title made from a question, in characters.
const MAX_TITLE_CHARS: usize = 80;

/// Returns the title of a session that begins with this question.
pub(crate) fn title_of(question: &str) -> String {
    // A question can have several lines; a title has one.
    let title = names::clean(&question.replace(char::is_whitespace, " "));
    let title: String = title.chars().take(MAX_TITLE_CHARS).collect();
    if title.trim().is_empty() { UNTITLED.to_owned() } else { title }
}

/// A change of a session; `None` leaves a value unchanged.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SessionChange {
    /// Title, 1 to 200 characters.
    pub title: Option<String>,
    /// Whether the session is archived.
    pub is_archived: Option<bool>,
    /// Last message of the branch that is shown and continued.
    pub active_message: Option<MessageId>,
    /// Defaults of its questions.
    pub defaults: QuestionDefaultsChange,
    /// Use of long-term memory.
    pub memory: Option<SessionMemory>,
}

impl Engine {
    /// Creates a session. A blank title counts as absent; without `memory` the settings decide.
    pub fn create_session(
        &self,
        actor: Actor,
        user: UserId,
        title: Option<&str>,
        memory: Option<SessionMemory>,
    ) -> EngineResult<ChatSession> {
        let title = title.map(str::trim).filter(|title| !title.is_empty()).unwrap_or(UNTITLED);
        let memory = memory.unwrap_or(self.settings().memory.in_chat);
        let new = NewChatSession { id: SessionId::new(), user_id: user, title, memory };
        self.db().transaction(actor, |conn| Ok(sessions::insert(conn, &new)?))
    }

    /// Locks the session of that id, created if it is missing; the question becomes its title.
    pub(crate) fn open_session(
        &self,
        conn: &mut PgConnection,
        user: UserId,
        id: SessionId,
        question: &str,
    ) -> EngineResult<ChatSession> {
        match sessions::lock(conn, id) {
            Err(RepoError::NotFound) => {}
            found => return Ok(found?),
        }
        let (title, memory) = (title_of(question), self.settings().memory.in_chat);
        let new = NewChatSession { id, user_id: user, title: &title, memory };
        sessions::insert(conn, &new).map_err(|error| match error {
            // The session of that id belongs to another user.
            RepoError::Conflict(_) => EngineError::NotFound("session"),
            other => other.into(),
        })
    }

    /// Changes a session.
    pub fn update_session(
        &self,
        actor: Actor,
        id: SessionId,
        change: &SessionChange,
    ) -> EngineResult<ChatSession> {
        self.db().transaction(actor, |conn| {
            let now = clock::now(conn)?;
            let archived_at = change.is_archived.map(|is_archived| is_archived.then_some(now));
            let title = change.title.as_deref().map(|title| title.trim().to_owned());
            let locked = sessions::lock(conn, id);
            let session = locked.map_err(|error| EngineError::from(error).naming("session"))?;
            let scope = change.defaults.collection_ids.as_ref().and_then(Option::as_deref);
            if !collections::are_all_visible(conn, scope.unwrap_or_default())? {
                return Err(EngineError::NotFound("collection"));
            }
            let defaults = QuestionDefaults::changed(&session.defaults, &change.defaults)?;
            let change = ChatSessionChange {
                title,
                active_message_id: change.active_message,
                archived_at,
                defaults,
                memory: change.memory,
            };
            if let Some(message) = change.active_message_id {
                let found = messages::find(conn, id, message);
                found.map_err(|error| EngineError::from(error).naming("message"))?;
            }
            Ok(sessions::update(conn, id, &change)?)
        })
    }

    /// Deletes a session with its messages and stops its running turns.
    pub fn delete_session(&self, actor: Actor, id: SessionId) -> EngineResult<()> {
        let deleted = self.db().transaction(actor, |conn| Ok(sessions::delete(conn, id)?));
        deleted.map_err(|error: EngineError| error.naming("session"))?;
        self.running_turns().stop_session(id);
        Ok(())
    }
}
