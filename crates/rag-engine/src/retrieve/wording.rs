//! A wording of the question with its vectors, ready for both legs.

use pgvector::HalfVector;

use super::{context::blend, understand::Understood};
use crate::{EngineResult, Model};

/// A wording of the question.
pub(super) struct Wording<'a> {
    /// What to look for.
    pub(super) words: String,
    /// The question before, whose words count too, at this weight.
    pub(super) before: Option<(&'a str, f32)>,
    /// A vector by each model that takes part.
    pub(super) vectors: Vec<QueryVector<'a>>,
}

/// What one model made of a wording: whole, and as the database compares it.
pub(super) struct QueryVector<'a> {
    pub(super) model: &'a Model,
    pub(super) whole: Vec<f32>,
    pub(super) half: HalfVector,
}

impl Wording<'_> {
    /// The vector by that model, when it took part.
    pub(super) fn vector_by(&self, model: &Model) -> Option<&QueryVector<'_>> {
        self.vectors.iter().find(|vector| vector.model.id() == model.id())
    }
}

/// The question itself, then its other wordings, embedded by each of the models. Without models they are words only.
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

/// Gives each wording its vector by the model.
fn embed<'a>(
    model: &'a Model,
    understood: &Understood<'_>,
    wordings: &mut [Wording<'a>],
) -> EngineResult<()> {
    let embedder = model.embedder();
    let before = understood.before.map(|before| embedder.embed_query(before)).transpose()?;
    // As a document: it stands for one.
    let passage =
        understood.passage.as_deref().map(|passage| embedder.embed_documents(&[passage])).transpose()?;
    let mut passage = passage.into_iter().flatten().next();
    for wording in wordings {
        let mut whole = embedder.embed_query(&wording.words)?;
        if let (Some(before), Some((_, weight))) = (&before, wording.before) {
            blend(&mut whole, before, weight);
        }
        // Of the question's own wording alone, which is the first.
        if let Some(passage) = passage.take() {
            blend(&mut whole, &passage, 1.0);
        }
        let half = HalfVector::from_f32_slice(&whole);
        wording.vectors.push(QueryVector { model, whole, half });
    }
    Ok(())
}
