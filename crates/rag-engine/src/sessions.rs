//! Sessions: conversations of one user.

use rag_repo::{Actor, sessions};
use rag_schema::ids::SessionId;

use crate::{Engine, EngineError, EngineResult};

impl Engine {
    /// Deletes a session with its messages and stops its turns under way.
    pub fn delete_session(&self, actor: Actor, id: SessionId) -> EngineResult<()> {
        self.db()
            .transaction(actor, |conn| sessions::delete(conn, id))
            .map_err(|error| EngineError::from(error).naming("session"))?;
        self.running_turns().stop_session(id);
        Ok(())
    }
}
