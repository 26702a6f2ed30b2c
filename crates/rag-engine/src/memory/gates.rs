//! Decides by rule whether a text is worth remembering: not small talk, not a question, not a secret.

use super::secrets::find_secret;

/// The reason why a text is not remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It contains a secret of this kind.
    Secret(&'static str),
    /// It states nothing.
    SmallTalk,
    /// It is a question.
    Question,
}

impl Refused {
    /// Returns the code of the reason, for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Secret(_) => "secret",
            Self::SmallTalk => "small_talk",
            Self::Question => "question",
        }
    }

    /// Returns the reason, for users.
    pub fn reason(self) -> String {
        match self {
            Self::Secret(kind) => {
                format!("It holds {kind}, and secrets are not stored. Leave the secret out.")
            }
            Self::SmallTalk => "It states nothing that is worth remembering.".to_owned(),
            Self::Question => "It is a question, not a statement.".to_owned(),
        }
    }
}

/// Words of small talk, in English and German, in lower case.
const SMALL_TALK: &[&str] = &[
    "hi",
    "hello",
    "hey",
    "hallo",
    "servus",
    "moin",
    "bye",
    "goodbye",
    "tschüss",
    "ciao",
    "thanks",
    "thank",
    "thx",
    "danke",
    "dankeschön",
    "please",
    "bitte",
    "ok",
    "okay",
    "yes",
    "no",
    "yeah",
    "yep",
    "nope",
    "ja",
    "nein",
    "cool",
    "great",
    "nice",
    "super",
    "prima",
    "toll",
    "perfect",
    "perfekt",
    "good",
    "gut",
    "guten",
    "gute",
    "morning",
    "morgen",
    "evening",
    "abend",
    "night",
    "nacht",
    "tag",
    "day",
    "lol",
    "haha",
    "hahaha",
    "hmm",
    "well",
    "sure",
    "klar",
    "genau",
    "right",
    "exactly",
    "awesome",
    "wow",
    "sorry",
    "welcome",
    "gern",
    "gerne",
    "so",
    "much",
    "very",
    "you",
    "dir",
    "vielen",
    "dank",
    "sehr",
    "schön",
    "that's",
    "that",
    "is",
    "it",
    "das",
    "ist",
    "the",
    "a",
    "there",
    "all",
    "alles",
    "got",
    "i",
    "see",
    "lot",
    "later",
    "bis",
    "bald",
    "dann",
    "again",
    "wonderful",
    "fine",
    "alright",
    "sounds",
    "wirklich",
];
/// Words at the beginning of questions, in English and German, in lower case.
const QUESTION_WORDS: &[&str] = &[
    "what",
    "what's",
    "who",
    "who's",
    "where",
    "where's",
    "when",
    "why",
    "how",
    "which",
    "whose",
    "can",
    "could",
    "would",
    "will",
    "should",
    "do",
    "does",
    "did",
    "is",
    "are",
    "was",
    "were",
    "wer",
    "was",
    "wo",
    "wann",
    "warum",
    "wieso",
    "weshalb",
    "wie",
    "welche",
    "welcher",
    "welches",
    "kannst",
    "könntest",
    "weißt",
    "hast",
];

/// Returns the reason why the text is not remembered; `None` if it is.
pub fn refuse(text: &str) -> Option<Refused> {
    if let Some(kind) = find_secret(text) {
        return Some(Refused::Secret(kind));
    }
    let words = plain_words(text);
    if words
        .iter()
        .all(|word| SMALL_TALK.contains(&word.as_str()) || word.chars().all(|c| !c.is_alphanumeric()))
    {
        return Some(Refused::SmallTalk);
    }
    is_question(text, &words).then_some(Refused::Question)
}

/// Returns whether the whole text is a question: a text that states something before it asks is remembered.
fn is_question(text: &str, words: &[String]) -> bool {
    let text = text.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ')'));
    let asks = text.ends_with(['?', '？', '؟']);
    let inner = text.trim_end_matches(['?', '!', '.', '？', '؟']);
    let is_one_sentence = !inner.contains(". ") && !inner.contains("! ") && !inner.contains('\n');
    let begins = words.first().is_some_and(|word| QUESTION_WORDS.contains(&word.as_str()));
    // Without a question mark, only words that cannot begin a statement count.
    let begins_surely = words.first().is_some_and(|word| {
        matches!(word.as_str(), "how" | "why" | "who" | "where" | "wer" | "wieso" | "warum" | "wo")
            && words.len() > 2
    });
    (asks && (is_one_sentence || begins)) || (begins_surely && is_one_sentence && !text.contains(','))
}

/// Returns the words in lower case, without punctuation around them.
pub(super) fn plain_words(text: &str) -> Vec<String> {
    text.split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase())
        .filter(|word| !word.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_pass() {
        for text in [
            "I live in Berlin.",
            "Ich wohne in Hamburg",
            "My sister is called Nadia",
            "The release is on Friday. Shall I remind the others?",
            "Is allergic to peanuts",
            "When I travel I take the train",
            "Good coffee matters to me",
        ] {
            assert_eq!(refuse(text), None, "{text}");
        }
    }

    #[test]
    fn small_talk_and_questions_do_not_pass() {
        for text in ["Hi!", "Thanks, that's great", "ok", "Guten Morgen", "👍", "", "  ", "Vielen Dank"] {
            assert_eq!(refuse(text), Some(Refused::SmallTalk), "{text}");
        }
        for text in
            ["Where do I live?", "Wie heißt meine Schwester?", "how do I reset it", "You know my name?"]
        {
            assert_eq!(refuse(text), Some(Refused::Question), "{text}");
        }
    }

    #[test]
    fn a_secret_is_refused_before_all_else() {
        assert!(matches!(refuse("Is my password hunter2? My password is hunter2"), Some(Refused::Secret(_))));
    }
}
