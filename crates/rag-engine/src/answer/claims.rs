//! Divides an answer into the claims that it makes, each with its markers; compares them with nothing.

use std::{iter, ops::Range};

use rag_text::sentences;

use super::markers::{Mark, MarkedText};

/// Words that begin a list item or a quote, apart from numbers.
const BULLETS: [&str; 6] = ["-", "*", "+", "•", "–", ">"];
/// Maximum number of digits of the number of a list item.
const MAX_ITEM_DIGITS: usize = 3;

/// A stretch of an answer that says something.
#[derive(Debug, PartialEq)]
pub(super) struct Claim {
    /// Its place in the bare text, in bytes.
    pub(super) bytes: Range<usize>,
    pub(super) form: ClaimForm,
    /// Its text in pieces, each with the markers behind it; empty if nothing is cited.
    pub(super) clauses: Vec<Clause>,
}

/// The form of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ClaimForm {
    /// A sentence, or a row of a table.
    Sentence,
    /// A question or lead-in, which says something only together with the text around it.
    LeadIn,
    /// A heading, the column names of a table, program text.
    Other,
}

/// A part of a claim that the same passages support.
#[derive(Debug, PartialEq)]
pub(super) struct Clause {
    pub(super) text: String,
    pub(super) markers: Vec<usize>,
}

/// A block of Markdown.
#[derive(Debug)]
struct Block {
    bytes: Range<usize>,
    is_prose: bool,
    form: ClaimForm,
}

/// The claims of a text, in order.
pub(super) fn divide_claims(marked: &MarkedText) -> Vec<Claim> {
    let text = marked.bare.as_str();
    let mut claims: Vec<Claim> = Vec::new();
    for Block { bytes, is_prose, form } in blocks(text) {
        let block = text.get(bytes.clone()).unwrap_or_default();
        let parts = if is_prose { sentences(block) } else { iter::once(0..block.len()).collect() };
        for part in parts {
            let sentence = block.get(part.clone()).unwrap_or_default();
            let form = if is_prose && leads_on(sentence) { ClaimForm::LeadIn } else { form };
            let bytes = bytes.start + part.start..bytes.start + part.end;
            if has_words(sentence) {
                claims.push(Claim { bytes, form, clauses: Vec::new() });
            }
        }
    }
    let mut marks: Vec<Vec<Mark>> = claims.iter().map(|_| Vec::new()).collect();
    for mark in &marked.marks {
        let owner = owner_of(text, &claims, mark.at).and_then(|index| marks.get_mut(index));
        if let Some(marks) = owner {
            marks.push(*mark);
        }
    }
    for (claim, marks) in claims.iter_mut().zip(marks) {
        claim.clauses = clauses(text, &claim.bytes, &marks);
    }
    claims
}

/// The index of the claim that a marker belongs to: the one before it, or the one that it begins.
fn owner_of(text: &str, claims: &[Claim], at: usize) -> Option<usize> {
    let next = claims.iter().position(|claim| claim.bytes.start >= at).filter(|_| {
        let line = text.get(at..).and_then(|rest| rest.split('\n').next());
        line.is_some_and(has_words)
    });
    let Some(before) = claims.iter().rposition(|claim| claim.bytes.start < at) else { return next };
    let end = claims.get(before).map_or(at, |claim| claim.bytes.end);
    let is_on_new_line = text.get(end..at).is_some_and(|between| between.contains('\n'));
    next.filter(|_| is_on_new_line).or(Some(before))
}

/// The text of a claim, divided at its markers. Text before the first or after the last of them belongs to the clause beside it.
fn clauses(text: &str, bytes: &Range<usize>, marks: &[Mark]) -> Vec<Clause> {
    let mut clauses: Vec<Clause> = Vec::new();
    let mut from = bytes.start;
    for mark in marks {
        let at = mark.at.clamp(from, bytes.end);
        let piece = text.get(from..at).unwrap_or_default();
        match clauses.last_mut() {
            Some(last) if !has_words(piece) || !has_words(&last.text) => {
                last.text.push_str(piece);
                last.markers.push(mark.marker);
            }
            _ => clauses.push(Clause { text: piece.to_owned(), markers: vec![mark.marker] }),
        }
        from = at;
    }
    let rest = text.get(from..bytes.end).unwrap_or_default();
    clauses.last_mut().into_iter().for_each(|last| last.text.push_str(rest));
    clauses
}

fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut fence: Option<&str> = None;
    let mut is_open = false;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim();
        let start = at + (line.len() - line.trim_start().len());
        let end = start + content.len();
        at += line.len();
        if let Some(mark) = fence_mark(content) {
            let is_end = fence.is_some_and(|begun| mark.starts_with(begun) && mark == content);
            if is_end || fence.is_none() {
                fence = if is_end { None } else { Some(mark) };
                is_open = false;
                continue;
            }
        }
        let is_code = fence.is_some();
        if content.is_empty() {
            is_open &= is_code;
        } else if !is_code && is_rule(content) {
            // The row above the rule of a table names its columns.
            blocks
                .last_mut()
                .filter(|_| content.contains('|'))
                .into_iter()
                .for_each(|row| row.form = ClaimForm::Other);
            is_open = false;
        } else if !is_code && (is_heading(content) || content.starts_with('|')) {
            let form = if content.starts_with('|') { ClaimForm::Sentence } else { ClaimForm::Other };
            blocks.push(Block { bytes: bare_row(content, start), is_prose: false, form });
            is_open = false;
        } else {
            let prefix = if is_code { 0 } else { prefix_length(content) };
            match blocks.last_mut() {
                Some(last) if is_open && prefix == 0 => last.bytes.end = end,
                _ => {
                    let form = if is_code { ClaimForm::Other } else { ClaimForm::Sentence };
                    blocks.push(Block { bytes: start + prefix..end, is_prose: !is_code, form });
                }
            }
            is_open = true;
        }
    }
    blocks
}

/// The backticks or tildes that begin or end program text.
fn fence_mark(line: &str) -> Option<&str> {
    let mark = ['`', '~'].into_iter().find(|mark| line.starts_with(*mark))?;
    let length = line.len() - line.trim_start_matches(mark).len();
    line.get(..length).filter(|_| length >= 3)
}

/// Whether a line only divides, as the one under the column names of a table.
fn is_rule(line: &str) -> bool {
    line.chars().all(|c| "|-:=*_ ".contains(c)) && line.len() >= 3
}

/// Whether a line is a heading: with number signs, or bold as a whole.
fn is_heading(line: &str) -> bool {
    let title = line.trim_start_matches('#');
    let is_marked = (1..=6).contains(&(line.len() - title.len())) && title.starts_with(' ');
    let bold = line.strip_prefix("**").and_then(|line| line.strip_suffix("**"));
    is_marked || bold.is_some_and(|bold| !bold.contains("**") && !bold.ends_with(['.', '!', '?', '。']))
}

/// The place of a line without the bars and number signs around it.
fn bare_row(line: &str, start: usize) -> Range<usize> {
    let is_edge = |c: char| "|# ".contains(c);
    let begin = line.len() - line.trim_start_matches(is_edge).len();
    start + begin..start + line.trim_end_matches(is_edge).len().max(begin)
}

/// Length of the bullets, numbers and quote signs that begin a line.
fn prefix_length(line: &str) -> usize {
    let mut rest = line;
    while let Some((_, after)) = rest.split_once(' ').filter(|(word, _)| is_prefix(word)) {
        rest = after.trim_start();
    }
    line.len() - rest.len()
}

fn is_prefix(word: &str) -> bool {
    let digits = word.trim_end_matches(['.', ')']);
    let is_number = digits.len() + 1 == word.len()
        && (1..=MAX_ITEM_DIGITS).contains(&digits.len())
        && digits.chars().all(|c| c.is_ascii_digit());
    is_number || BULLETS.contains(&word)
}

