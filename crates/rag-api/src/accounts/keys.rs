//! `/v1/keys`: API keys for programs.

use actix_web::web::{self, Json};
use chrono::{DateTime, Utc};
use rag_engine::accounts::NewKey;
use rag_repo::api_keys;
use rag_schema::{enums::Scope, ids::ApiKeyId, models::ApiKey};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use crate::{
    app::App,
    auth::{Manage, May, Own},
    extract::{Body, Id},
    names::check_name,
    page::ListView,
    problem::ApiResult,
    respond::{Created, NoContent},
};

/// An API key to create.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateKeyBody {
    /// Name.
    #[validate(length(min = 1, max = 200), custom(function = "check_name"))]
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// Scopes: `read` (search, read documents), `ask` (conversations), `write` (add and delete documents), `manage` (collections,
    /// keys, users).
    #[validate(length(min = 1, max = 4))]
    #[schema(value_type = Vec<String>, min_items = 1, max_items = 4)]
    scopes: Vec<Scope>,
    /// Validity in days, 1 to 3,650; unlimited if absent. A key that a key creates expires with that key at the latest.
    #[validate(range(min = 1, max = 3650))]
    #[schema(minimum = 1, maximum = 3650)]
    days: Option<i32>,
}

/// An API key.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KeyView {
    /// Id.
    pub(crate) id: Uuid,
    /// Name.
    pub(crate) name: String,
    /// First characters of the key, by which you recognise it.
    pub(crate) prefix: String,
    /// Scopes.
    pub(crate) scopes: Vec<&'static str>,
    /// Time of creation.
    pub(crate) created_at: DateTime<Utc>,
    /// Time of expiry; absent if it does not expire.
    pub(crate) expires_at: Option<DateTime<Utc>>,
    /// Time of the last use, to the minute.
    pub(crate) last_used_at: Option<DateTime<Utc>>,
    /// Id of the key that created this one and with which it is revoked; absent for a key that a user created.
    pub(crate) made_by_key_id: Option<Uuid>,
}

impl From<ApiKey> for KeyView {
    fn from(row: ApiKey) -> Self {
        Self {
            id: row.id.uuid(),
            name: row.name,
            prefix: row.prefix,
            scopes: row.scopes.0.into_iter().map(Scope::as_str).collect(),
            created_at: row.created_at,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
            made_by_key_id: row.made_by_key_id.map(ApiKeyId::uuid),
        }
    }
}

/// A new key, which is shown only once.
#[derive(Serialize, ToSchema)]
pub(crate) struct NewKeyView {
    /// The key itself. Store it: it cannot be shown again.
    key: String,
    /// The stored key.
    #[serde(flatten)]
    view: KeyView,
}

/// Creates a key that acts for you. A key cannot create a key with more scopes or a later expiry than its own, and the keys that
/// it created are revoked with it.
#[utoipa::path(post, path = "/v1/keys", tag = "accounts", request_body = CreateKeyBody, responses(
    (status = 201, body = NewKeyView)))]
pub(crate) async fn create_key(
    app: web::Data<App>,
    caller: May<Manage>,
    Body(mut body): Body<CreateKeyBody>,
) -> ApiResult<Created<NewKeyView>> {
    let (person, actor) = (caller.person()?, caller.actor);
    body.scopes.sort_by_key(|scope| scope.as_str());
    body.scopes.dedup();
    caller.check_scopes(&body.scopes)?;
    let made = app
        .blocking(move |engine| {
            let CreateKeyBody { name, scopes, days } = &body;
            Ok(engine.make_key(actor, &NewKey { user: person.id, name: name.trim(), scopes, days: *days })?)
        })
        .await?;
    Ok(Created::new(NewKeyView { key: made.secret, view: made.row.into() }))
}

/// Lists your keys, newest first.
#[utoipa::path(get, path = "/v1/keys", tag = "accounts", responses((status = 200, body = ListView<KeyView>)))]
pub(crate) async fn list_keys(app: web::Data<App>, caller: May<Own>) -> ApiResult<Json<ListView<KeyView>>> {
    let rows = app.read(caller.actor, api_keys::list).await?;
    Ok(Json(ListView::whole(rows.into_iter().map(KeyView::from).collect())))
}

/// Revokes a key and the keys, links and open invitations that it created. The next call with it is refused; streams opened with
/// it end within seconds.
#[utoipa::path(delete, path = "/v1/keys/{id}", tag = "accounts", params(("id" = Uuid, Path)), responses(
    (status = 204)))]
pub(crate) async fn delete_key(
    app: web::Data<App>,
    caller: May<Manage>,
    Id(id): Id<ApiKeyId>,
) -> ApiResult<NoContent> {
    app.blocking(move |engine| Ok(engine.delete_key(caller.actor, id)?)).await?;
    Ok(NoContent)
}
