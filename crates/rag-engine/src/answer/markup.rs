//! Answers are Markdown that is safe to render: no raw HTML, and links and images only to hosts that the settings allow.
//!
//! The text comes from documents and models, and an attacker may have written either. What is not allowed stays readable: a tag is
//! escaped, an image becomes its alternative text, and the address of a link becomes code. Code blocks and code spans are left as they are.

use super::markup_code::{Paragraph, fence_of};
use crate::names;

/// Maximum length of the text or the address of a link, in bytes; a longer one is plain text.
const MAX_LINK_BYTES: usize = 2_000;

/// Filters an answer while it is written. The pieces in which the text arrives do not change the result.
#[derive(Debug)]
pub(super) struct MarkupFilter<'a> {
    /// Hosts, with all names below them, to which links and images may lead.
    hosts: &'a [String],
    /// Text that cannot be judged before more of it arrives.
    held: String,
    is_line_start: bool,
    /// Character and length of the fence of the open code block.
    fence: Option<(u8, usize)>,
    /// Whether an indented fence came: it may belong to a list, and then no fence after it is known to open or to close.
    is_fence_unsure: bool,
    paragraph: Paragraph,
}

/// A decision about the start of the text that is held.
enum Step {
    /// More text is needed.
    Wait,
    /// So many bytes are done with.
    Used(usize),
}

impl<'a> MarkupFilter<'a> {
    pub(super) fn new(hosts: &'a [String]) -> Self {
        Self {
            hosts,
            held: String::new(),
            is_line_start: true,
            fence: None,
            is_fence_unsure: false,
            paragraph: Paragraph::default(),
        }
    }

    /// Takes a piece; returns the text that is safe by now.
    pub(super) fn push(&mut self, piece: &str) -> String {
        self.held.extend(piece.chars().filter(|letter| !names::is_deceptive(*letter)));
        self.drain(false)
    }

    /// The rest, when there is no more text.
    pub(super) fn finish(&mut self) -> String {
        self.drain(true)
    }

    fn drain(&mut self, is_end: bool) -> String {
        let held = std::mem::take(&mut self.held);
        let (mut rest, mut out) = (held.as_str(), String::new());
        while !rest.is_empty() {
            match self.step(rest, is_end, &mut out) {
                Step::Wait => break,
                Step::Used(bytes) => rest = rest.get(bytes..).unwrap_or_default(),
            }
        }
        self.held = rest.to_owned();
        self.paragraph.note_end(&out);
        out
    }

    fn step(&mut self, rest: &str, is_end: bool, out: &mut String) -> Step {
        if self.is_line_start || self.fence.is_some() {
            return self.line_start(rest, is_end, out);
        }
        let mut letters = rest.chars();
        let (first, next) = (letters.next().unwrap_or_default(), letters.next());
        if next.is_none() && !is_end && matches!(first, '\\' | '<' | '!') {
            return Step::Wait;
        }
        match (first, next) {
            ('\n', _) => self.is_line_start = true,
            // A backslash within an address would hide it from this filter, but not from clients.
            ('\\', Some(':' | '/' | '.')) => out.push('\\'),
            ('\\', Some(next)) if next.is_ascii_punctuation() => {
                out.extend([first, next]);
                return Step::Used(2);
            }
            ('`', _) => return self.paragraph.code_span(rest, is_end, out).map_or(Step::Wait, Step::Used),
            ('<', Some(next)) if !next.is_whitespace() => out.push('\\'),
            ('[', _) | ('!', Some('[')) => return self.bracket(rest, is_end, out),
            _ if is_of_word(first) => return self.word(rest, is_end, out),
            _ => {}
        }
        out.push(first);
        Step::Used(first.len_utf8())
    }

