//! Checking citations: a marker must name a passage that was given, and the passage must say what the sentence says.

use std::{collections::HashSet, ops::Range};

use rag_schema::enums::SentenceSupport;
use rag_text::{Language, sentences};

use super::{
    agreement::{denies, has_numbers, have_same_units},
    claims::{Claim, ClaimForm, Clause, divide_claims},
    markers::{MarkedText, Piece, pieces},
    types::{Checked, Citation, Evidence, Sentence},
};
use crate::support::{content_words, coverage, is_number};

/// Part of a sentence's content words that its passage must hold.
const MIN_COVERAGE: f64 = 0.5;
/// Part of them that one sentence of the passage must hold to be about the same, so that another number or a denial contradicts it.
const MIN_SAME_SUBJECT: f64 = 0.6;
/// Words of an answer that say nothing without the question.
const YES_AND_NO: &[&str] =
    &["yes", "no", "ja", "nein", "doch", "oui", "non", "sí", "si", "correct", "richtig"];

/// The answer without markers that name no passage, a citation for each marker that does, in order of appearance, and the support of
/// each sentence. A marker used several times is supported only when all its sentences are.
pub(super) fn check_citations(text: &str, question: &str, evidence: &[Evidence]) -> (String, Checked) {
    let marked = MarkedText::read(text, |marker| evidence.iter().any(|given| given.marker == marker));
    let language = Language::detect(&format!("{question}\n{}", marked.bare)).map(|language| language.code);
    let check = Check { question: content_words(question), language, evidence };
    let mut checked = Checked::default();
    for claim in divide_claims(&marked) {
        let support = claim.clauses.iter().map(|clause| check.clause(clause, &mut checked.citations));
        let support: Vec<SentenceSupport> = support.collect();
        checked.is_supported |= support.iter().any(|support| is_good(*support));
        if claim.form == ClaimForm::Sentence || (claim.form == ClaimForm::LeadIn && !support.is_empty()) {
            checked.sentences.push(place_sentence(&marked, &claim, overall(&support)));
        }
    }
    (marked.text, checked)
}

/// The sentences of an answer that is made of quotes.
pub(super) fn quoted_sentences(text: &str) -> Vec<Sentence> {
    // A bracket of a quote may look like a marker in another form.
    let marked = Some(MarkedText::read(text, |_| true)).filter(|marked| marked.text == text);
    let marked = marked.unwrap_or_else(|| MarkedText::unmarked(text));
    let claims = divide_claims(&marked).into_iter().filter(|claim| claim.form == ClaimForm::Sentence);
    claims.map(|claim| place_sentence(&marked, &claim, SentenceSupport::Supported)).collect()
}

fn place_sentence(marked: &MarkedText, claim: &Claim, support: SentenceSupport) -> Sentence {
    let place = |bare: usize| {
        let before = marked.text.get(..marked.place_in_text(bare));
        before.map_or(0, |before| before.chars().count())
    };
    Sentence { start: place(claim.bytes.start), end: place(claim.bytes.end), support }
}

fn is_good(support: SentenceSupport) -> bool {
    matches!(support, SentenceSupport::Supported | SentenceSupport::Unchecked)
}

/// The support of a sentence whose clauses have these.
fn overall(clauses: &[SentenceSupport]) -> SentenceSupport {
    use SentenceSupport::{Contradicted, Unchecked, Uncited, Unsupported};
    let worst = [Contradicted, Unsupported, Unchecked].into_iter().find(|bad| clauses.contains(bad));
    worst.or(clauses.first().copied()).unwrap_or(Uncited)
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

/// What the claims of an answer are compared with.
struct Check<'e> {
    question: HashSet<String>,
    /// Language of the answer; `None` if the detection is not reliable.
    language: Option<String>,
    evidence: &'e [Evidence],
}

