//! A model with precomputed vectors of the questions, so that only the database is measured; it embeds all other texts.

use std::{collections::HashMap, ops::Range, sync::Arc};

use rag_embed::{EmbedError, Embedder, ModelInfo, ModelLanguages};

use super::base::Question;

/// The model and its precomputed vectors.
pub(crate) struct Remembered {
    model: Arc<dyn Embedder>,
    questions: HashMap<String, Vec<f32>>,
}

impl Remembered {
    /// Stores the questions' vectors.
    pub(crate) fn new(model: Arc<dyn Embedder>, questions: &[Question]) -> Arc<Self> {
        let known = questions.iter().map(|question| (question.text.clone(), question.vector.clone()));
        Arc::new(Self { model, questions: known.collect() })
    }
}

impl Embedder for Remembered {
    fn model(&self) -> &ModelInfo {
        self.model.model()
    }

    fn embed_query(&self, text: &str) -> Result<Vec<f32>, EmbedError> {
        self.questions.get(text).map_or_else(|| self.model.embed_query(text), |vector| Ok(vector.clone()))
    }

    fn embed_documents(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EmbedError> {
        self.model.embed_documents(texts)
    }

    fn languages(&self) -> ModelLanguages {
        self.model.languages()
    }

    fn token_spans(&self, text: &str) -> Vec<Range<usize>> {
        self.model.token_spans(text)
    }
}
