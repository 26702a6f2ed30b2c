//! Reads JSON as lines of `key: value` with the path of their keys, in the order of the file; builds no tree.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{
    json_numbers::quote_long,
    source::{Source, unreadable},
};
use crate::{
    block::BlockKind,
    extract::{Collector, plain},
    refusal::Refusal,
};

/// The length at which lines are handed on as a block, in bytes.
const BLOCK_BYTES: usize = 2000;

/// Hands the values of a JSON document to `collector`.
pub(crate) fn read(source: &Source<'_>, collector: &mut Collector<'_, '_>) -> Result<(), Refusal> {
    let text = source.text()?;
    if text.trim().is_empty() {
        return Err(Refusal::Empty);
    }
    match add_values(&text, collector, BlockKind::Paragraph)? {
        Ok(()) => Ok(()),
        // Comments, single quotes and the like: a person can read it.
        Err(_) if !collector.any => plain::add_paragraphs(&text, collector),
        Err(error) => Err(Refusal::broken(error)),
    }
}

/// Hands the values of a file with one JSON document per line to `collector`.
pub(crate) fn read_lines(source: &Source<'_>, collector: &mut Collector<'_, '_>) -> Result<(), Refusal> {
    let text = source.text()?;
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        // Of another line, its first value would be read and the rest lost.
        let is_read = holds_values(line) && add_values(line, collector, BlockKind::Record)?.is_ok();
        if !is_read {
            collector.add(BlockKind::Paragraph, line, None)?;
        }
    }
    if text.trim().is_empty() { Err(unreadable(std::io::ErrorKind::UnexpectedEof.into())) } else { Ok(()) }
}

/// Whether a line is JSON to its end; several values can follow each other.
fn holds_values(line: &str) -> bool {
    serde_json::Deserializer::from_str(line).into_iter::<IgnoredAny>().all(|value| value.is_ok())
}

/// Hands values that follow each other to `collector`, the rest of each as a block of `kind`. The inner error is that of a text that is not JSON to its end.
fn add_values(
    text: &str,
    collector: &mut Collector<'_, '_>,
    kind: BlockKind,
) -> Result<Result<(), serde_json::Error>, Refusal> {
    let mut lines = Lines { collector, text: String::new(), count: 0, refusal: None };
    let text = quote_long(text);
    let mut reader = serde_json::Deserializer::from_str(&text);
    loop {
        let result = Values { lines: &mut lines, path: String::new(), depth: 0 }.deserialize(&mut reader);
        if let Some(refusal) = lines.refusal.take() {
            return Err(refusal);
        }
        if let Err(error) = result {
            return Ok(Err(error));
        }
        lines.flush(kind)?;
        if reader.end().is_ok() {
            return Ok(Ok(()));
        }
    }
}

/// The lines of the block that is being built.
struct Lines<'c, 's, 'f> {
    collector: &'c mut Collector<'s, 'f>,
    text: String,
    /// Number of lines so far.
    count: usize,
    refusal: Option<Refusal>,
}

impl Lines<'_, '_, '_> {
    fn flush(&mut self, kind: BlockKind) -> Result<(), Refusal> {
        let text = std::mem::take(&mut self.text);
        self.collector.add(kind, &text, None)
    }

    /// Ends a block if it is long enough or if a record of its own has ended.
    fn end_record(&mut self, is_record: bool) -> Result<(), Refusal> {
        if is_record {
            return self.flush(BlockKind::Record);
        }
        if self.text.len() >= BLOCK_BYTES { self.flush(BlockKind::Paragraph) } else { Ok(()) }
    }
}

/// The values below a path.
struct Values<'l, 'c, 's, 'f> {
    lines: &'l mut Lines<'c, 's, 'f>,
    path: String,
    depth: usize,
}

impl Values<'_, '_, '_, '_> {
    fn line<E: serde::de::Error>(self, value: &str) -> Result<(), E> {
        if value.trim().is_empty() {
            return Ok(());
        }
        if !self.path.is_empty() {
            self.lines.text.extend([self.path.as_str(), ": "]);
        }
        self.lines.text.extend([value, "\n"]);
        self.lines.count += 1;
        self.lines.end_record(false).or_else(|refusal| stop(self.lines, refusal))
    }
}

