//! Tells kinds of text apart, by their content where it is certain, else by the name of the file.

use crate::format::Format;

/// Header fields of mail, of which a message begins with several.
const MAIL_FIELDS: [&str; 16] = [
    "received",
    "from",
    "to",
    "cc",
    "subject",
    "date",
    "return-path",
    "message-id",
    "mime-version",
    "content-type",
    "delivered-to",
    "reply-to",
    "sender",
    "in-reply-to",
    "references",
    "dkim-signature",
];
/// Number of such fields that make a text a mail message.
const MIN_MAIL_FIELDS: usize = 3;
/// Number of records, and of values in each, that make a text a table.
const MIN_RECORDS: usize = 5;
const MIN_VALUES: usize = 3;

/// The format of a text that begins with `head`.
pub(super) fn format(head: &str, name: Option<&str>) -> Format {
    let by_name = name.and_then(Format::from_file_name).filter(|format| !format.descriptor().is_compressed);
    let text = head.trim_start();
    if text.starts_with("{\\rtf") {
        return Format::Rtf;
    }
    let is_page = || match by_name {
        // A README in Markdown can begin with a tag, but never with a document type.
        Some(Format::Markdown) => false,
        // A text about HTML can begin with a tag, but does not close it.
        Some(Format::PlainText) => opens_as_html(text) && text.contains("</"),
        _ => opens_as_html(text),
    };
    if has_doctype(text) || is_page() {
        return Format::Html;
    }
    if text.starts_with("<?xml") && !matches!(by_name, Some(Format::Html)) {
        return Format::Xml;
    }
    if text.starts_with("WEBVTT") {
        return Format::WebVtt;
    }
    if is_sub_rip(text) {
        return Format::SubRip;
    }
    if let Some(format) = mail(text) {
        return format;
    }
    let is_named_otherwise = by_name.is_some_and(|format| {
        !matches!(format, Format::PlainText | Format::Json | Format::JsonLines | Format::Notebook)
    });
    if !is_named_otherwise && let Some(format) = json(text, name) {
        return format;
    }
    match by_name {
        Some(Format::Json | Format::JsonLines | Format::Notebook) => Format::PlainText,
        Some(Format::PlainText) | None => unnamed(head),
        Some(format) => format,
    }
}

fn unnamed(head: &str) -> Format {
    if head.starts_with("#!") && head.lines().next().is_some_and(|line| line.contains("/bin/")) {
        return Format::Code;
    }
    let table = [('\t', Format::Tsv), (';', Format::Csv), (',', Format::Csv)];
    table
        .into_iter()
        .find(|(divider, _)| is_table(head, *divider))
        .map_or(Format::PlainText, |(_, format)| format)
}

/// Whether each of several lines has as many values as the first; the last one can be cut off.
fn is_table(head: &str, divider: char) -> bool {
    let mut lines: Vec<&str> = head.lines().filter(|line| !line.trim().is_empty()).collect();
    lines.pop();
    let values = |line: &&str| line.matches(divider).count() + 1;
    let first = lines.first().map_or(0, values);
    lines.len() >= MIN_RECORDS
        && first >= MIN_VALUES
        && lines.iter().all(|line| values(line) == first && !line.contains(&format!("{divider} ")))
}

fn json(text: &str, name: Option<&str>) -> Option<Format> {
    let first = text.lines().next()?;
    let begins = text.starts_with('{') || text.starts_with('[');
    if !begins || !is_json_start(text) {
        // Each line is a value.
        return (begins && is_json(first) && text.lines().nth(1).is_some_and(is_json_start))
            .then_some(Format::JsonLines);
    }
    let is_notebook = text.starts_with('{')
        && (name.is_some_and(|name| name.to_ascii_lowercase().ends_with(".ipynb"))
            || text.contains("\"nbformat\"") && text.contains("\"cells\""));
    // The first line of an indented document is not a value; a line longer than the head may be one.
    let is_lines = name.and_then(Format::from_file_name) == Some(Format::JsonLines)
        && (is_json(first) || !text.contains('\n'));
    Some(match () {
        () if is_notebook => Format::Notebook,
        () if is_lines => Format::JsonLines,
        () => Format::Json,
    })
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

/// Whether the text is JSON, or becomes JSON with more text behind it.
fn is_json_start(text: &str) -> bool {
    text.len() > 1
        && match serde_json::from_str::<serde::de::IgnoredAny>(text) {
            Ok(_) => true,
            Err(error) => error.is_eof(),
        }
}

fn is_sub_rip(text: &str) -> bool {
    let mut lines = text.lines();
    let number = lines.next().is_some_and(|line| line.trim().parse::<u32>().is_ok());
    number && lines.next().is_some_and(|line| line.contains(" --> ") && line.contains(':'))
}

fn mail(text: &str) -> Option<Format> {
    let is_mailbox = text.starts_with("From ")
        && text.lines().next().is_some_and(|line| line.contains(':') || line.contains('@'));
    let message = if is_mailbox { text.split_once('\n').map_or("", |(_, message)| message) } else { text };
    let mut known = 0;
    for line in message.lines() {
        if line.starts_with([' ', '\t']) {
            continue;
        }
        let Some((field, _)) = line.split_once(':') else { break };
        if field.is_empty() || !field.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') {
            break;
        }
        known += usize::from(MAIL_FIELDS.contains(&field.to_ascii_lowercase().as_str()));
    }
    match (is_mailbox, known) {
        (true, 2..) => Some(Format::Mailbox),
        (false, MIN_MAIL_FIELDS..) => Some(Format::Email),
        _ => None,
    }
}

fn has_doctype(text: &str) -> bool {
    starts_with_ignoring_case(text, "<!doctype html")
}

fn opens_as_html(text: &str) -> bool {
    let mut rest = text;
    while let Some((_, after)) = rest
        .strip_prefix("<!--")
        .and_then(|r| r.split_once("-->"))
        .or_else(|| rest.strip_prefix("<?xml")?.split_once("?>"))
    {
        rest = after.trim_start();
    }
    let tags = [
        "<!doctype html",
        "<html",
        "<head>",
        "<body",
        "<title",
        "<meta",
        "<script",
        "<div",
        "<p>",
        "<h1",
        "<table",
    ];
    let is_page = tags.iter().any(|tag| starts_with_ignoring_case(rest, tag));
    // Elements of these names occur in other XML too.
    is_page
        && (!text.starts_with("<?xml")
            || ["<!doctype html", "<html"].iter().any(|tag| starts_with_ignoring_case(rest, tag)))
}

fn starts_with_ignoring_case(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}
