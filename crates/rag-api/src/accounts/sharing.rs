//! `/v1/collections/{id}/members`, `/owner` and `/links`: sharing a collection, and handing it on.

use actix_web::web::{self, Json};
use chrono::{DateTime, Utc};
use rag_repo::{collections, links, members, users};
use rag_schema::{
    enums::{MemberRole, Scope},
    ids::{CollectionId, LinkId, UserId},
    models::CollectionLink,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use crate::{
    app::App,
    auth::{Manage, May, Own},
    extract::{Body, Id},
    page::ListView,
    problem::{ApiError, ApiResult, Code, Problem},
    registration::Input,
    respond::{Created, NoContent},
};

/// The role with which to share a collection.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShareBody {
    /// `editor` (adds and deletes documents) or `reader`.
    #[schema(value_type = String)]
    role: MemberRole,
}

/// The next owner of a collection.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TransferBody {
    /// Id of a user of your organisation.
    user_id: Uuid,
}

/// A user who has access to a collection.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MemberView {
    /// Id of the user.
    user_id: Uuid,
    /// E-mail address.
    email: String,
    /// Display name.
    display_name: String,
    /// `owner`, `editor` or `reader`.
    role: &'static str,
}

/// A link to create.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateLinkBody {
    /// Validity in days, 1 to 3,650; until it is revoked if absent. A link that a key creates expires with that key at the
    /// latest.
    #[validate(range(min = 1, max = 3650))]
    #[schema(minimum = 1, maximum = 3650)]
    days: Option<i32>,
}

/// A link.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LinkView {
    /// Id.
    id: Uuid,
    /// Id of the collection that its bearer can read.
    collection_id: Uuid,
    /// Time of creation.
    created_at: DateTime<Utc>,
    /// Time of expiry; absent if it does not expire.
    expires_at: Option<DateTime<Utc>>,
}

impl From<CollectionLink> for LinkView {
    fn from(row: CollectionLink) -> Self {
        Self {
            id: row.id.uuid(),
            collection_id: row.collection_id.uuid(),
            created_at: row.created_at,
            expires_at: row.expires_at,
        }
    }
}

/// A new link; its secret is shown only once.
#[derive(Serialize, ToSchema)]
pub(crate) struct NewLinkView {
    /// Secret to send as `Authorization: Bearer`: its bearer can read and search the collection.
    secret: String,
    /// The stored link.
    #[serde(flatten)]
    view: LinkView,
}

/// Lists the members of the collection, its owner first.
#[utoipa::path(get, path = "/v1/collections/{id}/members", tag = "sharing", params(("id" = Uuid, Path)), responses(
    (status = 200, body = ListView<MemberView>)))]
pub(crate) async fn list_members(
    app: web::Data<App>,
    caller: May<Own>,
    Id(id): Id<CollectionId>,
) -> ApiResult<Json<ListView<MemberView>>> {
    let (owner, rows) = app
        .read(caller.actor, move |conn| {
            let collection = collections::find_shareable(conn, id)?;
            Ok((users::find(conn, collection.owner_id)?, members::list(conn, id)?))
        })
        .await
        .map_err(|error| error.naming("collection"))?;
    let view = |user: rag_schema::models::User, role| MemberView {
        user_id: user.id.uuid(),
        email: user.email,
        display_name: user.display_name,
        role,
    };
    let mut views = vec![view(owner, "owner")];
    views.extend(rows.into_iter().map(|(member, user)| view(user, member.role.as_str())));
    Ok(Json(ListView::whole(views)))
}

/// Shares the collection with a user of your organisation, or changes their role. Only its owner can do this.
#[utoipa::path(put, path = "/v1/collections/{id}/members/{user_id}", tag = "sharing", request_body = ShareBody,
    params(("id" = Uuid, Path), ("user_id" = Uuid, Path)), responses(
    (status = 204)))]
pub(crate) async fn share_collection(
    app: web::Data<App>,
    caller: May<Manage>,
    path: MemberPath,
    Body(body): Body<ShareBody>,
) -> ApiResult<NoContent> {
    let handed_on: &[Scope] = match body.role {
        MemberRole::Editor => &[Scope::Read, Scope::Write],
        MemberRole::Reader => &[Scope::Read],
    };
    caller.check_scopes(handed_on)?;
    let MemberPath { collection, user } = path;
    app.blocking(move |engine| Ok(engine.share_collection(caller.actor, collection, user, body.role)?))
        .await?;
    Ok(NoContent)
}

