//! Filters on documents: two grammars, one meaning, one compiler to bound SQL. Whose documents they are is the caller's matter.
//!
//! **Grammars.** The OpenAI form is `{"type": "eq", "key": "year", "value": 2020}` (`eq ne gt gte lt lte in nin`) and
//! `{"type": "and" | "or", "filters": [..]}`. The Mongo form is `{"year": {"$gte": 2020}, "tags": "x", "$or": [..]}` with
//! `$eq $ne $gt $gte $lt $lte $in $nin $exists $and $or $not $regex $elemMatch $size`. An object is in the OpenAI form when its
//! `type` is one of those words and it has a `key` or `filters`, or when it has just the fields of that form (so that a misspelled
//! word is refused and not taken for metadata); either form may stand within the other. `{}` matches every document.
//!
//! **Keys.** `document.id`, `.title`, `.source`, `.language`, `.media_type`, `.created_at` and `.updated_at` are facts of the
//! document. Anything else is a path into its metadata: `author.name` or, the same, `metadata.author.name`. Each dot goes into an
//! object and never into an array; a key that itself holds a dot cannot be reached.
//!
//! **Meaning**, of a value that the key leads to and a value that is given:
//! - `eq`: same type and equal, numbers as exact decimals (1 equals 1.0). When the key leads to an array, any of its elements will
//!   do (of arrays within it, none), and so for every comparison and `$regex`. `eq null` matches null and a missing key.
//! - `in` is `eq` with any of the list. `ne` and `nin` are the negation of `eq` and `in`, so they match missing keys.
//! - `gt gte lt lte`: number with number, string with string by code points (ISO dates fall in order); other pairs never match.
//! - `$exists`: the key is there, be it null. `$size`: an array of that length. `$elemMatch`: an array with an element for which
//!   the filter holds, its keys (none of them special) being paths into the element, its bare operators about the element.
//! - `$regex`: a string holds a match. `\d \w \s \b` are ASCII; there are no flags, back-references or look-around.
//! - Facts of the document compare as text, except ids (UUIDs) and times (RFC 3339, or `YYYY-MM-DD` for midnight UTC).

mod column;
mod compile;
mod error;
mod mongo;
mod openai;
mod parse;
mod pattern;
mod place;
mod value;

use chrono::{DateTime, Utc};
use serde_json::{Number, Value};
use uuid::Uuid;

use crate::statement::Statement;

pub use column::Column;
pub use error::FilterError;
pub use pattern::Pattern;

/// What documents have to be like.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// Every one holds; of none, that is so.
    And(Vec<Filter>),
    /// At least one holds; of none, none does.
    Or(Vec<Filter>),
    /// It does not hold.
    Not(Box<Filter>),
    /// What the key leads to passes the test.
    Condition(Key, Test),
}

/// What a condition is about.
#[derive(Debug, Clone, PartialEq)]
pub enum Key {
    /// A fact of the document.
    Column(Column),
    /// Names to follow from object to object, in the metadata or in an array's element; no names stand for the element.
    Path(Vec<String>),
}

/// What is asked of the value that a key leads to.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// It, or an element of it, equals one of these; a null stands for a missing key too.
    In(Vec<Scalar>),
    /// It, or an element of it, lies on that side of the scalar.
    Compare(Comparison, Scalar),
    /// It is there.
    Exists,
    /// It, or an element of it, is a string with a match.
    Matches(Pattern),
    /// It is an array of that many elements.
    Size(i32),
    /// It is an array, and the filter holds for an element.
    AnyElement(Box<Filter>),
}

/// Which side of a scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// More than it.
    Greater,
    /// It or more.
    GreaterOrEqual,
    /// Less than it.
    Less,
    /// It or less.
    LessOrEqual,
}

/// A value given to compare with.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar {
    /// No value.
    Null,
    /// True or false.
    Bool(bool),
    /// A number, exactly as it was written.
    Number(Number),
    /// A string.
    Text(String),
    /// A time, to the microsecond; for columns that hold times.
    Time(DateTime<Utc>),
    /// An id; for columns that hold ids.
    Id(Uuid),
}

impl Filter {
    /// Reads either grammar; refuses what is misspelled, too large or too deep.
    pub fn parse(value: &Value) -> Result<Self, FilterError> {
        parse::Parser::default().filter(value, &place::Place::root())
    }

    /// A boolean SQL expression over `documents AS d`, never NULL, whose placeholders count from `first_placeholder` (the first
    /// of a query is 1). It holds no text of the filter's author, and no stored metadata makes it fail.
    pub fn compile(&self, first_placeholder: usize) -> Statement {
        compile::compile(self, first_placeholder)
    }
}
