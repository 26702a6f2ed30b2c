//! Random documents and filters, drawn so that filters often hold: from the same few odd names and values.

use chrono::{DateTime, Utc};
use rag_schema::ids::DocumentId;
use regex::Regex;
use serde_json::{Map, Value, json};

use super::{
    documents::Facts,
    spec::{Ask, Spec},
};

const NAMES: [&str; 12] =
    ["tags", "year", "author", "name", "", "it's", "a\"b", "100%", "ключ", "$ref", "document", "metadata"];
const TEXTS: [&str; 24] = [
    "",
    "x",
    "X",
    "ab",
    "aab",
    "2020",
    "2020-01-01",
    "2021-06-05T00:00:00Z",
    "naïve",
    "日本",
    "it's",
    "a\"b",
    "50%",
    "back\\slash",
    "null",
    "true",
    "$1",
    "a\nb",
    "e\u{301}",
    "é",
    "😀",
    "\u{ffff}",
    "a.b",
    "x1 y2",
];
const TIMES: [&str; 6] = [
    "2024-01-01T00:00:00Z",
    "2024-01-01",
    "2024-01-01T00:00:00.000001Z",
    "2024-06-05T12:30:00.5+02:00",
    "2025-02-28",
    "1969-12-31T23:59:59-01:00",
];
/// Parts of patterns, and what Rust's engine is told that they mean.
const ATOMS: [(&str, &str); 18] = [
    ("a", "a"),
    ("b", "b"),
    ("x", "x"),
    ("é", "é"),
    ("本", "本"),
    ("'", "'"),
    ("%", "%"),
    (r"\$", r"\$"),
    (r"\\", r"\\"),
    (r"\.", r"\."),
    (".", "."),
    ("[a-c]", "[a-c]"),
    ("[^x]", "[^x]"),
    (r"[\]\-^a]", r"[\]\-^a]"),
    (r"\d", "[0-9]"),
    (r"\W", "[^0-9A-Za-z_]"),
    (r"[\s\d]", r"[\t\n\x0B\x0C\r 0-9]"),
    ("(?:ab|x|😀)", "(?:ab|x|😀)"),
];
const TIMES_OVER: [&str; 10] = ["", "", "", "*", "+", "?", "{2}", "{0,2}", "{1,}", "*?"];

/// Draws numbers that follow from a seed (xorshift).
pub(super) struct Generator {
    state: u64,
    ids: Vec<DocumentId>,
}

impl Generator {
    pub(super) fn new(seed: u64) -> Self {
        Self { state: seed | 1, ids: Vec::new() }
    }

    fn below(&mut self, bound: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        usize::try_from(self.state >> 33).unwrap() % bound
    }

    pub(super) fn one_in(&mut self, bound: usize) -> bool {
        self.below(bound) == 0
    }

    fn pick<T: Clone>(&mut self, all: &[T]) -> T {
        all.get(self.below(all.len())).unwrap().clone()
    }

