//! Organisations and the credentials of their people.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    backend::Backend,
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    pg::Pg,
    prelude::*,
    serialize::{self, Output, ToSql},
    sql_types::{Array, Nullable, Text},
};
use serde_json::Value;

use crate::{
    enums::{Role, Scope},
    ids::{ApiKeyId, InvitationId, LoginId, OrganisationId, UserId},
    schema::{
        api_keys, audit_events, invitations, logins, organisation_usage, organisations, password_resets,
    },
};

/// A tenant. Its own limits override the server's.
#[derive(Debug, Clone, Queryable, Selectable, Identifiable)]
#[diesel(table_name = organisations, check_for_backend(diesel::pg::Pg))]
pub struct Organisation {
    /// Id.
    pub id: OrganisationId,
    /// Name, for people.
    pub name: String,
    /// Maximum number of documents.
    pub max_documents: Option<i64>,
    /// Maximum size of all originals, in bytes.
    pub max_bytes: Option<i64>,
    /// Maximum number of tokens of chat models in a day (UTC).
    pub max_tokens_per_day: Option<i64>,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
}

/// The usage of an organisation.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = organisation_usage, check_for_backend(diesel::pg::Pg))]
pub struct Usage {
    /// Versions of documents stored.
    pub document_count: i64,
    /// Bytes of their originals.
    pub size_bytes: i64,
    /// Day (UTC) of `token_count`.
    pub token_day: NaiveDate,
    /// Tokens that chat models read and wrote on that day.
    pub token_count: i64,
}

/// An open invitation.
#[derive(Debug, Clone, Queryable, Selectable, Identifiable)]
#[diesel(table_name = invitations, check_for_backend(diesel::pg::Pg))]
pub struct Invitation {
    /// Id.
    pub id: InvitationId,
    /// Organisation invited into.
    pub organisation_id: OrganisationId,
    /// Address of the invited person.
    pub email: String,
    /// Role of the invited person.
    pub role: Role,
    /// End of validity.
    pub expires_at: DateTime<Utc>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// An open reset of a password, without its hash.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = password_resets, check_for_backend(diesel::pg::Pg))]
pub struct PasswordReset {
    /// User who may set a new password.
    pub user_id: UserId,
    /// End of validity.
    pub expires_at: DateTime<Utc>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// A login: one sign-in of a user.
#[derive(Debug, Clone, Queryable, Selectable, Identifiable)]
#[diesel(table_name = logins, check_for_backend(diesel::pg::Pg))]
pub struct Login {
    /// Id.
    pub id: LoginId,
    /// User who signed in.
    pub user_id: UserId,
    /// User agent that signed in.
    pub device: String,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When it ends, however often it is refreshed.
    pub expires_at: DateTime<Utc>,
    /// When it was signed out, or a used refresh token came back.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// A key for programs, without its hash.
#[derive(Debug, Clone, Queryable, Selectable, Identifiable)]
#[diesel(table_name = api_keys, check_for_backend(diesel::pg::Pg))]
pub struct ApiKey {
    /// Id.
    pub id: ApiKeyId,
    /// User it acts for.
    pub user_id: UserId,
    /// What it is for.
    pub name: String,
    /// How the key begins.
    pub prefix: String,
    /// What it may do.
    pub scopes: Scopes,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Not good afterwards.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    /// Key that made it; `None` if a person did.
    pub made_by_key_id: Option<ApiKeyId>,
}

/// What a key may do. PostgreSQL cannot say that an array holds no nulls; ours never does.
#[derive(Debug, Clone, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Array<Nullable<Text>>)]
pub struct Scopes(pub Vec<Scope>);

impl ToSql<Array<Nullable<Text>>, Pg> for Scopes {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<Array<Text>, Pg>::to_sql(&self.0, out)
    }
}

impl FromSql<Array<Nullable<Text>>, Pg> for Scopes {
    fn from_sql(bytes: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        FromSql::<Array<Text>, Pg>::from_sql(bytes).map(Self)
    }
}

/// A key to insert.
#[derive(Debug, Insertable)]
#[diesel(table_name = api_keys)]
pub struct NewApiKey<'a> {
    /// Id.
    pub id: ApiKeyId,
    /// User it acts for.
    pub user_id: UserId,
    /// What it is for, 1 to 200 characters.
    pub name: &'a str,
    /// How the key begins: `rag_` and six characters.
    pub prefix: &'a str,
    /// SHA-256 of the key, 32 bytes.
    pub sha256: &'a [u8],
    /// What it may do, at least one.
    pub scopes: Scopes,
    /// Not good afterwards.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Something that somebody did.
#[derive(Debug, Clone, Queryable, Selectable, Identifiable)]
#[diesel(table_name = audit_events, check_for_backend(diesel::pg::Pg))]
pub struct AuditEvent {
    /// `UUIDv7`.
    pub id: uuid::Uuid,
    /// Organisation it happened in.
    pub organisation_id: OrganisationId,
    /// The user who did it; `None` for a worker or a caller who was not signed in.
    pub actor_id: Option<UserId>,
    /// Kind of object and verb, one of insert, update, delete: `document.delete`.
    pub action: String,
    /// Object it was done to.
    pub object_id: Option<uuid::Uuid>,
    /// Request under which the log has more.
    pub request_id: Option<uuid::Uuid>,
    /// What else is worth knowing, a JSON object.
    pub details: Value,
    /// When.
    pub created_at: DateTime<Utc>,
}
