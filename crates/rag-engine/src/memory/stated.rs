//! Finds the statements about the user in what they write in a conversation; decides by rule, and rather misses one than stores a
//! request.

use rag_text::sentences;

use super::{
    gates::refuse,
    statements::{read_lasting_preference, read_statement},
};

/// Beginnings, in lower case, of sentences that ask to remember what follows.
const REQUESTS: &[&str] = &[
    "please remember that ",
    "please remember: ",
    "remember that ",
    "remember: ",
    "bitte merk dir, dass ",
    "bitte merke dir, dass ",
    "bitte merk dir: ",
    "merk dir, dass ",
    "merke dir, dass ",
    "merk dir: ",
    "merke dir: ",
];
/// Properties of the user that are about the conversation itself.
const OF_CONVERSATION: &[&str] = &[
    "question",
    "problem",
    "issue",
    "goal",
    "point",
    "guess",
    "idea",
    "understanding",
    "frage",
    "problem",
    "ziel",
    "idee",
    "vermutung",
    "anliegen",
    "task",
    "request",
    "code",
    "error",
];

/// Returns the statements about the user, in order: typed statements, lasting preferences, and sentences that ask to be remembered.
pub(crate) fn stated_facts(text: &str) -> Vec<String> {
    let found = sentences(text).into_iter().filter_map(|range| text.get(range)).filter_map(stated_fact);
    found.take(super::MAX_FACTS).collect()
}

/// Returns the question without the statements about the user that introduce it, as in "I live in Oslo. When does the harbour open?":
/// no document answers them. A text that asks nothing is returned whole.
pub(crate) fn without_introduction(text: &str) -> &str {
    let whole = text.trim();
    if !whole.ends_with(['?', '？', '؟']) {
        return whole;
    }
    let first = sentences(whole)
        .into_iter()
        .find(|range| whole.get(range.clone()).is_none_or(|sentence| stated_fact(sentence).is_none()));
    first.and_then(|range| whole.get(range.start..)).unwrap_or(whole)
}

fn stated_fact(sentence: &str) -> Option<String> {
    let sentence = sentence.trim();
    let lower = sentence.to_lowercase();
    if let Some(request) = REQUESTS.iter().find(|request| lower.starts_with(**request)) {
        // The beginnings have only letters whose lower case has the same length.
        return sentence
            .get(request.len()..)
            .map(str::trim)
            .filter(|fact| !fact.is_empty())
            .map(str::to_owned);
    }
    let is_typed = || {
        read_statement(sentence)
            .and_then(|statement| statement.attribute)
            .is_some_and(|attribute| !attribute.split(' ').any(|word| OF_CONVERSATION.contains(&word)))
    };
    let is_about_user = read_lasting_preference(sentence) || is_typed();
    let is_question = matches!(refuse(sentence), Some(super::Refused::Question | super::Refused::SmallTalk));
    (is_about_user && !is_question).then(|| sentence.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_about_the_user_are_found_among_questions() {
        for (text, expected) in [
            ("I live in Berlin. How far is it to Hamburg?", vec!["I live in Berlin."]),
            ("Hi! My name is Ada. I love green tea.", vec!["My name is Ada.", "I love green tea."]),
            ("Ich wohne in Bonn. Wie komme ich zum Hafen?", vec!["Ich wohne in Bonn."]),
            (
                "Please remember that the gate code changes on Fridays.",
                vec!["the gate code changes on Fridays."],
            ),
            ("Merk dir: Der Lotse kommt um sieben.", vec!["Der Lotse kommt um sieben."]),
        ] {
            assert_eq!(stated_facts(text), expected, "{text}");
        }
    }

    #[test]
    fn statements_before_a_question_are_not_asked() {
        for (text, expected) in [
            ("I live in Oslo. How many days of holiday are there?", "How many days of holiday are there?"),
            ("My name is Ada. I love tea. Who is Dr. Haugen?", "Who is Dr. Haugen?"),
            ("The pump is loud. Why?", "The pump is loud. Why?"),
            ("Where do I live?", "Where do I live?"),
            ("I live in Oslo.", "I live in Oslo."),
            ("Which tea? I love green tea.", "Which tea? I love green tea."),
        ] {
            assert_eq!(without_introduction(text), expected);
        }
    }

    #[test]
    fn requests_questions_and_small_talk_state_nothing() {
        for text in [
            "Where do I live?",
            "I want to know how tall the tower is.",
            "I would like a summary of chapter two.",
            "Ich möchte wissen, wann der Hafen öffnet.",
            "My question is about the notice period.",
            "Our main problem is the pump.",
            "Do I like tea?",
            "I am looking for the manual.",
            "Always use the blue valve, says the manual - why?",
            "Thanks!",
            "The harbour opens at six.",
        ] {
            assert_eq!(stated_facts(text), Vec::<String>::new(), "{text}");
        }
    }
}
