//! Validation of the synonyms of a collection.

use std::{collections::HashSet, sync::LazyLock};

use regex::Regex;

/// Maximum number of groups of a collection.
pub const MAX_GROUPS: usize = 500;
/// Maximum number of terms of all groups together: each term adds about 10 microseconds to every search.
pub const MAX_TERMS: usize = 1_000;
/// Number of terms of one group.
const GROUP_TERMS: std::ops::RangeInclusive<usize> = 2..=16;
/// Maximum length of a term, in Unicode scalar values.
const TERM_CHARS: usize = 100;
/// The pattern that a term contains: a letter or a digit. It is the same in Rust and in ECMA-262.
pub const TERM_PATTERN: &str = r"[\p{L}\p{N}]";

static TERM: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(TERM_PATTERN).ok());

/// Returns the groups in their stored form, with white space trimmed and collapsed. The error names the invalid group.
pub fn checked(groups: &[Vec<String>]) -> Result<Vec<Vec<String>>, String> {
    let terms: usize = groups.iter().map(Vec::len).sum();
    if groups.len() > MAX_GROUPS || terms > MAX_TERMS {
        return Err(format!("at most {MAX_GROUPS} groups and {MAX_TERMS} terms in all"));
    }
    let checked = (1..).zip(groups).map(|(number, terms)| {
        group(terms).map_err(|rule| format!("group {number} ({}): {rule}", terms.join(", ")))
    });
    checked.collect()
}

fn group(terms: &[String]) -> Result<Vec<String>, &'static str> {
    let mut seen = HashSet::new();
    let terms: Vec<String> =
        terms.iter().map(|term| term.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    if !GROUP_TERMS.contains(&terms.len()) {
        return Err("a group has 2 to 16 terms");
    }
    for term in &terms {
        if term.chars().count() > TERM_CHARS || term.contains('\0') {
            return Err("a term has at most 100 characters, none of them NUL");
        }
        if !TERM.as_ref().is_some_and(|pattern| pattern.is_match(term)) {
            return Err("a term has a letter or digit");
        }
        if !seen.insert(term.to_lowercase()) {
            return Err("a term stands in a group once");
        }
    }
    Ok(terms)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(groups: &[&[&str]]) -> Vec<Vec<String>> {
        groups.iter().map(|terms| terms.iter().map(ToString::to_string).collect()).collect()
    }

    #[test]
    fn terms_are_trimmed_and_kept_in_order() {
        let given = groups(&[&[" car ", "motor \n car"], &["心梗", "心肌梗死"]]);
        assert_eq!(checked(&given).unwrap(), groups(&[&["car", "motor car"], &["心梗", "心肌梗死"]]));
        assert_eq!(checked(&[]).unwrap(), groups(&[]));
    }

    #[test]
    fn what_cannot_be_taken_is_named() {
        let long = "x".repeat(101);
        for (terms, rule) in [
            (vec!["alone"], "2 to 16"),
            (vec!["x"; 17], "2 to 16"),
            (vec!["car", &long], "100 characters"),
            (vec!["car", "a\0b"], "NUL"),
            (vec!["car", " - "], "letter or digit"),
            (vec!["car", "_"], "letter or digit"),
            // Private use, and a mark that stands on no letter.
            (vec!["car", "\u{f0000}"], "letter or digit"),
            (vec!["car", "\u{345}"], "letter or digit"),
            (vec!["car", "Car "], "once"),
        ] {
            let refusal = checked(&groups(&[&["good", "fine"], &terms])).unwrap_err();
            assert!(refusal.starts_with("group 2 (") && refusal.contains(rule), "{refusal}");
        }
        let many: Vec<Vec<String>> = (0..501).map(|n| vec![format!("a{n}"), format!("b{n}")]).collect();
        assert!(checked(&many).unwrap_err().contains("500 groups"));
        assert!(checked(&many[..500]).is_ok());
    }
}
