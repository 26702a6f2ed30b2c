//! How well a part answers a question: by meaning, by words, by its passage.

use std::collections::{HashMap, HashSet};

use rag_text::PartKind;

use super::{
    asking::{asks_how_to, identifiers, light_words, names_command, open_section},
    confidence::Signals,
    types::Evidence,
    units::{Unit, is_record, property_words},
};
use crate::support::{content_words, float, is_number, phrasal_verbs};

/// Weights of a part's score against the 1 of its cosine: of the words that it covers, and of its passage's score.
const WORDS_WEIGHT: f64 = 1.0;
const PASSAGE_WEIGHT: f64 = 0.4;
/// Added to the score of commands and settings if the question asks how something is done, and of sentences that name one.
const HOW_TO_WEIGHT: f64 = 0.25;
const NAMES_COMMAND_WEIGHT: f64 = 0.1;
/// Weight of the share of the question's words that a command itself has, if the question asks how something is done: its comment says
/// of many commands when or for what they are used.
const COMMAND_WEIGHT: f64 = 0.8;
/// Exponent of the share of its words that the question has.
const COMMAND_BREVITY: f64 = 0.5;
/// Taken from the score of a table that a program printed, unless the question asks how something is done: it names many things and
/// explains none, so its words count for nothing.
const OUTPUT_WEIGHT: f64 = WORDS_WEIGHT;
/// Added to the score of the first part below a heading that has at least `MIN_TOPIC` of the question or is wholly in it: a section begins
/// with its point.
const OPENING_WEIGHT: f64 = 0.2;
const MIN_TOPIC: f64 = 0.5;
/// Minimum number of lines of a printed table.
const MIN_OUTPUT_LINES: usize = 3;
/// Length of a part, in words, above which its score falls by `LENGTH_WEIGHT` times the logarithm: a long part has many words by chance.
const USUAL_WORDS: f64 = 30.0;
const LENGTH_WEIGHT: f64 = 0.05;
/// Share of its weight that a word keeps if it says little.
const LIGHT_SHARE: f64 = 0.1;
/// Taken from the score of a part that states a problem or what was not chosen.
const OPEN_QUESTION_WEIGHT: f64 = 0.3;
/// Factor of the weight of an identifier of the question.
const IDENTIFIER_SHARE: f64 = 3.0;
/// Taken from the score of a part that neither has an identifier of the question nor stands below one: the question is about nothing
/// else.
const NO_IDENTIFIER_WEIGHT: f64 = 0.5;
/// The margin where all parts are of one passage and nothing can be compared: a usual one, which speaks neither for nor against the answer.
const MARGIN_ALONE: f64 = 0.1;
/// Weight of a word that stands in the lead or nearest heading, and of one in the title, other headings or the part before.
const NEAR_WEIGHT: f64 = 0.8;
const FAR_WEIGHT: f64 = 0.5;

/// Minimum number of words of a question for its repetition in program text to be no coincidence.
const MIN_REPEATED_WORDS: usize = 4;

/// A unit with its score.
#[derive(Debug, Clone)]
pub(super) struct Weighed<'e> {
    pub(super) unit: Unit<'e>,
    /// Part of the question's words that it covers, 0 to 1.
    pub(super) covered: f64,
    /// Its score; only the order and differences mean something.
    pub(super) score: f64,
}

/// Words with their weights.
#[derive(Debug)]
struct Weights {
    of: HashMap<String, f64>,
    total: f64,
}

impl Weights {
    fn new(of: HashMap<String, f64>) -> Self {
        Self { total: sum(of.values().copied()), of }
    }

    /// The part of all weight that a text with these words has; `share` says how much a word counts.
    fn coverage(&self, share: impl Fn(&String) -> f64) -> f64 {
        let found = sum(self.of.iter().map(|(word, weight)| weight * share(word)));
        if self.total > 0.0 { found / self.total } else { 0.0 }
    }

    /// The part of all weight that these words have.
    fn of_words(&self, words: &HashSet<String>) -> f64 {
        self.coverage(|word| f64::from(u8::from(words.contains(word))))
    }
}

/// The sum in a fixed order, on which sums of floats depend.
fn sum(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    values.iter().sum()
}

/// A question's words with their weights.
#[derive(Debug)]
pub(super) struct Wanted {
    weights: Weights,
    /// The weights as if no word said more or less than others of its rarity.
    rarity: Weights,
    names: HashSet<String>,
    /// Words of the question that only programs understand and that a part has.
    identifiers: HashSet<String>,
    /// The question as `plain_words` returns it; `None` if it is too short for a repetition to say anything.
    repeated: Option<String>,
    /// Whether the question asks how something is done.
    pub(super) is_how_to: bool,
}

