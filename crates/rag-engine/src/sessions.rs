//! Sessions: conversations of one user.

use rag_repo::{Actor, sessions};
use rag_schema::{
    ids::{SessionId, UserId},
    models::{ChatSession, NewChatSession},
};

use crate::{Engine, EngineError, EngineResult};

/// Title of a session that was given none.
const UNTITLED: &str = "New conversation";

impl Engine {
    /// Makes a session. A blank title counts as absent.
    pub fn create_session(
        &self,
        actor: Actor,
        user: UserId,
        title: Option<&str>,
    ) -> EngineResult<ChatSession> {
        let title = title.map(str::trim).filter(|title| !title.is_empty()).unwrap_or(UNTITLED);
        let new = NewChatSession { id: SessionId::new(), user_id: user, title };
        self.db().transaction(actor, |conn| Ok(sessions::insert(conn, &new)?))
    }

    /// Deletes a session with its messages and stops its turns under way.
    pub fn delete_session(&self, actor: Actor, id: SessionId) -> EngineResult<()> {
        let deleted = self.db().transaction(actor, |conn| Ok(sessions::delete(conn, id)?));
        deleted.map_err(|error: EngineError| error.naming("session"))?;
        self.running_turns().stop_session(id);
        Ok(())
    }
}
