//! Walks an HTML tree and returns its text as blocks; does not recurse and does not select the main content.

use dom_query::{Document, NodeRef};

use crate::block::BlockKind;

/// Elements whose text is not meant to be read.
const HIDDEN: [&str; 12] = [
    "script", "style", "noscript", "template", "svg", "head", "iframe", "object", "button", "select",
    "textarea", "canvas",
];

/// Elements around the main content of a page.
const CLUTTER: [&str; 3] = ["nav", "footer", "aside"];

/// Inline elements; all others separate blocks.
const INLINE: [&str; 38] = [
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font",
    "i", "ins", "kbd", "label", "mark", "math", "meter", "nobr", "output", "q", "rp", "rt", "ruby", "s",
    "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u",
];

/// The blocks of a tree in reading order, with or without menus and footers.
pub(crate) fn blocks(document: &Document, with_clutter: bool) -> Vec<(BlockKind, String)> {
    let mut walk = Walk { with_clutter, ..Walk::default() };
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

#[derive(Default)]
struct Walk {
    with_clutter: bool,
    blocks: Vec<(BlockKind, String)>,
    text: String,
    heading: Option<u8>,
    /// Number of open verbatim elements.
    verbatim: usize,
    /// Number of open quotations.
    quotes: usize,
    /// Number of open data tables, which are written row by row; layout tables are not counted.
    tables: usize,
    /// The next number of every open list, `None` for bullets.
    lists: Vec<Option<u64>>,
    /// The marker of a list item whose text has not begun.
    marker: Option<String>,
}

impl Walk {
    /// Handles a node on the way down; returns whether its children must be walked.
    fn enter(&mut self, node: &NodeRef<'_>) -> bool {
        if node.is_text() {
            self.add_text(&node.text());
        }
        let Some(name) = node.node_name() else { return !node.is_text() };
        let name: &str = &name;
        if HIDDEN.contains(&name)
            || (!self.with_clutter && CLUTTER.contains(&name))
            || node.has_attr("hidden")
            || node.attr("aria-hidden").is_some_and(|value| &*value == "true")
        {
            return false;
        }
        match name {
            "br" if self.tables > 0 => self.add_text(" "),
            "br" => self.text.push('\n'),
            "img" => {
                if let Some(description) = node.attr("alt") {
                    self.add_text(&format!(" {description} "));
                }
            }
            _ if INLINE.contains(&name) => {}
            _ if self.tables > 0 => self.enter_in_table(name),
            _ => self.enter_block(name, node),
        }
        true
    }

    fn enter_block(&mut self, name: &str, node: &NodeRef<'_>) {
        self.flush();
        match name {
            "pre" => self.verbatim += 1,
            "blockquote" => self.quotes += 1,
            "ul" | "menu" => self.lists.push(None),
            "ol" => {
                self.lists.push(Some(node.attr("start").and_then(|start| start.parse().ok()).unwrap_or(1)));
            }
            "li" => self.marker = Some(self.next_marker()),
            "table" => self.tables = usize::from(is_data(node)),
            _ => self.heading = heading_level(name).or(self.heading),
        }
    }

    fn enter_in_table(&mut self, name: &str) {
        match name {
            "tr" | "caption" if !self.text.trim().is_empty() => self.divide_cells("\n"),
            "td" | "th" if !self.text.is_empty() && !self.text.ends_with('\n') => self.divide_cells(" | "),
            "table" => self.tables += 1,
            _ => self.add_text(" "),
        }
    }

    fn divide_cells(&mut self, divider: &str) {
        self.text.truncate(self.text.trim_end_matches(' ').len());
        self.text.push_str(divider);
    }

    /// Handles a node on the way up.
    fn leave(&mut self, node: &NodeRef<'_>) {
        let Some(name) = node.node_name() else { return };
        let name: &str = &name;
        if INLINE.contains(&name) || matches!(name, "br" | "img") {
            return;
        }
        if self.tables > 0 {
            match name {
                "table" if self.tables > 1 => self.tables -= 1,
                "table" => {
                    self.flush();
                    self.tables = 0;
                }
                _ => {}
            }
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

    fn add_text(&mut self, text: &str) {
        if self.verbatim > 0 && self.tables == 0 {
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
        if text.trim().is_empty() {
            return;
        }
        let (kind, text) = match self.heading {
            _ if self.tables > 0 => (BlockKind::Table, text),
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

fn heading_level(name: &str) -> Option<u8> {
    ["h1", "h2", "h3", "h4", "h5", "h6"]
        .iter()
        .zip(1..)
        .find_map(|(heading, level)| (*heading == name).then_some(level))
}

/// Whether a table holds data: a table that contains tables or headings only does the page's layout.
fn is_data(table: &NodeRef<'_>) -> bool {
    let arranges = |node: NodeRef<'_>| {
        node.node_name()
            .is_some_and(|name| matches!(&*name, "table" | "pre") || heading_level(&name).is_some())
    };
    !table.descendants_it().any(arranges)
}
