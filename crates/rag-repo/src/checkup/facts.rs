//! What a check-up asks that is no rule: connections, the clock, and the vector index of each model.

use chrono::{DateTime, Utc};
use diesel::{
    connection::SimpleConnection,
    prelude::*,
    sql_types::{BigInt, Integer, Timestamptz},
};
use half::f16;
use pgvector::HalfVector;
use rag_schema::{enums::IndexKind, ids::CollectionId, models::EmbeddingModel};

use crate::{
    RepoResult, embedding_models,
    search::{DensePlan, Scope, dense_leg},
    statement::PlanDepth,
    vector_index,
};

/// The connections of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct ConnectionFacts {
    /// Maximum number for users who are no administrators.
    #[diesel(sql_type = BigInt)]
    pub allowed: i64,
    /// Those that are open.
    #[diesel(sql_type = BigInt)]
    pub open: i64,
    /// Those of `open` that belong to a `rag`.
    #[diesel(sql_type = BigInt)]
    pub ours: i64,
    /// Those of `ours` for reads.
    #[diesel(sql_type = BigInt)]
    pub read: i64,
    /// Those of `ours` for requests that write.
    #[diesel(sql_type = BigInt)]
    pub write: i64,
    /// Those of `ours` for work in the background.
    #[diesel(sql_type = BigInt)]
    pub work: i64,
}

#[derive(QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct Model {
    #[diesel(sql_type = Integer)]
    id: i32,
}

#[derive(QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct Clock {
    #[diesel(sql_type = Timestamptz)]
    time: DateTime<Utc>,
}

/// Counts the connections of the server.
pub fn connections(conn: &mut PgConnection) -> RepoResult<ConnectionFacts> {
    Ok(diesel::sql_query(include_str!("connections.sql")).get_result(conn)?)
}

/// The server's clock at this moment.
pub fn clock(conn: &mut PgConnection) -> RepoResult<DateTime<Utc>> {
    let clock: Clock = diesel::sql_query("SELECT clock_timestamp() AS time").get_result(conn)?;
    Ok(clock.time)
}

/// The models without the index that they should have.
pub fn missing_vector_indexes(conn: &mut PgConnection) -> RepoResult<Vec<EmbeddingModel>> {
    let missing: Vec<Model> = diesel::sql_query(include_str!("missing_vector_indexes.sql")).load(conn)?;
    missing.into_iter().map(|model| embedding_models::find(conn, model.id)).collect()
}

/// The models with an index that PostgreSQL does not use for a search of their nearest vectors. Runs no search.
pub fn unused_vector_indexes(conn: &mut PgConnection) -> RepoResult<Vec<EmbeddingModel>> {
    let missing = missing_vector_indexes(conn)?;
    let mut unused = Vec::new();
    for model in embedding_models::list(conn)? {
        if !missing.iter().any(|known| known.id == model.id) && !uses_its_index(conn, &model)? {
            unused.push(model);
        }
    }
    Ok(unused)
}

fn uses_its_index(conn: &mut PgConnection, model: &EmbeddingModel) -> RepoResult<bool> {
    let plan = match model.index.kind {
        IndexKind::None => return Ok(true),
        IndexKind::Hnsw => DensePlan::Hnsw { ef_search: 40 },
        IndexKind::HnswBinary => DensePlan::HnswBinary { ef_search: 40, overfetch: 4 },
        IndexKind::Ivfflat => DensePlan::Ivfflat { probes: 1 },
    };
    let dimensions = usize::try_from(model.dimensions).unwrap_or_default();
    let query = HalfVector::from(vec![f16::ONE; dimensions]);
    // Plans depend on no collection: a search looks at the asker's, in the order of the index.
    let scope = Scope::in_collections(&[CollectionId::new()]);
    let leg = dense_leg(model, &scope, &query, plan, 10);
    let lines = conn.build_transaction().read_only().run(|conn| -> RepoResult<_> {
        conn.batch_execute("SET LOCAL ROLE rag_user")?;
        leg.explain(conn, PlanDepth::Shape)
    })?;
    let index = format!("embeddings_{}_vector_idx", model.id);
    Ok(lines.iter().any(|line| line.contains(&index)))
}

/// Builds the index of a model as its row says, with up to `max_memory_mb` of memory.
pub fn rebuild_vector_index(
    conn: &mut PgConnection,
    model: &EmbeddingModel,
    max_memory_mb: u32,
) -> RepoResult<()> {
    vector_index::rebuild(conn, model, &model.index, max_memory_mb)
}