    fn several<T>(&mut self, least: usize, most: usize, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..least + self.below(most - least + 1)).map(|_| make(self)).collect()
    }

    fn text(&mut self) -> String {
        self.pick(&TEXTS).to_owned()
    }

    fn number(&mut self) -> Value {
        let numbers = [
            json!(0),
            json!(1),
            json!(1.0),
            json!(-1),
            json!(-0.0),
            json!(2020),
            json!(2020.5),
            json!(0.1),
            json!(9_007_199_254_740_993_u64),
            json!(9_007_199_254_740_992.0),
            json!(1e308),
            json!(-1e308),
            json!(5e-324),
            json!(u64::MAX),
            json!(i64::MIN),
        ];
        self.pick(&numbers)
    }

    fn scalar(&mut self) -> Value {
        match self.below(10) {
            0 => Value::Null,
            1 => json!(self.one_in(2)),
            2..=5 => self.number(),
            _ => json!(self.text()),
        }
    }

    fn value(&mut self, depth: usize) -> Value {
        match self.below(if depth == 0 { 5 } else { 10 }) {
            0..5 => self.scalar(),
            5 | 6 => json!(self.several(0, 3, Self::scalar)),
            7 => json!(self.several(0, 3, |own| own.value(depth - 1))),
            _ => self.object(depth - 1),
        }
    }

    fn object(&mut self, depth: usize) -> Value {
        let count = self.below(NAMES.len());
        let fields: Map<String, Value> =
            (0..count).map(|_| (self.pick(&NAMES).to_owned(), self.value(depth))).collect();
        Value::Object(fields)
    }

    fn time(&mut self) -> DateTime<Utc> {
        let text = self.pick(&TIMES);
        text.parse().unwrap_or_else(|_| format!("{text}T00:00:00Z").parse().unwrap())
    }

    pub(super) fn document(&mut self) -> Facts {
        let id = DocumentId::new();
        self.ids.push(id);
        let optional = |own: &mut Self| if own.one_in(3) { None } else { Some(own.text()) };
        Facts {
            id,
            title: format!("t{}", self.text()),
            source: optional(self).filter(|text| !text.is_empty()),
            language: self.pick(&[None, Some("eng"), Some("deu")]).map(str::to_owned),
            media_type: self.pick(&["text/plain", "application/pdf"]).to_owned(),
            created_at: self.time(),
            updated_at: self.time(),
            metadata: self.object(4),
        }
    }

    /// A filter of documents, `depth` filters deep at most.
    pub(super) fn filter(&mut self, depth: usize) -> Spec {
        match self.below(if depth == 0 { 6 } else { 10 }) {
            0 => self.column(),
            1..6 => {
                let prefix = if self.one_in(4) { "metadata." } else { "" };
                let mut key = format!("{prefix}{}", self.path());
                // Otherwise the key would name a column, or an operator.
                if ["document", "metadata", "$"].iter().any(|special| key.starts_with(special))
                    && prefix.is_empty()
                {
                    key.insert_str(0, "metadata.");
                }
                Spec::Is(key, self.ask(depth))
            }
            6 | 7 => Spec::All(self.several(1, 3, |own| own.filter(depth - 1))),
            8 => Spec::Any(self.several(1, 3, |own| own.filter(depth - 1))),
            _ => Spec::Not(Box::new(self.filter(depth - 1))),
        }
    }

    fn path(&mut self) -> String {
        match self.below(8) {
            0 => self.pick(&["missing", "tags.0", "author.tags.name", "year..x"]).to_owned(),
            1 | 2 => format!("{}.{}", self.pick(&NAMES), self.pick(&NAMES)),
            _ => self.pick(&NAMES).to_owned(),
        }
    }

    fn element(&mut self, depth: usize) -> Spec {
        match self.below(if depth == 0 { 4 } else { 6 }) {
            0 | 1 => Spec::Itself(self.ask(depth)),
            // A name with `$` would be an operator here.
            2 | 3 => Spec::Is(self.path().replace('$', ""), self.ask(depth)),
            4 => Spec::Any(self.several(1, 2, |own| own.element(depth - 1))),
            _ => Spec::Not(Box::new(self.element(depth - 1))),
        }
    }

    fn ask(&mut self, depth: usize) -> Ask {
        match self.below(if depth == 0 { 12 } else { 16 }) {
            0..3 => Ask::Compare(self.pick(&["eq", "ne"]), self.scalar()),
            3..6 => {
                let bound = if self.one_in(2) { self.number() } else { json!(self.text()) };
                Ask::Compare(self.pick(&["gt", "gte", "lt", "lte"]), bound)
            }
            6 => Ask::In(self.several(0, 4, Self::scalar)),
            7 => Ask::NotIn(self.several(0, 4, Self::scalar)),
            8 => Ask::Exists(self.one_in(2)),
            9 | 10 => self.regex(),
            11 => Ask::Size(self.below(4)),
            12..15 => Ask::Element(Box::new(self.element(depth - 1))),
            _ => Ask::Not(Box::new(self.ask(depth - 1))),
        }
    }

    fn column(&mut self) -> Spec {
        let word = self.pick(&["eq", "ne", "gt", "gte", "lt", "lte"]);
        let ids = self.ids.clone();
        let (key, value) = match self.below(3) {
            0 => ("document.id", json!(self.pick(&ids).to_string())),
            1 => (self.pick(&["document.created_at", "document.updated_at"]), json!(self.pick(&TIMES))),
            _ => {
                let keys = ["document.title", "document.source", "document.language", "document.media_type"];
                let texts = ["eng", "text/plain", "t", "tx"].map(str::to_owned);
                let text = if self.one_in(2) { self.text() } else { self.pick(&texts) };
                (self.pick(&keys), json!(text))
            }
        };
        let ask = match self.below(6) {
            0 => Ask::In(vec![value, Value::Null]),
            1 => Ask::NotIn(vec![value, Value::Null]),
            2 => Ask::Exists(self.one_in(2)),
            3 if !key.ends_with("id") && !key.ends_with("_at") => self.regex(),
            _ => Ask::Compare(word, value),
        };
        Spec::Is(key.to_owned(), ask)
    }

    fn regex(&mut self) -> Ask {
        let (mut pattern, mut meaning) = (String::new(), String::new());
        let mut push = |part: &str, meant: &str| {
            pattern.push_str(part);
            meaning.push_str(meant);
        };
        if self.one_in(4) {
            push("^", "^");
        }
        for n in 0..=self.below(3) {
            if n > 0 && self.one_in(5) {
                push("|", "|");
            }
            if self.one_in(8) {
                push(r"\b", r"(?-u:\b)");
            }
            let ((part, meant), over) = (self.pick(&ATOMS), self.pick(&TIMES_OVER));
            push(part, meant);
            push(over, over);
        }
        if self.one_in(4) {
            push("$", "$");
        }
        Ask::Regex(pattern, Regex::new(&meaning).unwrap())
    }
}