impl Check<'_> {
    /// The support of a clause by its passages together; each of them is cited.
    fn clause(&self, clause: &Clause, citations: &mut Vec<Citation>) -> SentenceSupport {
        let is_cited = |given: &&Evidence| clause.markers.contains(&given.marker);
        let given: Vec<&Evidence> = self.evidence.iter().filter(is_cited).collect();
        let claim = without_yes_or_no(&clause.text);
        let words = content_words(claim);
        let together = self.compare(claim, &words, &given);
        for marker in &clause.markers {
            let Some(one) = given.iter().find(|given| given.marker == *marker) else { continue };
            let alone = if given.len() == 1 { together } else { self.compare(claim, &words, &[one]) };
            let supported = alone == SentenceSupport::Supported;
            let found = cite(one, &words, supported);
            match citations.iter_mut().find(|citation| citation.marker == *marker) {
                Some(known) => known.supported &= supported,
                None => citations.push(found),
            }
        }
        together
    }

    fn compare(&self, claim: &str, words: &HashSet<String>, given: &[&Evidence]) -> SentenceSupport {
        let passages: Vec<String> = given.iter().map(|given| with_headings(given)).collect();
        let passages = passages.join("\n");
        let quotes = given.iter().map(|given| best_quote(words, &given.found.passage.text));
        let quote = quotes.reduce(|best, next| if next.0 > best.0 { next } else { best });
        let quote = quote.map_or("", |(_, _, quote)| quote);
        let says_nothing_alone = words.iter().all(|word| YES_AND_NO.contains(&word.as_str()));
        if says_nothing_alone {
            let is_about = coverage(&self.question, &content_words(&passages)) >= MIN_COVERAGE;
            return if is_about { SentenceSupport::Supported } else { SentenceSupport::Unsupported };
        }
        match compare_words((claim, words), &passages, quote) {
            SentenceSupport::Unsupported if has_numbers(words, &passages) && self.are_foreign(given) => {
                SentenceSupport::Unchecked
            }
            support => support,
        }
    }

    /// Whether the passages are in another language than the answer, so that its words cannot be found in them.
    fn are_foreign(&self, given: &[&Evidence]) -> bool {
        let is_foreign = |given: &&Evidence| {
            let language = Language::detect(&given.found.passage.text).map(|language| language.code);
            language.is_some() && self.language.is_some() && language != self.language
        };
        given.iter().all(is_foreign)
    }
}

/// The text behind a "No," that answers the question and denies nothing of the text itself.
fn without_yes_or_no(text: &str) -> &str {
    let first = text.split_once([',', '.', '!']).filter(|(_, rest)| rest.chars().any(char::is_alphanumeric));
    let rest = first.filter(|(word, _)| YES_AND_NO.contains(&word.trim().to_lowercase().as_str()));
    rest.map_or(text, |(_, rest)| rest)
}

/// Whether the passage has most words of the claim and all its numbers with their units, and the quote, its sentence that comes nearest,
/// denies what the claim denies.
fn compare_words((claim, words): (&str, &HashSet<String>), passage: &str, quote: &str) -> SentenceSupport {
    let quoted = content_words(quote);
    let others: HashSet<String> = words.iter().filter(|word| !is_number(word)).cloned().collect();
    let is_about = |words: &HashSet<String>| coverage(words, &quoted) >= MIN_SAME_SUBJECT;
    let do_numbers_agree = has_numbers(words, passage) && have_same_units(claim, passage);
    let is_denied = is_about(words) && denies(claim) != denies(quote);
    if is_denied || (!do_numbers_agree && is_about(&others)) {
        SentenceSupport::Contradicted
    } else if do_numbers_agree && coverage_with_numbers(words, &content_words(passage)) >= MIN_COVERAGE {
        SentenceSupport::Supported
    } else {
        SentenceSupport::Unsupported
    }
}

/// As `coverage`, for words whose numbers are known to be there.
fn coverage_with_numbers(words: &HashSet<String>, passage: &HashSet<String>) -> f64 {
    let numbers = words.iter().filter(|word| is_number(word)).cloned();
    coverage(words, &passage.iter().cloned().chain(numbers).collect())
}

