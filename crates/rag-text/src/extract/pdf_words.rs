//! Decides how a line of a page joins the next one: with the hyphen at its end, without it, or with a space.

use std::collections::HashSet;

/// First parts of compounds that are written with a hyphen.
const FIRST_PARTS: [&str; 46] = [
    "long",
    "short",
    "low",
    "high",
    "well",
    "self",
    "non",
    "part",
    "full",
    "half",
    "real",
    "cross",
    "multi",
    "two",
    "three",
    "four",
    "five",
    "six",
    "ten",
    "first",
    "second",
    "third",
    "single",
    "double",
    "end",
    "open",
    "closed",
    "state",
    "user",
    "mid",
    "ex",
    "all",
    "large",
    "small",
    "third-party",
    "one",
    "hard",
    "soft",
    "near",
    "far",
    "deep",
    "post",
    "pre",
    "anti",
    "quasi",
    "semi",
];
/// First parts of words that look like words of their own.
const CLOSED_PARTS: [&str; 24] = [
    "under", "over", "with", "some", "every", "any", "out", "fore", "back", "super", "inter", "counter",
    "there", "here", "where", "other", "further", "mean", "none", "more", "never", "through", "after", "for",
];
/// Words before which a hyphen stands for the rest of a compound, as in `pre- and post-war`.
const CONJUNCTIONS: [&str; 11] = ["and", "or", "to", "und", "oder", "bzw", "sowie", "et", "ou", "y", "e"];

/// How two lines join.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Joint {
    /// The hyphen divided a word.
    Nothing,
    /// The hyphen belongs to the word.
    Hyphen,
    /// The lines are separated by a space.
    Space,
}

/// The words of a document, by which parts of divided words are recognised.
#[derive(Default)]
pub(super) struct Words {
    known: HashSet<String>,
}

impl Words {
    /// Gathers the words of lines, except for the parts that stand at their ends.
    pub(super) fn gather<'l>(lines: impl Iterator<Item = &'l str>) -> Self {
        let mut known = HashSet::new();
        for line in lines {
            let words: Vec<&str> = line.split_whitespace().collect();
            for word in &words {
                let word = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '-');
                if !word.ends_with('-') && word.chars().count() > 2 {
                    known.insert(word.to_lowercase());
                }
            }
        }
        Self { known }
    }

    /// Appends a line to the text before it.
    pub(super) fn append(&self, text: &mut String, line: &str) {
        let divided = text
            .strip_suffix(['-', '\u{ad}', '‐'])
            .filter(|word| word.ends_with(char::is_alphanumeric))
            .map(str::len);
        match divided {
            Some(length) => {
                match self.joint(text.get(..length).unwrap_or_default(), line, text.ends_with('\u{ad}')) {
                    Joint::Nothing => text.truncate(length),
                    Joint::Hyphen => {}
                    Joint::Space => text.push(' '),
                }
            }
            None if text.is_empty() => {}
            None => text.push(' '),
        }
        text.push_str(line);
    }

    /// How the text before a hyphen joins the line behind it.
    fn joint(&self, before: &str, line: &str, is_soft: bool) -> Joint {
        if is_soft {
            return Joint::Nothing;
        }
        let is_word = |c: char| c.is_alphanumeric() || c == '-';
        let first = before.rsplit(|c: char| !is_word(c)).next().unwrap_or_default();
        let second = line.split(|c: char| !is_word(c)).next().unwrap_or_default();
        let is_code = |part: &str| part.chars().any(char::is_numeric) || part.ends_with(char::is_uppercase);
        if CONJUNCTIONS.contains(&second) {
            return Joint::Space;
        }
        if second.is_empty() {
            return Joint::Space;
        }
        if is_code(first)
            || second.starts_with(|c: char| c.is_uppercase() || c.is_numeric())
            || first.contains('-')
        {
            return Joint::Hyphen;
        }
        let (first, second) = (first.to_lowercase(), second.to_lowercase());
        if self.known.contains(&format!("{first}-{second}")) {
            return Joint::Hyphen;
        }
        if self.known.contains(&format!("{first}{second}")) {
            return Joint::Nothing;
        }
        let both_known = first.chars().count() > 3
            && second.chars().count() > 3
            && self.known.contains(&first)
            && self.known.contains(&second)
            && !CLOSED_PARTS.contains(&first.as_str());
        if both_known || FIRST_PARTS.contains(&first.as_str()) { Joint::Hyphen } else { Joint::Nothing }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hyphens_that_belong_to_the_word_are_kept() {
        let words = Words::gather(["the state-owned paragraph", "decision about makers"].into_iter());
        for (text, line, joined) in [
            ("a long-", "term plan", "a long-term plan"),
            ("a para-", "graph of", "a paragraph of"),
            ("state-", "owned", "state-owned"),
            ("type AX-", "b7 is", "type AX-b7 is"),
            ("Anglo-", "Saxon", "Anglo-Saxon"),
            ("decision-", "makers", "decision-makers"),
            ("Ein-", "und Ausgang", "Ein- und Ausgang"),
            ("under-", "stand", "understand"),
            ("soft\u{ad}", "ware", "software"),
            ("Arbeits-", "vertrag", "Arbeitsvertrag"),
            ("ISO-", "9001", "ISO-9001"),
            ("word", "next", "word next"),
        ] {
            let mut out = text.to_owned();
            words.append(&mut out, line);
            assert_eq!(out, joined);
        }
    }
}
