//! Filters as the tests think of them, apart from the crate's own, and how each grammar writes them.

use regex::Regex;
use serde_json::{Value, json};

/// What a document, or an element, has to be like.
#[derive(Debug, Clone)]
pub(super) enum Spec {
    All(Vec<Spec>),
    Any(Vec<Spec>),
    Not(Box<Spec>),
    Is(String, Ask),
    /// Of an element itself.
    Itself(Ask),
}

/// What is asked of a value.
#[derive(Debug, Clone)]
pub(super) enum Ask {
    /// One of eq, ne, gt, gte, lt, lte.
    Compare(&'static str, Value),
    In(Vec<Value>),
    NotIn(Vec<Value>),
    Exists(bool),
    /// The pattern, and what it means.
    Regex(String, Regex),
    Size(usize),
    Element(Box<Spec>),
    Not(Box<Ask>),
}

impl Spec {
    /// The filter in the OpenAI form where `openai` says so and the form can, else in the Mongo form.
    pub(super) fn to_json(&self, openai: &mut impl FnMut() -> bool) -> Value {
        match self {
            Self::All(specs) => compound("and", specs, openai),
            Self::Any(specs) => compound("or", specs, openai),
            Self::Not(spec) => json!({"$not": spec.to_json(openai)}),
            Self::Is(key, ask) => match ask {
                Ask::Compare(word, value) if openai() => json!({"type": word, "key": key, "value": value}),
                Ask::Compare("eq", value) if openai() => json!({ key: value }),
                Ask::In(values) if openai() => json!({"type": "in", "key": key, "value": values}),
                Ask::NotIn(values) if openai() => json!({"type": "nin", "key": key, "value": values}),
                ask => json!({ key: ask.to_json(openai) }),
            },
            Self::Itself(ask) => ask.to_json(openai),
        }
    }
}

fn compound(word: &str, specs: &[Spec], openai: &mut impl FnMut() -> bool) -> Value {
    let filters: Vec<Value> = specs.iter().map(|spec| spec.to_json(openai)).collect();
    if openai() { json!({"type": word, "filters": filters}) } else { json!({ format!("${word}"): filters }) }
}

impl Ask {
    fn to_json(&self, openai: &mut impl FnMut() -> bool) -> Value {
        match self {
            Self::Compare(word, value) => json!({ format!("${word}"): value }),
            Self::In(values) => json!({"$in": values}),
            Self::NotIn(values) => json!({"$nin": values}),
            Self::Exists(wanted) => json!({"$exists": wanted}),
            Self::Regex(pattern, _) => json!({"$regex": pattern}),
            Self::Size(size) => json!({"$size": size}),
            Self::Element(spec) => json!({"$elemMatch": spec.to_json(openai)}),
            Self::Not(ask) => json!({"$not": ask.to_json(openai)}),
        }
    }
}