/// The passage's text below its title and headings, which may name the subject.
fn with_headings(given: &Evidence) -> String {
    let passage = &given.found.passage;
    let headings = passage.headings().iter().map(String::as_str);
    headings.chain([passage.title.as_str(), &passage.text]).collect::<Vec<_>>().join("\n")
}

/// The sentence that comes nearest to the words, with its agreement and its place in bytes.
fn best_quote<'t>(words: &HashSet<String>, text: &'t str) -> (f64, Range<usize>, &'t str) {
    let quotes = sentences(text).into_iter().map(|range| {
        let quote = text.get(range.clone()).unwrap_or_default();
        (overlap(words, quote), range, quote)
    });
    quotes.reduce(|best, next| if next.0 > best.0 { next } else { best }).unwrap_or((
        0.0,
        0..text.len(),
        text,
    ))
}

fn cite(given: &Evidence, words: &HashSet<String>, supported: bool) -> Citation {
    let passage = &given.found.passage;
    let chunk = passage.chunk();
    let (_, range, quote) = best_quote(words, &passage.text);
    let before = passage.text.get(..range.start).map_or(0, |before| before.chars().count());
    let start_offset = chunk.map_or(0, |chunk| chunk.start_offset) + i64::try_from(before).unwrap_or(0);
    Citation {
        marker: given.marker,
        chunk_id: passage.id,
        origin: passage.into(),
        title: passage.title.clone(),
        source: chunk.and_then(|chunk| chunk.source.clone()),
        page: chunk.and_then(|chunk| chunk.page),
        heading_path: passage.headings().to_vec(),
        quote: quote.to_owned(),
        start_offset,
        end_offset: start_offset + i64::try_from(quote.chars().count()).unwrap_or(0),
        supported,
    }
}

/// Agreement both ways, so that a long sentence does not win by length alone.
fn overlap(claim: &HashSet<String>, sentence: &str) -> f64 {
    let words = content_words(sentence);
    coverage(claim, &words) + 0.2 * coverage(&words, claim)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(text: &str) -> String {
        MarkedText::read(text, |marker| (1..=3).contains(&marker)).text
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
        let marked = MarkedText::read("Use `args[2]` here [1].", |_| true);
        assert_eq!(divide_claims(&marked)[0].clauses[0].markers, [1]);
    }

    #[test]
    fn a_wrong_number_unit_or_denial_contradicts_and_another_subject_does_not() {
        let quote = "Flights under 600 km are not paid.";
        let passage = format!("{quote} Trains are booked in second class within three days.");
        let check = |claim: &str| compare_words((claim, &content_words(claim)), &passage, quote);
        for (claim, expected) in [
            ("Flights under 600 km are not paid", SentenceSupport::Supported),
            ("Trains are booked within 3 days", SentenceSupport::Supported),
            ("Flights under 700 km are not paid", SentenceSupport::Contradicted),
            ("Flights under 600 miles are not paid", SentenceSupport::Contradicted),
            ("Flights under 600 km are paid", SentenceSupport::Contradicted),
            ("The canteen serves 700 people every noon", SentenceSupport::Unsupported),
            ("The canteen is closed", SentenceSupport::Unsupported),
        ] {
            assert_eq!(check(claim), expected, "{claim}");
        }
    }

    #[test]
    fn the_worst_clause_decides_on_a_sentence() {
        use SentenceSupport::{Contradicted, Supported, Unchecked, Uncited, Unsupported};
        assert_eq!(overall(&[]), Uncited);
        assert_eq!(overall(&[Supported, Supported]), Supported);
        assert_eq!(overall(&[Supported, Unchecked]), Unchecked);
        assert_eq!(overall(&[Supported, Unsupported, Unchecked]), Unsupported);
        assert_eq!(overall(&[Unsupported, Contradicted]), Contradicted);
    }
}
