//! Records of an export of another store: JSON lines, JSON arrays, and the answers of Chroma and Qdrant.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::Path,
};

use serde_json::{Map, Value};

use super::{extended_json::plain, json_array::read_array, run::Going};
use crate::failure::{Exit, Failure, Outcome};

/// Maximum size of one JSON value, such as a line or an answer of Chroma, in bytes; it bounds memory.
const MAX_VALUE_BYTES: u64 = 512 << 20;
/// Fields in which other stores keep the text, best first.
const TEXT_FIELDS: [&str; 6] = ["text", "document", "page_content", "content", "body", "chunk"];
/// The same for the title and the id.
const TITLE_FIELDS: [&str; 3] = ["title", "name", "subject"];
const ID_FIELDS: [&str; 3] = ["_id", "id", "uuid"];
/// Fields with vectors, which are made here by the collection's own model.
const VECTOR_FIELDS: [&str; 4] = ["embedding", "embeddings", "vector", "vectors"];
/// Objects that hold the metadata, where there is one.
const METADATA_FIELDS: [&str; 2] = ["metadata", "cmetadata"];

/// Fields that the user names; dots lead into objects.
#[derive(Debug, Default)]
pub(super) struct Fields {
    pub(super) text: Option<String>,
    pub(super) title: Option<String>,
    pub(super) id: Option<String>,
}

/// A text with what is known about it.
#[derive(Debug, PartialEq)]
pub(super) struct Record {
    pub(super) id: Option<String>,
    pub(super) title: Option<String>,
    pub(super) text: String,
    pub(super) metadata: Value,
}

/// Hands on the records of a file one by one, each with its place from 1, or why it cannot be used. Ends early if `each` says so.
pub(super) fn read_records(
    file: &Path,
    fields: &Fields,
    each: &mut dyn FnMut(usize, Result<Record, String>) -> Outcome<Going>,
) -> Outcome<()> {
    let bad =
        |detail: String| Failure::new(Exit::Usage, format!("cannot import {}: {detail}", file.display()));
    let opened: Box<dyn Read> = if file.as_os_str() == "-" {
        Box::new(io::stdin())
    } else {
        Box::new(File::open(file).map_err(|error| bad(error.to_string()))?)
    };
    let mut reader = BufReader::new(opened);
    let first = first_byte(&mut reader).map_err(|error| bad(error.to_string()))?;
    let mut taker = Taker { fields, each, place: 0 };
    let read = match first {
        Some(b'[') => read_array(reader, MAX_VALUE_BYTES, &mut |value| taker.value(value)),
        _ => read_values(reader, &mut taker),
    };
    read.map_err(|fault| match fault {
        Fault::Input(detail) => bad(detail),
        Fault::Failure(failure) => failure,
    })
}

/// The first byte that is no space, which is left in the reader. A byte order mark is skipped.
fn first_byte(reader: &mut impl BufRead) -> io::Result<Option<u8>> {
    loop {
        let buffer = reader.fill_buf()?;
        let Some(&byte) = buffer.first() else { return Ok(None) };
        if byte.is_ascii_whitespace() || [0xef, 0xbb, 0xbf].contains(&byte) {
            reader.consume(1);
        } else {
            return Ok(Some(byte));
        }
    }
}

/// The reason for which reading ended early: bad input, or a failure of the import.
#[derive(Debug)]
pub(super) enum Fault {
    Input(String),
    Failure(Failure),
}

/// Reads values line by line; from a line that is not a whole value on, as one text, in which a value may have many lines.
fn read_values(mut reader: impl BufRead, taker: &mut Taker<'_>) -> Result<(), Fault> {
    let mut line = Vec::new();
    let mut number = 0;
    loop {
        line.clear();
        number += 1;
        let count = (&mut reader)
            .take(MAX_VALUE_BYTES + 1)
            .read_until(b'\n', &mut line)
            .map_err(|error| Fault::Input(error.to_string()))?;
        if count == 0 {
            return Ok(());
        }
        if u64::try_from(count).is_ok_and(|count| count > MAX_VALUE_BYTES) {
            return Err(Fault::Input(format!(
                "line {number} is longer than {} MiB; export fewer records at a time",
                MAX_VALUE_BYTES >> 20
            )));
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        match serde_json::from_slice::<Value>(&line) {
            Ok(value) => {
                if taker.value(value).map_err(Fault::Failure)? == Going::Ends {
                    return Ok(());
                }
            }
            Err(error) if error.is_eof() && number == 1 => {
                let whole = line.as_slice().chain(&mut reader).take(MAX_VALUE_BYTES);
                for value in serde_json::Deserializer::from_reader(whole).into_iter::<Value>() {
                    let value = value.map_err(|error| Fault::Input(error.to_string()))?;
                    if taker.value(value).map_err(Fault::Failure)? == Going::Ends {
                        return Ok(());
                    }
                }
                return Ok(());
            }
            // A line that was cut or damaged costs itself alone.
            Err(error) => {
                let reason = format!("line {number} is not JSON: {error}");
                if taker.record(Err(reason)).map_err(Fault::Failure)? == Going::Ends {
                    return Ok(());
                }
            }
        }
    }
}

/// Takes values apart into records and hands them on.
struct Taker<'t> {
    fields: &'t Fields,
    each: &'t mut dyn FnMut(usize, Result<Record, String>) -> Outcome<Going>,
    place: usize,
}

