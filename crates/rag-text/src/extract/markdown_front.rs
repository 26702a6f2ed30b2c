//! Reads the front matter of a Markdown document, in YAML or TOML, line by line; knows no types.

/// The value of `title` in YAML (`title: x`) or TOML (`title = "x"`), without its quotes.
pub(super) fn title(front_matter: &str) -> Option<&str> {
    let value = front_matter.lines().find_map(title_value)?;
    Some(value.trim().trim_matches(['"', '\'']))
}

fn title_value(line: &str) -> Option<&str> {
    line.strip_prefix("title")?.trim_start().strip_prefix([':', '='])
}

/// The other lines, which are facts about the document: its authors, dates, tags.
pub(super) fn facts(front_matter: &str) -> String {
    let lines = front_matter.lines().filter(|line| {
        let line = line.trim();
        !line.is_empty() && !line.starts_with('#') && !line.starts_with("---") && !line.starts_with("+++")
    });
    lines.filter(|line| title_value(line).is_none()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_title_is_told_from_other_facts() {
        let yaml = "title: \"A story\"\nauthor: Ada\ntags:\n  - one\n\n# a comment\n";
        assert_eq!(title(yaml), Some("A story"));
        assert_eq!(facts(yaml), "author: Ada\ntags:\n  - one");
    }
}
