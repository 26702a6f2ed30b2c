//! A question as the languages of what is searched write it.

use super::{Analyser, Shape, Token, tokens};

/// A language whose share is at least this part of what is searched is that of the whole.
const MAIN_SHARE: f64 = 0.8;

/// The languages of what is searched.
#[derive(Debug, Clone, Default)]
pub struct Languages {
    pub(super) all: Vec<Spoken>,
}

#[derive(Debug, Clone)]
pub(super) struct Spoken {
    name: String,
    pub(super) analyser: Analyser,
    pub(super) share: f64,
}

/// A word of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedWord {
    /// The word as it stands in the question.
    pub text: String,
    /// How many times the question has it.
    pub count: u32,
    /// Whether it names one thing among many.
    pub is_identifier: bool,
    /// How it is written in the index: a language's name and the lexeme.
    pub forms: Vec<(String, String)>,
}

/// One way to write a phrase: lexemes and their places.
pub type PhraseWords = Vec<(String, u32)>;

impl Languages {
    /// Languages by name, with the number of passages in each.
    pub fn new(counts: impl IntoIterator<Item = (String, f64)>) -> Self {
        let counts: Vec<(String, f64)> = counts.into_iter().collect();
        let total: f64 = counts.iter().map(|(_, count)| count).sum();
        let spoken = |(name, count): (String, f64)| {
            Some(Spoken { analyser: Analyser::new(&name)?, share: count / total.max(1.0), name })
        };
        Self { all: counts.into_iter().filter_map(spoken).collect() }
    }

    /// The words of a question, each once. What is a function word of the question's language or of nearly all that is searched is
    /// left out, whatever language a document was given: one that was given a wrong one holds such words as rare ones.
    pub fn ask(&self, question: &str) -> Vec<AskedWord> {
        let tokens = tokens(question);
        let own = self.language_of(&tokens);
        let mains = self.all.iter().filter(|spoken| spoken.share >= MAIN_SHARE);
        let silent: Vec<Analyser> = own.into_iter().chain(mains).map(|spoken| spoken.analyser).collect();
        let mut words: Vec<AskedWord> = Vec::new();
        for token in
            tokens.iter().filter(|token| !silent.iter().any(|analyser| analyser.is_function_word(token)))
        {
            // The plain forms of a token are one word, the exact forms of some languages another.
            for exact in [false, true] {
                let forms = self.forms(token, exact);
                if let Some(known) = words.iter_mut().find(|word| word.forms == forms) {
                    known.count += 1;
                } else if !forms.is_empty() {
                    let text = question.get(token.range.clone()).unwrap_or_default().to_owned();
                    words.push(AskedWord { text, count: 1, is_identifier: token.is_identifier, forms });
                }
            }
        }
        words
    }

    fn forms(&self, token: &Token, exact: bool) -> Vec<(String, String)> {
        let form = |spoken: &Spoken| {
            let lexeme = spoken.analyser.lexemes(token).into_iter().nth(usize::from(exact))?;
            Some((spoken.name.clone(), lexeme))
        };
        self.all.iter().filter_map(form).collect()
    }

    /// The language whose function words are the most of the tokens, of equals the one of the larger share.
    fn language_of(&self, tokens: &[Token]) -> Option<&Spoken> {
        let count =
            |spoken: &Spoken| tokens.iter().filter(|token| spoken.analyser.is_function_word(token)).count();
        self.all.iter().max_by(|a, b| count(a).cmp(&count(b)).then(a.share.total_cmp(&b.share)))
    }

