//! Follow-up questions: the question before supplies the words that a follow-up omits.

use rag_schema::enums::Sender;
use unicode_segmentation::UnicodeSegmentation;

/// A message of the conversation before the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said<'a> {
    /// The speaker.
    pub sender: Sender,
    /// Text of the message.
    pub text: &'a str,
}

/// Returns the question before, if this one depends on it.
pub(super) fn question_before<'a>(question: &str, said: &[Said<'a>]) -> Option<&'a str> {
    let before = said.iter().rev().find(|said| said.sender == Sender::User)?;
    leans_on_context(question).then_some(before.text)
}

/// Returns the question with the question before, if it depends on it: a text that says what is asked without the conversation.
pub(crate) fn standalone(question: &str, said: &[Said<'_>]) -> String {
    question_before(question, said)
        .map_or_else(|| question.to_owned(), |before| format!("{before} {question}"))
}

/// Maximum number of words of a question that always counts as a follow-up.
const FEW_WORDS: usize = 3;

/// Words that refer to an earlier message, in English, German, French and Spanish.
const POINTERS: [&str; 54] = [
    "it", "its", "they", "them", "their", "theirs", "he", "him", "his", "she", "her", "hers", "this", "that",
    "these", "those", "there", "then", "one", "ones", "former", "latter", "else", "same", "er", "ihn", "ihm",
    "sie", "ihr", "ihre", "ihnen", "dies", "diese", "dieser", "dieses", "das", "davon", "dazu", "darin",
    "dort", "il", "elle", "ils", "elles", "lui", "leur", "cela", "ceci", "ello", "ellos", "ellas", "eso",
    "esto", "su",
];

/// Returns whether the question depends on its context: it is very short, or refers to an earlier message.
fn leans_on_context(question: &str) -> bool {
    let words: Vec<String> = question.unicode_words().map(str::to_lowercase).collect();
    words.len() <= FEW_WORDS || words.iter().any(|word| POINTERS.contains(&word.as_str()))
}

/// Changes the question's vector to the unit vector of the weighted sum with `other`, whose weight is `weight` against 1.
pub(super) fn blend(question: &mut [f32], other: &[f32], weight: f32) {
    for (value, other) in question.iter_mut().zip(other) {
        *value += weight * other;
    }
    let length = question.iter().map(|value| value * value).sum::<f32>().sqrt();
    if length > 0.0 {
        for value in question {
            *value /= length;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_and_short_questions_lean_on_what_was_said() {
        for question in ["And how long does it take?", "Why?", "Wie hoch ist er?", "What about Germany?"] {
            assert!(leans_on_context(question), "{question}");
        }
        for question in ["How long is the notice period in Germany?", "Who wrote the novel War and Peace?"] {
            assert!(!leans_on_context(question), "{question}");
        }
    }

    #[test]
    fn the_question_before_is_the_last_of_the_asker() {
        let said = |sender, text| Said { sender, text };
        let talk = [
            said(Sender::User, "first"),
            said(Sender::User, "Who wrote War and Peace?"),
            said(Sender::Assistant, "Tolstoy."),
        ];
        assert_eq!(question_before("When was he born?", &talk), Some("Who wrote War and Peace?"));
        assert_eq!(question_before("Who wrote the novel Middlemarch?", &talk), None);
        assert_eq!(question_before("When was he born?", &talk[2..]), None);
    }

    #[test]
    fn a_blend_has_unit_length_and_lies_between() {
        let mut vector = [1.0, 0.0];
        blend(&mut vector, &[0.0, 1.0], 0.5);
        assert!((vector[0].hypot(vector[1]) - 1.0).abs() < 1e-6);
        assert!(vector[1] > 0.4 && vector[0] > vector[1]);
        blend(&mut vector, &[0.0, 1.0], 100.0);
        assert!(vector[1] > 0.99);
    }
}
