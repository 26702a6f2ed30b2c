//! Stored documents: deleting them.

use rag_repo::{Actor, documents};
use rag_schema::ids::DocumentId;

use crate::{Engine, EngineError, EngineResult};

impl Engine {
    /// Deletes a document with its versions, its passages and its open jobs.
    pub fn delete_document(&self, actor: Actor, id: DocumentId) -> EngineResult<()> {
        let deleted = self.db().transaction(actor, |conn| {
            let collection = documents::find(conn, id)?.collection_id;
            documents::delete(conn, id)?;
            Ok(collection)
        });
        let collection = deleted.map_err(|error: EngineError| error.naming("document"))?;
        self.note_deleted_document(actor, collection, id);
        Ok(())
    }
}
