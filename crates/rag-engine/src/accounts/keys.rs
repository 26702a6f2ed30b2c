//! Secrets that users create for others: API keys for programs, links to collections.

use rag_repo::{Actor, RepoResult, api_keys, clock, collections, links};
use rag_schema::{
    enums::Scope,
    ids::{ApiKeyId, CollectionId, UserId},
    models::{ApiKey, CollectionLink, NewApiKey, Scopes},
};

use super::secret::{Kind, Secret};
use crate::{Engine, EngineError, EngineResult};

/// A stored object with its secret, which is shown only once.
#[derive(Debug)]
pub struct Shown<T> {
    /// The stored row.
    pub row: T,
    /// Secret.
    pub secret: String,
}

/// An API key to create.
#[derive(Debug)]
pub struct NewKey<'a> {
    /// User on whose behalf the key acts.
    pub user: UserId,
    /// Name of the key.
    pub name: &'a str,
    /// Scopes that the key grants.
    pub scopes: &'a [Scope],
    /// Validity in days; `None` for no expiry.
    pub days: Option<i32>,
}

impl Engine {
    /// Creates an API key.
    pub fn make_key(&self, actor: Actor, new: &NewKey<'_>) -> EngineResult<Shown<ApiKey>> {
        let secret = Secret::new(Kind::ApiKey)?;
        let row = self.db().transaction(actor, |conn| -> RepoResult<_> {
            let expires_at = new.days.map(|days| clock::in_days(conn, days)).transpose()?;
            let key = NewApiKey {
                id: ApiKeyId::new(),
                user_id: new.user,
                name: new.name,
                prefix: &secret.prefix(),
                sha256: &secret.sha256,
                scopes: Scopes(new.scopes.to_vec()),
                expires_at,
            };
            api_keys::insert(conn, &key)
        })?;
        Ok(Shown { row, secret: secret.text })
    }

    /// Creates a link whose bearer can read the collection.
    pub fn make_link(
        &self,
        actor: Actor,
        collection: CollectionId,
        days: Option<i32>,
    ) -> EngineResult<Shown<CollectionLink>> {
        let secret = Secret::new(Kind::Link)?;
        let inserted = self.db().transaction(actor, |conn| -> RepoResult<_> {
            collections::find(conn, collection)?;
            links::insert(conn, collection, &secret.sha256, days)
        });
        let row = inserted.map_err(|error| EngineError::from(error).naming("collection"))?;
        Ok(Shown { row, secret: secret.text })
    }
}
