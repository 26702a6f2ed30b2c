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
    /// The state of a version of a document.
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
    /// The kind of a job.
    JobKind {
        /// Reads, chunks, embeds and publishes one version of a document.
        Ingest = "ingest",
        /// Keeps the whole database in order; queued by the workers themselves.
        Upkeep = "upkeep",
        /// Makes words again that an older program made; queued by a migration.
        Words = "words",
        /// Moves a collection to another embedding model.
        Reembed = "reembed",
        /// Indexes rounds of conversations; queued after each turn.
        Rounds = "rounds",
        /// Fetches documents from an address.
        Fetch = "fetch",
    }
    /// The state of a job.
    JobState {
        /// Waits for a worker.
        Queued = "queued",
        /// A worker has it.
        Running = "running",
        /// No worker takes it until it is resumed.
        Paused = "paused",
        /// Ended successfully.
        Done = "done",
        /// The input can never work; nothing of it is kept.
        Refused = "refused",
        /// Given up after too many failures or lost leases; may be retried.
        Dead = "dead",
        /// Ended by a user; nothing of it is kept.
        Cancelled = "cancelled",
    }
    /// The stage of a running job.
    JobStage {
        /// Not started.
        Queued = "queued",
        /// Fetching pages.
        Fetching = "fetching",
        /// Reading the file.
        Reading = "reading",
        /// Cutting the text into chunks.
        Chunking = "chunking",
        /// Embedding and storing chunks.
        Embedding = "embedding",
        /// Making the document visible.
        Publishing = "publishing",
        /// Ended.
        Finished = "finished",
    }
    /// The role of a user in their organisation.
    Role {
        /// Manages its people, limits and audit log.
        Admin = "admin",
        /// Works with documents.
        Member = "member",
    }
    /// Whether a user may sign in.
    UserState {
        /// The user may sign in.
        Active = "active",
        /// The user is refused, with any credentials.
        Suspended = "suspended",
    }
    /// The right of a member in a shared collection.
    MemberRole {
        /// Reads, adds and deletes documents.
        Editor = "editor",
        /// Reads.
        Reader = "reader",
    }
    /// The scope of an API key.
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
    /// The kind of a login's token.
    TokenKind {
        /// Gives access to the API for some minutes.
        Access = "access",
        /// Is exchanged once for a new pair of tokens.
        Refresh = "refresh",
    }
    /// The sender of a message.
    Sender {
        /// The person who asks.
        User = "user",
        /// The system.
        Assistant = "assistant",
    }
    /// The kind of a passage, which determines the table of its other columns.
    PassageKind {
        /// Part of a version of a document, in `chunks`.
        Chunk = "chunk",
        /// Something that a user wants remembered, in `memories`.
        Memory = "memory",
        /// A question with its answer, in `rounds`.
        Round = "round",
        /// A description of a tool, in `tools`.
        Tool = "tool",
    }
    /// The kind of a collection.
    CollectionKind {
        /// Made by people; can be shared.
        Documents = "documents",
        /// The memories of its owner; never shared.
        Memory = "memory",
        /// The rounds of its owner's conversations; never shared.
        Rounds = "rounds",
        /// The tools of its owner; can be shared.
        Tools = "tools",
    }
    /// The outcome of a use of a tool.
    ToolOutcome {
        /// The tool did its work.
        Success = "success",
        /// The tool failed, or was the wrong one.
        Failure = "failure",
    }
    /// The use of long-term memory in a conversation.
    SessionMemory {
        /// Questions find documents alone.
        Off = "off",
        /// Questions find memories and rounds of other conversations, too.
        Read = "read",
        /// As `Read`, and statements about the user are remembered.
        ReadWrite = "read_write",
    }
    /// The kind of a memory.
    MemoryKind {
        /// Something that is so.
        Fact = "fact",
        /// Something that the user likes or wants.
        Preference = "preference",
        /// Something that happened.
        Event = "event",
        /// How to answer the user.
        Instruction = "instruction",
        /// A part of a conversation.
        Episode = "episode",
    }
    /// The source of a memory.
    MemorySource {
        /// The user stated it.
        User = "user",
        /// A conversation.
        Chat = "chat",
        /// The result of a tool.
        Tool = "tool",
        /// A document.
        Document = "document",
        /// The system itself.
        System = "system",
    }
    /// The state of a memory.
    MemoryState {
        /// It holds.
        Active = "active",
        /// Another value holds since its `valid_until`; a recall as of an earlier time finds it.
        Superseded = "superseded",
        /// Another memory says the same.
        Merged = "merged",
        /// Old, unimportant and unused; not recalled until it is restored.
        Archived = "archived",
        /// Taken back; not recalled until that is undone.
        Forgotten = "forgotten",
    }
    /// A step in the life of a memory.
    MemoryAction {
        /// It was stored.
        Remembered = "remembered",
        /// The same was said again.
        SeenAgain = "seen_again",
        /// Another memory says the same.
        Merged = "merged",
        /// Another value holds.
        Superseded = "superseded",
        /// A summary of several memories says it, too.
        Consolidated = "consolidated",
        /// The user changed it.
        Edited = "edited",
        /// Archiving leaves it alone from now on.
        Pinned = "pinned",
        /// Archiving may take it again.
        Unpinned = "unpinned",
        /// It was old, unimportant and unused.
        Archived = "archived",
        /// It was taken back.
        Forgotten = "forgotten",
        /// It was brought back.
        Restored = "restored",
        /// A step was undone.
        Undone = "undone",
    }
    /// The maker of a change of a memory.
    ChangeMaker {
        /// A request asked for it.
        User = "user",
        /// A rule of the program found it.
        Rule = "rule",
        /// A chat model found it.
        Model = "model",
    }
    /// The kind of a vector index.
    IndexKind {
        /// A graph over the vectors in half precision.
        Hnsw = "hnsw",
        /// Lists of vectors around centres, computed from the rows that exist at the build.
        Ivfflat = "ivfflat",
        /// A graph over one bit per dimension; its results are compared again, exactly.
        HnswBinary = "hnsw_binary",
        /// No index: every row is compared.
        None = "none",
    }
    /// The kind of an event, for analytics.
    EventKind {
        /// A search.
        Search = "search",
        /// A question with its stored answer.
        Answer = "answer",
        /// A document was published.
        DocumentPublished = "document_published",
        /// A document was refused because it can never be read.
        DocumentRefused = "document_refused",
        /// A document was deleted.
        DocumentDeleted = "document_deleted",
    }
    /// The purpose of a request to a chat model.
    UsagePurpose {
        /// The answer to a question.
        Answer = "answer",
        /// Understanding a question.
        Question = "question",
        /// The summary of a conversation.
        Summary = "summary",
        /// Facts of a conversation, and summaries of memories.
        Memory = "memory",
    }
    /// The outcome of an answer.
    Outcome {
        /// Supported by the documents.
        Answered = "answered",
        /// Written by a model, and no sentence is supported by a passage that it cites.
        Unsupported = "unsupported",
        /// Nothing in the documents supports an answer.
        NotFound = "not_found",
        /// The model failed.
        Failed = "failed",
        /// It was stopped before its end.
        Stopped = "stopped",
        /// The server died before its end.
        Interrupted = "interrupted",
    }
    /// The support of a sentence of an answer, in `chat_messages.sentences`.
    SentenceSupport {
        /// The cited passages say it.
        Supported = "supported",
        /// It is cited; its passages are in another language, and they have its numbers.
        Unchecked = "unchecked",
        /// It is cited; its passages do not say it.
        Unsupported = "unsupported",
        /// It is cited; a sentence about the same has another number or unit, or denies it.
        Contradicted = "contradicted",
        /// It cites no passage.
        Uncited = "uncited",
    }
    /// The reason why an answer was stopped.
    StopReason {
        /// The user left or requested it.
        Asker = "asker",
        /// The answer reached its maximum length.
        Length = "length",
        /// The turn reached its maximum time.
        Time = "time",
        /// The server stopped.
        Shutdown = "shutdown",
    }
    /// The rating of an answer.
    Rating {
        /// It helped.
        Up = "up",
        /// It did not help.
        Down = "down",
    }
    /// The fault of an answer that is rated down.
    FaultReason {
        /// It is not true.
        Wrong = "wrong",
        /// Something is missing.
        Incomplete = "incomplete",
        /// Its citations do not support it.
        Unsupported = "unsupported",
        /// It was true once.
        Outdated = "outdated",
        /// Another fault, which the comment may name.
        Other = "other",
    }
}

impl JobState {
    /// The states of jobs that have not ended.
    pub const OPEN: [Self; 3] = [Self::Queued, Self::Running, Self::Paused];

    /// Whether the job has not ended.
    pub fn is_open(self) -> bool {
        Self::OPEN.contains(&self)
    }
}
