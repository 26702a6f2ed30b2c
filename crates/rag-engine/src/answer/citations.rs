//! Checking citations: a marker must name a passage that was given, and the passage must say what the sentence says.

use std::collections::HashSet;

use rag_text::sentences;

use super::{
    agreement::{denies, have_same_units},
    markers::{Piece, pieces},
    types::{Citation, Evidence},
};
use crate::support::{content_words, coverage, is_number};

/// Part of a sentence's content words that its passage must hold.
const MIN_COVERAGE: f64 = 0.5;
/// Part of them that one sentence of the passage must hold before a denial on one side only contradicts it.
const MIN_SAME_SUBJECT: f64 = 0.6;

/// The answer without markers that name no passage, and a citation for each marker that does, in order of appearance.
/// A marker used several times is supported only when all its sentences are.
pub fn check_citations(text: &str, evidence: &[Evidence]) -> (String, Vec<Citation>) {
    let mut citations: Vec<Citation> = Vec::new();
    let clean = keep_markers(text, |marker| evidence.iter().any(|given| given.marker == marker));
    for (claim, markers) in claims(&clean) {
        for marker in markers {
            let Some(given) = evidence.iter().find(|given| given.marker == marker) else { continue };
            let Some(found) = cite(given, &claim) else { continue };
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
            Piece::Marker(_) | Piece::Number { .. } => is_cited = true,
            Piece::Text(text) | Piece::Code(text) => {
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

fn cite(given: &Evidence, claim: &str) -> Option<Citation> {
    let passage = &given.found.passage;
    let chunk = passage.chunk()?;
    let words = content_words(claim);
    let best = sentences(&passage.text)
        .into_iter()
        .map(|range| (overlap(&words, passage.text.get(range.clone()).unwrap_or_default()), range))
        .reduce(|best, next| if next.0 > best.0 { next } else { best });
    let range = best.map_or(0..passage.text.len(), |(_, range)| range);
    let quote = passage.text.get(range.clone()).unwrap_or_default();
    let before = passage.text.get(..range.start).map_or(0, |before| before.chars().count());
    let start_offset = chunk.start_offset + i64::try_from(before).unwrap_or(0);
    Some(Citation {
        marker: given.marker,
        chunk_id: passage.id,
        document_id: chunk.document_id,
        title: passage.title.clone(),
        source: chunk.source.clone(),
        page: chunk.page,
        heading_path: chunk.heading_path.0.clone(),
        quote: quote.to_owned(),
        start_offset,
        end_offset: start_offset + i64::try_from(quote.chars().count()).unwrap_or(0),
        supported: is_supported(claim, &words, &passage.text, quote),
    })
}

/// Whether the passage has most words of the claim and all its numbers with their units, and the quote denies what the claim denies.
fn is_supported(claim: &str, words: &HashSet<String>, passage: &str, quote: &str) -> bool {
    let known = content_words(passage);
    let numbers_agree = words.iter().filter(|word| is_number(word)).all(|number| known.contains(number));
    let is_denied =
        coverage(words, &content_words(quote)) >= MIN_SAME_SUBJECT && denies(claim) != denies(quote);
    numbers_agree && have_same_units(claim, passage) && !is_denied && coverage(words, &known) >= MIN_COVERAGE
}

/// Agreement both ways, so that a long sentence does not win by length alone.
fn overlap(claim: &HashSet<String>, sentence: &str) -> f64 {
    let words = content_words(sentence);
    coverage(claim, &words) + 0.2 * coverage(&words, claim)
}

/// The text without markers that are not wanted. A bracket right behind a word, such as `list[0]`, is removed only if it is a marker.
fn keep_markers(text: &str, is_wanted: impl Fn(usize) -> bool) -> String {
    let mut clean = String::with_capacity(text.len());
    for piece in pieces(text) {
        match piece {
            Piece::Marker(marker) | Piece::Number { marker, .. } if is_wanted(marker) => {
                clean.extend(["[", &marker.to_string(), "]"]);
            }
            Piece::Marker(marker) if clean.ends_with(|c: char| c.is_alphanumeric() || c == '_') => {
                clean.extend(["[", &marker.to_string(), "]"]);
            }
            Piece::Marker(_) => clean.truncate(clean.trim_end_matches(' ').len()),
            // A number in parentheses that names no passage is one of the text.
            Piece::Number { text, .. } | Piece::Text(text) | Piece::Code(text) => clean.push_str(text),
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
            Piece::Marker(marker) | Piece::Number { marker, .. } => markers.push(marker),
            Piece::Text(text) | Piece::Code(text) if markers.is_empty() => claim.push_str(text),
            Piece::Text(text) | Piece::Code(text) => {
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
    sentences(text).pop().and_then(|range| text.get(range)).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(text: &str) -> String {
        keep_markers(text, |marker| (1..=3).contains(&marker))
    }

    #[test]
    fn markers_without_a_passage_are_removed() {
        assert_eq!(kept("It is so [1]. Or so [7]. Both [2, 9]."), "It is so [1]. Or so. Both [2].");
    }

    #[test]
    fn all_forms_of_markers_that_chat_models_write_are_one_form() {
        for (written, expected) in [
            ("It is so 【1】.", "It is so [1]."),
            ("It is so【1†source】.", "It is so[1]."),
            ("It is so 【2:0†handbook.pdf】.", "It is so [2]."),
            ("It is so [1†L3-L5].", "It is so [1]."),
            ("It is so [^2].", "It is so [2]."),
            ("It is so [[3]].", "It is so [3]."),
            ("It is so 〔1〕, ［2］ and 〖3〗.", "It is so [1], [2] and [3]."),
            ("It is so [1, 2] or [2; 3].", "It is so [1][2] or [2][3]."),
            ("It is so [1 and 3].", "It is so [1][3]."),
            ("It is so [1-3].", "It is so [1][2][3]."),
            ("It is so [1–2][3].", "It is so [1][2][3]."),
            ("It is so [Passage 1].", "It is so [1]."),
            ("It is so [source: 2, source: 3].", "It is so [2][3]."),
            ("It is so [Passages 1, 2].", "It is so [1][2]."),
            ("So steht es da [Quelle 1].", "So steht es da [1]."),
            ("It is so [citation:3].", "It is so [3]."),
            ("It is so (1).", "It is so [1]."),
            ("It is so. (2)", "It is so. [2]"),
            ("It is so (Passage 3).", "It is so [3]."),
            ("東京は首都です【1】。", "東京は首都です[1]。"),
        ] {
            assert_eq!(kept(written), expected);
        }
    }

    #[test]
    fn numbers_and_brackets_of_the_text_are_not_markers() {
        for text in [
            "(1) Open it, (2) close it.",
            "It has parts (9).",
            "Call f(1), then g(2).",
            "Pick two (2) of them.",
            "[sic] and [a-b] and [1 km] and [see 2].",
            "It says 〔注〕 there.",
            "- [ ] to do\n- [x] done",
            "`[1]` and `f(1)`.",
        ] {
            assert_eq!(kept(text), text);
        }
    }

    #[test]
    fn brackets_in_code_and_behind_words_stay() {
        for text in [
            "Use `args[0]` here [1].",
            "Run:\n```\na[7] = b[2]\n```\nas said [1].",
            "Use args[0] here [1].",
            "an open ` tick [1]",
        ] {
            assert_eq!(kept(text), text);
        }
        assert_eq!(claims("Use `args[2]` here [1].")[0].1, [1]);
    }

    #[test]
    fn a_wrong_number_unit_or_denial_is_not_supported() {
        let passage = "Flights under 600 km are not paid. Trains are booked in second class.";
        let check = |claim: &str| {
            let words = content_words(claim);
            is_supported(claim, &words, passage, "Flights under 600 km are not paid.")
        };
        assert!(check("Flights under 600 km are not paid"));
        assert!(!check("Flights under 700 km are not paid"));
        assert!(!check("Flights under 600 miles are not paid"));
        assert!(!check("Flights under 600 km are paid"));
    }
}
