//! The language of a question by its letters and function words: the part that a model knows, and that of the passages; finds no words.

use super::{Analyser, Languages, Token, languages, tokens};

impl Languages {
    /// The part of the question, 0 to 1, that is in one of the `known` languages: of its letters those in Latin script, if the
    /// language of its function words is known. A question without function words is taken to be in the language of a passage.
    pub fn known_part(&self, question: &str, known: &[&str]) -> f64 {
        let letters = question.chars().filter(|c| c.is_alphabetic());
        let (latin, all) =
            letters.fold((0.0, 0.0), |(latin, all), c| (latin + f64::from(u8::from(is_latin(c))), all + 1.0));
        let latin = if all > 0.0 { latin / all } else { 1.0 };
        let tokens = tokens(question);
        let count = |analyser| function_words(analyser, &tokens);
        let is_known = |code: &str| known.contains(&code);
        let most = |wanted: bool| {
            let counts = languages::codes().filter(|code| is_known(code) == wanted).filter_map(Analyser::new);
            counts.map(count).max().unwrap_or(0)
        };
        let (own, other) = (most(true), most(false));
        match own.max(other) {
            0 => latin * self.share(is_known),
            _ if own >= other => latin,
            _ => 0.0,
        }
    }

    /// The part of the passages, 0 to 1, that can share words with the question: those in the language of its function words, and those
    /// in no known language. All, if it has no function words.
    pub fn shared_part(&self, question: &str) -> f64 {
        let tokens = tokens(question);
        let count = |analyser| function_words(analyser, &tokens);
        let most = languages::codes().filter_map(Analyser::new).map(count).max().unwrap_or(0);
        if most == 0 {
            return 1.0;
        }
        self.share(|code| Analyser::new(code).is_some_and(|analyser| count(analyser) == most))
    }

    /// The language of the question's function words, if the passages are in several languages and this is one of them.
    pub fn own_language(&self, question: &str) -> Option<OwnLanguage> {
        // Most collections have one language: nothing is counted then.
        if self.all.len() < 2 {
            return None;
        }
        let tokens = tokens(question);
        let mut counts: Vec<(usize, Analyser)> = self
            .all
            .iter()
            .map(|spoken| (function_words(spoken.analyser, &tokens), spoken.analyser))
            .collect();
        counts.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
        match counts.as_slice() {
            [(own, analyser), (next, _), ..] if own > next => {
                let others = counts.iter().skip(1).map(|(_, other)| *other).collect();
                Some(OwnLanguage { own: *analyser, others })
            }
            _ => None,
        }
    }

    /// The share of passages in these languages; those in no known language count as such.
    fn share(&self, is_known: impl Fn(&str) -> bool) -> f64 {
        let foreign = self.all.iter().filter(|spoken| {
            let code = spoken.analyser.code();
            code != languages::UNDETERMINED && !is_known(code)
        });
        1.0 - foreign.map(|spoken| spoken.share).sum::<f64>()
    }
}

/// Minimum number of tokens of a text in which function words are missed.
const MIN_TOKENS: usize = 20;

/// The language of a question among those of the passages.
#[derive(Debug, Clone)]
pub struct OwnLanguage {
    own: Analyser,
    others: Vec<Analyser>,
}

impl OwnLanguage {
    /// The ISO 639-3 code of the language.
    pub fn code(&self) -> &'static str {
        self.own.code()
    }

    /// Whether a text is in the question's language, by its function words: it has some, unless it is short, and no other language has
    /// more. The language that a document was given does not count, as it can be wrong.
    pub fn holds(&self, text: &str) -> bool {
        let tokens = tokens(text);
        let own = function_words(self.own, &tokens);
        (own > 0 || tokens.len() < MIN_TOKENS)
            && self.others.iter().all(|other| function_words(*other, &tokens) <= own)
    }
}

fn function_words(analyser: Analyser, tokens: &[Token]) -> usize {
    tokens.iter().filter(|token| analyser.is_function_word(token)).count()
}

fn is_latin(letter: char) -> bool {
    matches!(letter, '\0'..='\u{24f}' | '\u{1e00}'..='\u{1eff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn function_words_and_letters_say_whether_a_question_is_known() {
        let german = Languages::new([("deu".to_owned(), 90.0), ("eng".to_owned(), 10.0)]);
        for (question, part) in [
            ("What is the capital of Peru?", 1.0),
            ("when did he die", 1.0),
            ("Wer hat Äpfel in der Küche?", 0.0),
            ("Quelle est la capitale du Pérou ?", 0.0),
            ("Ai là người đã phát minh ra điện thoại?", 0.0),
            ("东京在哪里", 0.0),
            ("Какой город является столицей?", 0.0),
            ("ORA-01555", 0.1),
            ("Hauptstadt Peru", 0.1),
            ("42?", 0.1),
        ] {
            assert!((german.known_part(question, &["eng"]) - part).abs() < 1e-9, "{question}");
        }
        let mixed = Languages::default().known_part("iPhone 电池", &["eng"]);
        assert!(mixed > 0.5 && mixed < 1.0, "{mixed}");
    }

    #[test]
    fn a_text_is_in_the_questions_language_by_its_function_words() {
        let mixed = Languages::new([("deu".to_owned(), 60.0), ("eng".to_owned(), 40.0)]);
        let german = mixed.own_language("Wer gewann den Super Bowl XLIX?").unwrap();
        assert!(german.holds("Die Patriots gewannen den Super Bowl XLIX mit 28 zu 24."));
        assert!(!german.holds("The Patriots won Super Bowl XLIX by 28 to 24, and the game was close."));
        assert!(german.holds("Super Bowl XLIX: Patriots 28, Seahawks 24"));
        assert!(
            !german.holds("東京は日本の首都である。人口は約千四百万人で、世界最大の都市圏の中心である。")
        );
        for (languages, question) in [
            (&mixed, "Super Bowl XLIX"),
            (&Languages::new([("deu".to_owned(), 60.0)]), "Wer gewann den Super Bowl?"),
            (&Languages::default(), "Wer gewann den Super Bowl?"),
        ] {
            assert!(languages.own_language(question).is_none(), "{question}");
        }
    }

    #[test]
    fn a_question_shares_words_with_the_passages_in_its_language() {
        let mixed =
            Languages::new([("deu".to_owned(), 60.0), ("eng".to_owned(), 30.0), ("und".to_owned(), 10.0)]);
        for (question, part) in [
            ("What is the capital of Peru?", 0.4),
            ("Was ist die Hauptstadt von Peru?", 0.7),
            ("Quelle est la capitale du Pérou ?", 0.1),
            ("Peru 1821", 1.0),
        ] {
            assert!((mixed.shared_part(question) - part).abs() < 1e-9, "{question}");
        }
    }
}