impl Wanted {
    /// A word weighs more the fewer of the texts hold it.
    pub(super) fn new(question: &str, units: &[Unit<'_>]) -> Self {
        let count = float(units.len());
        let weight = |word: &String| {
            let holding = units.iter().filter(|unit| unit.words.contains(word)).count();
            ((count + 1.0) / (float(holding) + 0.5)).ln().max(0.1)
        };
        let mut light: HashSet<String> = light_words(question).flat_map(content_words).collect();
        let mut words = content_words(question);
        // Only texts decide which of them is a word: "back up" is "backup", and "live in" is nothing.
        let is_known = |word: &String| units.iter().any(|unit| unit.words.contains(word));
        for (verb, noun) in phrasal_verbs(question) {
            if is_known(&noun) {
                light.insert(verb);
                words.insert(noun);
            }
        }
        let identifiers: HashSet<String> =
            identifiers(question).flat_map(content_words).filter(is_known).collect();
        let share = |word: &String| match word {
            word if light.contains(word) => LIGHT_SHARE,
            word if identifiers.contains(word) => IDENTIFIER_SHARE,
            _ => 1.0,
        };
        let rarity: HashMap<String, f64> =
            words.into_iter().map(|word| (word.clone(), weight(&word))).collect();
        let weights = rarity.iter().map(|(word, rarity)| (word.clone(), rarity * share(word))).collect();
        let repeated = plain_words(question);
        let is_long = repeated.split_whitespace().count() >= MIN_REPEATED_WORDS;
        Self {
            weights: Weights::new(weights),
            rarity: Weights::new(rarity),
            names: names(question),
            identifiers,
            repeated: Some(repeated).filter(|_| is_long),
            is_how_to: asks_how_to(question),
        }
    }

    fn by_unit(&self, unit: &Unit<'_>) -> f64 {
        self.weights.coverage(|word| {
            if unit.words.contains(word) {
                1.0
            } else if unit.near.contains(word) {
                NEAR_WEIGHT
            } else if unit.far.contains(word) {
                FAR_WEIGHT
            } else {
                0.0
            }
        })
    }

    /// Whether the part is program text or a setting that has the question itself between quotes: an example of how to ask it. A name
    /// or a comment that equals the question is what the asker looks for.
    fn is_example_of_asking(&self, unit: &Unit<'_>) -> bool {
        let quoted = || {
            let pieces: Vec<&str> = unit.text.split(['"', '\'', '`', '“', '”', '„', '«', '»']).collect();
            pieces
                .get(1..pieces.len() - 1)
                .unwrap_or_default()
                .iter()
                .copied()
                .map(plain_words)
                .collect::<Vec<_>>()
        };
        matches!(unit.part.kind, PartKind::Code | PartKind::Setting)
            && self.repeated.as_ref().is_some_and(|question| quoted().contains(question))
    }

    /// Whether the question has a word that stands above a part and not in it.
    pub(super) fn needs(&self, above: &HashSet<String>, words: &HashSet<String>) -> bool {
        self.weights.of.keys().any(|word| above.contains(word) && !words.contains(word))
    }

    /// Whether the part begins a section that is about the question.
    fn is_topic(&self, unit: &Unit<'_>) -> bool {
        let is_in_question = || unit.heading.iter().all(|word| self.weights.of.contains_key(word));
        unit.opens_section
            && !unit.heading.is_empty()
            && (self.by_words(&unit.heading) >= MIN_TOPIC || is_in_question())
    }

    /// What the part says itself; the first part of a section about the question need not repeat its heading.
    fn by_unit_alone(&self, unit: &Unit<'_>) -> f64 {
        let is_topic = self.is_topic(unit);
        self.weights.coverage(|word| {
            f64::from(u8::from(unit.words.contains(word) || (is_topic && unit.heading.contains(word))))
        })
    }

    /// Whether the part states a problem or what was not chosen, and the question does not ask for that.
    fn is_open(&self, unit: &Unit<'_>) -> bool {
        let is_prose = matches!(unit.part.kind, PartKind::Sentence | PartKind::Item);
        let heading = unit.given.found.passage.headings().last();
        let section = open_section(unit.text).or_else(|| open_section(heading?));
        is_prose && section.is_some_and(|section| self.by_words(&content_words(section)) == 0.0)
    }

    /// What the form of a part and its place in its section add to its score.
    fn by_form(&self, unit: &Unit<'_>) -> f64 {
        let how_to = match unit.part.kind {
            PartKind::Code if !self.is_how_to && is_output(unit.text) => -OUTPUT_WEIGHT,
            _ if !self.is_how_to => 0.0,
            PartKind::Setting if is_record(unit.text) => 0.0,
            PartKind::Code => HOW_TO_WEIGHT + COMMAND_WEIGHT * self.by_command(unit),
            PartKind::Setting => HOW_TO_WEIGHT,
            _ if names_command(unit.text) => NAMES_COMMAND_WEIGHT,
            _ => 0.0,
        };
        let length = float(unit.text.split_whitespace().count()) / USUAL_WORDS;
        let opening = if self.is_topic(unit) { OPENING_WEIGHT } else { 0.0 };
        let has =
            |word: &String| [&unit.words, &unit.near, &unit.far].iter().any(|words| words.contains(word));
        let is_of_another = !self.identifiers.is_empty() && !self.identifiers.iter().any(has);
        let another = if is_of_another { NO_IDENTIFIER_WEIGHT } else { 0.0 };
        let open = if self.is_open(unit) { OPEN_QUESTION_WEIGHT } else { 0.0 };
        how_to + opening - another - open - LENGTH_WEIGHT * length.max(1.0).ln()
    }

    /// The part of the question that a command covers without its comment, and less the more it has beside. Words count by their rarity
    /// alone: "switch" says little in a text and all in a command.
    pub(super) fn by_command(&self, unit: &Unit<'_>) -> f64 {
        let words = content_words(without_comments(unit.text));
        let asked = words.iter().filter(|word| self.rarity.of.contains_key(*word)).count();
        let share = float(asked) / float(words.len().max(1));
        self.rarity.of_words(&words) * share.powf(COMMAND_BREVITY)
    }

    /// The part that the words of a text cover.
    pub(super) fn by_words(&self, words: &HashSet<String>) -> f64 {
        self.weights.of_words(words)
    }
}

/// The first line of program text up to its comment, if it is alone or begins a session; otherwise all of it.
fn without_comments(text: &str) -> &str {
    let line = text.lines().next().unwrap_or_default();
    let is_command = line.len() == text.len() || line.starts_with("$ ");
    let command = line.split_once(" #").map_or(line, |(command, _)| command);
    if is_command { command } else { text }
}

/// Whether program text is a table that a program printed: half of its lines have columns, which spaces divide.
fn is_output(text: &str) -> bool {
    let lines = text.lines().count();
    let with_columns = text.lines().filter(|line| line.trim().contains("  ")).count();
    lines >= MIN_OUTPUT_LINES && with_columns * 2 >= lines
}

/// Names and numbers of a question: words with a capital letter that do not begin it, and words with a digit.
fn names(question: &str) -> HashSet<String> {
    let mut names = HashSet::new();
    for (place, word) in question.split_whitespace().enumerate() {
        let is_name = place > 0 && word.chars().next().is_some_and(char::is_uppercase);
        if is_name || is_number(word) {
            let bare = word.trim_matches(|letter: char| !letter.is_alphanumeric()).to_lowercase();
            names.insert(bare.trim_end_matches("'s").trim_end_matches("’s").to_owned());
        }
    }
    names
}

/// The words of a text in lower case, with one space between them.
fn plain_words(text: &str) -> String {
    let words = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

/// The units with their scores, best first.
pub(super) fn weigh<'e>(wanted: &Wanted, units: Vec<Unit<'e>>) -> Vec<Weighed<'e>> {
    let mut weighed: Vec<Weighed<'e>> = units
        .into_iter()
        .filter(|unit| unit.says_something() && !wanted.is_example_of_asking(unit))
        .map(|unit| {
            let covered = wanted.by_unit(&unit);
            let passage = unit.given.found.ranked.score.clamp(0.0, 1.0);
            let score = unit.cosine.unwrap_or(0.0)
                + WORDS_WEIGHT * covered
                + PASSAGE_WEIGHT * passage
                + wanted.by_form(&unit);
            Weighed { unit, covered, score }
        })
        .collect();
    weighed.sort_by(|a, b| {
        b.score.total_cmp(&a.score).then((a.unit.passage, a.unit.place).cmp(&(b.unit.passage, b.unit.place)))
    });
    weighed
}