impl Taker<'_> {
    fn record(&mut self, record: Result<Record, String>) -> Outcome<Going> {
        self.place += 1;
        (self.each)(self.place, record)
    }

    fn value(&mut self, value: Value) -> Outcome<Going> {
        for value in values_of(value) {
            let record = record_of(value, self.fields);
            if self.record(record)? == Going::Ends {
                return Ok(Going::Ends);
            }
        }
        Ok(Going::On)
    }
}

/// The records of a value: those of an answer of Chroma (`collection.get()`) or of Qdrant (`points/scroll`), or the value itself.
fn values_of(value: Value) -> Vec<Value> {
    let Value::Object(mut object) = value else { return vec![value] };
    if let (Some(Value::Array(_)), Some(Value::Array(_))) = (object.get("ids"), object.get("documents")) {
        let mut column = |name: &str| match object.remove(name) {
            Some(Value::Array(values)) => values,
            _ => Vec::new(),
        };
        let (documents, metadata) = (column("documents"), column("metadatas"));
        let mut metadata = metadata.into_iter();
        let rows = column("ids").into_iter().zip(documents);
        return rows
            .map(|(id, document)| {
                let metadata =
                    metadata.next().filter(Value::is_object).unwrap_or_else(|| Value::Object(Map::new()));
                serde_json::json!({"id": id, "document": document, "metadata": metadata})
            })
            .collect();
    }
    let points = match object.get_mut("result") {
        Some(Value::Object(result)) => result.remove("points"),
        _ => object.remove("points"),
    };
    match points {
        Some(Value::Array(points)) => points.into_iter().map(of_point).collect(),
        _ => vec![of_point(Value::Object(object))],
    }
}

/// A point of Qdrant as a plain record: its payload with its id.
fn of_point(mut point: Value) -> Value {
    let Some(Value::Object(mut payload)) = point.get_mut("payload").map(Value::take) else { return point };
    if let Some(id) = point.get("id") {
        payload.insert("id".to_owned(), id.clone());
    }
    Value::Object(payload)
}

fn record_of(value: Value, fields: &Fields) -> Result<Record, String> {
    let Value::Object(mut object) = plain(value) else { return Err("it is not a JSON object".to_owned()) };
    object.retain(|name, _| !VECTOR_FIELDS.contains(&name.as_str()));
    let has_text = |field: &&&str| object.get(**field).is_some_and(Value::is_string);
    let usual = TEXT_FIELDS.iter().find(has_text).copied();
    let text = fields.text.as_deref().or(usual).and_then(|field| take(&mut object, field));
    let text = match text {
        Some(Value::String(text)) => rag_engine::ingest::without_controls(text),
        _ => return Err(no_text(&object, fields.text.as_deref())),
    };
    if text.trim().is_empty() {
        return Err("its text is empty".to_owned());
    }
    let mut named = |given: &Option<String>, usual: &[&str]| match given {
        Some(field) => take(&mut object, field).as_ref().and_then(scalar),
        None => usual.iter().find_map(|field| {
            let found = scalar(object.get(*field)?)?;
            object.remove(*field);
            Some(found)
        }),
    };
    let id = named(&fields.id, &ID_FIELDS);
    let title = named(&fields.title, &TITLE_FIELDS);
    let nested = METADATA_FIELDS.iter().find(|field| object.get(**field).is_some_and(Value::is_object));
    let mut metadata = object;
    if let Some(Value::Object(inner)) = nested.and_then(|field| metadata.remove(*field)) {
        metadata.extend(inner);
    }
    metadata.retain(|_, value| !value.is_null());
    let title = title.or_else(|| TITLE_FIELDS.iter().find_map(|field| scalar(metadata.get(*field)?)));
    Ok(Record { id, title, text, metadata: Value::Object(metadata) })
}

fn no_text(object: &Map<String, Value>, field: Option<&str>) -> String {
    let texts: Vec<&str> =
        object.iter().filter(|(_, value)| value.is_string()).map(|(name, _)| name.as_str()).take(8).collect();
    let field =
        field.map_or_else(|| "it has no text".to_owned(), |field| format!("it has no text in \"{field}\""));
    if texts.is_empty() {
        field
    } else {
        format!("{field}; name one of its fields with --text: {}", texts.join(", "))
    }
}

