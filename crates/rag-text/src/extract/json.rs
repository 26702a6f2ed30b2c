//! Reads JSON as lines of `key: value` with the path of their keys, in the order of the file; builds no tree.

use std::{fmt, io::BufRead};

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use super::source::{Source, unreadable};
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
    let mut lines = Lines { collector, text: String::new(), count: 0, refusal: None };
    let mut reader = serde_json::Deserializer::from_str(&text);
    let result = loop {
        let result = Values { lines: &mut lines, path: String::new(), depth: 0 }.deserialize(&mut reader);
        // Several values can follow each other.
        if result.is_err() || reader.end().is_ok() {
            break result;
        }
        lines.flush()?;
    };
    match (lines.refusal.take(), result) {
        (Some(refusal), _) => Err(refusal),
        (None, Ok(())) => lines.flush(),
        // Comments, single quotes and the like: a person can read it.
        (None, Err(_)) if !lines.collector.any => plain::add_paragraphs(&text, lines.collector),
        (None, Err(error)) => Err(Refusal::broken(error)),
    }
}

/// Hands the values of a file with one JSON document per line to `collector`.
pub(crate) fn read_lines(source: &Source<'_>, collector: &mut Collector<'_, '_>) -> Result<(), Refusal> {
    let text = source.text()?;
    for line in text.as_bytes().lines().map_while(Result::ok).filter(|line| !line.trim().is_empty()) {
        let mut lines = Lines { collector, text: String::new(), count: 0, refusal: None };
        let mut reader = serde_json::Deserializer::from_str(&line);
        let result = Values { lines: &mut lines, path: String::new(), depth: 0 }.deserialize(&mut reader);
        if let Some(refusal) = lines.refusal.take() {
            return Err(refusal);
        }
        match result {
            Ok(()) => lines.flush()?,
            Err(_) => collector.add(BlockKind::Paragraph, &line, None)?,
        }
    }
    if text.trim().is_empty() { Err(unreadable(std::io::ErrorKind::UnexpectedEof.into())) } else { Ok(()) }
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
    fn flush(&mut self) -> Result<(), Refusal> {
        let text = std::mem::take(&mut self.text);
        self.collector.add(BlockKind::Paragraph, &text, None)
    }

    /// Ends a block if it is long enough or if a record of its own has ended.
    fn end_record(&mut self, is_record: bool) -> Result<(), Refusal> {
        if is_record || self.text.len() >= BLOCK_BYTES { self.flush() } else { Ok(()) }
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
    fn records_are_blocks_of_their_own() {
        let expected = ["paragraph [] id: 1\nname: Ada", "paragraph [] id: 2\nname: Bob"];
        let json = r#"[{"id": 1, "name": "Ada"}, {"id": 2, "name": "Bob"}]"#;
        assert_eq!(shown(&collect(|c| read(&Source::Member(json.as_bytes()), c)).unwrap().1), expected);
        let lines = "{\"id\": 1, \"name\": \"Ada\"}\n\n{\"id\": 2, \"name\": \"Bob\"}\n";
        assert_eq!(
            shown(&collect(|c| read_lines(&Source::Member(lines.as_bytes()), c)).unwrap().1),
            expected
        );
    }

    #[test]
    fn deep_json_is_refused_or_read_as_text() {
        let deep = "[".repeat(100_000);
        let read = collect(|c| read(&Source::Member(deep.as_bytes()), c));
        assert!(read.is_ok_and(|(_, blocks)| !blocks.is_empty()));
    }
}
