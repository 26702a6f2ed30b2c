//! Limits on what an organisation can store and spend: its own, or else the server's.

use rag_repo::{Actor, PgConnection, RepoResult, organisations};
use rag_schema::models::{Organisation, Usage};

use crate::{Engine, EngineError, EngineResult};

impl Engine {
    /// Returns a message if a storage limit is exceeded. Runs in the transaction that stored the document and that locks the
    /// counters, so two concurrent uploads cannot both take the last place.
    pub(crate) fn storage_exhausted(&self, conn: &mut PgConnection) -> RepoResult<Option<String>> {
        organisations::count_stored_now(conn)?;
        let (organisation, usage) = organisations::own(conn)?;
        let Quota { documents, bytes, .. } = self.quota(&organisation);
        Ok(if documents > 0 && usage.document_count > documents {
            Some(format!("Your organisation may store {documents} documents and has that many. Delete some."))
        } else if bytes > 0 && usage.size_bytes > bytes {
            Some(format!(
                "Your organisation may store {bytes} bytes; this document would go beyond. Delete some."
            ))
        } else {
            None
        })
    }

    /// Returns `EngineError::Exhausted` if the organisation has spent its tokens of the day.
    pub(crate) fn check_tokens(&self, actor: Actor) -> EngineResult<()> {
        let (organisation, usage, spent) = self.organisation(actor)?;
        let limit = self.quota(&organisation).tokens_per_day;
        if limit > 0 && spent >= limit {
            tracing::info!(organisation = %organisation.id, day = %usage.token_day, "the tokens of the day are spent");
            return Err(EngineError::Exhausted(format!(
                "Your organisation has spent its {limit} tokens of today (UTC). Ask again tomorrow."
            )));
        }
        Ok(())
    }

    /// Returns the quota of the organisation: its own, or else the server's.
    pub fn quota(&self, organisation: &Organisation) -> Quota {
        let server = &self.settings().accounts;
        Quota {
            documents: organisation.max_documents.unwrap_or(server.max_documents),
            bytes: organisation.max_bytes.unwrap_or(server.max_bytes),
            tokens_per_day: organisation.max_tokens_per_day.unwrap_or(server.max_tokens_per_day),
        }
    }

    /// Returns the actor's organisation, its usage, and the tokens that it has spent today (UTC).
    pub fn organisation(&self, actor: Actor) -> EngineResult<(Organisation, Usage, i64)> {
        let found = self.db().read(actor, |conn| -> RepoResult<_> {
            let (organisation, usage) = organisations::own(conn)?;
            let spent = organisations::tokens_today(conn, &usage)?;
            Ok((organisation, usage, spent))
        });
        found.map_err(|error| EngineError::from(error).naming("organisation"))
    }
}

/// Limits on what an organisation can store and spend; 0 is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// Maximum number of documents.
    pub documents: i64,
    /// Maximum size of all originals, in bytes.
    pub bytes: i64,
    /// Maximum number of tokens that chat models read and write in a day (UTC).
    pub tokens_per_day: i64,
}
