//! A wording of the question with its vector, ready for both legs.

use pgvector::HalfVector;

use super::{context::blend, understand::Understood};
use crate::{Engine, EngineResult};

/// A wording of the question.
pub(super) struct Wording<'a> {
    /// What to look for.
    pub(super) words: String,
    /// The question before, whose words count too, at this weight.
    pub(super) before: Option<(&'a str, f32)>,
    /// The vector, when vectors take part: whole, and as the database compares it.
    pub(super) vector: Option<(Vec<f32>, HalfVector)>,
}

/// The question itself, then its other wordings. Without `vectors` they are words only.
pub(super) fn wordings<'a>(
    engine: &Engine,
    understood: &Understood<'a>,
    vectors: bool,
) -> EngineResult<Vec<Wording<'a>>> {
    let embedder = engine.embedder();
    let weight = engine.settings().search.context_weight;
    let before = understood.before.filter(|_| vectors);
    let before = before.map(|before| embedder.embed_query(before)).transpose()?;
    // As a document: it stands for one.
    let passage = understood.passage.as_deref().filter(|_| vectors);
    let passage = passage.map(|passage| embedder.embed_documents(&[passage])).transpose()?;
    let all = std::iter::once(&understood.words).chain(&understood.wordings);
    let mut wordings = Vec::with_capacity(understood.wordings.len() + 1);
    for words in all {
        let mut vector = if vectors { Some(embedder.embed_query(words)?) } else { None };
        if let (Some(vector), Some(before)) = (&mut vector, &before) {
            blend(vector, before, weight);
        }
        if let (Some(vector), Some(passage), true) =
            (&mut vector, passage.iter().flatten().next(), wordings.is_empty())
        {
            blend(vector, passage, 1.0);
        }
        let vector = vector.map(|vector| {
            let half = HalfVector::from_f32_slice(&vector);
            (vector, half)
        });
        wordings.push(Wording {
            words: words.clone(),
            before: understood.before.map(|before| (before, weight)),
            vector,
        });
    }
    Ok(wordings)
}
