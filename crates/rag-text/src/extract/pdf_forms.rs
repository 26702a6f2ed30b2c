//! Counts the bytes of content that a page of a PDF has with the forms (`XObject`s) that it calls; interprets nothing.

use std::{
    collections::{BTreeMap, HashMap},
    ptr,
};

use pdf_extract::{Dictionary, Document, Object, ObjectId, Stream};

/// Maximum content of a page with the forms that it calls, in bytes. Forms that call two others each double it with every
/// level, in a file of a few kilobytes.
pub(crate) const MAX_PAGE_BYTES: u64 = 64 << 20;

/// Maximum nesting of forms.
const MAX_DEPTH: usize = 100;

/// Maximum number of ancestors in which a page's resources are looked for.
const MAX_ANCESTORS: usize = 50;

/// The measured forms of one document.
pub(crate) struct Forms<'d> {
    document: &'d Document,
    pages: BTreeMap<u32, ObjectId>,
    /// Content in bytes by form and by the resources that its names are looked up in.
    measured: HashMap<(*const Stream, *const Dictionary), u64>,
}

impl<'d> Forms<'d> {
    pub(crate) fn new(document: &'d Document) -> Self {
        Self { document, pages: document.get_pages(), measured: HashMap::new() }
    }

    /// The content of a page, counted from 1, in bytes: of its own streams and, at each call, of the called form.
    pub(crate) fn page_bytes(&mut self, page: u32) -> u64 {
        let Some(id) = self.pages.get(&page).copied() else { return 0 };
        let Some(resources) = self.page_resources(id) else { return 0 };
        // Most pages call nothing, and their content need not be decompressed here.
        if self.dictionary(resources, b"XObject").is_none_or(|objects| objects.iter().next().is_none()) {
            return 0;
        }
        let content = self.document.get_page_content(id).unwrap_or_default();
        self.content_bytes(&content, resources, 0)
    }

    fn page_resources(&self, page: ObjectId) -> Option<&'d Dictionary> {
        let mut node = self.document.get_dictionary(page).ok()?;
        for _ in 0..MAX_ANCESTORS {
            if let Some(resources) = self.dictionary(node, b"Resources") {
                return Some(resources);
            }
            node = self.dictionary(node, b"Parent")?;
        }
        None
    }

    fn content_bytes(&mut self, content: &[u8], resources: &'d Dictionary, depth: usize) -> u64 {
        let mut bytes = u64::try_from(content.len()).unwrap_or(u64::MAX);
        let objects = self.dictionary(resources, b"XObject");
        for (name, calls) in calls(content) {
            let form = objects.and_then(|objects| objects.get(&name).ok());
            let form = form.and_then(|form| self.document.dereference(form).ok()?.1.as_stream().ok());
            if let Some(form) = form {
                bytes =
                    bytes.saturating_add(self.form_bytes(form, resources, depth + 1).saturating_mul(calls));
            }
        }
        bytes
    }

    fn form_bytes(&mut self, form: &'d Stream, callers: &'d Dictionary, depth: usize) -> u64 {
        if depth > MAX_DEPTH {
            return u64::MAX;
        }
        if form.dict.get(b"Subtype").and_then(Object::as_name).is_ok_and(|kind| kind == b"Image") {
            return 0;
        }
        let resources = self.dictionary(&form.dict, b"Resources").unwrap_or(callers);
        let key = (ptr::from_ref(form), ptr::from_ref(resources));
        if let Some(bytes) = self.measured.get(&key) {
            return *bytes;
        }
        // A form that calls itself never ends.
        self.measured.insert(key, u64::MAX);
        let content = form.get_plain_content().unwrap_or_default();
        let bytes = self.content_bytes(&content, resources, depth);
        self.measured.insert(key, bytes);
        bytes
    }

    fn dictionary(&self, of: &'d Dictionary, name: &[u8]) -> Option<&'d Dictionary> {
        self.document.dereference(of.get(name).ok()?).ok()?.1.as_dict().ok()
    }
}

/// The names that `Do` is called with, each with its number of calls. Text in strings can count as a call, too.
fn calls(content: &[u8]) -> HashMap<Vec<u8>, u64> {
    let mut found = HashMap::new();
    let mut name = Vec::new();
    let is_regular = |byte: &u8| !byte.is_ascii_whitespace() && !b"\0()<>[]{}/%".contains(byte);
    let mut rest = content;
    while let Some((first, after)) = rest.split_first() {
        let length = after.iter().take_while(|byte| is_regular(byte)).count();
        let (word, next) = after.split_at(length);
        match first {
            b'/' => name = unescape(word),
            b'%' => {
                let end = after.iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(after.len());
                rest = after.get(end..).unwrap_or_default();
                continue;
            }
            b'D' if word == b"o" => *found.entry(name.clone()).or_default() += 1,
            byte if !is_regular(byte) => {
                rest = after;
                continue;
            }
            _ => {}
        }
        rest = next;
    }
    found
}

/// A name without its escapes, such as `#20` for a blank.
fn unescape(name: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(name.len());
    let mut rest = name;
    while let Some((first, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|code| std::str::from_utf8(code).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) if *first == b'#' => {
                plain.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            _ => {
                plain.push(*first);
                rest = after;
            }
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_counted_by_name() {
        let found = calls(b"q /A Do /A\nDo Q /B#31 %/C\n Do (text) Tj /D gs 1 0 0 rg DoX xDo[/E]Do");
        let mut listed: Vec<_> =
            found.into_iter().map(|(name, count)| (String::from_utf8(name).unwrap(), count)).collect();
        listed.sort();
        assert_eq!(listed, [("A".to_owned(), 2), ("B1".to_owned(), 1), ("E".to_owned(), 1)]);
    }
}
