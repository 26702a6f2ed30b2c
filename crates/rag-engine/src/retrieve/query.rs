//! Parses a question into words to search for, required phrases, and excluded words and phrases.

/// A parsed question. `"two words"` requires a phrase, `-word` and `-"two words"` exclude; the rest is searched for. A quotation
/// mark without its counterpart or after a number (`27"`), and a dash before anything but a word or before a single character
/// (`grep -v`), are plain text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct QueryText {
    /// Text to search for: the question without exclusions and quotation marks.
    pub words: String,
    /// Phrases that every result must contain.
    pub required: Vec<String>,
    /// Phrases that no result may contain.
    pub excluded: Vec<String>,
}

/// Maximum number of required and excluded phrases; further ones are plain text.
const MAX_PHRASES: usize = 16;

impl QueryText {
    /// Creates a question without required and excluded phrases.
    pub fn plain(question: &str) -> Self {
        Self { words: question.trim().to_owned(), ..Self::default() }
    }

    /// Parses a question.
    pub fn parse(question: &str) -> Self {
        let mut parsed = Self::default();
        let mut rest = question;
        let mut at_start = true;
        // Inches, and seconds of an angle.
        let mut follows_digit = false;
        while let Some(first) = rest.chars().next() {
            let (dash, after) = match rest.strip_prefix('-') {
                Some(after) if at_start => (true, after),
                _ => (false, rest),
            };
            let taken = parsed
                .has_room()
                .then(|| phrase(after).filter(|_| !follows_digit).or_else(|| word(after).filter(|_| dash)))
                .flatten();
            if let Some((text, left)) = taken {
                parsed.take(dash, text);
                rest = left;
                at_start = false;
                follows_digit = false;
            } else {
                parsed.words.push(first);
                rest = rest.get(first.len_utf8()..).unwrap_or_default();
                at_start = first.is_whitespace() || first == '(';
                follows_digit = first.is_numeric();
            }
        }
        parsed.words = parsed.words.split_whitespace().collect::<Vec<_>>().join(" ");
        parsed
    }

    fn has_room(&self) -> bool {
        self.required.len() + self.excluded.len() < MAX_PHRASES
    }

    fn take(&mut self, excluded: bool, text: &str) {
        if excluded {
            self.excluded.push(text.to_owned());
        } else {
            self.required.push(text.to_owned());
            self.words.push_str(text);
        }
    }
}

/// Returns the quoted phrase at the start of `text`, and the rest.
fn phrase(text: &str) -> Option<(&str, &str)> {
    let (open, close) = if text.starts_with('"') { ('"', '"') } else { ('\u{201c}', '\u{201d}') };
    let (inside, left) = text.strip_prefix(open)?.split_once(close)?;
    inside.chars().any(char::is_alphanumeric).then_some((inside.trim(), left))
}

/// Returns the word at the start of `text`, and the rest.
fn word(text: &str) -> Option<(&str, &str)> {
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    let (word, left) = text.split_at(end);
    let is_word = word.starts_with(char::is_alphanumeric) && word.chars().nth(1).is_some();
    is_word.then_some((word, left))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(words: &str, required: &[&str], excluded: &[&str]) -> QueryText {
        let owned = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
        QueryText { words: words.to_owned(), required: owned(required), excluded: owned(excluded) }
    }

    #[test]
    fn plain_questions_stay_as_they_are() {
        for question in [
            "How do I reset it?",
            "well-known state-of-the-art",
            "5 - 3",
            "it's 6\" wide",
            "a 27\" monitor and a 24\" one",
            "grep -v",
            "rag -v --version",
            "a -- b",
            "-",
        ] {
            assert_eq!(QueryText::parse(question), parsed(question, &[], &[]), "{question}");
        }
    }

    #[test]
    fn phrases_are_required_and_still_looked_for() {
        assert_eq!(
            QueryText::parse("how \"trace trees\" grow"),
            parsed("how trace trees grow", &["trace trees"], &[])
        );
        assert_eq!(QueryText::parse("\u{201c}a b\u{201d} c"), parsed("a b c", &["a b"], &[]));
    }

    #[test]
    fn a_dash_excludes_a_word_or_a_phrase() {
        assert_eq!(QueryText::parse("jaguar -car"), parsed("jaguar", &[], &["car"]));
        assert_eq!(
            QueryText::parse("-car jaguar -\"sports car\""),
            parsed("jaguar", &[], &["car", "sports car"])
        );
    }

    #[test]
    fn empty_phrases_and_floods_of_phrases_are_plain_text() {
        assert_eq!(QueryText::parse("\"\" \"?\""), parsed("\"\" \"?\"", &[], &[]));
        let flood = "-xy ".repeat(100);
        assert_eq!(QueryText::parse(&flood).excluded.len(), MAX_PHRASES);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_taken_apart(question in "\\PC{0,60}") {
            let parsed = QueryText::parse(&question);
            proptest::prop_assert!(parsed.words.len() <= question.len());
        }
    }
}
