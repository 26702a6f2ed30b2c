//! The one analyser: the words of documents, questions, phrases and highlights, alike everywhere.
//!
//! A text is cut into tokens, which are the same for every language (`tokens`). A language then says how each is written in the index
//! (`Analyser::lexemes`), or that it is a function word, which is not looked for.

mod characters;
mod compounds;
mod known;
mod languages;
mod normalise;
mod question;
mod tokens;

use languages::{Language, UNDETERMINED};
use normalise::{fold, lower};

pub use known::OwnLanguage;
pub use question::{AskedWord, Languages, PhraseWords};
pub use tokens::{Shape, Token, tokens};

/// How one language's words are made. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Analyser {
    language: &'static Language,
    folds: bool,
}

impl std::fmt::Debug for Analyser {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Analyser").field(&self.code()).finish()
    }
}

/// A token as one language writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The token.
    pub token: Token,
    /// How it is written in the index: one form, and where marks tell words apart a second one with them.
    pub lexemes: Vec<String>,
}

impl Analyser {
    /// The analyser of a language by its ISO 639-3 code, one that only normalises for a language that is not known. By the name of
    /// a text search configuration of PostgreSQL it is one that keeps accents: it finds words that were made by that.
    pub fn new(language: &str) -> Option<Self> {
        let code = languages::code(language).unwrap_or(UNDETERMINED);
        let folds = code == language || languages::code(language).is_none();
        languages::find(code).map(|language| Self { language, folds })
    }

    /// The ISO 639-3 code of the language, `und` for one that is not known.
    pub fn code(self) -> &'static str {
        self.language.code
    }

    /// The words of a text without function words, by position.
    pub fn words(self, text: &str) -> Vec<Word> {
        let words = tokens(text).into_iter().map(|token| Word { lexemes: self.lexemes(&token), token });
        words.filter(|word| !word.lexemes.is_empty()).collect()
    }

    /// How the token is written in the index; nothing for a function word. The last form is the most exact one.
    pub fn lexemes(self, token: &Token) -> Vec<String> {
        if token.shape == Shape::Pair {
            return vec![self.folded(&token.surface.to_lowercase())];
        }
        if self.is_function_word(token) {
            return Vec::new();
        }
        let word = lower(&token.surface, self.language.has_dotless_i);
        let has_signs = word.contains(|c: char| c.is_numeric() || c.is_ascii_punctuation());
        let stem = if has_signs { word } else { self.language.stem(&word) };
        let folded = self.folded(&stem);
        if folded.is_empty() {
            // A mark without a letter.
            return Vec::new();
        }
        if self.language.keeps_marks && folded != stem { vec![folded, stem] } else { vec![folded] }
    }

    fn folded(self, word: &str) -> String {
        if self.folds { fold(word) } else { word.to_owned() }
    }

    /// Whether the token is a function word of the language.
    pub fn is_function_word(self, token: &Token) -> bool {
        token.shape == Shape::Word
            && self.language.is_function_word(&lower(&token.surface, self.language.has_dotless_i))
    }
}
