//! Extracts typed statements from first-person sentences by rule, in English and German.

use rag_schema::{enums::MemoryKind, models::Statement};
use rag_text::sentences;

use super::{fact::MAX_NAME_CHARS, signs::signed_words};

/// The subject of a statement about the user.
const USER: &str = "user";

/// Beginnings of sentences, in lower case, with the property whose value follows.
const BEGINNINGS: &[(&str, &str)] = &[
    ("my name is ", "name"),
    ("i am called ", "name"),
    ("i'm called ", "name"),
    ("ich heiße ", "name"),
    ("ich heisse ", "name"),
    ("mein name ist ", "name"),
    ("i live in ", "residence"),
    ("i now live in ", "residence"),
    ("i moved to ", "residence"),
    ("i've moved to ", "residence"),
    ("i have moved to ", "residence"),
    ("ich wohne in ", "residence"),
    ("ich wohne jetzt in ", "residence"),
    ("ich lebe in ", "residence"),
    ("ich bin nach ", "residence"),
    ("i work at ", "employer"),
    ("i work for ", "employer"),
    ("i now work at ", "employer"),
    ("i now work for ", "employer"),
    ("ich arbeite bei ", "employer"),
    ("ich arbeite jetzt bei ", "employer"),
    ("i work as ", "occupation"),
    ("ich arbeite als ", "occupation"),
    ("i was born on ", "birthday"),
    ("i was born in ", "birthplace"),
    ("ich bin geboren am ", "birthday"),
    ("i prefer to be called ", "name"),
];
/// Words with which people ask for a property of the user, if they differ from those that state it.
const ASKED_BY: &[(&str, &str)] = &[
    ("residence", "live home town city wohne wohnort"),
    ("employer", "work employer company arbeite firma"),
    ("occupation", "work job profession arbeite beruf"),
    ("name", "name called heiße"),
    ("birthday", "born birthday geburtstag"),
    ("birthplace", "born birthplace geburtsort"),
];
/// Beginnings of sentences about the user's preferences, of which several can hold at a time.
const PREFERENCES: &[&str] = &[
    "i like ",
    "i love ",
    "i prefer ",
    "i enjoy ",
    "i hate ",
    "i dislike ",
    "i don't like ",
    "i do not like ",
    "i can't stand ",
    "i want ",
    "i would like ",
    "ich mag ",
    "ich liebe ",
    "ich bevorzuge ",
    "ich hasse ",
    "ich möchte ",
    "ich will ",
    "ich esse gern",
    "ich trinke gern",
    "ich höre gern",
    "i always ",
    "i never ",
];
/// Those of them with which people also say what they want at the moment.
const WISHES: &[&str] = &["i want ", "i would like ", "ich möchte ", "ich will "];
/// Beginnings of sentences about how to answer.
const INSTRUCTIONS: &[&str] = &[
    "always ",
    "never ",
    "from now on ",
    "please always ",
    "please never ",
    "antworte ",
    "answer ",
    "nenne mich ",
    "call me ",
];
/// Words that precede a property of the user.
const POSSESSIVES: &[&str] = &["my ", "mein ", "meine ", "our "];
const COPULAS: [&str; 8] =
    [" is now ", " is ", " are ", " ist jetzt ", " ist ", " heißt ", " heisst ", " sind "];
/// Maximum number of words of a property: a longer phrase is a sentence of its own.
const MAX_ATTRIBUTE_WORDS: usize = 4;

/// Returns the statement of a text that is one sentence of a known form.
pub(super) fn read_statement(text: &str) -> Option<Statement> {
    let text = text.trim().trim_end_matches(['.', '!']);
    if sentences(text).len() > 1 || text.contains('\n') || text.contains('?') {
        return None;
    }
    let lower = text.to_lowercase();
    // Lower case can have a different length. The value is then not cut from the original.
    let value_at = |start: usize| (lower.len() == text.len()).then(|| text.get(start..)).flatten();
    for (beginning, attribute) in BEGINNINGS {
        if lower.starts_with(beginning) {
            let value = value_at(beginning.len())?;
            return statement(attribute, value.trim_end_matches(" gezogen"));
        }
    }
    let possessive = POSSESSIVES.iter().find(|word| lower.starts_with(**word))?;
    let (place, copula) = COPULAS
        .iter()
        .filter_map(|verb| lower.find(verb).map(|place| (place, verb)))
        .min_by_key(|(place, verb)| (*place, usize::MAX - verb.len()))?;
    let attribute = lower.get(possessive.len()..place)?;
    statement(attribute, value_at(place + copula.len())?)
}

