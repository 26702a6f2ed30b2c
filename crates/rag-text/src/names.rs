//! The characters that names of things hold: one line that reads as it is stored.

/// Whether a name can hold the character. Control characters and line separators break lines and terminals; direction
/// overrides and isolates (U+202A to U+202E, U+2066 to U+2069) make `exe.pdf` read as `fdp.exe`.
pub fn is_allowed(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether a character makes a text of several lines look other than it is: those that names cannot hold, but for the ends of lines and
/// tabs, and the invisible tags (U+E0000 to U+E007F).
pub fn is_deceptive(c: char) -> bool {
    let is_layout = matches!(c, '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}');
    matches!(c, '\u{e0000}'..='\u{e007f}') || !is_allowed(c) && !is_layout
}

/// The first character that a name cannot hold.
pub fn find_refused(name: &str) -> Option<char> {
    name.chars().find(|c| !is_allowed(*c))
}

/// The name without the characters that a name cannot hold: for names that a program made, which nobody can correct.
pub fn clean(name: &str) -> String {
    name.chars().filter(|c| is_allowed(*c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_every_script_are_allowed() {
        for name in ["Ada Lovelace", "عربي – עברית", "北京\u{200d}", "a\u{200e}b", "👩‍👧", "e\u{301}"]
        {
            assert_eq!(find_refused(name), None, "{name}");
            assert_eq!(clean(name), name);
        }
    }

    #[test]
    fn characters_that_hide_how_a_name_reads_are_not() {
        for c in [
            '\0', '\n', '\u{1b}', '\u{7f}', '\u{85}', '\u{2028}', '\u{202a}', '\u{202e}', '\u{2066}',
            '\u{2069}',
        ] {
            assert_eq!(find_refused(&format!("a{c}b")), Some(c));
        }
        assert_eq!(clean("invoice\u{202e}fdp.exe"), "invoicefdp.exe");
    }
}
