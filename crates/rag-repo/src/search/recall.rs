//! The recall of a model's vector index, measured by comparing with all vectors; and the breadth of searches that follows.

use std::collections::HashSet;

use diesel::{
    dsl::now,
    prelude::*,
    sql_types::{BigInt, Integer, Nullable, Timestamptz, Uuid},
};
use pgvector::HalfVector;
use rag_schema::{
    ids::PassageId,
    models::{EmbeddingModel, NewRecallMeasurement, RecallMeasurement},
    schema::{embedding_models, recall_measurements},
};

use super::{
    dense::for_model,
    plan::{Breadth, DensePlan},
    planned::Planned,
};
use crate::{
    RepoResult,
    statement::{Bind, Statement},
};

#[derive(QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct Vector {
    #[diesel(sql_type = pgvector::sql_types::HalfVector)]
    embedding: HalfVector,
}

#[derive(QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct Found {
    #[diesel(sql_type = Uuid)]
    passage_id: PassageId,
}

/// The index of a model, as `measured_index.sql` reads it.
#[derive(Debug, Clone, Copy, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct MeasuredIndex {
    /// Id of the index in PostgreSQL's catalogue; `None` without one.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub index_oid: Option<i64>,
    /// Number of vectors.
    #[diesel(sql_type = BigInt)]
    pub vectors: i64,
    /// Lists that an `IVFFlat` index was built with.
    #[diesel(sql_type = Nullable<Integer>)]
    pub lists: Option<i32>,
    /// Breadth that replaces the one of the settings.
    #[diesel(sql_type = Nullable<Integer>)]
    pub search_breadth: Option<i32>,
}

impl MeasuredIndex {
    /// Whether searches compare every vector, however many collections they are in.
    pub fn is_small(&self) -> bool {
        self.vectors <= super::corpus::EXACT_ROWS
    }

    /// The breadth of searches by the index now: one of the model, or that of the settings.
    pub fn breadth(&self, model: &EmbeddingModel, settings: Breadth) -> DensePlan {
        super::corpus::by_index(model.index.kind, settings, self.search_breadth, || {
            self.lists.map_or(self.vectors / super::corpus::ROWS_A_LIST, i64::from)
        })
    }
}

/// The index of the model as it is now.
pub fn measured_index(conn: &mut PgConnection, model: i32) -> RepoResult<MeasuredIndex> {
    Ok(diesel::sql_query(include_str!("measured_index.sql")).bind::<Integer, _>(model).get_result(conn)?)
}

/// Up to `count` vectors of the model, at even distances in the order of their ids.
pub fn samples(conn: &mut PgConnection, model: i32, count: i32) -> RepoResult<Vec<HalfVector>> {
    let rows: Vec<Vector> = diesel::sql_query(include_str!("recall_samples.sql"))
        .bind::<Integer, _>(model)
        .bind::<Integer, _>(count)
        .load(conn)?;
    Ok(rows.into_iter().map(|row| row.embedding).collect())
}

/// The passages nearest to the query among all of the model, as the plan finds them. Call it in a transaction of its own.
pub fn nearest(
    conn: &mut PgConnection,
    model: &EmbeddingModel,
    query: &HalfVector,
    plan: DensePlan,
    limit: i64,
) -> RepoResult<HashSet<PassageId>> {
    let text = match plan {
        DensePlan::Exact => include_str!("nearest_exact.sql"),
        _ => include_str!("nearest_by_index.sql"),
    };
    let statement =
        Statement::new(for_model(text, model)).bind(Bind::Half(query.clone())).bind(Bind::BigInteger(limit));
    let planned = match plan.settings() {
        None => Planned::without_settings(statement),
        Some(settings) => Planned::with_settings(&settings, statement),
    };
    let found: Vec<Found> = planned.load(conn)?;
    Ok(found.into_iter().map(|row| row.passage_id).collect())
}

/// Records a measurement.
pub fn insert(conn: &mut PgConnection, new: &NewRecallMeasurement) -> RepoResult<RecallMeasurement> {
    Ok(diesel::insert_into(recall_measurements::table)
        .values(new)
        .returning(RecallMeasurement::as_returning())
        .get_result(conn)?)
}

/// The last measurement of the model's index; `None` if the index that stands was not measured.
pub fn last(conn: &mut PgConnection, model: i32) -> RepoResult<Option<RecallMeasurement>> {
    let Some(index_oid) = measured_index(conn, model)?.index_oid else { return Ok(None) };
    Ok(recall_measurements::table
        .filter(recall_measurements::model_id.eq(model))
        .filter(recall_measurements::index_oid.eq(index_oid))
        .order(recall_measurements::id.desc())
        .select(RecallMeasurement::as_select())
        .first(conn)
        .optional()?)
}

/// Has searches by the model's index use the breadth that the measurement proposes, from now on and in every process. The measurement as
/// it is then; `RepoError::NotFound` if it proposes none, or was applied before.
pub fn apply(conn: &mut PgConnection, measurement: i32) -> RepoResult<RecallMeasurement> {
    let (model, breadth): (i32, Option<i32>) = recall_measurements::table
        .find(measurement)
        .filter(recall_measurements::proposed_breadth.is_not_null())
        .filter(recall_measurements::applied_at.is_null())
        .select((recall_measurements::model_id, recall_measurements::proposed_breadth))
        .for_update()
        .first(conn)?;
    let replaced: Option<i32> = set_breadth(conn, model, breadth)?;
    Ok(diesel::update(recall_measurements::table.find(measurement))
        .set((
            recall_measurements::replaced_breadth.eq(replaced),
            recall_measurements::applied_at.eq(now.into_sql::<Timestamptz>().nullable()),
        ))
        .returning(RecallMeasurement::as_returning())
        .get_result(conn)?)
}

/// Undoes the last proposal that was applied to the model: searches have the breadth of before again. `RepoError::NotFound` if there is
/// none, or if the index was built again since, which has undone it.
pub fn undo(conn: &mut PgConnection, model: i32) -> RepoResult<RecallMeasurement> {
    let breadth: Option<i32> = embedding_models::table
        .find(model)
        .select(embedding_models::search_breadth)
        .for_no_key_update()
        .first(conn)?;
    let last: RecallMeasurement = recall_measurements::table
        .filter(recall_measurements::model_id.eq(model))
        .filter(recall_measurements::applied_at.is_not_null())
        .filter(recall_measurements::undone_at.is_null())
        .filter(recall_measurements::proposed_breadth.nullable().eq(breadth))
        .order(recall_measurements::id.desc())
        .select(RecallMeasurement::as_select())
        .first(conn)?;
    set_breadth(conn, model, last.replaced_breadth)?;
    Ok(diesel::update(recall_measurements::table.find(last.id))
        .set(recall_measurements::undone_at.eq(now.into_sql::<Timestamptz>().nullable()))
        .returning(RecallMeasurement::as_returning())
        .get_result(conn)?)
}

/// Sets the breadth of the model, and returns the one before.
fn set_breadth(conn: &mut PgConnection, model: i32, breadth: Option<i32>) -> RepoResult<Option<i32>> {
    let row = embedding_models::table.find(model);
    let before = row.select(embedding_models::search_breadth).for_no_key_update().first(conn)?;
    diesel::update(row).set(embedding_models::search_breadth.eq(breadth)).execute(conn)?;
    Ok(before)
}
