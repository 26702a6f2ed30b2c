//! Keeps the targets of links, which are searched like the text before them.

/// The target of a link, and the place in a text where the link begins.
pub(super) type OpenLink = (String, usize);

/// Ends a link of `text`: its note follows.
pub(super) fn end_link(text: &mut String, link: Option<OpenLink>) {
    if let Some((target, start)) = link
        && let Some(note) = link_note(&target, text.get(start..).unwrap_or_default())
    {
        text.push_str(&note);
    }
}

/// Text that follows a link: its target, if a reader could follow it and the text does not show it.
pub(super) fn link_note(target: &str, text: &str) -> Option<String> {
    let shown = target.strip_prefix("mailto:").or_else(|| target.strip_prefix("tel:")).unwrap_or(target);
    let is_address =
        ["http://", "https://", "mailto:", "tel:", "ftp://"].iter().any(|scheme| target.starts_with(scheme));
    let bare = shown.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/');
    (is_address && shown.len() <= 300 && !bare.is_empty() && !text.contains(bare))
        .then(|| format!(" ({shown})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_name_their_target_unless_the_text_does() {
        assert_eq!(link_note("https://a.example/x", "docs").unwrap(), " (https://a.example/x)");
        assert_eq!(link_note("mailto:a@b.example", "Ada").unwrap(), " (a@b.example)");
        assert_eq!(link_note("https://a.example/", "see a.example"), None);
        assert_eq!(link_note("#top", "up"), None);
        assert_eq!(link_note("javascript:x()", "up"), None);
    }
}
