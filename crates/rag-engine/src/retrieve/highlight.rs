//! Positions of the question's words in a passage, in any inflected form.

use rag_text::analyse::Languages;

use super::request::Found;

/// Marks the words of `question` in the results.
pub(super) fn mark(languages: &Languages, question: &str, found: &mut [Found]) {
    let words = languages.ask(question);
    for result in found {
        let text = &result.passage.text;
        let ranges = languages.matches(&words, text);
        let mut place = Place { text, byte: 0, scalar: 0 };
        let mut bounds: Vec<usize> = ranges.iter().flat_map(|range| [range.start, range.end]).collect();
        bounds.sort_unstable();
        let scalars: Vec<(usize, usize)> =
            bounds.iter().map(|byte| (*byte, place.scalar_at(*byte))).collect();
        let scalar = |byte: usize| {
            let at = scalars.partition_point(|(known, _)| *known < byte);
            scalars.get(at).map_or(0, |(_, scalar)| *scalar)
        };
        let marks = ranges.into_iter().map(|range| (scalar(range.start), scalar(range.end))).collect();
        result.highlights = joined(marks);
    }
}

/// Converts byte offsets, requested in ascending order, to counts of Unicode scalar values.
struct Place<'t> {
    text: &'t str,
    byte: usize,
    scalar: usize,
}

impl Place<'_> {
    fn scalar_at(&mut self, byte: usize) -> usize {
        self.scalar += self.text.get(self.byte..byte).map_or(0, |between| between.chars().count());
        self.byte = byte;
        self.scalar
    }
}

/// Returns the marks in order, with overlapping ones merged.
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
