//! Walks XML one event at a time: resolves no entity that the document defines, loads nothing, keeps no tree.

use quick_xml::{
    Reader,
    escape::resolve_predefined_entity,
    events::{BytesStart, Event},
};

use crate::refusal::Refusal;

/// Maximum number of open elements.
const MAX_DEPTH: usize = 1000;
/// Maximum number of attributes of an element that are looked at.
const MAX_ATTRIBUTES: usize = 100;
/// Maximum length of a value of an attribute that is looked at, in bytes.
const MAX_VALUE_BYTES: usize = 64 * 1024;

/// An event of a walk.
pub(crate) enum Node<'x> {
    /// The start of an element; an empty element is followed by its end.
    Start(&'x Tag<'x>),
    /// The end of the element with this local name.
    End(&'x str),
    /// Text, possibly a part of it.
    Text(&'x str),
}

/// The start tag of an element.
pub(crate) struct Tag<'x> {
    start: BytesStart<'x>,
}

impl Tag<'_> {
    /// The name without its prefix.
    pub(crate) fn name(&self) -> &str {
        let name = self.start.name();
        let name: &str = name.0;
        let length = name.rsplit_once(':').map_or(name.len(), |(_, local)| local.len());
        let full: &str = self.full_name();
        full.get(full.len() - length..).unwrap_or(full)
    }

    fn full_name(&self) -> &str {
        let content: &str = &self.start;
        content.get(..self.start.name().0.len()).unwrap_or_default()
    }

    /// The value of the attribute with this name without its prefix.
    pub(crate) fn get(&self, name: &str) -> Option<String> {
        let mut attributes = self.start.attributes();
        let attribute = attributes.with_checks(false).flatten().take(MAX_ATTRIBUTES).find(|attribute| {
            attribute.key.0.rsplit(':').next() == Some(name) && !attribute.key.0.starts_with("xmlns")
        })?;
        if attribute.value.len() > MAX_VALUE_BYTES {
            return None;
        }
        let value = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0);
        Some(value.map_or_else(|_| attribute.value.into_owned(), std::borrow::Cow::into_owned))
    }

    /// The value of the attribute with this name behind a prefix, where there is one without it too.
    pub(crate) fn get_prefixed(&self, name: &str) -> Option<String> {
        let mut attributes = self.start.attributes();
        let mut found = attributes
            .with_checks(false)
            .flatten()
            .take(MAX_ATTRIBUTES)
            .filter(|attribute| attribute.key.0.rsplit_once(':').is_some_and(|(_, local)| local == name));
        found.next().map(|attribute| attribute.value.into_owned())
    }

    /// Whether the attribute is set and not switched off.
    pub(crate) fn is_on(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| !matches!(value.as_str(), "0" | "false" | "off" | "none"))
    }

    /// The number in the attribute.
    pub(crate) fn number(&self, name: &str) -> Option<usize> {
        self.get(name)?.trim().parse().ok()
    }
}

/// Hands every element and text of an XML document to `visit`, in order.
pub(crate) fn walk(xml: &str, visit: &mut dyn FnMut(Node<'_>) -> Result<(), Refusal>) -> Result<(), Refusal> {
    let mut reader = Reader::from_str(xml);
    let config = reader.config_mut();
    config.expand_empty_elements = true;
    config.allow_dangling_amp = true;
    config.allow_unmatched_ends = true;
    config.check_end_names = false;
    let mut depth = 0_usize;
    loop {
        match reader.read_event().map_err(Refusal::broken)? {
            Event::Start(start) => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return Err(Refusal::too_complex("its elements are nested too deeply"));
                }
                visit(Node::Start(&Tag { start }))?;
            }
            Event::End(end) => {
                depth = depth.saturating_sub(1);
                let name = end.name();
                visit(Node::End(name.0.rsplit(':').next().unwrap_or_default()))?;
            }
            Event::Text(text) => visit(Node::Text(&text))?,
            Event::CData(text) => visit(Node::Text(&text))?,
            Event::GeneralRef(reference) => {
                if let Ok(Some(c)) = reference.resolve_char_ref() {
                    visit(Node::Text(c.encode_utf8(&mut [0; 4])))?;
                } else if let Some(text) = resolve_predefined_entity(&reference) {
                    visit(Node::Text(text))?;
                } else if &*reference == "nbsp" {
                    visit(Node::Text("\u{a0}"))?;
                }
            }
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(xml: &str) -> Result<String, Refusal> {
        let mut text = String::new();
        walk(xml, &mut |node| {
            match node {
                Node::Start(tag) => {
                    text.extend(["<", tag.name(), &tag.get("val").unwrap_or_default(), ">"]);
                }
                Node::End(name) => text.extend(["</", name, ">"]),
                Node::Text(part) => text.push_str(part),
            }
            Ok(())
        })?;
        Ok(text)
    }

    #[test]
    fn prefixes_are_left_out_and_characters_resolved() {
        assert_eq!(
            text("<?xml version='1.0'?><w:p w:val='a&amp;b' xmlns:w='x'>1 &lt; 2 &#228;<![CDATA[<x>]]><w:br/></w:p>").unwrap(),
            "<pa&b>1 < 2 ä<x><br></br></p>"
        );
    }

    #[test]
    fn entities_of_the_document_are_not_expanded() {
        let laughs = "<!DOCTYPE l [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'><!ENTITY x SYSTEM 'file:///etc/passwd'>]><l>one &b; &x; two</l>";
        assert_eq!(text(laughs).unwrap(), "<l>one   two</l>");
    }

    #[test]
    fn deep_elements_are_refused() {
        assert_eq!(text(&"<a>".repeat(5000)).unwrap_err().slug(), "too_complex");
    }
}
