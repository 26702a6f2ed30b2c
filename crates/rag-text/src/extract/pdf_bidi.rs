//! Converts Arabic and Hebrew from drawing order to reading order; does not use the positions of letters.

/// Whether a letter belongs to a script that runs from right to left.
pub(crate) fn is_leftward(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}')
        && c.is_alphabetic()
}

/// Returns a line in reading order, given its letters from left to right; a letter can be several characters, such as a ligature.
pub(crate) fn read_leftward(letters: &[String]) -> String {
    let mut letters: Vec<&str> = letters.iter().rev().map(String::as_str).collect();
    let mut rest = letters.as_mut_slice();
    let mut text = String::new();
    // Numbers and words of other scripts, and the characters between them, run from left to right within the line.
    while let Some(start) = rest.iter().position(|letter| is_rightward(letter)) {
        let (before, from) = rest.split_at_mut(start);
        text.extend(before.iter().flat_map(|letter| letter.chars().map(mirrored)));
        let next = from.iter().position(|letter| letter.chars().any(is_leftward)).unwrap_or(from.len());
        let (between, after) = from.split_at_mut(next);
        let length = between.iter().rposition(|letter| is_rightward(letter)).map_or(0, |last| last + 1);
        let (run, blanks) = between.split_at_mut(length);
        run.reverse();
        text.extend(run.iter().copied());
        text.extend(blanks.iter().flat_map(|letter| letter.chars().map(mirrored)));
        rest = after;
    }
    text.extend(rest.iter().flat_map(|letter| letter.chars().map(mirrored)));
    text
}

fn is_rightward(letter: &str) -> bool {
    letter.chars().any(|c| c.is_alphanumeric() && !is_leftward(c))
}

fn mirrored(c: char) -> char {
    match c {
        '(' => ')',
        ')' => '(',
        '[' => ']',
        ']' => '[',
        '«' => '»',
        '»' => '«',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters(text: &str) -> Vec<String> {
        text.chars().map(String::from).collect()
    }

    #[test]
    fn letters_are_turned_and_other_scripts_are_not() {
        assert_eq!(read_leftward(&letters("דג אבג")), "גבא גד");
        assert_eq!(read_leftward(&letters("(גד) Rust 1.95 אב")), "בא Rust 1.95 (דג)");
    }

    #[test]
    fn a_ligature_keeps_the_order_of_its_letters() {
        let drawn = ["ن", "لا", "ا"].map(String::from);
        assert_eq!(read_leftward(&drawn), "الان");
    }
}
