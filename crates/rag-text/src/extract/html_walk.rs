//! Walks an HTML tree and returns its text as blocks; does not recurse and does not select the main content.

use std::collections::HashSet;

use dom_query::{Document, NodeRef};

use super::{
    html_banners::Banners,
    html_elements::{Controlled, is_clutter, is_inline, is_math, math_sign},
    html_table::{OpenTable, is_data},
    links::link_note,
};
use crate::block::BlockKind;

/// The blocks of a tree in reading order, with or without menus and footers.
pub(crate) fn blocks(document: &Document, with_clutter: bool) -> Vec<(BlockKind, String)> {
    let mut walk = Walk {
        with_clutter,
        controlled: Controlled::find(document),
        banners: Banners::find(document),
        ..Walk::default()
    };
    let root = document.root();
    let mut node = root;
    loop {
        if walk.enter(&node)
            && let Some(child) = node.first_child()
        {
            node = child;
            continue;
        }
        walk.leave(&node);
        while node.next_sibling().is_none() {
            match node.parent() {
                Some(parent) if parent.id != root.id => node = parent,
                _ => {
                    walk.flush();
                    return walk.blocks;
                }
            }
            walk.leave(&node);
        }
        if let Some(next) = node.next_sibling() {
            node = next;
        }
    }
}

/// Maximum length of the mark of a note, in characters.
const MAX_NOTE_CHARS: usize = 6;

#[derive(Default)]
struct Walk {
    with_clutter: bool,
    controlled: Controlled,
    banners: Banners,
    blocks: Vec<(BlockKind, String)>,
    text: String,
    heading: Option<u8>,
    /// Number of open verbatim elements.
    verbatim: usize,
    /// Number of open quotations.
    quotes: usize,
    /// The open data table; layout tables are walked as blocks.
    table: Option<OpenTable>,
    /// The next number of every open list, `None` for bullets.
    lists: Vec<Option<u64>>,
    /// The marker of a list item whose text has not begun.
    marker: Option<String>,
    /// Number of open elements around the main content, and of addresses within them.
    clutter: usize,
    addresses: usize,
    /// The targets of open links, and where their texts begin.
    links: Vec<(String, usize)>,
    /// Targets that have been named.
    named: HashSet<String>,
}

impl Walk {
    /// Handles a node on the way down; returns whether its children must be walked.
    fn enter(&mut self, node: &NodeRef<'_>) -> bool {
        if node.is_text() {
            self.add_text(&node.text());
        }
        let Some(name) = node.node_name() else { return !node.is_text() };
        let name: &str = &name;
        if self.controlled.is_hidden(name, node) {
            return false;
        }
        if self.is_left_out(name, node) {
            self.flush();
            self.clutter += 1;
        }
        self.addresses += usize::from(name == "address");
        match name {
            "br" if self.table.is_some() => self.add_text(" "),
            "br" => self.text.push('\n'),
            "img" | "area" => {
                if let Some(description) = node.attr("alt") {
                    self.add_text(&format!(" {description} "));
                }
            }
            "a" => self.links.push((
                node.attr("href").map(|target| target.trim().to_owned()).unwrap_or_default(),
                self.text.len(),
            )),
            "sup" if is_note(node) => {
                self.add_text(&format!("[{}]", node.text().trim().trim_matches(['[', ']'])));
                return false;
            }
            "sup" if is_exponent(node) => self.add_text("^"),
            "del" | "s" | "strike" => self.add_text("~~"),
            _ if is_math(name) => {
                if let Some(sign) = math_sign(node) {
                    self.add_text(sign);
                }
            }
            _ if is_inline(name, node) => {}
            "caption" if self.table.is_some() => {}
            _ => match &mut self.table {
                Some(table) => table.enter(name, node, &mut self.text),
                None => self.enter_block(name, node),
            },
        }
        true
    }

    /// Whether the element is beside the content of the page.
    fn is_left_out(&self, name: &str, node: &NodeRef<'_>) -> bool {
        !self.with_clutter && (is_clutter(name, node) || self.banners.holds(node))
    }

    fn enter_block(&mut self, name: &str, node: &NodeRef<'_>) {
        // A definition stays with its term.
        if name == "dd" && !self.text.trim().is_empty() {
            self.text.truncate(self.text.trim_end().len());
            self.text.push_str(if self.text.ends_with([':', '?']) { " " } else { ": " });
            return;
        }
        self.flush();
        match name {
            "pre" => self.verbatim += 1,
            "blockquote" => self.quotes += 1,
            "ul" | "menu" => self.lists.push(None),
            "ol" => {
                self.lists.push(Some(node.attr("start").and_then(|start| start.parse().ok()).unwrap_or(1)));
            }
            "li" => self.marker = Some(self.next_marker()),
            "table" => self.table = is_data(node).then(OpenTable::default),
            _ => self.heading = heading_level(name).or(self.heading),
        }
    }