/// Whether a sentence is a question or ends in a colon.
fn leads_on(sentence: &str) -> bool {
    sentence.trim_end_matches(['*', '_', '"', '”', ' ']).ends_with([':', '：', '?', '？', '؟'])
}

fn has_words(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each claim as `form: text [markers] text [markers]`.
    fn shown(text: &str) -> Vec<String> {
        let marked = MarkedText::read(text, |marker| (1..=3).contains(&marker));
        divide_claims(&marked)
            .into_iter()
            .map(|claim| {
                let start = marked.place_in_text(claim.bytes.start);
                let place = &marked.text[start..marked.place_in_text(claim.bytes.end)];
                let clauses: Vec<String> = claim
                    .clauses
                    .iter()
                    .map(|clause| format!("{} {:?}", clause.text.trim(), clause.markers))
                    .collect();
                format!("{:?} {place} => {}", claim.form, clauses.join(" / "))
            })
            .collect()
    }

    #[test]
    fn markers_belong_to_the_sentence_before_them_or_the_line_that_they_begin() {
        for (text, expected) in [
            (
                "It is so [1]. It is not.",
                vec!["Sentence It is so [1]. => It is so . [1]", "Sentence It is not. => "],
            ),
            (
                "It is so. [1] It is not. [2][3]",
                vec!["Sentence It is so. => It is so. [1]", "Sentence It is not. => It is not. [2, 3]"],
            ),
            ("It is so.\n[1]", vec!["Sentence It is so. => It is so. [1]"]),
            ("[1] It is so.", vec!["Sentence It is so. => It is so. [1]"]),
            (
                "- It is so.\n- [2] It is not.",
                vec!["Sentence It is so. => ", "Sentence It is not. => It is not. [2]"],
            ),
            ("As [1] says, it is so.", vec!["Sentence As [1] says, it is so. => As  says, it is so. [1]"]),
            (
                "The fee is 3 [1] and the rest 4 [2].",
                vec![
                    "Sentence The fee is 3 [1] and the rest 4 [2]. => The fee is 3 [1] / and the rest 4 . [2]",
                ],
            ),
            (
                "東京は首都です[1]。大阪は違います。",
                vec!["Sentence 東京は首都です[1]。 => 東京は首都です。 [1]", "Sentence 大阪は違います。 => "],
            ),
            (
                "Das gilt z. B. Für Kinder [1].",
                vec!["Sentence Das gilt z. B. Für Kinder [1]. => Das gilt z. B. Für Kinder . [1]"],
            ),
        ] {
            assert_eq!(shown(text), expected);
        }
    }

    #[test]
    fn blocks_of_markdown_are_told_apart() {
        let text = "## Fees\n\n**Overview**\nThe fees are:\n1. A place costs **30 euros** [1].\n   It is dry.\n* Is it free?\n\
                    > Quoted words [2]\n\n```\nrag run # [3]\n\nend\n```\n[1]\n\n| City | Fee |\n|---|---|\n| Bern | 30 [2] |\n\n---\nEnd.";
        assert_eq!(
            shown(text),
            [
                "Other Fees => ",
                "Other **Overview** => ",
                "LeadIn The fees are: => ",
                "Sentence A place costs **30 euros** [1]. => A place costs **30 euros** . [1]",
                "Sentence It is dry. => ",
                "LeadIn Is it free? => ",
                "Sentence Quoted words => Quoted words [2]",
                "Other rag run # [3]\n\nend => rag run # [3]\n\nend [1]",
                "Other City | Fee => ",
                "Sentence Bern | 30 => Bern | 30 [2]",
                "Sentence End. => ",
            ]
        );
    }

    #[test]
    fn a_text_of_marks_alone_makes_no_claim() {
        assert!(shown("[1]\n\n---\n\n***\n").is_empty());
        assert_eq!(shown("```\nopen"), ["Other open => "]);
    }
}
