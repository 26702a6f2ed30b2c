//! Reads the values that people filled into the form of a PDF.

use pdf_extract::{Dictionary, Document, Object};

/// Maximum number of fields, and of fields within each other.
const MAX_FIELDS: usize = 5000;
const MAX_DEPTH: usize = 8;

/// A line `name: value` for every field that is filled in.
pub(super) fn read(document: &Document) -> Vec<String> {
    let mut lines = Vec::new();
    let form =
        document.catalog().ok().and_then(|catalog| dictionary(document, catalog.get(b"AcroForm").ok()?));
    let fields = form.and_then(|form| array(document, form.get(b"Fields").ok()?));
    let mut left = MAX_FIELDS;
    for field in fields.unwrap_or_default() {
        add(document, field, "", 0, &mut left, &mut lines);
    }
    lines
}

fn add(
    document: &Document,
    field: &Object,
    above: &str,
    depth: usize,
    left: &mut usize,
    lines: &mut Vec<String>,
) {
    if depth > MAX_DEPTH || *left == 0 {
        return;
    }
    *left -= 1;
    let Some(field) = dictionary(document, field) else { return };
    let own = field
        .get(b"TU")
        .or_else(|_| field.get(b"T"))
        .ok()
        .and_then(|name| text(document, name))
        .unwrap_or_default();
    let name =
        if above.is_empty() || own.is_empty() { format!("{above}{own}") } else { format!("{above}.{own}") };
    if let Some(value) = field
        .get(b"V")
        .ok()
        .and_then(|value| text(document, value))
        .filter(|value| value != "Off" && !value.trim().is_empty())
    {
        lines.push(format!("{name}: {}", value.trim()));
    }
    for kid in field.get(b"Kids").ok().and_then(|kids| array(document, kids)).unwrap_or_default() {
        add(document, kid, &name, depth + 1, left, lines);
    }
}

fn dictionary<'d>(document: &'d Document, object: &'d Object) -> Option<&'d Dictionary> {
    document.dereference(object).ok()?.1.as_dict().ok()
}

fn array<'d>(document: &'d Document, object: &'d Object) -> Option<Vec<&'d Object>> {
    Some(document.dereference(object).ok()?.1.as_array().ok()?.iter().collect())
}

fn text(document: &Document, object: &Object) -> Option<String> {
    match document.dereference(object).ok()?.1 {
        Object::Name(name) => Some(String::from_utf8_lossy(name).into_owned()),
        object @ Object::String(..) => pdf_extract::decode_text_string(object).ok(),
        _ => None,
    }
}
