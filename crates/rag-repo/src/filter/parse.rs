//! From JSON to filters: what both grammars share, and the limits.

use serde_json::Value;

use super::{Column, Comparison, Filter, FilterError, Key, Test, openai, place::Place, value};

/// Filters within filters.
const MAX_DEPTH: usize = 16;
/// Conditions of one filter, at every depth.
const MAX_CONDITIONS: usize = 256;
/// Values of all conditions of one filter together: each document is compared with all of them.
const MAX_VALUES: usize = 2_000;
/// Patterns of one filter: PostgreSQL keeps 32 compiled ones, and would compile more again for each row.
const MAX_PATTERNS: usize = 16;
/// Elements of a list.
pub(super) const MAX_LIST: usize = 1_000;
/// Characters of a key.
const MAX_KEY_CHARS: usize = 200;
/// Names in a key.
const MAX_SEGMENTS: usize = 8;

/// Reads one filter, and counts what there is of it.
#[derive(Debug, Default)]
pub(super) struct Parser {
    conditions: usize,
    patterns: usize,
    values: usize,
}

impl Parser {
    pub(super) fn filter(&mut self, value: &Value, place: &Place) -> Result<Filter, FilterError> {
        check_depth(place)?;
        let Value::Object(object) = value else {
            return Err(place.error(format!("a filter is an object, not {}", value::kind(value))));
        };
        if openai::is_openai(object) { self.openai(object, place) } else { self.mongo(object, place) }
    }

    /// The filters of an `and` or `or`.
    pub(super) fn filters(&mut self, value: &Value, place: &Place) -> Result<Vec<Filter>, FilterError> {
        let filters = value::list(value, place)?;
        if filters.is_empty() {
            return Err(place.error("the list of filters is empty: give at least one"));
        }
        let parse = |(n, value): (usize, &Value)| self.filter(value, &place.child(&n.to_string()).deeper());
        filters.iter().enumerate().map(parse).collect()
    }

    /// The condition of a comparison, `word` being without `$`; none when it is not the word of one.
    pub(super) fn comparison(
        &mut self,
        word: &str,
        key: &Key,
        value: &Value,
        place: &Place,
    ) -> Result<Option<Filter>, FilterError> {
        let compare = |comparison| Ok(Test::Compare(comparison, value::bound(key, value, place)?));
        let test = match word {
            "eq" | "ne" => Test::In(vec![value::scalar(key, value, place)?]),
            "in" | "nin" => Test::In(value::scalars(key, value, place)?),
            "gt" => compare(Comparison::Greater)?,
            "gte" => compare(Comparison::GreaterOrEqual)?,
            "lt" => compare(Comparison::Less)?,
            "lte" => compare(Comparison::LessOrEqual)?,
            _ => return Ok(None),
        };
        let condition = self.condition(key, test, place)?;
        Ok(Some(if matches!(word, "ne" | "nin") { Filter::Not(Box::new(condition)) } else { condition }))
    }

    pub(super) fn condition(&mut self, key: &Key, test: Test, place: &Place) -> Result<Filter, FilterError> {
        self.count(place)?;
        self.patterns += usize::from(matches!(test, Test::Matches(_)));
        if self.patterns > MAX_PATTERNS {
            return Err(place.error(format!("more than {MAX_PATTERNS} patterns: join some by |")));
        }
        self.values += if let Test::In(values) = &test { values.len() } else { 1 };
        if self.values > MAX_VALUES {
            return Err(
                place.error(format!("more than {MAX_VALUES} values in all: leave some out, or ask in parts"))
            );
        }
        Ok(Filter::Condition(key.clone(), test))
    }

    /// Counts a condition.
    pub(super) fn count(&mut self, place: &Place) -> Result<(), FilterError> {
        self.conditions += 1;
        if self.conditions > MAX_CONDITIONS {
            return Err(place.error(format!(
                "more than {MAX_CONDITIONS} conditions: leave some out, or put values of one key into a list"
            )));
        }
        Ok(())
    }
}

pub(super) fn check_depth(place: &Place) -> Result<(), FilterError> {
    if place.depth > MAX_DEPTH {
        return Err(place.error(format!("filters are nested more than {MAX_DEPTH} deep: flatten them")));
    }
    Ok(())
}

pub(super) fn key(text: &str, place: &Place) -> Result<Key, FilterError> {
    if text.chars().nth(MAX_KEY_CHARS).is_some() {
        return Err(place.error(format!("the key is longer than {MAX_KEY_CHARS} characters: shorten it")));
    }
    if text.contains('\0') {
        return Err(place.error("the key holds a NUL character, which nothing stored can: leave it out"));
    }
    let mut path: Vec<&str> = text.split('.').collect();
    if !place.in_element {
        match path.as_slice() {
            ["document", ..] => return column(text, place),
            ["metadata", _, ..] => drop(path.remove(0)),
            _ => {}
        }
    }
    if path.len() > MAX_SEGMENTS {
        return Err(place.error(format!("the key has more than {MAX_SEGMENTS} names: shorten it")));
    }
    Ok(Key::Path(path.into_iter().map(str::to_owned).collect()))
}

fn column(text: &str, place: &Place) -> Result<Key, FilterError> {
    let find = |column: &Column| text.strip_prefix("document.") == Some(column.name());
    Column::ALL.into_iter().find(find).map(Key::Column).ok_or_else(|| {
        place.error(format!(
            "documents have {}: name one as document.{}, or write metadata.{text} for a key of the metadata",
            Column::ALL.map(Column::name).join(", "),
            Column::Title.name(),
        ))
    })
}
