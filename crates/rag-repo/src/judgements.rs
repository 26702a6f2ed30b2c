//! Relevance judgements. Users see their own; `search::judged` reads those of all members of a collection.

use diesel::{
    prelude::*,
    sql_types::{BigInt, Double, Nullable, Text, Timestamptz, Uuid},
};
use pgvector::HalfVector;
use rag_schema::{
    ids::{CollectionId, DocumentId, JudgementId, UserId},
    models::{Judgement, NewJudgement},
    schema::{collections, judgements},
};

use crate::{
    Page, RepoError, RepoResult,
    statement::{Bind, Statement},
};

/// Maximum number of judgements of a user in a collection; the oldest are deleted.
pub const MAX_JUDGEMENTS: i64 = 1_000;

/// Inserts a judgement in place of the user's earlier one of the same passage for the same question. One that belongs to a rating
/// stands beside others.
pub fn insert(conn: &mut PgConnection, new: &NewJudgement<'_>) -> RepoResult<Judgement> {
    if new.message_id.is_none() {
        diesel::delete(judgements::table)
            .filter(judgements::user_id.eq(new.user_id))
            .filter(judgements::document_id.eq(new.document_id))
            .filter(judgements::passage_sha256.eq(new.passage_sha256))
            .filter(judgements::question.eq(new.question))
            .filter(judgements::message_id.is_null())
            .execute(conn)?;
    }
    let inserted = diesel::insert_into(judgements::table)
        .values(new)
        .returning(Judgement::as_returning())
        .get_result(conn)?;
    delete_beyond(conn, new.user_id, new.collection_id, MAX_JUDGEMENTS)?;
    Ok(inserted)
}

/// Deletes the user's judgements in the collection but for the newest `kept`.
fn delete_beyond(
    conn: &mut PgConnection,
    user: UserId,
    collection: CollectionId,
    kept: i64,
) -> RepoResult<()> {
    let own = judgements::table
        .filter(judgements::user_id.eq(user))
        .filter(judgements::collection_id.eq(collection));
    let old: Vec<JudgementId> = own
        .order((judgements::created_at.desc(), judgements::id.desc()))
        .offset(kept)
        .select(judgements::id)
        .load(conn)?;
    if !old.is_empty() {
        diesel::delete(judgements::table.filter(judgements::id.eq_any(old))).execute(conn)?;
    }
    Ok(())
}

/// The user's judgements, in the collection or in all, newest first.
pub fn list(
    conn: &mut PgConnection,
    user: UserId,
    collection: Option<CollectionId>,
    page: Page,
) -> RepoResult<Vec<Judgement>> {
    let mut query = judgements::table
        .filter(judgements::user_id.eq(user))
        .order(judgements::id.desc())
        .limit(page.limit)
        .select(Judgement::as_select())
        .into_boxed();
    if let Some(collection) = collection {
        query = query.filter(judgements::collection_id.eq(collection));
    }
    if let Some(after) = page.after {
        query = query.filter(judgements::id.lt(JudgementId::from(after)));
    }
    Ok(query.load(conn)?)
}

/// Deletes a judgement of a search's result. `RepoError::NotFound` if it is not the actor's, or if it belongs to a rating, with which
/// it is deleted.
pub fn delete(conn: &mut PgConnection, id: JudgementId) -> RepoResult<()> {
    let judgement = judgements::table.find(id).filter(judgements::message_id.is_null());
    match diesel::delete(judgement).execute(conn)? {
        0 => Err(RepoError::NotFound),
        _ => Ok(()),
    }
}

/// Deletes all judgements in a collection that the actor owns, and returns their number; 0 in other collections.
pub fn forget(conn: &mut PgConnection, collection: CollectionId) -> RepoResult<i64> {
    #[derive(QueryableByName)]
    struct Forgotten {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let statement = Statement::fixed("SELECT forget_judgements(($1)[1]) AS count");
    Ok(statement.bind(Bind::ids(&[collection])).get_result::<Forgotten>(conn)?.count)
}

/// Judgements about the passages of one document.
#[derive(Debug, Clone, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct JudgedDocument {
    /// The document.
    #[diesel(sql_type = Uuid)]
    pub document_id: DocumentId,
    /// Its title.
    #[diesel(sql_type = Text)]
    pub title: String,
    /// Where it came from.
    #[diesel(sql_type = Nullable<Text>)]
    pub source: Option<String>,
    /// Judgements by which a passage helped.
    #[diesel(sql_type = BigInt)]
    pub helped: i64,
    /// Judgements by which a passage misled.
    #[diesel(sql_type = BigInt)]
    pub misled: i64,
    /// Users who judged.
    #[diesel(sql_type = BigInt)]
    pub users: i64,
    /// Sum of the weights.
    #[diesel(sql_type = Double)]
    pub balance: f64,
    /// Time of the last judgement.
    #[diesel(sql_type = Timestamptz)]
    pub last_at: chrono::DateTime<chrono::Utc>,
}

/// The judged documents of the collection by all its members, those with the lowest sum of weights first, at most `limit`.
pub fn by_document(
    conn: &mut PgConnection,
    collection: CollectionId,
    limit: i64,
) -> RepoResult<Vec<JudgedDocument>> {
    Statement::fixed(include_str!("judged_documents.sql"))
        .bind(Bind::ids(&[collection]))
        .bind(Bind::BigInteger(limit))
        .load(conn)
}

/// Up to `limit` judgements whose question has no vector by the model of their collection, among collections of these models: each
/// with its question and the model. For the system.
pub fn list_unembedded(
    conn: &mut PgConnection,
    models: &[i32],
    limit: i64,
) -> RepoResult<Vec<(JudgementId, String, i32)>> {
    Ok(judgements::table
        .inner_join(collections::table.on(collections::id.eq(judgements::collection_id)))
        .filter(collections::model_id.eq_any(models))
        .filter(judgements::model_id.is_distinct_from(collections::model_id.nullable()))
        .order(judgements::id)
        .limit(limit)
        .select((judgements::id, judgements::question, collections::model_id))
        .load(conn)?)
}

/// Sets the vector of a judgement's question. For the system.
pub fn set_vector(
    conn: &mut PgConnection,
    id: JudgementId,
    model: i32,
    vector: &HalfVector,
) -> RepoResult<()> {
    diesel::update(judgements::table.find(id))
        .set((judgements::model_id.eq(model), judgements::question_vector.eq(vector)))
        .execute(conn)?;
    Ok(())
}
