//! A wording of the question with its vectors, ready for both legs.

use pgvector::HalfVector;

use super::{context::blend, understand::Understood};
use crate::{EngineResult, Model};

/// A wording of the question.
pub(super) struct Wording<'a> {
    /// Text to search for.
    pub(super) words: String,
    /// The question before, whose words are searched for as well, and its weight.
    pub(super) before: Option<(&'a str, f32)>,
    /// Vectors of the wording, one for each model that takes part.
    pub(super) vectors: Vec<QueryVector<'a>>,
}

/// The vector of a wording by one model, in full precision and in the form that the database compares.
pub(super) struct QueryVector<'a> {
    pub(super) model: &'a Model,
    pub(super) whole: Vec<f32>,
    pub(super) half: HalfVector,
}

impl Wording<'_> {
    /// Returns the vector of that model; `None` if it does not take part.
    pub(super) fn vector_by(&self, model: &Model) -> Option<&QueryVector<'_>> {
        self.vectors.iter().find(|vector| vector.model.id() == model.id())
    }
}

/// Returns the question and its other wordings, embedded with each of the models. Without models they have words only.
pub(super) fn wordings<'a>(
    understood: &Understood<'a>,
    context_weight: f32,
    models: &[&'a Model],
) -> EngineResult<Vec<Wording<'a>>> {
    let all = std::iter::once(&understood.words).chain(&understood.wordings);
    let mut wordings: Vec<Wording<'a>> = all
        .map(|words| Wording {
            words: words.clone(),
            before: understood.before.map(|before| (before, context_weight)),
            vectors: Vec::with_capacity(models.len()),
        })
        .collect();
    for model in models {
        embed(model, understood, &mut wordings)?;
    }
    Ok(wordings)
}

/// Adds the model's vector to each wording.
fn embed<'a>(
    model: &'a Model,
    understood: &Understood<'_>,
    wordings: &mut [Wording<'a>],
) -> EngineResult<()> {
    let embedder = model.embedder();
    let before = understood.before.map(|before| embedder.embed_query(before)).transpose()?;
    // Embedded as a document, because it imitates one.
    let passage =
        understood.passage.as_deref().map(|passage| embedder.embed_documents(&[passage])).transpose()?;
    let mut passage = passage.into_iter().flatten().next();
    for wording in wordings {
        let mut whole = embedder.embed_query(&wording.words)?;
        if let (Some(before), Some((_, weight))) = (&before, wording.before) {
            blend(&mut whole, before, weight);
        }
        // Only for the first wording, which is the question's own.
        if let Some(passage) = passage.take() {
            blend(&mut whole, &passage, 1.0);
        }
        let half = HalfVector::from_f32_slice(&whole);
        wording.vectors.push(QueryVector { model, whole, half });
    }
    Ok(())
}
