//! The characters that names of things hold: one line that reads as it is stored.

use unicode_normalization::UnicodeNormalization as _;

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

/// The name of a document's source as it is compared: without the characters that a name cannot hold, and in Unicode's composed form,
/// so that the same path from macOS and from Linux is the same source.
pub fn source(name: &str) -> String {
    clean(name).nfc().collect::<String>().trim().to_owned()
}

/// The last part of a path or an address that is not empty; the whole if there is none.
pub fn file_name(source: &str) -> &str {
    source.rsplit(['/', '\\']).find(|part| !part.trim().is_empty()).unwrap_or(source)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_the_same_in_both_forms_of_unicode_and_differs_by_case() {
        assert_eq!(source("Bu\u{308}cher/a b.md"), source("B\u{fc}cher/a b.md"));
        assert_ne!(source("README.md"), source("readme.md"));
        assert_eq!(source(" a\u{202e}\n/b.md "), "a/b.md");
    }

    #[test]
    fn the_file_name_is_the_last_part_of_a_path_or_an_address() {
        let names = ["a/b c.md", "a.md", "https://x.example/y/", "C:\\x\\y.doc", "/"].map(file_name);
        assert_eq!(names, ["b c.md", "a.md", "y", "y.doc", "/"]);
    }

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
