//! How much of a question is in languages that a model knows, by its letters and function words; finds no words.

use super::{Analyser, Languages, languages, tokens};

impl Languages {
    /// The part of the question, 0 to 1, that is in one of the `known` languages: of its letters those in Latin script, if the
    /// language of its function words is known. A question without function words is taken to be in the language of a passage.
    pub fn known_part(&self, question: &str, known: &[&str]) -> f64 {
        let letters = question.chars().filter(|c| c.is_alphabetic());
        let (latin, all) =
            letters.fold((0.0, 0.0), |(latin, all), c| (latin + f64::from(u8::from(is_latin(c))), all + 1.0));
        let latin = if all > 0.0 { latin / all } else { 1.0 };
        let tokens = tokens(question);
        let count =
            |analyser: Analyser| tokens.iter().filter(|token| analyser.is_function_word(token)).count();
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
        let count =
            |analyser: Analyser| tokens.iter().filter(|token| analyser.is_function_word(token)).count();
        let most = languages::codes().filter_map(Analyser::new).map(count).max().unwrap_or(0);
        if most == 0 {
            return 1.0;
        }
        self.share(|code| Analyser::new(code).is_some_and(|analyser| count(analyser) == most))
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
