//! What an organisation may store and spend: its own limits, else the server's.

use rag_repo::{Actor, PgConnection, RepoResult, organisations};
use rag_schema::models::{Organisation, Usage};

use crate::{Engine, EngineError, EngineResult};

impl Engine {
    /// What is used up once a document has been stored, in the transaction that stored it, which holds the counters:
    /// two at once cannot both take the last place.
    pub(crate) fn storage_exhausted(&self, conn: &mut PgConnection) -> RepoResult<Option<String>> {
        organisations::count_stored_now(conn)?;
        let (organisation, usage) = organisations::own(conn)?;
        let Limits { documents, bytes, .. } = self.limits(&organisation);
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

    /// Refuses when the organisation has spent its tokens of the day.
    pub(crate) fn check_tokens(&self, actor: Actor) -> EngineResult<()> {
        let (organisation, usage, spent) = self.organisation(actor)?;
        let limit = self.limits(&organisation).tokens_per_day;
        if limit > 0 && spent >= limit {
            tracing::info!(organisation = %organisation.id, day = %usage.token_day, "the tokens of the day are spent");
            return Err(EngineError::Exhausted(format!(
                "Your organisation has spent its {limit} tokens of today (UTC). Ask again tomorrow."
            )));
        }
        Ok(())
    }

    /// The limits that hold for the organisation; 0 is no limit.
    pub fn limits(&self, organisation: &Organisation) -> Limits {
        let server = &self.settings().accounts;
        Limits {
            documents: organisation.max_documents.unwrap_or(server.max_documents),
            bytes: organisation.max_bytes.unwrap_or(server.max_bytes),
            tokens_per_day: organisation.max_tokens_per_day.unwrap_or(server.max_tokens_per_day),
        }
    }

    /// The organisation of the asker, what it uses, and what it may use.
    pub fn organisation(&self, actor: Actor) -> EngineResult<(Organisation, Usage, i64)> {
        let found = self.db().transaction(actor, |conn| -> RepoResult<_> {
            let (organisation, usage) = organisations::own(conn)?;
            let spent = organisations::tokens_today(conn, &usage)?;
            Ok((organisation, usage, spent))
        });
        found.map_err(|error| EngineError::from(error).naming("organisation"))
    }
}

/// What may be stored and spent; 0 is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Documents.
    pub documents: i64,
    /// Bytes of originals.
    pub bytes: i64,
    /// Tokens that chat models read and write in a day (UTC).
    pub tokens_per_day: i64,
}