    /// The start of a line decides about code blocks and paragraphs.
    fn line_start(&mut self, rest: &str, is_end: bool, out: &mut String) -> Step {
        let end = rest.find('\n').map(|at| at + 1).or(is_end.then_some(rest.len()));
        let line = end.and_then(|end| rest.get(..end));
        let text = rest.trim_start_matches(' ');
        let may_be_fence = rest.len() - text.len() < 4 && text.starts_with(['`', '~']);
        let Some(line) = line else {
            if self.fence.is_some() || may_be_fence || is_blank(rest) {
                return Step::Wait;
            }
            self.is_line_start = false;
            return Step::Used(0);
        };
        let found = fence_of(line);
        match (self.fence, found) {
            (Some((sign, length)), Some(closing)) if closing.closes(sign, length) => self.fence = None,
            (Some(_), _) => {}
            (None, Some(opening)) if opening.may_open && !opening.is_indented && !self.is_fence_unsure => {
                self.fence = Some((opening.sign, opening.length));
            }
            (None, found) => {
                self.is_fence_unsure |= found.is_some_and(|fence| fence.is_indented);
                if is_blank(line) {
                    self.paragraph.begin();
                }
                self.is_line_start = false;
                return Step::Used(0);
            }
        }
        self.paragraph.begin();
        self.is_line_start = true;
        out.push_str(line);
        Step::Used(line.len())
    }

    /// A bracket may open a link, an image or a definition; `[3]` is a citation and stays.
    fn bracket(&mut self, rest: &str, is_end: bool, out: &mut String) -> Step {
        let is_image = rest.starts_with('!');
        let opener = usize::from(is_image) + 1;
        let escaped = if is_image { "!\\[" } else { "\\[" };
        let Some((text, after)) = enclosed(rest.get(opener..).unwrap_or_default(), ']', "[`<\\", is_end)
        else {
            return Step::Wait;
        };
        let Some(text) = text else {
            out.push_str(escaped);
            return Step::Used(opener);
        };
        match after.chars().next() {
            None if !is_end => Step::Wait,
            Some(':') => {
                out.push_str(escaped);
                Step::Used(opener)
            }
            Some('(') => {
                let inner = after.get(1..).unwrap_or_default();
                let Some((target, _)) = enclosed(inner, ')', "`<\\", is_end) else { return Step::Wait };
                let Some(target) = target else {
                    out.push_str(escaped);
                    return Step::Used(opener);
                };
                self.link(is_image, text, target, out);
                Step::Used(opener + text.len() + 2 + target.len() + 1)
            }
            _ => {
                out.push_str(if is_image { "![" } else { "[" });
                self.words(text, out);
                out.push(']');
                Step::Used(opener + text.len() + 1)
            }
        }
    }

    fn link(&self, is_image: bool, text: &str, target: &str, out: &mut String) {
        let address = target.split_whitespace().next().unwrap_or_default();
        if self.allows(address) {
            out.push_str(if is_image { "![" } else { "[" });
            out.push_str(text);
            out.push_str("](");
            out.push_str(address);
            out.push(')');
            return;
        }
        self.words(text, out);
        if !is_image && !address.is_empty() && address != text {
            out.push_str(" (");
            self.paragraph.push_code(&address.replace('|', "%7C"), out);
            out.push(')');
        }
    }

    /// A word is held until it ends: it may be an address, which many clients make a link.
    fn word(&self, rest: &str, is_end: bool, out: &mut String) -> Step {
        let end = rest.find(|letter| !is_of_word(letter)).unwrap_or(rest.len());
        if let Some(part) = rest.get(..MAX_LINK_BYTES).filter(|_| end >= MAX_LINK_BYTES) {
            // No part of it can be judged without the rest.
            self.paragraph.push_code(part, out);
            return Step::Used(part.len());
        }
        if end == rest.len() && !is_end {
            return Step::Wait;
        }
        self.push_word(rest.get(..end).unwrap_or_default(), out);
        Step::Used(end)
    }