fn stop<E: serde::de::Error>(lines: &mut Lines<'_, '_, '_>, refusal: Refusal) -> Result<(), E> {
    let message = refusal.to_string();
    lines.refusal = Some(refusal);
    Err(E::custom(message))
}

impl<'de> DeserializeSeed<'de> for Values<'_, '_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Values<'_, '_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<(), E> {
        self.line(if value { "true" } else { "false" })
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<(), E> {
        self.line(&value.to_string())
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<(), E> {
        self.line(&value.to_string())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<(), E> {
        self.line(&value.to_string())
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<(), E> {
        self.line(value.trim())
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<(), A::Error> {
        let Values { lines, path, depth } = self;
        loop {
            let before = lines.count;
            let element = Values { lines: &mut *lines, path: path.clone(), depth: depth + 1 };
            if values.next_element_seed(element)?.is_none() {
                return Ok(());
            }
            // The elements of an outer array are records, such as rows of an export.
            let is_record = depth <= 1 && lines.count > before + 1;
            if let Err(refusal) = lines.end_record(is_record) {
                stop(lines, refusal)?;
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let Values { lines, path, depth } = self;
        while let Some(key) = entries.next_key::<String>()? {
            let path = if path.is_empty() { key } else { format!("{path}.{key}") };
            if path.len() > BLOCK_BYTES {
                return Err(A::Error::custom("a key is too long"));
            }
            entries.next_value_seed(Values { lines: &mut *lines, path, depth: depth + 1 })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::testing::{collect, shown};

    #[test]
    fn values_keep_their_keys_and_their_order() {
        let json =
            r#"{"name": "Rotor", "size": {"width": 2.5, "unit": "m"}, "parts": ["a", "b"], "none": null}"#;
        let blocks = shown(&collect(|c| read(&Source::Member(json.as_bytes()), c)).unwrap().1);
        assert_eq!(blocks, ["paragraph [] name: Rotor\nsize.width: 2.5\nsize.unit: m\nparts: a\nparts: b"]);
    }

    #[test]
    fn long_numbers_keep_their_digits() {
        let json =
            r#"{"id": 123456789012345678901, "pi": 3.14159265358979323846, "mass": 6.02e23, "small": 0.1}"#;
        let expected =
            ["paragraph [] id: 123456789012345678901\npi: 3.14159265358979323846\nmass: 6.02e23\nsmall: 0.1"];
        assert_eq!(shown(&collect(|c| read(&Source::Member(json.as_bytes()), c)).unwrap().1), expected);
        let expected = expected.map(|block| block.replace("paragraph", "record"));
        assert_eq!(shown(&collect(|c| read_lines(&Source::Member(json.as_bytes()), c)).unwrap().1), expected);
    }

    #[test]
    fn records_are_blocks_of_their_own() {
        let expected = ["record [] id: 1\nname: Ada", "record [] id: 2\nname: Bob"];
        let json = r#"[{"id": 1, "name": "Ada"}, {"id": 2, "name": "Bob"}]"#;
        assert_eq!(shown(&collect(|c| read(&Source::Member(json.as_bytes()), c)).unwrap().1), expected);
        let lines = "{\"id\": 1, \"name\": \"Ada\"}\n\n{\"id\": 2, \"name\": \"Bob\"}\n";
        assert_eq!(
            shown(&collect(|c| read_lines(&Source::Member(lines.as_bytes()), c)).unwrap().1),
            expected
        );
    }

    #[test]
    fn every_value_of_a_line_is_read_and_a_line_with_a_rest_is_text() {
        let lines = "{\"a\": 1} {\"b\": 2}\n{\n\"title\": \"Backup guide\",\n[1] 2 done\n3";
        assert_eq!(
            shown(&collect(|c| read_lines(&Source::Member(lines.as_bytes()), c)).unwrap().1),
            [
                "record [] a: 1",
                "record [] b: 2",
                "paragraph [] {",
                "paragraph [] \"title\": \"Backup guide\",",
                "paragraph [] [1] 2 done",
                "record [] 3",
            ]
        );
    }

    #[test]
    fn deep_json_is_refused_or_read_as_text() {
        let deep = "[".repeat(100_000);
        let read = collect(|c| read(&Source::Member(deep.as_bytes()), c));
        assert!(read.is_ok_and(|(_, blocks)| !blocks.is_empty()));
    }
}
