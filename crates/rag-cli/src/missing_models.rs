//! Embedding models that stored collections and queued jobs need but this machine does not have.

use std::fmt;

use rag_engine::missing_model_cure;
use rag_repo::{
    PgConnection, RepoResult,
    embedding_models::{self, ModelUse},
};

use crate::{config::Config, output};

/// A model that is needed but neither configured nor installed.
#[derive(Debug, Clone)]
pub(crate) struct MissingModel(ModelUse);

/// Returns the models that collections or queued jobs need but a process with these settings does not have.
pub(crate) fn missing_models(conn: &mut PgConnection, config: &Config) -> RepoResult<Vec<MissingModel>> {
    let mut uses = embedding_models::uses(conn)?;
    uses.retain(|used| !config.has_model(&used.name) && (used.collections > 0 || used.queued_jobs > 0));
    Ok(uses.into_iter().map(MissingModel).collect())
}

impl MissingModel {
    /// Describes the missing model and the consequences.
    pub(crate) fn finding(&self) -> String {
        let ModelUse { name, collections, queued_jobs, .. } = &self.0;
        let (collections, jobs) =
            (output::count(collections, "collection"), output::count(queued_jobs, "job"));
        format!("{name} is not here. Searched by words alone: {collections}. Waiting for it: {jobs}.")
    }

    /// Returns the cure.
    pub(crate) fn cure(&self) -> String {
        missing_model_cure(&self.0.name)
    }
}

impl fmt::Display for MissingModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the embedding model {} {}", self.finding(), self.cure())
    }
}