/// Ends the sharing with a user. The collection's owner and that user can do this.
#[utoipa::path(delete, path = "/v1/collections/{id}/members/{user_id}", tag = "sharing",
    params(("id" = Uuid, Path), ("user_id" = Uuid, Path)), responses(
    (status = 204)))]
pub(crate) async fn unshare_collection(
    app: web::Data<App>,
    caller: May<Manage>,
    path: MemberPath,
) -> ApiResult<NoContent> {
    let MemberPath { collection, user } = path;
    app.blocking(move |engine| Ok(engine.unshare_collection(caller.actor, collection, user)?)).await?;
    Ok(NoContent)
}

/// Makes another user of your organisation the owner of the collection. Only its owner can do this, and stays as an editor; other
/// members, links and documents stay as they are. A key needs the scopes `read`, `write` and `manage`.
#[utoipa::path(put, path = "/v1/collections/{id}/owner", tag = "sharing", params(("id" = Uuid, Path)), request_body = TransferBody, responses(
    (status = 204),
    (status = 409, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn transfer_collection(
    app: web::Data<App>,
    caller: May<Manage>,
    Id(id): Id<CollectionId>,
    Body(body): Body<TransferBody>,
) -> ApiResult<NoContent> {
    caller.check_scopes(&[Scope::Read, Scope::Write, Scope::Manage])?;
    let (actor, user) = (caller.actor, UserId::from(body.user_id));
    app.blocking(move |engine| Ok(engine.transfer_collection(actor, id, user)?)).await?;
    Ok(NoContent)
}

/// Creates a link whose bearer can read and search the collection. Only its owner can do this.
#[utoipa::path(post, path = "/v1/collections/{id}/links", tag = "sharing", params(("id" = Uuid, Path)), request_body = CreateLinkBody, responses(
    (status = 201, body = NewLinkView)))]
pub(crate) async fn create_link(
    app: web::Data<App>,
    caller: May<Manage>,
    Id(id): Id<CollectionId>,
    Body(body): Body<CreateLinkBody>,
) -> ApiResult<Created<NewLinkView>> {
    caller.check_scopes(&[Scope::Read])?;
    let actor = caller.actor;
    let made = app.blocking(move |engine| Ok(engine.make_link(actor, id, body.days)?)).await?;
    Ok(Created::new(NewLinkView { secret: made.secret, view: made.row.into() }))
}

/// Lists the links to the collection, newest first; empty unless you own it.
#[utoipa::path(get, path = "/v1/collections/{id}/links", tag = "sharing", params(("id" = Uuid, Path)), responses(
    (status = 200, body = ListView<LinkView>)))]
pub(crate) async fn list_links(
    app: web::Data<App>,
    caller: May<Own>,
    Id(id): Id<CollectionId>,
) -> ApiResult<Json<ListView<LinkView>>> {
    let rows = app
        .read(caller.actor, move |conn| {
            collections::find(conn, id)?;
            links::list(conn, id)
        })
        .await
        .map_err(|error| error.naming("collection"))?;
    Ok(Json(ListView::whole(rows.into_iter().map(LinkView::from).collect())))
}

/// Revokes a link.
#[utoipa::path(delete, path = "/v1/links/{id}", tag = "sharing", params(("id" = Uuid, Path)), responses(
    (status = 204)))]
pub(crate) async fn delete_link(
    app: web::Data<App>,
    caller: May<Manage>,
    Id(id): Id<LinkId>,
) -> ApiResult<NoContent> {
    app.blocking(move |engine| Ok(engine.delete_link(caller.actor, id)?)).await?;
    Ok(NoContent)
}

/// The ids of a collection and a user in the path. A text that is not a UUID is answered with 404.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MemberPath {
    collection: CollectionId,
    user: UserId,
}

impl actix_web::FromRequest for MemberPath {
    type Error = ApiError;
    type Future = std::future::Ready<ApiResult<Self>>;

    fn from_request(req: &actix_web::HttpRequest, _: &mut actix_web::dev::Payload) -> Self::Future {
        let part = |name| req.match_info().get(name).and_then(|id| id.parse::<Uuid>().ok());
        let path = part("id").zip(part("user_id"));
        let path = path.map(|(collection, user)| Self { collection: collection.into(), user: user.into() });
        std::future::ready(path.ok_or_else(|| ApiError::not_found("object")))
    }
}

impl Input for MemberPath {
    const PROBLEMS: &'static [Code] = &[Code::NotFound];
}
