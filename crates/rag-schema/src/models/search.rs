//! Rows for search: passages, embedding models and vectors.

use std::fmt;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use pgvector::HalfVector;

use crate::{
    enums::{IndexKind, PassageKind},
    ids::{CollectionId, PassageId, VersionId},
    models::NewChunk,
    schema::{embedding_models, embeddings, passages, recall_measurements},
};

/// A model whose vectors are stored.
#[derive(Debug, Clone, Queryable, Selectable, Identifiable)]
#[diesel(table_name = embedding_models, check_for_backend(diesel::pg::Pg))]
pub struct EmbeddingModel {
    /// Id, which is part of the name of the partition of `embeddings`.
    pub id: i32,
    /// Name, unique.
    pub name: String,
    /// Length of its vectors, 1 to 4,000.
    pub dimensions: i32,
    /// When it was registered.
    pub created_at: DateTime<Utc>,
    /// The existing index.
    #[diesel(embed)]
    pub index: VectorIndex,
}

/// The index of the vectors of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = embedding_models, treat_none_as_null = true, check_for_backend(diesel::pg::Pg))]
pub struct VectorIndex {
    /// Its kind.
    #[diesel(column_name = index_kind)]
    pub kind: IndexKind,
    /// HNSW: links of a node in a layer, 2 to 100.
    pub hnsw_m: i32,
    /// HNSW: candidates examined for each node during the build, twice `hnsw_m` to 1,000.
    pub hnsw_ef_construction: i32,
    /// `IVFFlat`: number of lists, 1 to 32,768; `None` for one for each thousand rows that exist at the build.
    pub ivfflat_lists: Option<i32>,
}

impl Default for VectorIndex {
    fn default() -> Self {
        Self {
            kind: IndexKind::Hnsw,
            // Of 100,000 vectors of 384 dimensions, m 10 and 150 candidates find more of the ten nearest in less time and 7/8 of the
            // room than pgvector's 16 and 64; eight rows fit on a page, in float32 four (ADR 7).
            hnsw_m: 10,
            hnsw_ef_construction: 150,
            ivfflat_lists: None,
        }
    }
}

impl VectorIndex {
    /// Whether both are built the same way; settings of other kinds are ignored.
    pub fn is_built_like(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

/// All settings of the build, for people.
impl fmt::Display for VectorIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, hnsw_m, hnsw_ef_construction, ivfflat_lists } = self;
        match kind {
            IndexKind::None => write!(f, "{kind}"),
            IndexKind::Hnsw | IndexKind::HnswBinary => {
                write!(f, "{kind}, m {hnsw_m}, ef_construction {hnsw_ef_construction}")
            }
            IndexKind::Ivfflat => match ivfflat_lists {
                Some(lists) => write!(f, "{kind}, {lists} lists"),
                None => write!(f, "{kind}, a list for each thousand rows"),
            },
        }
    }
}

/// A passage to insert; columns of its kind go into the table of the kind.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = passages, treat_none_as_default_value = false)]
pub struct NewPassage {
    /// Id, the same as in the table of the kind.
    pub id: PassageId,
    /// Its kind.
    pub kind: PassageKind,
    /// Collection it is searched in.
    pub collection_id: CollectionId,
    /// Version of a document that it is part of; `None` for kinds without versions.
    pub version_id: Option<VersionId>,
}

impl From<&NewChunk> for NewPassage {
    fn from(chunk: &NewChunk) -> Self {
        Self {
            id: chunk.id,
            kind: PassageKind::Chunk,
            collection_id: chunk.collection_id,
            version_id: Some(chunk.version_id),
        }
    }
}

/// A vector to insert.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = embeddings, treat_none_as_default_value = false)]
pub struct NewEmbedding {
    /// Model that made the vector.
    pub model_id: i32,
    /// Passage of the vector.
    pub passage_id: PassageId,
    /// The passage's version; `None` for kinds without versions.
    pub version_id: Option<VersionId>,
    /// The passage's collection.
    pub collection_id: CollectionId,
    /// L2-normalised, with the dimensions of the model.
    pub embedding: HalfVector,
}

/// A measurement of the recall of searches by a model's index.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Identifiable)]
#[diesel(table_name = recall_measurements, check_for_backend(diesel::pg::Pg))]
pub struct RecallMeasurement {
    /// Id; rises with time.
    pub id: i32,
    /// Model.
    pub model_id: i32,
    /// Breadth of searches at that time: `hnsw.ef_search` or `ivfflat.probes`.
    pub breadth: i32,
    /// Part of the nearest passages that were found with it, 0 to 1.
    pub recall: f64,
    /// Recall that the settings asked for, 0 to 1.
    pub target: f64,
    /// Smallest breadth that reaches the target; `None` if none of those tried does.
    pub proposed_breadth: Option<i32>,
    /// Recall with the proposed breadth, 0 to 1.
    pub proposed_recall: Option<f64>,
    /// Number of stored vectors that were searched for.
    pub samples: i32,
    /// Number of nearest passages that each search was to find.
    pub neighbours: i32,
    /// When it was measured.
    pub measured_at: DateTime<Utc>,
    /// Breadth before the proposal was applied; `None` for that of the settings.
    pub replaced_breadth: Option<i32>,
    /// When the proposal was applied; `None` if it was not.
    pub applied_at: Option<DateTime<Utc>>,
    /// When that was undone; `None` if it was not.
    pub undone_at: Option<DateTime<Utc>>,
}

/// A measurement to insert. Fields as in `RecallMeasurement`.
#[derive(Debug, Clone, Copy, PartialEq, Insertable)]
#[diesel(table_name = recall_measurements)]
pub struct NewRecallMeasurement {
    /// Model.
    pub model_id: i32,
    /// Index that was measured (`pg_class.oid`).
    pub index_oid: i64,
    /// Breadth of searches.
    pub breadth: i32,
    /// Recall with it.
    pub recall: f64,
    /// Recall that is asked for.
    pub target: f64,
    /// Smallest breadth that reaches it.
    pub proposed_breadth: Option<i32>,
    /// Recall with that.
    pub proposed_recall: Option<f64>,
    /// Number of samples.
    pub samples: i32,
    /// Number of neighbours of each.
    pub neighbours: i32,
}
