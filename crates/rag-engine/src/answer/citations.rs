//! Checking citations: a marker must name a passage that was given, and the passage must say what the sentence says.

use std::collections::HashSet;

use rag_repo::search::Origin;

use super::types::{Citation, Evidence};
use crate::support::{Sentence, content_words, coverage, is_number, sentences};

/// Part of a sentence's content words that its passage must hold.
const MIN_COVERAGE: f64 = 0.5;

/// The answer without markers that name no passage, and a citation for each marker that does, in order of appearance.
/// A marker used several times is supported only when all its sentences are.
pub fn check_citations(text: &str, evidence: &[Evidence]) -> (String, Vec<Citation>) {
    let mut citations: Vec<Citation> = Vec::new();
    let clean = keep_markers(text, |marker| evidence.iter().any(|given| given.marker == marker));
    for (claim, markers) in claims(&clean) {
        let words = content_words(&claim);
        for marker in markers {
            let Some(given) = evidence.iter().find(|given| given.marker == marker) else { continue };
            let found = cite(given, &words);
            match citations.iter_mut().find(|citation| citation.marker == marker) {
                Some(known) => known.supported &= found.supported,
                None => citations.push(found),
            }
        }
    }
    (clean, citations)
}

/// The stretches of an answer's text that end in markers, without them: its cited sentences.
pub(crate) fn split_at_markers(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut is_cited = false;
    for piece in pieces(text) {
        match piece {
            Piece::Marker(_) => is_cited = true,
            Piece::Text(text) => {
                if std::mem::take(&mut is_cited) {
                    parts.push(String::new());
                }
                parts.last_mut().into_iter().for_each(|part| part.push_str(text));
            }
        }
    }
    parts.retain(|part| part.chars().any(char::is_alphanumeric));
    parts
}

fn cite(given: &Evidence, claim: &HashSet<String>) -> Citation {
    let passage = &given.found.passage;
    let Origin::Chunk(chunk) = &passage.origin;
    let all_words = content_words(&passage.text);
    let numbers_agree = claim.iter().filter(|word| is_number(word)).all(|number| all_words.contains(number));
    let supported = numbers_agree && coverage(claim, &all_words) >= MIN_COVERAGE;
    let best = sentences(&passage.text)
        .into_iter()
        .map(|sentence| (overlap(claim, sentence.text), sentence))
        .reduce(|best, next| if next.0 > best.0 { next } else { best });
    let quote = best.map_or(Sentence { start: 0, text: &passage.text }, |(_, sentence)| sentence);
    let start_offset = chunk.start_offset + i64::try_from(quote.start).unwrap_or(0);
    Citation {
        marker: given.marker,
        chunk_id: passage.id,
        document_id: chunk.document_id,
        title: passage.title.clone(),
        source: chunk.source.clone(),
        page: chunk.page,
        heading_path: chunk.heading_path.0.clone(),
        quote: quote.text.to_owned(),
        start_offset,
        end_offset: start_offset + i64::try_from(quote.text.chars().count()).unwrap_or(0),
        supported,
    }
}

/// Agreement both ways, so that a long sentence does not win by length alone.
fn overlap(claim: &HashSet<String>, sentence: &str) -> f64 {
    let words = content_words(sentence);
    coverage(claim, &words) + 0.2 * coverage(&words, claim)
}

/// The text without markers that are not wanted.
fn keep_markers(text: &str, is_wanted: impl Fn(usize) -> bool) -> String {
    let mut clean = String::with_capacity(text.len());
    for piece in pieces(text) {
        match piece {
            Piece::Marker(marker) if !is_wanted(marker) => clean.truncate(clean.trim_end_matches(' ').len()),
            Piece::Marker(marker) => clean.extend(["[", &marker.to_string(), "]"]),
            Piece::Text(text) => clean.push_str(text),
        }
    }
    clean
}

/// Each sentence with the markers that stand in or right after it.
fn claims(text: &str) -> Vec<(String, Vec<usize>)> {
    let mut claims: Vec<(String, Vec<usize>)> = Vec::new();
    let mut claim = String::new();
    let mut markers: Vec<usize> = Vec::new();
    for piece in pieces(text) {
        match piece {
            Piece::Marker(marker) => markers.push(marker),
            Piece::Text(text) if markers.is_empty() => claim.push_str(text),
            Piece::Text(text) => {
                // A full stop or comma after the marker still belongs to its sentence.
                if text.chars().any(char::is_alphanumeric) {
                    claims.push((last_sentence(&claim), std::mem::take(&mut markers)));
                    text.clone_into(&mut claim);
                }
            }
        }
    }
    if !markers.is_empty() {
        claims.push((last_sentence(&claim), markers));
    }
    claims
}

/// The sentence that a marker follows; sentences before it have no marker and make no claim.
fn last_sentence(text: &str) -> String {
    sentences(text).last().map(|sentence| sentence.text.to_owned()).unwrap_or_default()
}

enum Piece<'t> {
    Text(&'t str),
    Marker(usize),
}

/// Text and markers such as `[3]`, in order; `[2, 5]` gives two markers.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        let numbers = after.split_once(']').and_then(|(inside, tail)| {
            let numbers: Result<Vec<usize>, _> =
                inside.split(',').map(|number| number.trim().parse()).collect();
            numbers.ok().map(|numbers| (numbers, tail))
        });
        if let Some((numbers, tail)) = numbers {
            pieces.push(Piece::Text(before));
            pieces.extend(numbers.into_iter().map(Piece::Marker));
            rest = tail;
        } else {
            let bracket_end = rest.len() - after.len();
            pieces.extend(rest.get(..bracket_end).map(Piece::Text));
            rest = after;
        }
    }
    pieces.push(Piece::Text(rest));
    pieces
}
