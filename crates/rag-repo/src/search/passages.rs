//! What people see of passages that were found: the one place that knows which table holds what of which kind.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Double, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid},
};
use rag_schema::{
    enums::Outcome,
    ids::{CollectionId, DocumentId, MessageId, PassageId, SessionId},
    models::{HeadingPath, Memory, MemoryUse, Tool, ToolCounts},
    schema::{memories, memory_uses, passages as passage_rows, tool_counts, tools},
};

use crate::{
    RepoResult,
    rounds::round_text,
    statement::{Bind, Statement},
};

/// A passage that was found, of whatever kind.
#[derive(Debug, Clone)]
pub struct Passage {
    /// The passage.
    pub id: PassageId,
    /// Its collection.
    pub collection_id: CollectionId,
    /// What it is shown under: the title of a document or a conversation, the name of a tool; empty for a memory.
    pub title: String,
    /// What it says.
    pub text: String,
    /// Metadata given by the uploader: a JSON object.
    pub metadata: serde_json::Value,
    /// Seconds since its version of the document was published; 0 for passages of other kinds.
    pub age_s: f64,
    /// Answers that have cited what it is a part of.
    pub citation_count: i64,
    /// Where it comes from, by its kind.
    pub origin: Origin,
}

/// Where a passage comes from: what only passages of its kind have.
#[derive(Debug, Clone)]
pub enum Origin {
    /// A document.
    Chunk(ChunkOrigin),
    /// A user's memory.
    Memory(Box<MemoryOrigin>),
    /// A conversation of the user.
    Round(RoundOrigin),
    /// A tool.
    Tool(Box<ToolOrigin>),
}

/// A question and its answer in a conversation.
#[derive(Debug, Clone, Copy)]
pub struct RoundOrigin {
    /// The conversation.
    pub session_id: SessionId,
    /// Message that holds the question.
    pub question_id: MessageId,
    /// Message that holds the answer.
    pub answer_id: MessageId,
    /// When the answer was stored.
    pub said_at: DateTime<Utc>,
}

/// A memory with how often it was said and used.
#[derive(Debug, Clone)]
pub struct MemoryOrigin {
    /// The memory.
    pub memory: Memory,
    /// How often it was said and used.
    pub uses: MemoryUse,
}

/// A tool with how often it is used and succeeds.
#[derive(Debug, Clone)]
pub struct ToolOrigin {
    /// The tool.
    pub tool: Tool,
    /// How often it is used and succeeds.
    pub counts: ToolCounts,
}

impl Passage {
    /// The headings that it stands under in its document, outermost first.
    pub fn headings(&self) -> &[String] {
        self.chunk().map_or(&[], |chunk| &chunk.heading_path.0)
    }

    /// Where it stands in its document; `None` for a passage of no document.
    pub fn chunk(&self) -> Option<&ChunkOrigin> {
        match &self.origin {
            Origin::Chunk(chunk) => Some(chunk),
            Origin::Memory(_) | Origin::Round(_) | Origin::Tool(_) => None,
        }
    }
}

/// Where a chunk stands, and in which document.
#[derive(Debug, Clone, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct ChunkOrigin {
    /// The document.
    #[diesel(sql_type = Uuid)]
    pub document_id: DocumentId,
    /// Where the document came from.
    #[diesel(sql_type = Nullable<Text>)]
    pub source: Option<String>,
    /// Number of the document's version that it is a part of.
    #[diesel(sql_type = Integer)]
    pub version: i32,
    /// Media type of that version.
    #[diesel(sql_type = Text)]
    pub media_type: String,
    /// Place in the document, from 0.
    #[diesel(sql_type = Integer)]
    pub ordinal: i32,
    /// First character in the document's text, in Unicode scalar values.
    #[diesel(sql_type = BigInt)]
    pub start_offset: i64,
    /// One past the last character.
    #[diesel(sql_type = BigInt)]
    pub end_offset: i64,
    /// Page it starts on, from 1.
    #[diesel(sql_type = Nullable<Integer>)]
    pub page: Option<i32>,
    /// Headings above it, outermost first.
    #[diesel(sql_type = Array<Nullable<Text>>)]
    pub heading_path: HeadingPath,
}