    /// The words of a text that has no other markup.
    fn words(&self, text: &str, out: &mut String) {
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let end = rest.find(|letter| !is_of_word(letter)).unwrap_or(rest.len());
            let (word, after) = rest.split_at(if end == 0 { first.len_utf8() } else { end });
            if end == 0 {
                out.push(first);
            } else {
                self.push_word(word, out);
            }
            rest = after;
        }
    }

    fn push_word(&self, word: &str, out: &mut String) {
        let Some(start) = address_start(word) else { return push_plain(word, out) };
        let (before, address) = word.split_at(start);
        let bare = address.trim_end_matches(|letter: char| ".,;:!?)]}'\"*_~>".contains(letter));
        let after = address.get(bare.len()..).unwrap_or_default();
        push_plain(before, out);
        if self.allows(bare) {
            out.push_str(bare);
        } else {
            self.paragraph.push_code(bare, out);
        }
        push_plain(after, out);
    }

    /// Whether the address is a web address of a host that is allowed, and nothing else.
    fn allows(&self, address: &str) -> bool {
        let path = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"));
        let Some(path) = path else { return false };
        let is_plain = |letter: char| letter.is_ascii_graphic() && !"<>\"`\\|()[]".contains(letter);
        if !path.chars().all(is_plain) || address_start(path).is_some_and(|at| at > 0) {
            return false;
        }
        let authority = path.split(['/', '?', '#']).next().unwrap_or_default();
        let (host, port) = authority.split_once(':').unwrap_or((authority, ""));
        let host = host.to_ascii_lowercase();
        let is_below = |allowed: &str| {
            host == allowed || host.strip_suffix(allowed).is_some_and(|below| below.ends_with('.'))
        };
        host.chars().all(|letter| letter.is_ascii_alphanumeric() || ".-".contains(letter))
            && port.chars().all(|digit| digit.is_ascii_digit())
            && self.hosts.iter().any(|allowed| is_below(&allowed.to_ascii_lowercase()))
    }
}

/// Passes on a word that is no address, and cannot become one when a client decodes its entities.
fn push_plain(word: &str, out: &mut String) {
    let names = ["#", "colon;", "sol;", "period;"];
    for (number, part) in word.split('&').enumerate() {
        if number > 0 {
            out.push_str(if names.iter().any(|name| part.starts_with(name)) { "\\&" } else { "&" });
        }
        out.push_str(part);
    }
}

fn is_blank(line: &str) -> bool {
    line.trim_matches([' ', '\t', '\n', '\r']).is_empty()
}

/// Where an address starts that clients may make a link: at its scheme, or at `www.`.
fn address_start(word: &str) -> Option<usize> {
    let by_scheme = word.find("://").map(|at| {
        let scheme = word.get(..at).unwrap_or_default();
        scheme
            .rfind(|letter: char| !(letter.is_ascii_alphanumeric() || "+.-".contains(letter)))
            .map_or(0, |at| at + 1)
    });
    let by_name = word.to_ascii_lowercase().match_indices("www.").map(|(at, _)| at).find(|at| {
        word.get(..*at).is_some_and(|before| !before.ends_with(|letter: char| letter.is_ascii_alphanumeric()))
    });
    by_scheme.into_iter().chain(by_name).min()
}

/// The text up to `closer` on the same line and what follows it; no text when it is not there, is too long or has one of `others`
/// before. None when more must arrive to tell.
fn enclosed<'t>(
    text: &'t str,
    closer: char,
    others: &str,
    is_end: bool,
) -> Option<(Option<&'t str>, &'t str)> {
    let stop = text.find(|letter| letter == closer || letter == '\n' || others.contains(letter));
    match stop {
        Some(at) if at <= MAX_LINK_BYTES && text.get(at..)?.starts_with(closer) => {
            Some((text.get(..at), text.get(at + closer.len_utf8()..).unwrap_or_default()))
        }
        None if !is_end && text.len() <= MAX_LINK_BYTES => None,
        _ => Some((None, "")),
    }
}

/// Whether the character can be part of an address.
fn is_of_word(letter: char) -> bool {
    letter.is_ascii_graphic() && !"\\`<[!|".contains(letter)
}
