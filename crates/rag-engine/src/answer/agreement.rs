//! Whether two texts state the same fact: their words, numbers, units and negations agree.

use std::collections::HashSet;

use unicode_segmentation::UnicodeSegmentation;

use crate::support::{coverage, is_number};

/// Share of the words that two texts need in common, of those of either, to say the same.
const SAME_WORDS: f64 = 0.8;
/// Words that deny.
const NEGATIONS: &[&str] = &[
    "not", "no", "never", "none", "without", "cannot", "neither", "nor", "nicht", "kein", "keine", "keinen",
    "keiner", "keinem", "nie", "niemals", "ohne", "weder", "pas", "jamais", "sans", "aucun", "aucune",
    "nunca", "sin", "ningún", "ninguna",
];
/// The numbers 0 to 12 in words.
const NUMBER_WORDS: &[&[&str]] = &[
    &["zero", "null"],
    &["one", "ein", "eine", "einen", "einem", "einer"],
    &["two", "zwei"],
    &["three", "drei"],
    &["four", "vier"],
    &["five", "fünf"],
    &["six", "sechs"],
    &["seven", "sieben"],
    &["eight", "acht"],
    &["nine", "neun"],
    &["ten", "zehn"],
    &["eleven", "elf"],
    &["twelve", "zwölf"],
];
/// Names of units and their one form.
const UNITS: &[(&str, &[&str])] = &[
    ("%", &["%", "percent", "per cent", "prozent", "pct"]),
    ("€", &["€", "euro", "euros", "eur"]),
    ("$", &["$", "dollar", "dollars", "usd"]),
    ("£", &["£", "pound", "pounds", "gbp"]),
    ("ms", &["ms", "millisecond", "milliseconds"]),
    ("s", &["s", "second", "seconds", "sekunde", "sekunden"]),
    ("min", &["min", "minute", "minutes", "minuten"]),
    ("h", &["h", "hour", "hours", "stunde", "stunden"]),
    ("day", &["day", "days", "tag", "tage", "tagen"]),
    ("week", &["week", "weeks", "woche", "wochen"]),
    ("month", &["month", "months", "monat", "monate", "monaten"]),
    ("year", &["year", "years", "jahr", "jahre", "jahren"]),
    ("mm", &["mm", "millimetres", "millimeters", "millimeter"]),
    ("cm", &["cm", "centimetres", "centimeters", "zentimeter"]),
    ("m", &["m", "metre", "metres", "meter", "meters"]),
    ("km", &["km", "kilometre", "kilometres", "kilometer", "kilometers"]),
    ("mile", &["mile", "miles", "meile", "meilen"]),
    ("g", &["g", "gram", "grams", "gramm"]),
    ("kg", &["kg", "kilogram", "kilograms", "kilogramm", "kilo", "kilos"]),
    ("t", &["tonne", "tonnes", "tons", "tonnen"]),
    ("l", &["l", "litre", "litres", "liter", "liters"]),
    ("kB", &["kb", "kilobytes"]),
    ("MB", &["mb", "megabyte", "megabytes"]),
    ("GB", &["gb", "gigabyte", "gigabytes"]),
    ("million", &["million", "millions", "millionen", "mio"]),
    ("billion", &["billion", "billions", "milliarden", "mrd"]),
];

/// Whether two texts with these content words state the same fact.
pub(super) fn is_same(
    (a, a_words): (&str, &HashSet<String>),
    (b, b_words): (&str, &HashSet<String>),
) -> bool {
    if a_words.is_empty() || b_words.is_empty() {
        return folded(a) == folded(b);
    }
    let numbers = |words: &HashSet<String>| {
        words.iter().filter(|word| is_number(word)).cloned().collect::<HashSet<_>>()
    };
    coverage(a_words, b_words).min(coverage(b_words, a_words)) >= SAME_WORDS
        && numbers(a_words) == numbers(b_words)
        && denies(a) == denies(b)
        && have_same_units(a, b)
}

/// Whether the text holds an odd number of negations.
pub(super) fn denies(text: &str) -> bool {
    let lower = text.to_lowercase();
    let words = lower.unicode_words();
    words.filter(|word| NEGATIONS.contains(word) || word.ends_with("n't") || word.ends_with("n’t")).count()
        % 2
        == 1
}

