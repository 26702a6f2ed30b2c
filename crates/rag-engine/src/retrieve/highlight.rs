//! Where the question's words stand in a passage, in whatever form they stand there.

use std::collections::{BTreeSet, HashSet};

use rag_repo::{PgConnection, RepoResult, search};
use rag_schema::ids::CollectionId;
use unicode_segmentation::UnicodeSegmentation;

use super::request::Found;

/// Marks the words of `question` in the results.
pub(super) fn mark(
    conn: &mut PgConnection,
    collections: &[CollectionId],
    question: &str,
    found: &mut [Found],
) -> RepoResult<()> {
    let words = words_of(found.iter().map(|found| found.passage.text.as_str()));
    let words = search::matching_words(conn, collections, question, &words)?.into_iter().collect();
    for result in found {
        result.highlights = highlights(&result.passage.text, &words, question);
    }
    Ok(())
}

/// The different words of the texts, in lower case: what PostgreSQL is asked to compare with the question.
fn words_of<'t>(texts: impl Iterator<Item = &'t str>) -> Vec<String> {
    let words = texts.flat_map(|text| text.unicode_words()).map(str::to_lowercase);
    words.collect::<BTreeSet<_>>().into_iter().collect()
}

/// From and to of each stretch of `text` that is one of the `words`, or two characters that follow each other in an unspaced
/// script in `question` too; in Unicode scalar values, in order, not overlapping.
fn highlights(text: &str, words: &HashSet<String>, question: &str) -> Vec<(usize, usize)> {
    let pairs = pairs_of(question);
    let mut marks: Vec<(usize, usize)> = Vec::new();
    let mut place = Place { text, byte: 0, scalar: 0 };
    for (start, word) in text.split_word_bound_indices() {
        if words.contains(&word.to_lowercase()) {
            marks.push((place.of(start), place.of(start + word.len())));
        }
    }
    let characters: Vec<char> = text.chars().collect();
    for (start, pair) in characters.windows(2).enumerate() {
        if let [a, b] = pair
            && pairs.contains(&(*a, *b))
        {
            marks.push((start, start + 2));
        }
    }
    joined(marks)
}

/// Pairs of neighbours in unspaced scripts.
fn pairs_of(question: &str) -> HashSet<(char, char)> {
    let unspaced = |c: char| matches!(c, '\u{0e00}'..='\u{0e7f}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}');
    let pairs = question.chars().zip(question.chars().skip(1));
    pairs.filter(|(a, b)| unspaced(*a) && unspaced(*b)).collect()
}

/// Turns byte offsets, asked for in ascending order, into counts of scalar values.
struct Place<'t> {
    text: &'t str,
    byte: usize,
    scalar: usize,
}

impl Place<'_> {
    fn of(&mut self, byte: usize) -> usize {
        self.scalar += self.text.get(self.byte..byte).map_or(0, |between| between.chars().count());
        self.byte = byte;
        self.scalar
    }
}

fn joined(mut marks: Vec<(usize, usize)>) -> Vec<(usize, usize)> {
    marks.sort_unstable();
    let mut joined: Vec<(usize, usize)> = Vec::with_capacity(marks.len());
    for (from, to) in marks {
        match joined.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => joined.push((from, to)),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(text: &str, words: &[&str], question: &str) -> Vec<String> {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        let characters: Vec<char> = text.chars().collect();
        let marks = highlights(text, &words, question);
        marks.into_iter().map(|(from, to)| characters[from..to].iter().collect()).collect()
    }

    #[test]
    fn words_are_marked_wherever_they_stand() {
        assert_eq!(
            marked("Über Äpfel: the Engines, engines!", &["engines"], "engine"),
            ["Engines", "engines"]
        );
        assert!(marked("nothing", &[], "engine").is_empty());
    }

    #[test]
    fn pairs_of_unspaced_scripts_are_marked_as_one_stretch() {
        assert_eq!(marked("我在东京都工作", &[], "东京都在哪里"), ["东京都"]);
    }
}