/// Takes the value of a field out of an object; dots lead into objects, unless a field has the whole name.
fn take(object: &mut Map<String, Value>, field: &str) -> Option<Value> {
    if let Some(value) = object.remove(field) {
        return Some(value);
    }
    let (outer, inner) = field.split_once('.')?;
    take(object.get_mut(outer)?.as_object_mut()?, inner)
}

/// A text or a number as text.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use serde_json::json;

    use super::*;

    fn read(text: &str, fields: &Fields) -> Vec<Result<Record, String>> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let mut found = Vec::new();
        read_records(file.path(), fields, &mut |place, record| {
            assert_eq!(place, found.len() + 1);
            found.push(record);
            Ok(Going::On)
        })
        .unwrap();
        found
    }

    fn one(text: &str) -> Record {
        read(text, &Fields::default()).pop().unwrap().unwrap()
    }

    #[test]
    fn exports_of_each_kind_give_the_same_record() {
        let wanted = Record {
            id: Some("7".to_owned()),
            title: None,
            text: "The keeper counts ships.".to_owned(),
            metadata: json!({"year": 1931}),
        };
        let exports = [
            // JSON lines, with a byte order mark and Windows line ends.
            "\u{feff}{\"id\": 7, \"text\": \"The keeper counts ships.\", \"year\": 1931}\r\n\r\n",
            // mongoexport, by lines and as an array.
            r#"{"_id":{"$oid":"7"},"body":"The keeper counts ships.","year":{"$numberInt":"1931"}}"#,
            "[\n{\"_id\":7,\"content\":\"The keeper counts ships.\",\"year\":{\"$numberLong\":\"1931\"}}\n]",
            // Chroma, indented.
            "{\n \"ids\": [\"7\"],\n \"documents\": [\"The keeper counts ships.\"],\n \"metadatas\": [{\"year\": 1931}], \"embeddings\": null\n}",
            // Qdrant with the payload of LangChain, and with its own.
            r#"{"result":{"points":[{"id":7,"payload":{"page_content":"The keeper counts ships.","metadata":{"year":1931}},"vector":[0.1]}]},"status":"ok"}"#,
            r#"{"id":7,"payload":{"text":"The keeper counts ships.","year":1931},"vector":[0.1]}"#,
            // LangChain's table in PostgreSQL by row_to_json.
            r#"{"uuid":"7","document":"The keeper counts ships.","cmetadata":{"year":1931},"embedding":"[0.1]"}"#,
        ];
        for export in exports {
            assert_eq!(one(export), wanted, "{export}");
        }
    }

    #[test]
    fn a_damaged_line_costs_itself_alone() {
        let found = read(
            "{\"text\": \"a\"}\n{\"text\": \"b\n{\"text\": \"c\"}\nnull\n{\"text\": \" \"}\n",
            &Fields::default(),
        );
        let texts: Vec<_> =
            found.iter().map(|record| record.as_ref().map(|found| found.text.as_str())).collect();
        assert_eq!(texts.first(), Some(&Ok("a")));
        assert!(texts.get(1).unwrap().unwrap_err().starts_with("line 2 is not JSON"));
        assert_eq!(texts.get(2), Some(&Ok("c")));
        assert_eq!(texts.get(3).unwrap().unwrap_err(), "it is not a JSON object");
        assert_eq!(texts.get(4).unwrap().unwrap_err(), "its text is empty");
    }

    #[test]
    fn fields_are_named_and_a_record_without_text_says_what_it_has() {
        let fields =
            Fields { text: Some("a.b".to_owned()), title: Some("t".to_owned()), id: Some("k".to_owned()) };
        let found = read(
            r#"{"a":{"b":"Ships.","c":1},"t":"Log","k":"x","d":{"$date":"2026-01-31T12:00:00Z"}}"#,
            &fields,
        );
        let wanted = Record {
            id: Some("x".to_owned()),
            title: Some("Log".to_owned()),
            text: "Ships.".to_owned(),
            metadata: json!({"a": {"c": 1}, "d": "2026-01-31T12:00:00Z"}),
        };
        assert_eq!(found, [Ok(wanted)]);
        let found = read(r#"{"remark":"Ships.","n":1}"#, &Fields::default());
        assert_eq!(found, [Err("it has no text; name one of its fields with --text: remark".to_owned())]);
    }

    #[test]
    fn an_array_is_left_when_the_import_ends() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(br#"[{"text":"a"},{"text":"b"},{"text":"c"}"#).unwrap();
        let mut count = 0;
        let ended = read_records(file.path(), &Fields::default(), &mut |_, _| {
            count += 1;
            Ok(if count == 2 { Going::Ends } else { Going::On })
        });
        assert!(ended.is_ok() && count == 2);
        let cut = read_records(file.path(), &Fields::default(), &mut |_, _| Ok(Going::On));
        assert!(cut.is_err(), "an array that was cut says so");
    }
}