    /// The ways to write a phrase, each language's: as words that follow each other, and a compound as one word too.
    pub fn phrase(&self, phrase: &str) -> Vec<PhraseWords> {
        let tokens = tokens(phrase);
        let mut ways: Vec<PhraseWords> = Vec::new();
        for spoken in &self.all {
            let written = |token: &Token| Some((spoken.analyser.lexemes(token).pop()?, token.position));
            let parts: Vec<&Token> = tokens.iter().filter(|token| token.shape != Shape::Whole).collect();
            let signed = |token: &Token| token.shape == Shape::Whole && token.span == 1;
            // `C++` is more than its letter.
            let word = |part: &&Token| {
                let whole = tokens.iter().find(|token| signed(token) && token.position == part.position);
                written(whole.unwrap_or(part))
            };
            ways.push(parts.iter().filter_map(word).collect());
            let end = parts.len();
            let is_all =
                |token: &&Token| token.shape == Shape::Whole && usize::try_from(token.span) == Ok(end);
            ways.extend(tokens.iter().find(is_all).and_then(written).map(|whole| vec![whole]));
        }
        ways.sort();
        ways.dedup();
        ways.retain(|way| !way.is_empty());
        ways
    }

    /// Bytes of the words of `text` that are the question's, in any of the languages; in order, not joined.
    pub fn matches(&self, question: &[AskedWord], text: &str) -> Vec<std::ops::Range<usize>> {
        let forms: std::collections::HashSet<(&str, &str)> = question
            .iter()
            .flat_map(|word| &word.forms)
            .map(|(name, lexeme)| (name.as_str(), lexeme.as_str()))
            .collect();
        let is_asked = |token: &Token| {
            self.all.iter().any(|spoken| {
                let lexemes = spoken.analyser.lexemes(token);
                lexemes.iter().any(|lexeme| forms.contains(&(spoken.name.as_str(), lexeme.as_str())))
            })
        };
        tokens(text).into_iter().filter(is_asked).map(|token| token.range).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn languages(counts: &[(&str, f64)]) -> Languages {
        Languages::new(counts.iter().map(|(name, count)| ((*name).to_owned(), *count)))
    }

    fn texts(words: &[AskedWord]) -> Vec<&str> {
        words.iter().map(|word| word.text.as_str()).collect()
    }

    #[test]
    fn function_words_of_the_question_s_language_are_silent_in_documents_of_any() {
        let mixed = languages(&[("eng", 950.0), ("spa", 50.0), ("und", 5.0)]);
        assert_eq!(texts(&mixed.ask("what is the capital of Peru")), ["capital", "Peru"]);
        let halves = languages(&[("eng", 300.0), ("deu", 300.0)]);
        assert_eq!(texts(&halves.ask("when did he die")), ["die"]);
        assert_eq!(texts(&halves.ask("wo liegt die Stadt")), ["liegt", "Stadt"]);
    }

    #[test]
    fn a_word_has_a_form_in_each_language_and_is_counted() {
        let words = languages(&[("eng", 1.0), ("deu", 1.0)]).ask("engines and engines, Engines");
        let [word] = &words[..] else { panic!("{words:?}") };
        assert_eq!(word.count, 3);
        assert_eq!(word.forms.len(), 2);
        assert_eq!(word.forms[0], ("eng".to_owned(), "engin".to_owned()));
    }

    #[test]
    fn a_phrase_of_one_compound_may_be_written_as_one_word() {
        let english = languages(&[("eng", 1.0)]);
        let way = |words: &[(&str, u32)]| {
            words.iter().map(|(word, at)| ((*word).to_owned(), *at)).collect::<Vec<_>>()
        };
        assert_eq!(english.phrase("SKU-88213"), [way(&[("sku", 1), ("88213", 2)]), way(&[("sku88213", 1)])]);
        assert_eq!(english.phrase("out of memory"), [way(&[("memori", 3)])]);
        assert_eq!(english.phrase("C++ code"), [way(&[("c++", 1), ("code", 2)])]);
        assert!(english.phrase("of the").is_empty());
    }

    #[test]
    fn words_are_marked_in_whatever_form_they_stand() {
        let english = languages(&[("eng", 1.0)]);
        let text = "Über den Engines: ORA-01555, 東京都";
        let marked = |question: &str| -> Vec<&str> {
            english.matches(&english.ask(question), text).into_iter().map(|range| &text[range]).collect()
        };
        assert_eq!(marked("an engine"), ["Engines"]);
        assert_eq!(marked("01555"), ["01555"]);
        assert_eq!(marked("uber"), ["Über"]);
        assert_eq!(marked("東京"), ["東京"]);
    }
}
