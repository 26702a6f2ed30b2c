//! `/v1/collections/{id}/synonyms`: words and phrases that mean the same in a collection.

use actix_web::web::{self, Json};
use rag_engine::synonyms::{TERM_PATTERN, checked};
use rag_repo::{collections, synonyms};
use rag_schema::ids::CollectionId;
use serde::{Deserialize, Serialize};
use utoipa::{
    ToSchema,
    openapi::schema::{Array, Object, Type},
};
use validator::Validate;

use crate::{
    app::App,
    auth::{Manage, May, Read},
    extract::{Body, Id},
    problem::{ApiError, ApiResult},
};

/// The synonyms of a collection.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SynonymsBody {
    /// At most 500 groups of 2 to 16 words or phrases, 1,000 in all, each at most 100 characters long. A question that contains a
    /// term of a group finds the others too, at half its weight; terms are compared by stems.
    #[schema(schema_with = synonym_groups)]
    pub(crate) groups: Vec<Vec<String>>,
}

fn synonym_groups() -> Array {
    let term = Object::builder().schema_type(Type::String).min_length(Some(1)).max_length(Some(100));
    let group =
        Array::builder().items(term.pattern(Some(TERM_PATTERN))).min_items(Some(2)).max_items(Some(16));
    Array::builder().items(group).max_items(Some(500)).build()
}

/// The synonyms of a collection.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SynonymsView {
    /// Groups, in the order in which they were set.
    pub(crate) groups: Vec<Vec<String>>,
}

/// Returns the synonyms of a collection.
#[utoipa::path(get, path = "/v1/collections/{id}/synonyms", tag = "collections", params(("id" = Uuid, Path)), responses(
    (status = 200, body = SynonymsView)))]
pub(crate) async fn get_synonyms(
    app: web::Data<App>,
    caller: May<Read>,
    Id(id): Id<CollectionId>,
) -> ApiResult<Json<SynonymsView>> {
    let groups = app
        .read(caller.actor, move |conn| {
            collections::find(conn, id)?;
            synonyms::list(conn, id)
        })
        .await
        .map_err(|error| error.naming("collection"))?;
    Ok(Json(SynonymsView { groups }))
}

/// Replaces the synonyms of a collection. They take effect at the next search.
#[utoipa::path(put, path = "/v1/collections/{id}/synonyms", tag = "collections", params(("id" = Uuid, Path)),
    request_body = SynonymsBody, responses(
    (status = 200, body = SynonymsView)))]
pub(crate) async fn put_synonyms(
    app: web::Data<App>,
    caller: May<Manage>,
    Id(id): Id<CollectionId>,
    Body(body): Body<SynonymsBody>,
) -> ApiResult<Json<SynonymsView>> {
    let groups = checked(&body.groups).map_err(|rule| ApiError::field("groups", rule))?;
    let view = SynonymsView { groups: groups.clone() };
    app.blocking(move |engine| Ok(engine.replace_synonyms(caller.actor, id, &groups)?)).await?;
    Ok(Json(view))
}