fn statement(attribute: &str, value: &str) -> Option<Statement> {
    let attribute = attribute.trim();
    let value = value.trim().trim_end_matches(" now").trim_end_matches(" jetzt").trim();
    let is_property = !attribute.is_empty()
        && attribute.split(' ').count() <= MAX_ATTRIBUTE_WORDS
        && attribute.chars().count() <= MAX_NAME_CHARS;
    (is_property && !value.is_empty() && value.chars().count() <= MAX_NAME_CHARS).then(|| Statement {
        subject: Some(USER.to_owned()),
        attribute: Some(attribute.to_owned()),
        value: Some(value.to_owned()),
    })
}

/// Returns the words with which people ask for a property of the user; empty if they are those that state it.
pub(crate) fn asked_by(attribute: Option<&str>) -> &'static str {
    ASKED_BY.iter().find(|(known, _)| Some(*known) == attribute).map_or("", |(_, words)| words)
}

/// Returns whether the sentence states a preference that lasts, not a wish of the moment such as "I want a summary".
pub(super) fn read_lasting_preference(sentence: &str) -> bool {
    let lower = sentence.trim().to_lowercase();
    let begins = |beginning: &&&str| lower.starts_with(**beginning);
    PREFERENCES.iter().find(begins).is_some_and(|beginning| !WISHES.contains(beginning))
}

/// Returns the kind of a memory, determined by the beginning of the text.
pub(super) fn read_kind(text: &str) -> MemoryKind {
    let lower = text.trim().to_lowercase();
    let begins = |beginnings: &[&str]| beginnings.iter().any(|beginning| lower.starts_with(beginning));
    if begins(INSTRUCTIONS) {
        MemoryKind::Instruction
    } else if begins(PREFERENCES) || lower.starts_with("my favourite ") || lower.starts_with("my favorite ") {
        MemoryKind::Preference
    } else {
        MemoryKind::Fact
    }
}

/// Returns whether two values are equal, ignoring case, punctuation and spaces.
pub(super) fn is_same_value(one: Option<&str>, other: Option<&str>) -> bool {
    let plain = |text: Option<&str>| signed_words(text.unwrap_or_default());
    plain(one) == plain(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(String, String)> {
        read_statement(text).map(|found| (found.attribute.unwrap(), found.value.unwrap()))
    }

    fn pair(attribute: &str, value: &str) -> (String, String) {
        (attribute.to_owned(), value.to_owned())
    }

    #[test]
    fn first_person_sentences_are_statements() {
        assert_eq!(read("I live in Berlin."), Some(pair("residence", "Berlin")));
        assert_eq!(read("I've moved to New York now"), Some(pair("residence", "New York")));
        assert_eq!(read("Ich bin nach München gezogen."), Some(pair("residence", "München")));
        assert_eq!(read("My name is Ada Lovelace"), Some(pair("name", "Ada Lovelace")));
        assert_eq!(read("My favourite colour is now green"), Some(pair("favourite colour", "green")));
        assert_eq!(read("Meine Lieblingsfarbe ist Blau"), Some(pair("lieblingsfarbe", "Blau")));
        assert_eq!(read("My dentist is Dr. Solheim."), Some(pair("dentist", "Dr. Solheim")));
        assert_eq!(read("My sister is called Nadia"), Some(pair("sister", "called Nadia")));
    }

    #[test]
    fn other_sentences_are_none() {
        for text in [
            "I like tea",
            "The sky is blue",
            "My name is Ada. I live in Berlin.",
            "My name is?",
            "my is x",
            "",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn kinds_follow_the_beginning() {
        assert_eq!(read_kind("I prefer tea"), MemoryKind::Preference);
        assert_eq!(read_kind("Always answer in German"), MemoryKind::Instruction);
        assert_eq!(read_kind("The office is in Bonn"), MemoryKind::Fact);
    }

    #[test]
    fn values_are_compared_without_case_and_signs() {
        assert!(is_same_value(Some("New York!"), Some("new york")));
        assert!(!is_same_value(Some("New York"), Some("York")));
    }
}
