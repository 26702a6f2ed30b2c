//! The parts of the evidence among which an answer chooses, with their words and vectors.

use std::collections::{HashMap, HashSet};

use rag_embed::vector;
use rag_repo::{
    Actor, RepoResult, chunk_parts,
    search::{ChunkOrigin, Origin, Passage},
};
use rag_schema::{ids::PassageId, models::ChunkParts};
use rag_text::{Part, PartKind, parts_of_text};
use serde::Deserialize;

use super::types::Evidence;
use crate::{Engine, EngineResult, Model, memory::asked_by, part_vectors, support::content_words};

/// Parts without a stored vector that are embedded for one question, at most: bounds the time of an answer.
const MAX_EMBEDDED: usize = 64;

/// Number of dots in a setting's key from which the key is a path.
const MIN_PATH_NAMES: usize = 3;

/// A part of a passage that may answer.
#[derive(Debug, Clone)]
pub(super) struct Unit<'e> {
    /// Its passage.
    pub(super) given: &'e Evidence,
    /// Where the passage stands in its document; `None` for a memory.
    pub(super) chunk: Option<&'e ChunkOrigin>,
    /// Its index among the evidence, and its own in its passage.
    pub(super) passage: usize,
    pub(super) place: usize,
    pub(super) part: Part,
    pub(super) text: &'e str,
    pub(super) words: HashSet<String>,
    /// Words of the nearest heading.
    pub(super) heading: HashSet<String>,
    /// Whether it is the first part below that heading.
    pub(super) opens_section: bool,
    /// Words of the lead and of the nearest heading; for program text and settings, of the part before, too, which says what they do.
    pub(super) near: HashSet<String>,
    /// Words of the title, the other headings and the part before.
    pub(super) far: HashSet<String>,
    /// Cosine with the question, 0 to 1; `None` without a vector.
    pub(super) cosine: Option<f64>,
}

/// All parts of the evidence, in its order.
pub(super) fn units<'e>(
    engine: &Engine,
    actor: Actor,
    question: (&Model, &[f32]),
    evidence: &'e [Evidence],
) -> EngineResult<Vec<Unit<'e>>> {
    let ids: Vec<PassageId> = evidence.iter().map(|given| given.found.passage.id).collect();
    let stored =
        engine.db().read(actor, |conn| -> RepoResult<Vec<ChunkParts>> { chunk_parts::list(conn, &ids) })?;
    let (model, query) = question;
    // A chunk may have vectors of several models; those of the question's model count.
    let (own, others): (Vec<ChunkParts>, _) = stored.into_iter().partition(|row| row.model_id == model.id());
    let mut stored: HashMap<PassageId, ChunkParts> =
        others.into_iter().chain(own).map(|row| (row.chunk_id, row)).collect();
    let mut units = Vec::new();
    for (passage, given) in evidence.iter().enumerate() {
        let row = stored.remove(&given.found.passage.id);
        let vectors = row.as_ref().filter(|row| row.model_id == model.id());
        let vectors = vectors.map_or_else(Vec::new, |row| part_vectors::unpack(&row.vectors, query.len()));
        let first = units.len();
        units.extend(units_of(passage, given, row.as_ref()));
        for (unit, vector) in units.iter_mut().skip(first).zip(vectors) {
            unit.cosine = vector.map(|vector| cosine(query, &vector));
        }
    }
    embed_missing(model, query, &mut units)?;
    Ok(units)
}

fn cosine(query: &[f32], vector: &[f32]) -> f64 {
    f64::from(vector::dot(query, vector)).max(0.0)
}