/// The passages with these ids, in no order; those deleted meanwhile are left out. One query for each kind.
pub fn passages(conn: &mut PgConnection, ids: &[PassageId]) -> RepoResult<Vec<Passage>> {
    let chunks: Vec<ChunkPassage> =
        Statement::fixed(include_str!("chunk_passages.sql")).bind(Bind::ids(ids)).load(conn)?;
    let mut found: Vec<Passage> = chunks.into_iter().map(Passage::from).collect();
    if found.len() < ids.len() {
        let memories: Vec<(CollectionId, Memory, MemoryUse)> = memories::table
            .inner_join(passage_rows::table)
            .inner_join(memory_uses::table)
            .filter(memories::id.eq_any(ids))
            .select((passage_rows::collection_id, Memory::as_select(), MemoryUse::as_select()))
            .load(conn)?;
        found.extend(
            memories.into_iter().map(|(collection, memory, uses)| {
                Passage::of_memory(collection, MemoryOrigin { memory, uses })
            }),
        );
    }
    if found.len() < ids.len() {
        let rounds: Vec<RoundPassage> =
            Statement::fixed(include_str!("round_passages.sql")).bind(Bind::ids(ids)).load(conn)?;
        found.extend(rounds.into_iter().map(Passage::from));
    }
    if found.len() < ids.len() {
        let tools: Vec<(Tool, ToolCounts)> = tools::table
            .inner_join(tool_counts::table)
            .filter(tools::id.eq_any(ids))
            .select((Tool::as_select(), ToolCounts::as_select()))
            .load(conn)?;
        found.extend(tools.into_iter().map(|(tool, counts)| Passage::of_tool(ToolOrigin { tool, counts })));
    }
    Ok(found)
}

impl Passage {
    fn of_memory(collection_id: CollectionId, origin: MemoryOrigin) -> Self {
        Self {
            id: origin.memory.id,
            collection_id,
            title: String::new(),
            text: origin.memory.content.content.clone(),
            metadata: origin.memory.metadata.clone(),
            age_s: 0.0,
            citation_count: 0,
            origin: Origin::Memory(Box::new(origin)),
        }
    }

    fn of_tool(origin: ToolOrigin) -> Self {
        Self {
            id: origin.tool.id,
            collection_id: origin.tool.collection_id,
            title: origin.tool.name.clone(),
            text: origin.tool.description.clone(),
            metadata: serde_json::Value::Object(serde_json::Map::new()),
            age_s: 0.0,
            citation_count: 0,
            origin: Origin::Tool(Box::new(origin)),
        }
    }
}

#[derive(Debug, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct ChunkPassage {
    #[diesel(sql_type = Uuid)]
    passage_id: PassageId,
    #[diesel(sql_type = Uuid)]
    collection_id: CollectionId,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Text)]
    text: String,
    #[diesel(sql_type = Jsonb)]
    metadata: serde_json::Value,
    #[diesel(sql_type = Double)]
    age_s: f64,
    #[diesel(sql_type = BigInt)]
    citation_count: i64,
    #[diesel(embed)]
    origin: ChunkOrigin,
}

impl From<ChunkPassage> for Passage {
    fn from(chunk: ChunkPassage) -> Self {
        let ChunkPassage { passage_id, collection_id, title, text, metadata, age_s, citation_count, origin } =
            chunk;
        let origin = Origin::Chunk(origin);
        Self { id: passage_id, collection_id, title, text, metadata, age_s, citation_count, origin }
    }
}

#[derive(Debug, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct RoundPassage {
    #[diesel(sql_type = Uuid)]
    passage_id: PassageId,
    #[diesel(sql_type = Uuid)]
    collection_id: CollectionId,
    #[diesel(sql_type = Uuid)]
    session_id: SessionId,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Uuid)]
    question_id: MessageId,
    #[diesel(sql_type = Uuid)]
    answer_id: MessageId,
    #[diesel(sql_type = Text)]
    question: String,
    #[diesel(sql_type = Text)]
    answer: String,
    #[diesel(sql_type = Nullable<Text>)]
    outcome: Option<Outcome>,
    #[diesel(sql_type = Timestamptz)]
    said_at: DateTime<Utc>,
}

impl From<RoundPassage> for Passage {
    fn from(round: RoundPassage) -> Self {
        let RoundPassage { session_id, question_id, answer_id, said_at, .. } = round;
        Self {
            id: round.passage_id,
            collection_id: round.collection_id,
            title: round.title,
            text: round_text(&round.question, &round.answer, round.outcome),
            metadata: serde_json::Value::Object(serde_json::Map::new()),
            age_s: 0.0,
            citation_count: 0,
            origin: Origin::Round(RoundOrigin { session_id, question_id, answer_id, said_at }),
        }
    }
}
