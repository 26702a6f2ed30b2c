//! Where in a filter the parser is.

use super::FilterError;

/// Characters of a name that pointers and messages show.
const SHOWN_CHARS: usize = 40;

/// A place in the JSON of a filter, and how deep it is in filters.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pointer: String,
    /// Filters around it.
    pub(super) depth: usize,
    /// Whether keys start at an array's element, not at the document.
    pub(super) in_element: bool,
}

impl Place {
    pub(super) fn root() -> Self {
        Self { pointer: String::new(), depth: 0, in_element: false }
    }

    /// The field or element of that name.
    pub(super) fn child(&self, name: &str) -> Self {
        let name = shown(name).replace('~', "~0").replace('/', "~1");
        Self { pointer: format!("{}/{name}", self.pointer), ..self.clone() }
    }

    /// The same place, one filter deeper.
    pub(super) fn deeper(&self) -> Self {
        Self { depth: self.depth + 1, ..self.clone() }
    }

    /// The same place, one filter deeper and in an array's element.
    pub(super) fn element(&self) -> Self {
        Self { in_element: true, ..self.deeper() }
    }

    pub(super) fn error(&self, message: impl Into<String>) -> FilterError {
        FilterError { pointer: self.pointer.clone(), message: message.into() }
    }
}

/// A name as messages show it: short, and without control characters.
pub(super) fn shown(name: &str) -> String {
    let mut text: String =
        name.chars().take(SHOWN_CHARS).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if name.chars().nth(SHOWN_CHARS).is_some() {
        text.push('…');
    }
    text
}
