//! Estimates, in one pass over the bytes, the work that an HTML parser would have with a page; builds no tree.

use crate::refusal::Refusal;

/// Maximum work for any page, and for each of its bytes. A parser looks through the open elements at each tag, and through
/// the attributes so far at each attribute: on hostile pages both grow with the square of their length.
const MAX_WORK: u64 = 2_000_000;
const MAX_WORK_PER_BYTE: u64 = 8;

/// The square of the number of entities that is one unit of work, by measured times.
const ENTITIES_PER_WORK: u64 = 2000;

/// Elements without an end tag, or whose end tag is often left out; they do not nest by themselves.
const UNCLOSED: [&[u8]; 33] = [
    b"area",
    b"base",
    b"body",
    b"br",
    b"col",
    b"colgroup",
    b"dd",
    b"dt",
    b"embed",
    b"head",
    b"hr",
    b"html",
    b"img",
    b"input",
    b"li",
    b"link",
    b"meta",
    b"optgroup",
    b"option",
    b"p",
    b"param",
    b"rp",
    b"rt",
    b"source",
    b"tbody",
    b"td",
    b"tfoot",
    b"th",
    b"thead",
    b"tr",
    b"track",
    b"wbr",
    b"!doctype",
];

/// Elements whose content holds no tags.
const RAW: [&[u8]; 2] = [b"script", b"style"];

/// Elements in which those are like any other.
const FOREIGN: [&[u8]; 2] = [b"svg", b"math"];

/// Refuses a page that would take more work than its length explains.
pub(crate) fn check(html: &str) -> Result<(), Refusal> {
    let html = html.as_bytes();
    let length = u64::try_from(html.len()).unwrap_or(u64::MAX);
    let limit = MAX_WORK.saturating_add(length.saturating_mul(MAX_WORK_PER_BYTE));
    let mut work = Work { limit, ..Work::default() };
    let mut rest = html;
    while let Some(at) = rest.iter().position(|byte| *byte == b'<') {
        work.text(rest.get(..at).unwrap_or_default())?;
        rest = work.tag(rest.get(at + 1..).unwrap_or_default())?;
    }
    work.text(rest)
}

#[derive(Default)]
struct Work {
    limit: u64,
    done: u64,
    /// Number of open elements.
    depth: u64,
    /// Number of open foreign elements.
    foreign: u64,
}

impl Work {
    /// Counts the entities of a text, each of which the parser appends to the text before it.
    fn text(&mut self, text: &[u8]) -> Result<(), Refusal> {
        let entities = text.iter().fold(0_u64, |count, byte| count + u64::from(*byte == b'&'));
        self.add(entities.saturating_mul(entities) / ENTITIES_PER_WORK, "a text has too many entities")
    }

    /// Counts the markup after a `<`, and returns the bytes after it.
    fn tag<'h>(&mut self, html: &'h [u8]) -> Result<&'h [u8], Refusal> {
        if let Some(comment) = html.strip_prefix(b"!--") {
            return Ok(after_comment(comment));
        }
        let (is_end, html) = html.strip_prefix(b"/").map_or((false, html), |html| (true, html));
        let length =
            html.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"!-:".contains(byte)).count();
        let (name, html) = html.split_at(length);
        if !name.first().is_some_and(|first| first.is_ascii_alphabetic() || *first == b'!') {
            return Ok(html);
        }
        let (attributes, html) = skip_attributes(html);
        let is = |names: &[&[u8]]| names.iter().any(|other| other.eq_ignore_ascii_case(name));
        self.add(attributes.saturating_mul(attributes) / 2, "an element has too many attributes")?;
        self.add(self.depth, "its elements are nested too deeply")?;
        if is_end {
            if !is(&UNCLOSED) {
                self.depth = self.depth.saturating_sub(1);
            }
            if is(&FOREIGN) {
                self.foreign = self.foreign.saturating_sub(1);
            }
        } else if is(&RAW) && self.foreign == 0 {
            return Ok(after(html, &[&b"</"[..], name].concat()));
        } else if !is(&UNCLOSED) {
            self.foreign += u64::from(is(&FOREIGN));
            self.depth += 1;
        }
        Ok(html)
    }

    fn add(&mut self, work: u64, reason: &str) -> Result<(), Refusal> {
        self.done = self.done.saturating_add(work);
        if self.done > self.limit { Err(Refusal::too_complex(reason)) } else { Ok(()) }
    }
}

