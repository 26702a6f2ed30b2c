//! The Mongo form: `{"key": value, "key": {"$operator": value}, "$or": [..]}`.

use serde_json::{Map, Value};

use super::{
    Filter, FilterError, Key, Test,
    parse::{self, Parser, check_depth},
    pattern::Pattern,
    place::{Place, shown},
    value,
};

const OPERATORS: &str = "$eq, $ne, $gt, $gte, $lt, $lte, $in, $nin, $exists, $not, $regex, $elemMatch, $size";

impl Parser {
    pub(super) fn mongo(
        &mut self,
        object: &Map<String, Value>,
        place: &Place,
    ) -> Result<Filter, FilterError> {
        if object.is_empty() {
            self.count(place)?;
        }
        let part = |(name, value): (&String, &Value)| self.part(name, value, &place.child(name));
        Ok(all(object.iter().map(part).collect::<Result<_, _>>()?))
    }

    fn part(&mut self, name: &str, value: &Value, place: &Place) -> Result<Filter, FilterError> {
        match name {
            "$and" => Ok(Filter::And(self.filters(value, place)?)),
            "$or" => Ok(Filter::Or(self.filters(value, place)?)),
            "$not" => Ok(Filter::Not(Box::new(self.filter(value, &place.deeper())?))),
            // Within an element a bare operator is about the element itself.
            _ if name.starts_with('$') && place.in_element => {
                self.operator(name, &Key::Path(Vec::new()), value, place)
            }
            _ if name.starts_with('$') => Err(place.error(format!(
                "{} stands alone: $and, $or and $not may, others go under a key: {{\"key\": {{\"$eq\": 1}}}}",
                shown(name)
            ))),
            _ => self.field(&parse::key(name, place)?, value, place),
        }
    }

    fn field(&mut self, key: &Key, value: &Value, place: &Place) -> Result<Filter, FilterError> {
        match value {
            Value::Object(operators) => self.operators(key, operators, place),
            Value::Array(_) => Err(place.error("a list goes under $in, and one of its values under $eq")),
            _ => {
                let test = Test::In(vec![value::scalar(key, value, place)?]);
                self.condition(key, test, place)
            }
        }
    }

    fn operators(
        &mut self,
        key: &Key,
        operators: &Map<String, Value>,
        place: &Place,
    ) -> Result<Filter, FilterError> {
        check_depth(place)?;
        if operators.is_empty() {
            return Err(place.error(format!("no operator is given: use one of {OPERATORS}")));
        }
        let part = |(name, value): (&String, &Value)| self.operator(name, key, value, &place.child(name));
        Ok(all(operators.iter().map(part).collect::<Result<_, _>>()?))
    }

    fn operator(
        &mut self,
        name: &str,
        key: &Key,
        value: &Value,
        place: &Place,
    ) -> Result<Filter, FilterError> {
        let test = match name {
            "$exists" => return self.existence(key, value, place),
            "$not" => return self.negation(key, value, place),
            "$regex" => Test::Matches(pattern(key, value, place)?),
            "$size" => Test::Size(size(key, value, place)?),
            "$elemMatch" => {
                refuse_column(key, place)?;
                Test::AnyElement(Box::new(self.filter(value, &place.element())?))
            }
            _ => return self.named_comparison(name, key, value, place),
        };
        self.condition(key, test, place)
    }

    fn named_comparison(
        &mut self,
        name: &str,
        key: &Key,
        value: &Value,
        place: &Place,
    ) -> Result<Filter, FilterError> {
        let unknown = || {
            place.error(format!(
                "{} is no operator: use one of {OPERATORS}; what lies within an object is reached by a dotted key",
                shown(name)
            ))
        };
        let word = name.strip_prefix('$').ok_or_else(unknown)?;
        self.comparison(word, key, value, place)?.ok_or_else(unknown)
    }

    fn existence(&mut self, key: &Key, value: &Value, place: &Place) -> Result<Filter, FilterError> {
        let Value::Bool(wanted) = value else {
            return Err(place.error(format!("$exists takes true or false, not {}", value::kind(value))));
        };
        let exists = self.condition(key, Test::Exists, place)?;
        Ok(if *wanted { exists } else { Filter::Not(Box::new(exists)) })
    }

    fn negation(&mut self, key: &Key, value: &Value, place: &Place) -> Result<Filter, FilterError> {
        let Value::Object(operators) = value else {
            return Err(place.error(format!("$not takes an object of operators, not {}", value::kind(value))));
        };
        Ok(Filter::Not(Box::new(self.operators(key, operators, &place.deeper())?)))
    }
}

/// One filter of several that all have to hold.
fn all(mut filters: Vec<Filter>) -> Filter {
    match (filters.pop(), filters.is_empty()) {
        (Some(only), true) => only,
        (last, _) => {
            filters.extend(last);
            Filter::And(filters)
        }
    }
}

fn pattern(key: &Key, value: &Value, place: &Place) -> Result<Pattern, FilterError> {
    if !key.may_hold_text() {
        return Err(place.error("$regex is for text: compare ids and times by $eq, $gt and the like"));
    }
    let Value::String(source) = value else {
        return Err(place.error(format!("$regex takes a string, not {}", value::kind(value))));
    };
    Pattern::parse(source).map_err(|message| place.error(message))
}

fn size(key: &Key, value: &Value, place: &Place) -> Result<i32, FilterError> {
    refuse_column(key, place)?;
    let size = value.as_i64().and_then(|size| i32::try_from(size).ok()).filter(|size| *size >= 0);
    size.ok_or_else(|| place.error(format!("$size takes a whole number from 0 to {}", i32::MAX)))
}

fn refuse_column(key: &Key, place: &Place) -> Result<(), FilterError> {
    match key {
        Key::Path(_) => Ok(()),
        Key::Column(_) => {
            Err(place.error("this operator is for arrays in the metadata, and this is not one"))
        }
    }
}
