//! Classes of HTML elements: hidden, inline, around the main content.

use std::collections::HashSet;

use dom_query::{Document, NodeRef};

/// Elements whose text is not meant to be read.
const HIDDEN: [&str; 14] = [
    "script",
    "style",
    "noscript",
    "template",
    "svg",
    "head",
    "iframe",
    "object",
    "select",
    "textarea",
    "canvas",
    "annotation",
    "annotation-xml",
    "datalist",
];

/// Number of siblings that are looked at to decide whether an element is inline.
const MAX_SIBLINGS: usize = 50;

/// Elements around the main content of a page.
const CLUTTER: [&str; 3] = ["nav", "footer", "aside"];

/// Inline elements; all others separate blocks.
const INLINE: [&str; 46] = [
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font",
    "i", "ins", "kbd", "label", "mark", "math", "meter", "nobr", "output", "picture", "progress", "q", "rp",
    "rt", "ruby", "s", "samp", "slot", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u",
    "var", "wbr", "blink", "rb", "rtc",
];

/// Words in the class, role or label of an element that warns or explains.
const NOTES: [&str; 12] = [
    "warn",
    "note",
    "caution",
    "danger",
    "important",
    "tip",
    "alert",
    "admonition",
    "callout",
    "notice",
    "hint",
    "info",
];

/// Words in the class or role of parts that open on a click and hold no content.
const POPUPS: [&str; 6] = ["menu", "dialog", "modal", "tooltip", "popup", "cookie"];

/// Whether the element is inline where it stands.
pub(super) fn is_inline(name: &str, node: &NodeRef<'_>) -> bool {
    if INLINE.contains(&name) || is_math(name) {
        return true;
    }
    // An element of the page's own kind is inline between words, and a block between blocks.
    name.contains('-')
        && node.parent().is_some_and(|parent| {
            parent
                .children_it(false)
                .take(MAX_SIBLINGS)
                .any(|child| child.is_text() && !child.text().trim().is_empty())
        })
}

/// Whether the element is one of `MathML`.
pub(super) fn is_math(name: &str) -> bool {
    name.starts_with('m')
        && [
            "mi",
            "mn",
            "mo",
            "mtext",
            "mrow",
            "mfrac",
            "msup",
            "msub",
            "msubsup",
            "msqrt",
            "mroot",
            "mover",
            "munder",
            "munderover",
            "mstyle",
            "mspace",
            "mpadded",
            "mfenced",
            "mtable",
            "mtr",
            "mtd",
        ]
        .contains(&name)
        || name == "semantics"
}

/// The sign that a formula has before an element: `/` before the lower part of a fraction.
pub(super) fn math_sign(node: &NodeRef<'_>) -> Option<&'static str> {
    let parent = node.parent()?;
    let parent = parent.node_name()?;
    let place = node
        .prev_element_sibling()
        .map_or(0, |before| 1 + usize::from(before.prev_element_sibling().is_some()));
    match (&*parent, place) {
        ("mfrac", 1) => Some("/"),
        ("msup", 1) | ("msubsup", 2) => Some("^"),
        ("msub" | "msubsup", 1) => Some("_"),
        _ => None,
    }
}

/// The parts of a page that the rest of it opens: accordions, tabs.
#[derive(Default)]
pub(super) struct Controlled(HashSet<String>);

impl Controlled {
    pub(super) fn find(document: &Document) -> Self {
        let mut ids = HashSet::new();
        for node in document.root().descendants_it() {
            for attribute in ["aria-controls", "data-target", "data-bs-target"] {
                let target = node.attr(attribute);
                ids.extend(
                    target
                        .iter()
                        .flat_map(|ids| ids.split_whitespace())
                        .map(|id| id.trim_start_matches('#').to_owned()),
                );
            }
        }
        Self(ids)
    }

    /// Whether a person can never see the element.
    pub(super) fn is_hidden(&self, name: &str, node: &NodeRef<'_>) -> bool {
        if HIDDEN.contains(&name)
            || (name == "button" && !is_heading_button(node))
            || (name == "dialog" && !node.has_attr("open"))
        {
            return true;
        }
        let style =
            node.attr("style").map(|style| style.to_ascii_lowercase().replace(' ', "")).unwrap_or_default();
        let is_off = node.attr("hidden").is_some_and(|value| &*value != "until-found")
            || node.attr("aria-hidden").is_some_and(|value| &*value == "true")
            || style.contains("display:none")
            || style.contains("visibility:hidden");
        is_off && !self.opens(node)
    }

    /// Whether a hidden element is content that a click shows.
    fn opens(&self, node: &NodeRef<'_>) -> bool {
        let words = words_of(node);
        let is_controlled = node.attr("id").is_some_and(|id| self.0.contains(&*id))
            || words.contains("tabpanel")
            || words.contains("accordion")
            || words.contains("collapse");
        is_controlled && !POPUPS.iter().any(|word| words.contains(word))
    }
}

/// Whether an element around the main content holds none of it.
pub(super) fn is_clutter(name: &str, node: &NodeRef<'_>) -> bool {
    if !CLUTTER.contains(&name) {
        return false;
    }
    let words = words_of(node);
    let is_note =
        name == "aside" && (NOTES.iter().any(|note| words.contains(note)) || starts_as_note(&node.text()));
    let is_in_article = name == "footer"
        && node
            .ancestors_it(None)
            .any(|above| above.node_name().is_some_and(|name| matches!(&*name, "article" | "blockquote")));
    !is_note && !is_in_article
}

fn starts_as_note(text: &str) -> bool {
    let text = text.trim_start().to_ascii_lowercase();
    ["warning", "note", "caution", "important", "danger", "achtung", "hinweis", "attention"]
        .iter()
        .any(|word| text.starts_with(word))
}

/// The question of an accordion is a button in a heading or one that opens something.
fn is_heading_button(node: &NodeRef<'_>) -> bool {
    node.has_attr("aria-expanded")
        || node.ancestors_it(Some(3)).any(|above| {
            above.node_name().is_some_and(|name| {
                matches!(&*name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "summary" | "dt")
            })
        })
}

/// The class, role and label of an element, in lower case.
fn words_of(node: &NodeRef<'_>) -> String {
    ["class", "role", "aria-label"]
        .iter()
        .filter_map(|attribute| node.attr(attribute))
        .map(|value| value.to_ascii_lowercase())
        .collect::<Vec<_>>()
        .join(" ")
}