/// The text of a passage with its title, its headings and the words that ask for it.
fn passage_text(given: &Evidence) -> String {
    let passage = &given.found.passage;
    let mut text: Vec<&str> = passage.headings().iter().map(String::as_str).collect();
    text.extend([passage.title.as_str(), passage.text.as_str(), property_words(passage)]);
    text.join("\n")
}

/// All that is known about the best unit.
pub(super) fn signals(wanted: &Wanted, weighed: &[Weighed<'_>], evidence: &[Evidence]) -> Option<Signals> {
    let best = weighed.first()?;
    let words = content_words(&passage_text(best.unit.given));
    // Compared as they are written: the stems of France and francs are one.
    let written = passage_text(best.unit.given).to_lowercase();
    let is_missing = |name: &&String| !written.contains(name.trim_end_matches('s'));
    let missing = wanted.names.iter().filter(is_missing).count();
    let others = weighed.iter().find(|other| other.unit.passage != best.unit.passage);
    Some(Signals {
        cosine: best.unit.cosine.unwrap_or(0.0),
        covered: best.covered,
        covered_by_passage: wanted.by_words(&words),
        covered_alone: wanted.by_unit_alone(&best.unit),
        passage: evidence.iter().map(|given| given.found.ranked.score).fold(0.0, f64::max).clamp(0.0, 1.0),
        names_missing: if wanted.names.is_empty() { 0.0 } else { float(missing) / float(wanted.names.len()) },
        margin: others.map_or(MARGIN_ALONE, |other| (best.score - other.score).clamp(0.0, 1.0)),
    })
}
