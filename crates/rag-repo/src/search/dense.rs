//! The dense leg: cosine similarity, exact where rows are few, by the model's index where they are many.

use diesel::prelude::*;
use pgvector::HalfVector;
use rag_schema::{ids::PassageId, models::EmbeddingModel, schema::embeddings};

use super::{
    hit::Hit,
    plan::DensePlan,
    planned::Planned,
    scope::{Scope, Table},
};
use crate::{
    RepoResult,
    statement::{Bind, Statement},
};

/// The query of the `limit` passages nearest to `query` by cosine, nearest first.
pub fn dense_leg(
    model: &EmbeddingModel,
    scope: &Scope,
    query: &HalfVector,
    plan: DensePlan,
    limit: i64,
) -> Planned {
    let text = match plan {
        DensePlan::Exact => include_str!("dense_exact.sql"),
        DensePlan::Hnsw { .. } | DensePlan::Ivfflat { .. } => include_str!("dense_approximate.sql"),
        DensePlan::HnswBinary { .. } => include_str!("dense_binary.sql"),
    };
    let statement =
        Statement::new(for_model(text, model)).bind(Bind::Half(query.clone())).bind(Bind::BigInteger(limit));
    let statement = match plan {
        DensePlan::HnswBinary { overfetch, .. } => {
            statement.bind(Bind::BigInteger(limit.saturating_mul(overfetch.into())))
        }
        _ => statement,
    };
    let statement = statement.splice("{scope}", |first| scope.condition(Table::Embeddings, first));
    match plan.settings() {
        None => Planned::without_settings(statement),
        Some(settings) if scope.is_narrowed() => Planned::with_settings(&settings, statement),
        Some(settings) => Planned::with_settings(&settings, statement.kept()),
    }
}

/// Cosine similarity of the passages to `query`, for those that have a vector, in no order.
pub fn similarities(
    conn: &mut PgConnection,
    model: &EmbeddingModel,
    query: &HalfVector,
    passages: &[PassageId],
) -> RepoResult<Vec<Hit>> {
    if passages.is_empty() {
        return Ok(Vec::new());
    }
    Statement::fixed(for_model(include_str!("similarities.sql"), model))
        .bind(Bind::Half(query.clone()))
        .bind(Bind::ids(passages))
        .load(conn)
}

/// Cosine similarity of the passages to what the query becomes when it learns from the passages `best`: to the sum of `query` and of
/// their vectors. For those that have a vector, in no order.
pub fn learned_similarities(
    conn: &mut PgConnection,
    model: &EmbeddingModel,
    query: &HalfVector,
    best: &[PassageId],
    passages: &[PassageId],
) -> RepoResult<Vec<Hit>> {
    Statement::fixed(for_model(include_str!("learned_similarities.sql"), model))
        .bind(Bind::Half(query.clone()))
        .bind(Bind::ids(best))
        .bind(Bind::ids(passages))
        .load(conn)
}

/// The vectors of the passages, for those that have one, in no order.
pub fn vectors(
    conn: &mut PgConnection,
    model: &EmbeddingModel,
    passages: &[PassageId],
) -> RepoResult<Vec<(PassageId, Vec<f32>)>> {
    let rows: Vec<(PassageId, HalfVector)> = embeddings::table
        .filter(embeddings::model_id.eq(model.id))
        .filter(embeddings::passage_id.eq_any(passages))
        .select((embeddings::passage_id, embeddings::embedding))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, vector)| (id, vector.to_vec().into_iter().map(f32::from).collect()))
        .collect())
}

/// The index is on a cast to the model's dimensions, and a cast cannot be bound; the model says which partition is read, and a
/// plan for all values is for one partition only when it is written out. Both are integers from our own table.
pub(super) fn for_model(text: &str, model: &EmbeddingModel) -> String {
    text.replace("{dimensions}", &model.dimensions.to_string()).replace("{model}", &model.id.to_string())
}
