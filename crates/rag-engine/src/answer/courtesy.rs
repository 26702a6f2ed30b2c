//! Whether a message is only a courtesy, such as "Hello!" or "Thanks", whose answer needs no passage.

use unicode_segmentation::UnicodeSegmentation;

use crate::support::{content_words, is_number};

/// Maximum number of words of an answer to a courtesy; a longer one may state facts.
const MAX_ANSWER_WORDS: usize = 30;
/// Words of courtesies that are no function words, in lower case: English; German; French, Spanish and Italian.
const COURTESIES: [&str; 3] = [
    "afternoon bye cheers cool day dear evening good goodbye great greetings hello help hey hi hiya lot lots \
     morning night nice ok okay perfect please sorry thank thanks there thx very welcome",
    "abend alles bitte danke dankeschön schön dir geht geht's gott grüezi grüß gute guten gutes hallo herzlichen \
     klar moin morgen nacht prima schönen sehr servus super tag toll tschüs tschüss vielen wiedersehen dank",
    "adiós au beaucoup bien bonjour bonne bonsoir buenas buenos buongiorno ciao días gracias grazie hola merci \
     muchas mucho revoir salut soir tardes va",
];
/// Courtesies in scripts without blanks.
const WHOLE_COURTESIES: &[&str] =
    &["你好", "您好", "谢谢", "再见", "こんにちは", "ありがとう", "ありがとうございます", "สวัสดี", "ขอบคุณ"];

/// Whether the message is made of courtesies and function words, and the answer is short and holds no number.
pub(super) fn is_courtesy(message: &str, answer: &str) -> bool {
    let lower = message.to_lowercase();
    let letters: String = lower.chars().filter(|c| c.is_alphanumeric()).collect();
    let is_known = |word: &str| COURTESIES.iter().any(|words| words.split(' ').any(|known| known == word));
    let is_made_of_courtesies = lower.unicode_words().any(is_known)
        && lower.unicode_words().all(|word| is_known(word) || content_words(word).is_empty());
    let is_short =
        answer.unicode_words().count() <= MAX_ANSWER_WORDS && !answer.unicode_words().any(is_number);
    is_short && (is_made_of_courtesies || WHOLE_COURTESIES.contains(&letters.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn courtesies_of_several_languages_are_recognised() {
        for message in [
            "Hello!",
            "hi there",
            "Thanks a lot!",
            "Thank you very much.",
            "Good morning",
            "Hey, how are you?",
            "ok",
            "Danke schön",
            "Vielen Dank!",
            "Guten Tag",
            "Hallo, wie geht es dir?",
            "Merci beaucoup",
            "¡Muchas gracias!",
            "你好！",
            "ありがとうございます。",
            "Thanks 🙏",
        ] {
            assert!(is_courtesy(message, "Hello! How can I help you?"), "{message}");
        }
    }

    #[test]
    fn questions_and_answers_with_facts_are_no_courtesies() {
        for message in [
            "What is the capital of France?",
            "Hello, when was Rome founded?",
            "capital France",
            "Who is it?",
            "?",
            "",
        ] {
            assert!(!is_courtesy(message, "Hello!"), "{message}");
        }
        assert!(!is_courtesy("Thanks!", "Rome was founded in 753 BC."));
        assert!(!is_courtesy("Hello!", &"Rome was founded by Romulus. ".repeat(8)));
    }
}
