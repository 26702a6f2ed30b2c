//! Finds the banners of an HTML page that ask for consent to cookies: they are no content, unless they are most of the page.

use std::collections::HashSet;

use dom_query::{Document, NodeId, NodeRef};

/// Elements that can be a banner: a heading with the id `cookie-consent` is content.
const BOXES: [&str; 6] = ["div", "section", "aside", "form", "dialog", "footer"];
/// Words that name a banner beside `cookie`, or beside `consent` without the first two.
const PARTS: [&str; 22] = [
    "consent",
    "notice",
    "banner",
    "bar",
    "popup",
    "modal",
    "dialog",
    "overlay",
    "message",
    "alert",
    "warning",
    "info",
    "disclaimer",
    "hint",
    "law",
    "wall",
    "layer",
    "box",
    "bot",
    "sdk",
    "manager",
    "container",
];
/// Maximum number of elements whose text is measured: each of many nested ones has the text of the others.
const MAX_MEASURED: usize = 100;

/// The outermost elements that are banners.
#[derive(Default)]
pub(super) struct Banners(HashSet<NodeId>);

impl Banners {
    pub(super) fn find(document: &Document) -> Self {
        let mut found = HashSet::new();
        let named: Vec<NodeRef<'_>> =
            document.root().descendants_it().filter(is_named_banner).take(MAX_MEASURED).collect();
        if named.is_empty() {
            return Self(found);
        }
        let page_bytes = text_bytes(&document.root());
        for node in named {
            let is_within = node.ancestors_it(None).any(|above| found.contains(&above.id));
            if !is_within && text_bytes(&node) * 2 < page_bytes {
                found.insert(node.id);
            }
        }
        Self(found)
    }

    pub(super) fn holds(&self, node: &NodeRef<'_>) -> bool {
        self.0.contains(&node.id)
    }
}

fn text_bytes(node: &NodeRef<'_>) -> usize {
    node.text().split_whitespace().map(str::len).sum()
}

/// Whether the id, class or role of an element names a banner, such as `cookie-banner` or `cookieConsent`.
fn is_named_banner(node: &NodeRef<'_>) -> bool {
    if !node.node_name().is_some_and(|name| BOXES.contains(&&*name)) {
        return false;
    }
    let words: Vec<String> = ["id", "class", "role"]
        .iter()
        .filter_map(|attribute| node.attr(attribute))
        .flat_map(|value| words_of(&value))
        .collect();
    let is_part =
        |skipped: usize| PARTS.iter().skip(skipped).any(|part| words.iter().any(|word| word == part));
    let has = |wanted: &str| words.iter().any(|word| word.trim_end_matches('s') == wanted);
    (has("cookie") && is_part(0)) || (has("consent") && is_part(2))
}

/// The words of a name, which marks, blanks or capitals divide, in lower case.
fn words_of(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for c in name.chars() {
        if !c.is_alphanumeric() || (c.is_uppercase() && was_lower) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut()
            && c.is_alphanumeric()
        {
            word.extend(c.to_lowercase());
        }
        was_lower = c.is_lowercase();
    }
    words
}
