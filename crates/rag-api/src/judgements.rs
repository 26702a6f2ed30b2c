//! `/v1/collections/{id}/judgements`: ratings of results, from which the ranking learns.

use actix_web::web::{self, Json};
use chrono::{DateTime, Utc};
use rag_repo::{collections, judgements};
use rag_schema::{
    enums::Rating,
    ids::{CollectionId, JudgementId, MessageId, PassageId},
    models::Judgement,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use crate::{
    app::App,
    auth::{Ask, Manage, May, Own, Store},
    extract::{Body, Id, Params},
    page::{ListView, PageParams},
    problem::ApiResult,
    respond::NoContent,
};

/// Maximum number of documents of a report.
const MAX_DOCUMENTS: i64 = 100;

/// A rating of a search's result.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct JudgementBody {
    /// Question of the search, 1 to 10,000 characters.
    #[validate(length(min = 1, max = 10_000))]
    #[schema(min_length = 1, max_length = 10_000)]
    query: String,
    /// Chunk that was found.
    #[schema(value_type = Uuid)]
    chunk_id: PassageId,
    /// `up` if it helps with the question, `down` if it misleads.
    #[schema(value_type = String)]
    rating: Rating,
}

/// A judgement: a passage helped with a question, or misled.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JudgementView {
    /// Id.
    id: Uuid,
    /// Document of the passage.
    document_id: Uuid,
    /// Rated answer that cited the passage; absent if a result of a search was rated.
    #[serde(skip_serializing_if = "Option::is_none")]
    message_id: Option<Uuid>,
    /// The question, and before it the question that it follows up.
    query: String,
    /// From -1, the passage misled, to 1, it helped.
    weight: f32,
    /// Time of the judgement.
    created_at: DateTime<Utc>,
}

impl From<Judgement> for JudgementView {
    fn from(row: Judgement) -> Self {
        Self {
            id: row.id.uuid(),
            document_id: row.document_id.uuid(),
            message_id: row.message_id.map(MessageId::uuid),
            query: row.question,
            weight: row.weight,
            created_at: row.created_at,
        }
    }
}

/// Rates a result of a search, replacing your earlier rating of it for the same question. It moves the passage up or down for similar
/// questions of all members of the collection; its text must stay the same, its document may change. Nobody else sees your question.
#[utoipa::path(post, path = "/v1/collections/{id}/judgements", tag = "search", params(("id" = Uuid, Path)),
    request_body = JudgementBody, responses(
    (status = 200, body = JudgementView)))]
pub(crate) async fn judge_result(
    app: web::Data<App>,
    caller: May<Ask>,
    Id(id): Id<CollectionId>,
    Body(body): Body<JudgementBody>,
) -> ApiResult<Json<JudgementView>> {
    let user = caller.person()?.id;
    let JudgementBody { query, chunk_id, rating } = body;
    let row = app
        .blocking(move |engine| {
            Ok(engine.judge_result(caller.actor, user, id, (&query, chunk_id), rating)?)
        })
        .await?;
    Ok(Json(row.into()))
}

/// Lists your judgements in a collection, newest first: those of results, and those of the passages that rated answers cite. The
/// newest 1,000 are kept.
#[utoipa::path(get, path = "/v1/collections/{id}/judgements", tag = "search", params(("id" = Uuid, Path), PageParams), responses(
    (status = 200, body = ListView<JudgementView>)))]
pub(crate) async fn list_judgements(
    app: web::Data<App>,
    caller: May<Own>,
    Id(id): Id<CollectionId>,
    Params(params): Params<PageParams>,
) -> ApiResult<Json<ListView<JudgementView>>> {
    let (user, page) = (caller.person()?.id, params.page());
    let rows = app
        .read(caller.actor, move |conn| {
            collections::find(conn, id)?;
            judgements::list(conn, user, Some(id), page)
        })
        .await
        .map_err(|error| error.naming("collection"))?;
    let views = rows.into_iter().map(JudgementView::from).collect();
    Ok(Json(ListView::new(views, params.limit, |view| view.id.to_string())))
}

/// Deletes one of your judgements of results, and with it its effect. Those of rated answers are deleted with the rating.
#[utoipa::path(delete, path = "/v1/judgements/{id}", tag = "search", params(("id" = Uuid, Path)), responses(
    (status = 204)))]
pub(crate) async fn delete_judgement(
    app: web::Data<App>,
    caller: May<Ask>,
    Id(id): Id<JudgementId>,
) -> ApiResult<NoContent> {
    app.blocking(move |engine| Ok(engine.delete_judgement(caller.actor, id)?)).await?;
    Ok(NoContent)
}

/// Judgements about the passages of one document, by all members of the collection.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JudgedDocumentView {
    /// The document.
    document_id: Uuid,
    /// Its title.
    title: String,
    /// File name or address.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    /// Judgements by which a passage helped.
    helped: i64,
    /// Judgements by which a passage misled.
    misled: i64,
    /// Number of users who judged.
    users: i64,
    /// Time of the last judgement.
    last_at: DateTime<Utc>,
}

/// The judged documents of a collection.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JudgedDocumentsView {
    /// Documents, those that misled most first, at most 100.
    documents: Vec<JudgedDocumentView>,
}

/// Reports the documents of a collection whose passages helped or misled its members. For editors and the owner; questions and users
/// are not shown.
#[utoipa::path(get, path = "/v1/collections/{id}/judged-documents", tag = "collections", params(("id" = Uuid, Path)), responses(
    (status = 200, body = JudgedDocumentsView)))]
pub(crate) async fn list_judged_documents(
    app: web::Data<App>,
    caller: May<Store>,
    Id(id): Id<CollectionId>,
) -> ApiResult<Json<JudgedDocumentsView>> {
    let rows =
        app.blocking(move |engine| Ok(engine.judged_documents(caller.actor, id, MAX_DOCUMENTS)?)).await?;
    let view = |row: judgements::JudgedDocument| JudgedDocumentView {
        document_id: row.document_id.uuid(),
        title: row.title,
        source: row.source,
        helped: row.helped,
        misled: row.misled,
        users: row.users,
        last_at: row.last_at,
    };
    Ok(Json(JudgedDocumentsView { documents: rows.into_iter().map(view).collect() }))
}

/// The number of judgements that were deleted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ForgottenView {
    /// Number of judgements.
    forgotten: i64,
}

/// Deletes all judgements in your collection, of all its members, and with them their effect. Ratings of answers stay.
#[utoipa::path(delete, path = "/v1/collections/{id}/judgements", tag = "collections", params(("id" = Uuid, Path)), responses(
    (status = 200, body = ForgottenView)))]
pub(crate) async fn forget_judgements(
    app: web::Data<App>,
    caller: May<Manage>,
    Id(id): Id<CollectionId>,
) -> ApiResult<Json<ForgottenView>> {
    let forgotten = app.blocking(move |engine| Ok(engine.forget_judgements(caller.actor, id)?)).await?;
    Ok(Json(ForgottenView { forgotten }))
}