/// Embeds the first parts that have no vector, such as those of chunks that were stored before parts were.
fn embed_missing(model: &Model, query: &[f32], units: &mut [Unit<'_>]) -> EngineResult<()> {
    let mut missing: Vec<&mut Unit<'_>> =
        units.iter_mut().filter(|unit| unit.cosine.is_none()).take(MAX_EMBEDDED).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let texts: Vec<&str> = missing.iter().map(|unit| unit.text).collect();
    let vectors = model.embedder().embed_documents(&texts)?;
    for (unit, vector) in missing.iter_mut().zip(vectors) {
        unit.cosine = Some(cosine(query, &vector));
    }
    Ok(())
}

fn units_of<'e>(passage: usize, given: &'e Evidence, stored: Option<&ChunkParts>) -> Vec<Unit<'e>> {
    let found = &given.found.passage;
    if matches!(found.origin, Origin::Round(_)) {
        // An earlier answer is made of quotes itself, and the question before it answers nothing.
        return Vec::new();
    }
    let (chunk, headings) = (found.chunk(), found.headings());
    let page = chunk.and_then(|chunk| chunk.page);
    let parts = stored.and_then(|row| Vec::<Part>::deserialize(&row.parts).ok()).unwrap_or_else(|| {
        parts_of_text(&found.text, headings, page.and_then(|page| u32::try_from(page).ok()))
    });
    let bytes: Vec<usize> =
        found.text.char_indices().map(|(byte, _)| byte).chain([found.text.len()]).collect();
    let nearest = headings.last().map(|heading| content_words(heading)).unwrap_or_default();
    let property = property_words(found);
    let mut above = content_words(&found.title);
    above.extend(headings.iter().rev().skip(1).flat_map(|heading| content_words(heading)));
    let mut before = HashSet::new();
    let mut units = Vec::with_capacity(parts.len());
    for (place, part) in parts.into_iter().enumerate() {
        let range = bytes.get(part.start).zip(bytes.get(part.end));
        let text = range.and_then(|(start, end)| found.text.get(*start..*end)).unwrap_or_default();
        let mut near = nearest.clone();
        near.extend(content_words(property));
        let mut in_path = HashSet::new();
        let mut words = match program_output(&part, text) {
            Some((command, output)) => {
                near.extend(content_words(output));
                content_words(command)
            }
            None if part.kind == PartKind::Setting => {
                let (path, rest) = split_path(text);
                in_path = content_words(path);
                content_words(rest)
            }
            None => content_words(text),
        };
        if part.kind == PartKind::Code
            && let Some(lead_in) = part.lead_in()
        {
            // Both are given as the answer.
            words.extend(content_words(lead_in));
        }
        near.extend(part.lead.iter().flat_map(|lead| content_words(lead)));
        let before = std::mem::replace(&mut before, words.clone());
        let mut far = above.clone();
        far.extend(in_path);
        if matches!(part.kind, PartKind::Code | PartKind::Setting) {
            near.extend(before);
        } else {
            far.extend(before);
        }
        let preceding = range.and_then(|(start, _)| found.text.get(..*start)).unwrap_or_default();
        let opens_section =
            place == 0 && headings.last().is_some_and(|heading| preceding.contains(heading.as_str()));
        let heading = nearest.clone();
        units.push(Unit {
            given,
            chunk,
            passage,
            place,
            part,
            text,
            words,
            heading,
            opens_section,
            near,
            far,
            cosine: None,
        });
    }
    units
}

/// Returns the words with which people ask for what a memory states; empty for other passages. "I moved to Oslo" answers "Where do I live?".
pub(super) fn property_words(passage: &Passage) -> &'static str {
    let Origin::Memory(origin) = &passage.origin else { return "" };
    asked_by(origin.memory.content.statement.attribute.as_deref())
}

/// A command of a session and its output, which says less about it than its own words.
fn program_output<'t>(part: &Part, text: &'t str) -> Option<(&'t str, &'t str)> {
    let is_session = part.kind == PartKind::Code && (text.starts_with("$ ") || text.starts_with(">>> "));
    text.split_once('\n').filter(|_| is_session)
}

/// Whether a setting is a value of structured data rather than something that a person sets.
pub(super) fn is_record(setting: &str) -> bool {
    !split_path(setting).0.is_empty()
}

/// The beginning of a setting's long path, as data formats have, and the rest: its words are those of its place, not of its value.
fn split_path(setting: &str) -> (&str, &str) {
    let key_end = setting.find([':', '=', ' ']).unwrap_or(0);
    let key = setting.get(..key_end).unwrap_or_default();
    let ends: Vec<usize> = key.match_indices('.').map(|(at, _)| at).collect();
    match ends.as_slice() {
        [.., end, _] if ends.len() >= MIN_PATH_NAMES => {
            (setting.get(..*end).unwrap_or_default(), setting.get(*end..).unwrap_or_default())
        }
        _ => ("", setting),
    }
}

impl Unit<'_> {
    /// Whether the part holds anything that can answer.
    pub(super) fn says_something(&self) -> bool {
        let letters = self.text.chars().filter(|c| c.is_alphanumeric()).count();
        letters > 1 || (letters == 1 && self.part.lead.is_some() && self.part.kind != PartKind::Sentence)
    }
}
