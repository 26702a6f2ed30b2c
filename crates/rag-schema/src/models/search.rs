//! What search reads: embedding models and their vectors.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use pgvector::HalfVector;

use crate::{
    ids::{ChunkId, CollectionId, VersionId},
    schema::{embedding_models, embeddings},
};

/// A model whose vectors are stored.
#[derive(Debug, Clone, Queryable, Selectable, Identifiable)]
#[diesel(table_name = embedding_models, check_for_backend(diesel::pg::Pg))]
pub struct EmbeddingModel {
    /// Id; the partition of `embeddings` bears it.
    pub id: i32,
    /// Name, unique.
    pub name: String,
    /// Length of its vectors, 1 to 4,000.
    pub dimensions: i32,
    /// When it was registered.
    pub created_at: DateTime<Utc>,
}

/// A vector to insert.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = embeddings, treat_none_as_default_value = false)]
pub struct NewEmbedding {
    /// Model that made the vector.
    pub model_id: i32,
    /// Chunk it stands for.
    pub chunk_id: ChunkId,
    /// The chunk's version.
    pub version_id: VersionId,
    /// The chunk's collection.
    pub collection_id: CollectionId,
    /// L2-normalised, as long as the model says.
    pub embedding: HalfVector,
}
