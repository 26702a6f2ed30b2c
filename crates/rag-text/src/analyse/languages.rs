//! What is special about a language: its stemmer and its function words.

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use snowball_stemmers_rs::{Algorithm, Stemmer};

use super::normalise::{lower, surface};

/// A language: its ISO 639-3 code, its name, which PostgreSQL's configuration has too where there is one, the ISO 639-1 code of
/// its list of function words, empty without one, and its stemmer.
type Entry = (&'static str, &'static str, &'static str, Option<Algorithm>);

/// Codes of languages whose words are kept as they are.
pub(super) const UNDETERMINED: &str = "und";

const LANGUAGES: [Entry; 49] = [
    ("und", "simple", "", None),
    ("ara", "arabic", "ar", Some(Algorithm::Arabic)),
    ("aze", "azerbaijani", "az", None),
    ("bel", "belarusian", "be", None),
    ("ben", "bengali", "bn", None),
    ("bul", "bulgarian", "", None),
    ("cat", "catalan", "ca", Some(Algorithm::Catalan)),
    ("ces", "czech", "", Some(Algorithm::Czech)),
    ("cmn", "chinese", "", None),
    ("dan", "danish", "da", Some(Algorithm::Danish)),
    ("deu", "german", "de", Some(Algorithm::German)),
    ("ell", "greek", "el", Some(Algorithm::Greek)),
    ("eng", "english", "en", Some(Algorithm::English)),
    ("epo", "esperanto", "", Some(Algorithm::Esperanto)),
    ("est", "estonian", "", Some(Algorithm::Estonian)),
    ("eus", "basque", "eu", Some(Algorithm::Basque)),
    ("fin", "finnish", "fi", Some(Algorithm::Finnish)),
    ("fra", "french", "fr", Some(Algorithm::French)),
    ("gle", "irish", "", Some(Algorithm::Irish)),
    ("heb", "hebrew", "he", None),
    ("hin", "hindi", "", Some(Algorithm::Hindi)),
    ("hun", "hungarian", "hu", Some(Algorithm::Hungarian)),
    ("hye", "armenian", "", Some(Algorithm::Armenian)),
    ("ind", "indonesian", "id", Some(Algorithm::Indonesian)),
    ("ita", "italian", "it", Some(Algorithm::Italian)),
    ("jpn", "japanese", "", None),
    ("kaz", "kazakh", "kk", None),
    ("khm", "khmer", "", None),
    ("kor", "korean", "", None),
    ("lit", "lithuanian", "", Some(Algorithm::Lithuanian)),
    ("mya", "burmese", "", None),
    ("nep", "nepali", "ne", Some(Algorithm::Nepali)),
    ("nld", "dutch", "nl", Some(Algorithm::Dutch)),
    ("nob", "norwegian", "no", Some(Algorithm::Norwegian)),
    ("pes", "persian", "", None),
    ("pol", "polish", "", Some(Algorithm::Polish)),
    ("por", "portuguese", "pt", Some(Algorithm::Portuguese)),
    ("ron", "romanian", "ro", Some(Algorithm::Romanian)),
    ("rus", "russian", "ru", Some(Algorithm::Russian)),
    ("slv", "slovenian", "sl", None),
    ("spa", "spanish", "es", Some(Algorithm::Spanish)),
    ("srp", "serbian", "", Some(Algorithm::Serbian)),
    ("swe", "swedish", "sv", Some(Algorithm::Swedish)),
    ("tam", "tamil", "ta", Some(Algorithm::Tamil)),
    ("tha", "thai", "", None),
    ("tur", "turkish", "tr", Some(Algorithm::Turkish)),
    ("ukr", "ukrainian", "", Some(Algorithm::Ukrainian)),
    ("vie", "vietnamese", "", None),
    ("yid", "yiddish", "", Some(Algorithm::Yiddish)),
];

/// Languages whose texts hold Latin words as foreign ones, which are mostly English.
const OTHER_SCRIPTS: [&str; 21] = [
    "ara", "bel", "ben", "bul", "cmn", "ell", "heb", "hin", "hye", "jpn", "kaz", "khm", "kor", "mya", "nep",
    "pes", "rus", "srp", "tam", "tha", "ukr",
];

/// In the list for English, but letters and words that mean something: `vitamin D`, `won`.
const CONTENT_WORDS: [&str; 6] = ["d", "m", "ma", "o", "won", "y"];

pub(super) struct Language {
    pub(super) code: &'static str,
    pub(super) has_dotless_i: bool,
    /// Marks tell words apart, so words are kept with them too.
    pub(super) keeps_marks: bool,
    has_own_script: bool,
    stemmer: Option<Stemmer>,
    function_words: HashSet<String>,
}

static ALL: LazyLock<HashMap<&'static str, Language>> =
    LazyLock::new(|| LANGUAGES.iter().map(|entry| (entry.0, Language::new(entry))).collect());

/// The code of the language that has this ISO 639-3 code, or had this configuration of PostgreSQL.
pub(super) fn code(name: &str) -> Option<&'static str> {
    LANGUAGES.iter().find(|(code, config, ..)| name == *code || name == *config).map(|(code, ..)| *code)
}

/// The codes of all languages.
pub(super) fn codes() -> impl Iterator<Item = &'static str> {
    LANGUAGES.iter().map(|(code, ..)| *code)
}

/// The language of that code, or an undetermined one.
pub(super) fn find(code: &str) -> Option<&'static Language> {
    ALL.get(code).or_else(|| ALL.get(UNDETERMINED))
}

impl Language {
    fn new((code, _, list, stemmer): &Entry) -> Self {
        let has_dotless_i = matches!(*code, "tur" | "aze");
        Self {
            code,
            has_dotless_i,
            keeps_marks: *code == "vie",
            has_own_script: OTHER_SCRIPTS.contains(code),
            stemmer: stemmer.map(Stemmer::create),
            function_words: function_words(list, has_dotless_i),
        }
    }

    /// Whether a word in lower case carries grammar and no content.
    pub(super) fn is_function_word(&self, word: &str) -> bool {
        self.function_words.contains(word)
    }

    /// The stem of a word in lower case.
    pub(super) fn stem(&self, word: &str) -> String {
        let is_foreign = self.has_own_script && word.is_ascii();
        let stemmer = if is_foreign {
            find("eng").and_then(|english| english.stemmer.as_ref())
        } else {
            self.stemmer.as_ref()
        };
        match stemmer {
            // A stem of nothing would be found everywhere.
            Some(stemmer) => Some(stemmer.stem(word).into_owned())
                .filter(|stem| !stem.is_empty())
                .unwrap_or_else(|| word.to_owned()),
            None => word.to_owned(),
        }
    }
}

fn function_words(list: &str, has_dotless_i: bool) -> HashSet<String> {
    let words = stop_words::lookup(list).unwrap_or_default().iter();
    let words = words.filter(|word| !word.contains(['\'', '\u{2019}', ' ']));
    let words = words.filter(|word| list != "en" || !CONTENT_WORDS.contains(word));
    words.map(|word| lower(&surface(word), has_dotless_i)).collect()
}
