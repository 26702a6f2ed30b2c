//! A type for each kind of id, so that the compiler distinguishes them. New ids are `UUIDv7`: they sort by time.

use std::{fmt, io::Write, str::FromStr};

use diesel::{
    backend::Backend,
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    pg::Pg,
    serialize::{self, Output, ToSql},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, AsExpression, FromSqlRow,
        )]
        #[serde(transparent)]
        #[diesel(sql_type = diesel::sql_types::Uuid)]
        pub struct $name(Uuid);

        impl $name {
            /// Creates an id that sorts after all earlier ones.
            #[expect(clippy::disallowed_methods, reason = "the one place where ids are made")]
            #[expect(clippy::new_without_default, reason = "a default id would be a new one at every call")]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }

            /// The id as a plain UUID.
            pub fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl ToSql<diesel::sql_types::Uuid, Pg> for $name {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
                out.write_all(self.0.as_bytes())?;
                Ok(serialize::IsNull::No)
            }
        }

        impl FromSql<diesel::sql_types::Uuid, Pg> for $name {
            fn from_sql(bytes: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
                <Uuid as FromSql<diesel::sql_types::Uuid, Pg>>::from_sql(bytes).map(Self)
            }
        }
    )+};
}

ids! {
    /// Id of a user.
    UserId,
    /// Id of a collection.
    CollectionId,
    /// Id of a document.
    DocumentId,
    /// Id of one version of a document.
    VersionId,
    /// Id of a passage; a chunk or a memory has the same id as its passage.
    PassageId,
    /// Id of a chat session.
    SessionId,
    /// Id of a message of a chat session.
    MessageId,
    /// Id of a background job.
    JobId,
    /// Id of an organisation.
    OrganisationId,
    /// Id of an invitation.
    InvitationId,
    /// Id of a login, the family of its tokens.
    LoginId,
    /// Id of an API key.
    ApiKeyId,
    /// Id of a link to a collection.
    LinkId,
    /// Id of an event.
    EventId,
    /// Id of a file; the first document that is made of the file has the same id.
    FileId,
    /// Id of a change of a memory.
    MemoryChangeId,
    /// Id of a step, which may change several memories.
    MemoryStepId,
    /// Id of a use of a tool.
    ToolUseId,
    /// Id of a relevance judgement.
    JudgementId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_ids_sort_after_earlier_ones() {
        let ids: Vec<PassageId> = (0..1000).map(|_| PassageId::new()).collect();
        assert!(ids.is_sorted());
    }

    #[test]
    fn an_id_reads_back_from_its_text() {
        let id = JobId::new();
        assert_eq!(id.to_string().parse::<JobId>().unwrap(), id);
    }
}