/// Whether `source` has all the numbers among these words, written in any way: 1,000 or 1000, 3 or three.
pub(super) fn has_numbers(words: &HashSet<String>, source: &str) -> bool {
    let lower = source.to_lowercase();
    let known: HashSet<String> = lower.unicode_words().map(only_letters).collect();
    let in_words = |number: &str| number.parse().ok().and_then(|number: usize| NUMBER_WORDS.get(number));
    words.iter().filter(|word| is_number(word)).map(|word| only_letters(word)).all(|number| {
        known.contains(&number)
            || in_words(&number).is_some_and(|names| names.iter().any(|name| known.contains(*name)))
    })
}

/// A number without the marks between its digits.
fn only_letters(word: &str) -> String {
    word.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Whether no number of `claim` has another unit in `source`: one that `source` gives only with other units disagrees.
pub(super) fn have_same_units(claim: &str, source: &str) -> bool {
    let known = measures(source);
    measures(claim).iter().all(|(number, unit)| {
        let mut same_number = known.iter().filter(|(other, _)| other == number).peekable();
        same_number.peek().is_none() || same_number.any(|(_, other)| other == unit)
    })
}

/// Each number with the unit after it, or the currency before it.
fn measures(text: &str) -> Vec<(String, &'static str)> {
    let lower = text.to_lowercase();
    let tokens: Vec<&str> = lower.split_word_bounds().filter(|token| !token.trim().is_empty()).collect();
    let mut measures = Vec::new();
    for (place, token) in tokens.iter().enumerate().filter(|(_, token)| is_number(token)) {
        let digits = token.trim_end_matches(char::is_alphabetic);
        let glued = token.get(digits.len()..).unwrap_or_default();
        let after = tokens.get(place + 1).copied().unwrap_or_default().trim_matches('-');
        let after = if after.is_empty() { tokens.get(place + 2).copied().unwrap_or_default() } else { after };
        let before = place.checked_sub(1).and_then(|before| tokens.get(before)).copied().unwrap_or_default();
        let unit = unit_named(glued)
            .or_else(|| unit_named(after))
            .or_else(|| unit_named(before).filter(|unit| "€$£".contains(*unit)));
        measures.extend(unit.map(|unit| (digits.to_owned(), unit)));
    }
    measures
}

fn unit_named(word: &str) -> Option<&'static str> {
    UNITS.iter().find(|(_, names)| names.contains(&word)).map(|(unit, _)| *unit)
}

fn folded(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::content_words;

    fn same(a: &str, b: &str) -> bool {
        is_same((a, &content_words(a)), (b, &content_words(b)))
    }

    #[test]
    fn the_same_fact_is_recognised_in_other_punctuation_and_forms() {
        assert!(same("Trains are booked in second class.", "Trains are booked in second class!"));
        assert!(same("A train is booked in second class", "Trains are booked in second class."));
    }

    #[test]
    fn another_number_unit_or_negation_is_another_fact() {
        for (a, b) in [
            ("The deposit is 250 euros.", "The deposit is 350 euros."),
            ("The delay is 20 ms at most.", "The delay is 20 s at most."),
            ("Flights under 600 km are paid.", "Flights under 600 km are not paid."),
            ("Flights under 600 km are paid.", "Flights under 600 miles are paid."),
            ("It costs $20 a month.", "It costs €20 a month."),
        ] {
            assert!(!same(a, b), "{a} {b}");
        }
    }

    #[test]
    fn numbers_agree_however_they_are_written() {
        let has = |claim: &str, source: &str| has_numbers(&content_words(claim), source);
        assert!(has("It takes 3 days.", "It takes three days."));
        assert!(has("It costs 1,000 euros.", "The price is 1000 euros."));
        assert!(has("Es kostet 1.000 Euro in 3 Raten.", "Es kostet 1000 Euro in drei Raten."));
        assert!(!has("It takes 4 days.", "It takes three days."));
        assert!(!has("It costs 100 euros.", "The price is 1000 euros."));
    }

    #[test]
    fn units_agree_under_all_their_names() {
        assert!(have_same_units("It takes 5 percent.", "5% are taken."));
        assert!(have_same_units("It costs 30€.", "The price is 30 euros."));
        assert!(have_same_units("It has 5 doors.", "5 km away."));
        assert!(!have_same_units("Within 3 days.", "Within 3 weeks."));
    }
}
