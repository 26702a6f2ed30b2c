//! Tools as clients see them.

use chrono::{DateTime, Utc};
use rag_repo::tools::UsedTool;
use rag_schema::models::{Tool, ToolCounts};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// A tool.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ToolView {
    /// Id.
    pub(crate) id: Uuid,
    /// Id of its collection, with which it can be shared.
    pub(crate) collection_id: Uuid,
    /// Name, unique in the collection.
    pub(crate) name: String,
    /// Its purpose, in words.
    pub(crate) description: String,
    /// JSON Schema of its parameters.
    #[schema(value_type = Object)]
    pub(crate) parameters: Value,
    /// Number of uses.
    pub(crate) use_count: i64,
    /// Number of uses that succeeded.
    pub(crate) success_count: i64,
    /// Estimated probability of success, from 0 to 1; .5 before the first use. The last 50 uses matter most.
    pub(crate) success_rate: f32,
    /// Time of the last use.
    pub(crate) last_used_at: Option<DateTime<Utc>>,
    /// Time of storing it first.
    pub(crate) created_at: DateTime<Utc>,
    /// Time of the last change.
    pub(crate) updated_at: DateTime<Utc>,
}

impl From<UsedTool> for ToolView {
    fn from((tool, counts): UsedTool) -> Self {
        let Tool { id, collection_id, name, description, parameters, created_at, updated_at } = tool;
        let ToolCounts { use_count, success_count, success_rate, last_used_at } = counts;
        Self {
            id: id.uuid(),
            collection_id: collection_id.uuid(),
            name,
            description,
            parameters,
            use_count,
            success_count,
            success_rate,
            last_used_at,
            created_at,
            updated_at,
        }
    }
}