/// The number of attributes up to the `>` that ends a tag, and the bytes after that.
fn skip_attributes(html: &[u8]) -> (u64, &[u8]) {
    let (mut count, mut quote, mut last) = (0, None, b' ');
    for (at, byte) in html.iter().enumerate() {
        match quote {
            Some(open) if open == *byte => quote = None,
            Some(_) => continue,
            None if matches!(byte, b'"' | b'\'') && last == b'=' => quote = Some(*byte),
            None if *byte == b'>' => return (count, html.get(at + 1..).unwrap_or_default()),
            None if is_gap(last) && !is_gap(*byte) && *byte != b'=' => count += 1,
            None => {}
        }
        // Blanks around the equals sign belong to it.
        if !(byte.is_ascii_whitespace() && last == b'=') {
            last = *byte;
        }
    }
    (count, &[])
}

fn is_gap(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b'/' | b'"' | b'\'')
}

/// The bytes after the end of a comment, which can follow its start at once.
fn after_comment(comment: &[u8]) -> &[u8] {
    if let Some(rest) = comment.strip_prefix(b">").or_else(|| comment.strip_prefix(b"->")) {
        return rest;
    }
    let mut rest = comment;
    while let Some(at) = rest.windows(2).position(|window| window == b"--") {
        rest = rest.get(at + 1..).unwrap_or_default();
        if let Some(after) = rest.strip_prefix(b"->").or_else(|| rest.strip_prefix(b"-!>")) {
            return after;
        }
    }
    &[]
}

/// The bytes after the next `end`, in any case of letters; empty if there is none.
fn after<'h>(html: &'h [u8], end: &[u8]) -> &'h [u8] {
    let at = html.windows(end.len()).position(|window| window.eq_ignore_ascii_case(end));
    at.and_then(|at| html.get(at + end.len()..)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_counted_outside_of_quotes() {
        let counts = |tag: &str| skip_attributes(tag.as_bytes()).0;
        assert_eq!(counts(">"), 0);
        assert_eq!(counts(" a b=1 c = 'x y > z' d=\"\"/>"), 4);
        assert_eq!(counts(" a='1'b='2'/c>"), 3);
        assert_eq!(skip_attributes(b" a>rest").1, b"rest");
    }

    #[test]
    fn deep_nesting_and_many_attributes_are_refused() {
        let attributes = (0..20_000).map(|n| format!(" a{n}=1")).collect::<Vec<_>>().concat();
        for html in [
            "<div>".repeat(20_000),
            "<DIV class='>'>".repeat(20_000),
            "<b><p>".repeat(20_000),
            format!("<p{attributes}>x"),
            "&amp;".repeat(300_000),
            format!("<!-->{}", "<i>".repeat(20_000)),
            format!("<svg><style>{}</style>", "<i>".repeat(20_000)),
        ] {
            let refusal = check(&html).unwrap_err();
            assert_eq!(refusal.slug(), "too_complex", "{}", html.get(..20).unwrap());
        }
    }

    #[test]
    fn long_pages_are_not_deep() {
        let row = "<tr><td class=a>1<td>2<br><p>text<li>item <a href='/x'>y</a> <b>z</b>";
        for html in [
            format!("<html><body><table>{}</table>", row.repeat(50_000)),
            "<div><span>x</span></div>".repeat(100_000),
            format!("<script>{}</script>", "'<div>' ".repeat(100_000)),
            format!("<!-- {} -->", "<div>".repeat(100_000)),
            "a < b ".repeat(100_000),
            "a &amp; b ".repeat(20_000),
            "<p>a &amp; b".repeat(200_000),
        ] {
            check(&html).unwrap();
        }
    }
}
