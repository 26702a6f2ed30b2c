//! Answers without a language model: the sentences of the passages that support the question best, each cited.

use rag_embed::vector;

use super::{
    NOT_FOUND,
    types::{Evidence, Written},
};
use crate::{
    AnswerSettings, Engine, EngineResult,
    retrieve::EmbeddedQuestion,
    support::{content_words, coverage, sentences},
};
use rag_schema::enums::Outcome;

/// Sentences compared per question, at most: bounds the time of an answer.
const MAX_SENTENCES: usize = 64;
/// Fewer words than this make no sentence that answers anything.
const MIN_WORDS: usize = 4;
/// Longer ones are cut for the embedder by its own window; shown whole.
const MAX_CHARS: usize = 600;
/// Weight of meaning against words in a sentence's support.
const COSINE_WEIGHT: f64 = 0.7;
/// Further sentences must come this near to the best one.
const NEAR_BEST: f64 = 0.85;

struct Candidate<'t> {
    marker: usize,
    place: usize,
    text: &'t str,
    support: f64,
}

/// The answer in the passages' own words, or `NOT_FOUND`.
pub(super) fn answer(
    engine: &Engine,
    question: &str,
    embedded: Option<EmbeddedQuestion>,
    evidence: &[Evidence],
) -> EngineResult<Written> {
    let mut candidates = candidates(evidence);
    let texts: Vec<&str> = candidates.iter().map(|candidate| candidate.text).collect();
    // One model compares all sentences, also those of collections that were searched by another or by words alone.
    let known = embedded.and_then(|known| Some((engine.models().find(known.model_id)?, known.vector)));
    let (model, query_vector) = if let Some(known) = known {
        known
    } else {
        let model = engine.models().for_new_collections();
        (model, model.embedder().embed_query(question)?)
    };
    let vectors = model.embedder().embed_documents(&texts)?;
    let wanted = content_words(question);
    for (candidate, vector) in candidates.iter_mut().zip(&vectors) {
        let cosine = f64::from(vector::dot(&query_vector, vector)).max(0.0);
        let words = coverage(&wanted, &content_words(candidate.text));
        candidate.support = COSINE_WEIGHT * cosine + (1.0 - COSINE_WEIGHT) * words;
    }
    Ok(write(candidates, &engine.settings().answer))
}

fn candidates(evidence: &[Evidence]) -> Vec<Candidate<'_>> {
    let mut candidates: Vec<Candidate<'_>> = Vec::new();
    for given in evidence {
        for (place, sentence) in sentences(&given.found.passage.text).into_iter().enumerate() {
            let is_long_enough = sentence.text.split_whitespace().count() >= MIN_WORDS
                || sentence.text.chars().any(|c| c > '\u{2e7f}');
            let is_new = candidates.iter().all(|known| known.text != sentence.text);
            if is_long_enough
                && is_new
                && sentence.text.chars().count() <= MAX_CHARS
                && candidates.len() < MAX_SENTENCES
            {
                candidates.push(Candidate { marker: given.marker, place, text: sentence.text, support: 0.0 });
            }
        }
    }
    candidates
}

fn write(mut candidates: Vec<Candidate<'_>>, settings: &AnswerSettings) -> Written {
    candidates
        .sort_by(|a, b| b.support.total_cmp(&a.support).then((a.marker, a.place).cmp(&(b.marker, b.place))));
    let best = candidates.first().map_or(0.0, |candidate| candidate.support);
    if best < settings.min_support {
        return Written::new(NOT_FOUND, Outcome::NotFound);
    }
    let text: Vec<String> = candidates
        .iter()
        .take(settings.sentences.max(1))
        .take_while(|candidate| candidate.support >= best * NEAR_BEST)
        .map(|candidate| format!("{} [{}]", one_line(candidate.text), candidate.marker))
        .collect();
    Written::new(text.join(" "), Outcome::Answered)
}

/// The sentence without line ends and without the marker of a list.
fn one_line(text: &str) -> String {
    text.trim_start_matches(['-', '*', '•', ' ']).split_whitespace().collect::<Vec<_>>().join(" ")
}
