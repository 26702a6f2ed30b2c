//! Columns with a fixed set of words, each held to the same set by a CHECK in the database.

use std::{fmt, io::Write};

use diesel::{
    backend::Backend,
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    pg::Pg,
    serialize::{self, Output, ToSql},
    sql_types::Text,
};
use serde::{Deserialize, Serialize};

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$word_doc:meta])* $variant:ident = $word:literal),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, AsExpression, FromSqlRow)]
        #[serde(rename_all = "snake_case")]
        #[diesel(sql_type = Text)]
        pub enum $name { $($(#[$word_doc])* $variant),+ }

        impl $name {
            /// Every value, in the order of the CHECK in the database.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word stored in the database.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl ToSql<Text, Pg> for $name {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
                out.write_all(self.as_str().as_bytes())?;
                Ok(serialize::IsNull::No)
            }
        }

        impl FromSql<Text, Pg> for $name {
            fn from_sql(bytes: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
                match std::str::from_utf8(bytes.as_bytes())? {
                    $($word => Ok(Self::$variant),)+
                    other => Err(format!("{other} is no {}", stringify!($name)).into()),
                }
            }
        }
    )+};
}

words! {
    /// What a version of a document is good for.
    VersionState {
        /// Only the original bytes are stored.
        Queued = "queued",
        /// Chunks arrive; no search shows them.
        Building = "building",
        /// The current version.
        Published = "published",
        /// An older version.
        Superseded = "superseded",
    }
    /// What a job does.
    JobKind {
        /// Reads, chunks, embeds and publishes one version of a document.
        Ingest = "ingest",
        /// Keeps the whole database in order; queued by the workers themselves.
        Upkeep = "upkeep",
    }
    /// Where a job stands.
    JobState {
        /// Waits for a worker.
        Queued = "queued",
        /// A worker has it.
        Running = "running",
        /// Ended well.
        Done = "done",
        /// The input can never work; nothing of it is kept.
        Refused = "refused",
        /// Given up after too many failures or lost leases; may be retried.
        Dead = "dead",
    }
    /// What a running job is at.
    JobStage {
        /// Not begun.
        Queued = "queued",
        /// Reading the file.
        Reading = "reading",
        /// Embedding and storing chunks.
        Embedding = "embedding",
        /// Making the document visible.
        Publishing = "publishing",
        /// Ended.
        Finished = "finished",
    }
    /// What somebody is in their organisation.
    Role {
        /// Manages its people, limits and audit log.
        Admin = "admin",
        /// Works with documents.
        Member = "member",
    }
    /// Whether somebody is let in.
    UserState {
        /// Is.
        Active = "active",
        /// Is not, whatever they present.
        Suspended = "suspended",
    }
    /// What somebody with whom a collection is shared may do in it.
    MemberRole {
        /// Reads, adds and deletes documents.
        Editor = "editor",
        /// Reads.
        Reader = "reader",
    }
    /// What an API key may do.
    Scope {
        /// Search, and read collections and documents.
        Read = "read",
        /// Hold conversations.
        Ask = "ask",
        /// Add and delete documents.
        Write = "write",
        /// Make and share collections, keys and accounts.
        Manage = "manage",
    }
    /// What a token of a login is good for.
    TokenKind {
        /// Opens the API, for minutes.
        Access = "access",
        /// Gives a new pair, once.
        Refresh = "refresh",
    }
    /// Who speaks in a message.
    Sender {
        /// The person who asks.
        User = "user",
        /// The system.
        Assistant = "assistant",
    }
    /// What a passage is, and which table holds the rest of it.
    PassageKind {
        /// Part of a version of a document, in `chunks`.
        Chunk = "chunk",
    }
    /// How the vectors of a model are indexed.
    IndexKind {
        /// A graph over the vectors in half precision.
        Hnsw = "hnsw",
        /// Lists of vectors around centres, made from the rows that are there when it is built.
        Ivfflat = "ivfflat",
        /// A graph over one bit a dimension; what it finds is compared again, exactly.
        HnswBinary = "hnsw_binary",
        /// No index: every row is compared.
        None = "none",
    }
    /// What happened, for analytics.
    EventKind {
        /// Somebody searched.
        Search = "search",
        /// Somebody asked, and an answer was stored.
        Answer = "answer",
        /// A document can be found.
        DocumentPublished = "document_published",
        /// A document can never be read.
        DocumentRefused = "document_refused",
        /// Somebody deleted a document.
        DocumentDeleted = "document_deleted",
    }
    /// How an answer ended.
    Outcome {
        /// Supported by the documents.
        Answered = "answered",
        /// Nothing in the documents supports an answer.
        NotFound = "not_found",
        /// The model failed.
        Failed = "failed",
        /// It was stopped before its end.
        Stopped = "stopped",
    }
    /// Why an answer was stopped.
    StopReason {
        /// The asker left or asked for it.
        Asker = "asker",
        /// It was as long as an answer may be.
        Length = "length",
        /// The turn took as long as a turn may take.
        Time = "time",
        /// The server stopped.
        Shutdown = "shutdown",
    }
}
