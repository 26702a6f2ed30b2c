//! The embedding models of this process: each is an embedder with the database row under which its vectors are stored.

use std::{ops::Range, sync::Arc};

use rag_embed::Embedder;
use rag_repo::{Actor, PgConnection, RepoResult, embedding_models};
use rag_schema::models::{Collection, EmbeddingModel, VectorIndex};
use rag_text::Tokenize;

use crate::{Engine, EngineError, EngineResult};

/// An embedding model of this process.
#[derive(Clone)]
pub struct Model {
    embedder: Arc<dyn Embedder>,
    row: EmbeddingModel,
}

impl Model {
    /// Returns the id in the database.
    pub fn id(&self) -> i32 {
        self.row.id
    }

    /// Returns the name.
    pub fn name(&self) -> &str {
        &self.row.name
    }

    /// Returns the embedder.
    pub fn embedder(&self) -> &dyn Embedder {
        &*self.embedder
    }

    /// Returns the row as read when the engine was built; the index may have been rebuilt since.
    pub fn row(&self) -> &EmbeddingModel {
        &self.row
    }
}

impl Tokenize for Model {
    fn spans(&self, text: &str) -> Vec<Range<usize>> {
        self.embedder.token_spans(text)
    }
}

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Model").field("row", &self.row).finish_non_exhaustive()
    }
}

/// The embedding models of this process, at least one. Each collection names its model. Collections of other models are searched
/// by words alone, and their jobs wait for a process that has the model.
#[derive(Debug)]
pub struct Models {
    first: Model,
    others: Vec<Model>,
}

impl Models {
    /// Checks the embedders against each other and against the models in the database, before anything is stored for them.
    pub(crate) fn check(embedders: &[Arc<dyn Embedder>], known: &[EmbeddingModel]) -> EngineResult<()> {
        let names: Vec<&str> = embedders.iter().map(|embedder| embedder.model().name.as_str()).collect();
        for (place, embedder) in embedders.iter().enumerate() {
            let info = embedder.model();
            if names.iter().skip(place + 1).any(|other| *other == info.name) {
                return Err(EngineError::Invalid(format!(
                    "The embedding model {} is given twice.",
                    info.name
                )));
            }
            let dimensions = dimensions(&**embedder);
            if let Some(known) =
                known.iter().find(|known| known.name == info.name && known.dimensions != dimensions)
            {
                return Err(EngineError::Invalid(format!(
                    "The embedding model {} makes vectors of {dimensions} dimensions, and this database holds vectors of {} dimensions \
                     under that name. Set embedding.dimensions to {}, or give the other model another name.",
                    info.name, known.dimensions, known.dimensions
                )));
            }
            if dimensions > embedding_models::MAX_DIMENSIONS {
                return Err(EngineError::Invalid(format!(
                    "The model {} makes vectors of {} dimensions; {} are the most that can be indexed. Choose another model, or ask \
                     for shorter vectors if it can make them.",
                    info.name,
                    info.dimensions,
                    embedding_models::MAX_DIMENSIONS
                )));
            }
        }
        Ok(())
    }

    /// Finds or inserts the rows of the embedders. `None` if there is no embedder.
    pub(crate) fn register(
        conn: &mut PgConnection,
        embedders: &[Arc<dyn Embedder>],
        index: &VectorIndex,
    ) -> RepoResult<Option<Self>> {
        let mut models = Vec::with_capacity(embedders.len());
        for embedder in embedders {
            let row =
                embedding_models::register(conn, &embedder.model().name, dimensions(&**embedder), index)?;
            models.push(Model { embedder: Arc::clone(embedder), row });
        }
        let mut models = models.into_iter();
        Ok(models.next().map(|first| Self { first, others: models.collect() }))
    }

    /// Returns the model of new collections.
    pub fn for_new_collections(&self) -> &Model {
        &self.first
    }

    /// Returns the model of that id; `None` if this process does not have it.
    pub fn find(&self, id: i32) -> Option<&Model> {
        self.iter().find(|model| model.id() == id)
    }

    /// Returns an iterator over all models.
    pub fn iter(&self) -> impl Iterator<Item = &Model> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// Returns the only model; `None` if there are several.
    pub(crate) fn only(&self) -> Option<&Model> {
        Some(&self.first).filter(|_| self.others.is_empty())
    }

    /// Returns the ids of all models.
    pub(crate) fn ids(&self) -> Vec<i32> {
        self.iter().map(Model::id).collect()
    }
}

fn dimensions(embedder: &dyn Embedder) -> i32 {
    i32::try_from(embedder.model().dimensions).unwrap_or(i32::MAX)
}

impl Engine {
    /// Returns the collection's model. Returns `EngineError::Invalid`, with the cure, if this process does not have it.
    pub fn model_of(&self, collection: &Collection) -> EngineResult<&Model> {
        if let Some(model) = self.models().find(collection.model_id) {
            return Ok(model);
        }
        let missing =
            self.db().read(Actor::System, |conn| embedding_models::find(conn, collection.model_id))?;
        Err(EngineError::Invalid(format!(
            "The collection {} is of the embedding model {}, which this process does not have. {}",
            collection.name,
            missing.name,
            missing_model_cure(&missing.name)
        )))
    }
}

/// Returns the cure for a model that a process does not have.
pub fn missing_model_cure(name: &str) -> String {
    format!(
        "Run a process that has {name} (section [embedding] of the settings, or a model that the setup installs), or move the collections to \
         another model: `rag model switch MODEL`."
    )
}