    /// Handles a node on the way up.
    fn leave(&mut self, node: &NodeRef<'_>) {
        let Some(name) = node.node_name() else { return };
        let name: &str = &name;
        if self.controlled.is_hidden(name, node) {
            return;
        }
        match name {
            "br" | "img" | "area" => return,
            "a" => self.end_link(),
            "del" | "s" | "strike" => self.add_text("~~"),
            _ => {}
        }
        if !is_inline(name, node) {
            self.leave_block(name);
        }
        self.addresses -= usize::from(name == "address");
        if self.is_left_out(name, node) {
            self.text.clear();
            self.clutter -= 1;
        }
    }

    fn leave_block(&mut self, name: &str) {
        if let Some(mut table) = self.table.take() {
            match name {
                "table" => {
                    let text = table.finish(&mut self.text);
                    if !text.trim().is_empty() {
                        self.blocks.push((BlockKind::Table, text));
                    }
                    self.text.clear();
                }
                "caption" => {
                    self.flush();
                    self.table = Some(table);
                }
                _ => {
                    table.leave(name, &mut self.text);
                    self.table = Some(table);
                }
            }
            return;
        }
        if name == "dt" {
            return;
        }
        self.flush();
        match name {
            "pre" => self.verbatim = self.verbatim.saturating_sub(1),
            "blockquote" => self.quotes = self.quotes.saturating_sub(1),
            "ul" | "menu" | "ol" => drop(self.lists.pop()),
            _ if heading_level(name).is_some() => self.heading = None,
            _ => {}
        }
    }

    fn end_link(&mut self) {
        let Some((target, start)) = self.links.pop() else { return };
        let text = self.text.get(start..).unwrap_or_default();
        if self.verbatim == 0
            && self.heading.is_none()
            && !text.trim().is_empty()
            && let Some(note) = link_note(&target, text)
            && self.named.insert(target)
        {
            self.text.push_str(&note);
        }
    }

    fn add_text(&mut self, text: &str) {
        if self.clutter > 0 && self.addresses == 0 {
            return;
        }
        if self.verbatim > 0 && self.table.is_none() {
            self.text.push_str(text);
            return;
        }
        for c in text.chars() {
            if !matches!(c, ' ' | '\n' | '\t' | '\r' | '\x0c') {
                self.text.push(c);
            } else if !self.text.is_empty() && !self.text.ends_with([' ', '\n']) {
                self.text.push(' ');
            }
        }
    }

    fn next_marker(&mut self) -> String {
        match self.lists.last_mut() {
            Some(Some(number)) => {
                let marker = format!("{number}. ");
                *number = number.saturating_add(1);
                marker
            }
            _ => "- ".to_owned(),
        }
    }

    fn flush(&mut self) {
        let text = std::mem::take(&mut self.text);
        self.links.iter_mut().for_each(|link| link.1 = 0);
        if text.trim().is_empty() {
            return;
        }
        let (kind, text) = match self.heading {
            _ if self.verbatim > 0 => (BlockKind::Code, text),
            Some(level) => (BlockKind::Heading { level }, text),
            None if self.quotes > 0 => (BlockKind::Quote, text),
            None if !self.lists.is_empty() => {
                (BlockKind::ListItem, self.marker.take().unwrap_or_default() + &text)
            }
            None => (BlockKind::Paragraph, text),
        };
        self.blocks.push((kind, text));
    }
}

/// Whether raised text refers to a note: a link of a few characters.
fn is_note(node: &NodeRef<'_>) -> bool {
    let is_link = |inner: NodeRef<'_>| inner.node_name().is_some_and(|name| &*name == "a");
    node.descendants_it().take(5).any(is_link) && node.text().trim().chars().count() <= MAX_NOTE_CHARS
}

/// Whether raised text is a power and no ordinal or note: `10<sup>6</sup>`.
fn is_exponent(node: &NodeRef<'_>) -> bool {
    let text = node.text();
    let is_number =
        !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '−' | '+'));
    let follows_number = node.prev_sibling().is_some_and(|before| {
        let before = before.text();
        let word: Vec<char> = before.chars().rev().take_while(|c| c.is_alphanumeric()).take(4).collect();
        word.first().is_some_and(|last| last.is_ascii_digit() || word.len() <= 2) || before.ends_with(')')
    });
    is_number && follows_number && node.descendants_it().all(|inner| inner.is_text())
}

fn heading_level(name: &str) -> Option<u8> {
    ["h1", "h2", "h3", "h4", "h5", "h6"]
        .iter()
        .zip(1..)
        .find_map(|(heading, level)| (*heading == name).then_some(level))
}
