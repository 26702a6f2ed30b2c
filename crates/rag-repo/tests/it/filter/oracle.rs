//! What filters mean, in plain Rust that shares nothing with the parser or the compiler.

use std::cmp::Ordering;

use chrono::{DateTime, Utc};
use serde_json::{Number, Value};

use super::{
    documents::Facts,
    spec::{Ask, Spec},
};

/// What keys start from.
#[derive(Clone, Copy)]
pub(super) enum Root<'a> {
    Document(&'a Facts),
    Element(&'a Value),
}

/// What a key leads to.
enum Reached<'a> {
    Missing,
    Json(&'a Value),
    Text(String),
    Time(DateTime<Utc>),
}

pub(super) fn holds(spec: &Spec, root: Root<'_>) -> bool {
    match spec {
        Spec::All(specs) => specs.iter().all(|spec| holds(spec, root)),
        Spec::Any(specs) => specs.iter().any(|spec| holds(spec, root)),
        Spec::Not(spec) => !holds(spec, root),
        Spec::Is(key, ask) => answers(ask, &reach(key, root)),
        Spec::Itself(ask) => match root {
            Root::Element(value) => answers(ask, &Reached::Json(value)),
            Root::Document(_) => panic!("documents are asked by keys"),
        },
    }
}

fn reach<'a>(key: &str, root: Root<'a>) -> Reached<'a> {
    let optional = |text: &Option<String>| text.clone().map_or(Reached::Missing, Reached::Text);
    let (start, key) = match root {
        Root::Element(value) => (value, key),
        Root::Document(facts) => match key {
            "document.id" => return Reached::Text(facts.id.to_string()),
            "document.title" => return Reached::Text(facts.title.clone()),
            "document.source" => return optional(&facts.source),
            "document.language" => return optional(&facts.language),
            "document.media_type" => return Reached::Text(facts.media_type.clone()),
            "document.created_at" => return Reached::Time(facts.created_at),
            "document.updated_at" => return Reached::Time(facts.updated_at),
            _ => (&facts.metadata, key.strip_prefix("metadata.").unwrap_or(key)),
        },
    };
    let step = |value: &'a Value, name: &str| value.as_object().and_then(|object| object.get(name));
    key.split('.').try_fold(start, step).map_or(Reached::Missing, Reached::Json)
}

fn answers(ask: &Ask, reached: &Reached<'_>) -> bool {
    match ask {
        Ask::Compare("eq", value) => equals(reached, value),
        Ask::Compare("ne", value) => !equals(reached, value),
        Ask::Compare(word, value) => any(reached, |item| lies(word, order(item, value))),
        Ask::In(values) => values.iter().any(|value| equals(reached, value)),
        Ask::NotIn(values) => !values.iter().any(|value| equals(reached, value)),
        Ask::Exists(wanted) => *wanted != matches!(reached, Reached::Missing),
        Ask::Regex(_, regex) => any(reached, |item| match item {
            Reached::Json(Value::String(text)) | Reached::Text(text) => regex.is_match(text),
            _ => false,
        }),
        Ask::Size(size) => array(reached).is_some_and(|array| array.len() == *size),
        Ask::Element(spec) => {
            array(reached).is_some_and(|array| array.iter().any(|item| holds(spec, Root::Element(item))))
        }
        Ask::Not(ask) => !answers(ask, reached),
    }
}

fn array<'a>(reached: &Reached<'a>) -> Option<&'a Vec<Value>> {
    if let Reached::Json(Value::Array(array)) = reached { Some(array) } else { None }
}

fn any(reached: &Reached<'_>, test: impl Fn(&Reached<'_>) -> bool) -> bool {
    match array(reached) {
        Some(array) => array.iter().any(|item| test(&Reached::Json(item))),
        None => test(reached),
    }
}

fn equals(reached: &Reached<'_>, value: &Value) -> bool {
    any(reached, |item| match (item, value) {
        (Reached::Missing | Reached::Json(Value::Null), Value::Null) => true,
        (Reached::Json(Value::Bool(left)), Value::Bool(right)) => left == right,
        _ => order(item, value) == Some(Ordering::Equal),
    })
}

fn lies(word: &str, order: Option<Ordering>) -> bool {
    match word {
        "gt" => order.is_some_and(Ordering::is_gt),
        "gte" => order.is_some_and(Ordering::is_ge),
        "lt" => order.is_some_and(Ordering::is_lt),
        "lte" => order.is_some_and(Ordering::is_le),
        _ => panic!("no comparison: {word}"),
    }
}

fn order(reached: &Reached<'_>, value: &Value) -> Option<Ordering> {
    match (reached, value) {
        (Reached::Json(Value::Number(left)), Value::Number(right)) => Some(order_numbers(left, right)),
        (Reached::Json(Value::String(left)), Value::String(right)) => Some(left.cmp(right)),
        (Reached::Text(left), Value::String(right)) => Some(left.as_str().cmp(right)),
        (Reached::Time(left), Value::String(right)) => {
            let day = || format!("{right}T00:00:00Z").parse();
            Some(left.cmp(&right.parse().or_else(|_: chrono::ParseError| day()).expect("a time")))
        }
        _ => None,
    }
}

/// Exactly, as decimals: 2^53 + 1 as an integer is not 2^53 as a float.
fn order_numbers(left: &Number, right: &Number) -> Ordering {
    let (left, right) = (Decimal::of(left), Decimal::of(right));
    let sizes = (left.point, &left.digits).cmp(&(right.point, &right.digits));
    left.sign.cmp(&right.sign).then(if left.sign < 0 { sizes.reverse() } else { sizes })
}

/// sign × 0.digits × 10^point, the first and the last digit not being 0.
struct Decimal {
    sign: i32,
    digits: String,
    point: i64,
}

impl Decimal {
    fn of(number: &Number) -> Self {
        let text = number.to_string();
        let (sign, text) = text.strip_prefix('-').map_or((1, text.as_str()), |text| (-1, text));
        let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        let stripped = digits.trim_start_matches('0');
        if stripped.is_empty() {
            return Self { sign: 0, digits: String::new(), point: 0 };
        }
        let length = |text: &str| i64::try_from(text.len()).unwrap();
        let leading = length(&digits) - length(stripped);
        let point = exponent.parse::<i64>().unwrap() + length(whole) - leading;
        Self { sign, digits: stripped.trim_end_matches('0').to_owned(), point }
    }
}
