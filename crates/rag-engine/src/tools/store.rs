//! Stores, finds and deletes tools.

use rag_repo::{PgConnection, RepoResult, collections, own_passages, tools, tools::UsedTool};
use rag_schema::{
    enums::{CollectionKind, PassageKind},
    ids::{CollectionId, PassageId, UserId},
    models::{NewTool, Tool},
};

use super::definition::{ToolDefinition, is_tool_name};
use crate::{
    Actor, Engine, EngineError, EngineResult,
    memory::{Recall, RecallRequest, RecallSource},
    rooms::{Room, SearchRows},
};

/// Maximum number of tools that one search returns.
const MAX_FOUND: usize = 50;

/// The name of a tool, and the collection that has it; if absent, the user's own collection goes before those of others.
#[derive(Debug, Clone, Copy)]
pub struct ToolKey<'a> {
    /// Name.
    pub name: &'a str,
    /// Collection of tools.
    pub collection: Option<CollectionId>,
}

/// A request for tools.
#[derive(Debug, Clone, Copy)]
pub struct ToolQuery<'a> {
    /// The request of a user, or the step to take, in words.
    pub text: &'a str,
    /// Maximum number of tools, 1 to 50.
    pub limit: usize,
    /// Minimum cosine of a tool with the request, -1 to 1. (Of 20 requests in other words than those of 40 tools, the default finds 17, all
    /// at the first place, and one tool for 10 requests that no tool serves; .2 finds 18, and tools for 3.)
    pub min_similarity: f64,
}

impl<'a> ToolQuery<'a> {
    /// Creates a request with the default limits.
    pub fn new(text: &'a str) -> Self {
        Self { text, limit: 5, min_similarity: RecallRequest::new(text).min_similarity }
    }
}

impl Engine {
    /// Stores a tool, or replaces the description and the parameters of the tool that has its name, which keeps its counts: in that
    /// collection of tools, or in the user's own one. Returns `EngineError::Invalid` with the place of a value that cannot be stored.
    pub fn set_tool(
        &self,
        actor: Actor,
        user: UserId,
        collection: Option<CollectionId>,
        definition: &ToolDefinition,
    ) -> EngineResult<UsedTool> {
        definition
            .check()
            .map_err(|place| EngineError::Invalid(format!("cannot store the tool: {place}")))?;
        self.check_disk(0)?;
        let room = match collection {
            Some(id) => self.shared_room(actor, user, id)?,
            None => self.make_room(actor, user, CollectionKind::Tools)?,
        };
        let known = self
            .db()
            .read_primary(actor, |conn| tools::find_in(conn, room.collection.id, &definition.name))?;
        if let Some(known) = known.filter(|(tool, _)| is_same(tool, definition)) {
            return Ok(known);
        }
        let vectors = room.model.embedder().embed_documents(&[&definition.embedded_text()])?;
        let vector = vectors.first().map_or(&[][..], Vec::as_slice);
        let (title, words) = (definition.title(), definition.words());
        let rows = self.rows_of(&room, PassageId::new(), (&title, &words), vector);
        self.db().transaction(actor, |conn| {
            store(conn, &room, definition, &rows)?;
            tools::find_in(conn, room.collection.id, &definition.name)?.ok_or(EngineError::NotFound("tool"))
        })
    }

    /// Returns a tool that the user can see. Returns `EngineError::Conflict` if several other people share a tool of that name with
    /// them, and no collection is named.
    pub fn find_tool(&self, actor: Actor, user: UserId, key: ToolKey<'_>) -> EngineResult<UsedTool> {
        let (found, own) = self.db().read(actor, |conn| candidates(conn, user, key))?;
        choose(found, own)
    }

    /// Deletes a tool with its vector, words, counts and uses: from that collection of tools, or from the user's own one.
    pub fn delete_tool(&self, actor: Actor, user: UserId, key: ToolKey<'_>) -> EngineResult<()> {
        let room = match key.collection {
            Some(id) => Some(self.shared_room(actor, user, id)?),
            None => self.find_room(actor, user, CollectionKind::Tools)?,
        };
        let room = room.filter(|_| is_tool_name(key.name)).ok_or(EngineError::NotFound("tool"))?;
        self.db().transaction(actor, |conn| {
            let found = tools::find_in(conn, room.collection.id, key.name)?;
            let (tool, _) = found.ok_or(EngineError::NotFound("tool"))?;
            Ok(tools::erase(conn, tool.id)?)
        })
    }

    /// Finds tools for a request, best first: the user's own and those that others share with them. The list is empty if none is
    /// similar enough.
    pub fn find_tools(&self, actor: Actor, user: UserId, query: &ToolQuery<'_>) -> EngineResult<Recall> {
        let recall = RecallRequest {
            sources: &[RecallSource::Tools],
            limit: query.limit.clamp(1, MAX_FOUND),
            min_similarity: query.min_similarity,
            counts: false,
            ..RecallRequest::new(query.text)
        };
        self.recall(actor, user, &recall)
    }

    fn shared_room(&self, actor: Actor, user: UserId, id: CollectionId) -> EngineResult<Room<'_>> {
        let found = self.db().read(actor, |conn| collections::find_tools(conn, id));
        self.room_of(user, found.map_err(|error| EngineError::from(error).naming("collection"))?)
    }
}

/// Whether a stored tool is as its definition says.
fn is_same(known: &Tool, definition: &ToolDefinition) -> bool {
    known.description == definition.description.trim() && known.parameters == definition.parameters
}

fn store(
    conn: &mut PgConnection,
    room: &Room<'_>,
    definition: &ToolDefinition,
    rows: &SearchRows,
) -> RepoResult<()> {
    let ToolDefinition { name, description, parameters } = definition;
    let (collection_id, description) = (room.collection.id, description.trim());
    let Some((known, _)) = tools::find_in(conn, collection_id, name)? else {
        let id = rows.embedding.passage_id;
        let new = NewTool { id, collection_id, name, description, parameters };
        let passage = room.passage(id, PassageKind::Tool);
        return tools::insert(conn, &passage, &new, (&rows.embedding, &rows.words));
    };
    if is_same(&known, definition) {
        return Ok(());
    }
    tools::update(conn, known.id, description, parameters)?;
    let SearchRows { embedding, words } = rows.for_passage(known.id);
    own_passages::replace_search_rows(conn, &embedding, &words)
}

/// Returns the tools that the key can mean, and the user's own collection of tools.
pub(super) fn candidates(
    conn: &mut PgConnection,
    user: UserId,
    key: ToolKey<'_>,
) -> RepoResult<(Vec<UsedTool>, Option<CollectionId>)> {
    if !is_tool_name(key.name) {
        return Ok((Vec::new(), None));
    }
    let own = collections::find_private(conn, user, CollectionKind::Tools)?.map(|collection| collection.id);
    let mut found = tools::find_by_name(conn, key.name)?;
    found.retain(|(tool, _)| key.collection.is_none_or(|id| id == tool.collection_id));
    Ok((found, own))
}

/// Chooses the user's own tool before those of others.
pub(super) fn choose(mut found: Vec<UsedTool>, own: Option<CollectionId>) -> EngineResult<UsedTool> {
    if let Some(place) = found.iter().position(|(tool, _)| Some(tool.collection_id) == own) {
        return Ok(found.swap_remove(place));
    }
    match (found.pop(), found.is_empty()) {
        (Some(only), true) => Ok(only),
        (Some((tool, _)), false) => Err(EngineError::Conflict(format!(
            "Several people share a tool {} with you. Name its collection.",
            tool.name
        ))),
        (None, _) => Err(EngineError::NotFound("tool")),
    }
}
