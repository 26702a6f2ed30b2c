//! The definition of a tool, in the form that a client sends, and the texts by which it is found.

use serde_json::Value;

use super::schema::{check_schema, parameter_text};

/// Maximum length of a name, in characters.
const MAX_NAME_CHARS: usize = 128;
/// Names that are parts of the routes of tools.
const RESERVED_NAMES: [&str; 2] = ["find", "usage"];
/// Maximum length of a description, in Unicode scalar values.
const MAX_DESCRIPTION_CHARS: usize = 4_000;
/// Maximum length of the words of the parameters by which a tool is found, in Unicode scalar values.
const MAX_PARAMETER_CHARS: usize = 4_000;

/// The definition of a tool.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolDefinition {
    /// Name by which it is called: 1 to 128 letters, digits, `_`, `.` and `-`.
    pub name: String,
    /// Its purpose, in words; 1 to 4,000 characters.
    pub description: String,
    /// JSON Schema of its parameters: an object of at most 32,768 bytes and 32 levels.
    pub parameters: Value,
}

impl ToolDefinition {
    /// Checks that the definition can be stored; the error names the value that cannot, and its place.
    pub(super) fn check(&self) -> Result<(), String> {
        if !is_tool_name(&self.name) {
            return Err(format!(
                "name must be 1 to {MAX_NAME_CHARS} characters long, of ASCII letters, digits, _, . and -; {} are reserved",
                RESERVED_NAMES.join(" and ")
            ));
        }
        let chars = self.description.trim().chars().count();
        if !(1..=MAX_DESCRIPTION_CHARS).contains(&chars) || self.description.contains('\0') {
            return Err(format!("description must be 1 to {MAX_DESCRIPTION_CHARS} characters long"));
        }
        check_schema(&self.parameters)
    }

    /// Returns the words of the name, which count twice in the search by words.
    pub(super) fn title(&self) -> String {
        name_words(&self.name)
    }

    /// Returns the other text in the search by words.
    pub(super) fn words(&self) -> String {
        format!("{}\n{}", self.description.trim(), parameter_text(&self.parameters, MAX_PARAMETER_CHARS))
    }

    /// Returns the text of the vector: the parameters would dilute it.
    pub(super) fn embedded_text(&self) -> String {
        format!("{}: {}", self.title(), self.description.trim())
    }
}

/// Returns whether a text can be the name of a tool.
pub(super) fn is_tool_name(name: &str) -> bool {
    let is_fit = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    (1..=MAX_NAME_CHARS).contains(&name.len())
        && name.chars().all(is_fit)
        && !name.chars().all(|c| c == '.')
        && !RESERVED_NAMES.contains(&name)
}

/// Returns a name of a program as words: `createCalendar_event` as `create calendar event`.
pub(super) fn name_words(name: &str) -> String {
    let mut words = String::new();
    let mut before = ' ';
    for letter in name.chars() {
        if !letter.is_alphanumeric() || letter.is_uppercase() && before.is_lowercase() {
            words.push(' ');
        }
        if letter.is_alphanumeric() {
            words.extend(letter.to_lowercase());
        }
        before = letter;
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_programs_are_read_as_words() {
        for (name, words) in [
            ("create_calendar_event", "create calendar event"),
            ("createCalendarEvent", "create calendar event"),
            ("github.list-PRs", "github list prs"),
            ("getHTML2", "get html2"),
        ] {
            assert_eq!(name_words(name), words);
        }
    }

    #[test]
    fn names_have_a_form_and_leave_routes_alone() {
        for name in ["a", "get_weather", "v1.tool-2", &"x".repeat(128)] {
            assert!(is_tool_name(name), "{name}");
        }
        for name in ["", "a b", "a/b", "ü", "find", "usage", ".", "..", &"x".repeat(129)] {
            assert!(!is_tool_name(name), "{name}");
        }
    }
}
