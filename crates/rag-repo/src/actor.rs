//! On whose behalf a transaction runs: PostgreSQL's row-level security holds it to that.

use diesel::{PgConnection, connection::SimpleConnection};
use rag_schema::ids::{ApiKeyId, LinkId, UserId};
use uuid::Uuid;

use crate::RepoResult;

/// On whose behalf a transaction runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// A person: what is theirs, and what is shared with them.
    User {
        /// Who.
        id: UserId,
        /// Whether documents may be added and deleted; not with a key that may only read.
        may_write: bool,
        /// The key that was presented: the secrets that it makes end with it.
        key: Option<ApiKeyId>,
        /// The request it happens in, for the audit log.
        request: Option<Uuid>,
    },
    /// The bearer of a link: reads one collection.
    Link(LinkId),
    /// Authentication: checks passwords, keys and tokens, and sees no document.
    Authentication {
        /// The request it happens in, for the audit log.
        request: Option<Uuid>,
    },
    /// Ingest and upkeep: every organisation's documents.
    System,
}

impl Actor {
    /// A person with all their rights, outside of any request.
    pub fn user(id: UserId) -> Self {
        Self::User { id, may_write: true, key: None, request: None }
    }

    /// Makes the transaction that is open run on the actor's behalf until it ends. `Db::transaction` has done so already.
    pub fn enter(self, conn: &mut PgConnection) -> RepoResult<()> {
        Ok(conn.batch_execute(&self.entry())?)
    }

    /// Lets the audit log name the person in a transaction that is open as another's. Who is no person signs nothing.
    pub fn sign(self, conn: &mut PgConnection) -> RepoResult<()> {
        let Self::User { id, request, .. } = self else { return Ok(()) };
        Ok(conn.batch_execute(&(format!("SET LOCAL rag.asker = '{id}'") + &in_request(request)))?)
    }

    /// The reader in whose name a transaction reads; `None` if nobody does who could compare two reads.
    pub(crate) fn reader(self) -> Option<Uuid> {
        match self {
            Self::User { id, .. } => Some(id.uuid()),
            Self::Link(id) => Some(id.uuid()),
            Self::Authentication { .. } | Self::System => None,
        }
    }

    /// The statements that do so. Ids are UUIDs, which hold nothing that would need quoting.
    pub(crate) fn entry(self) -> String {
        match self {
            Self::User { id, may_write, key, request } => {
                let request = request.map_or_else(|| "NULL".to_owned(), |request| format!("'{request}'"));
                let key = key.map(|key| key.to_string()).unwrap_or_default();
                format!(
                    "SET LOCAL ROLE rag_user; SET LOCAL rag.key = '{key}'; CALL enter('{id}', NULL, {may_write}, {request})"
                )
            }
            Self::Link(id) => format!("SET LOCAL ROLE rag_user; CALL enter(NULL, '{id}', false, NULL)"),
            Self::Authentication { request } => format!("SET LOCAL ROLE rag_door{}", in_request(request)),
            Self::System => "SET LOCAL ROLE rag_worker".to_owned(),
        }
    }
}

fn in_request(request: Option<Uuid>) -> String {
    request.map(|id| format!("; SET LOCAL rag.request = '{id}'")).unwrap_or_default()
}
