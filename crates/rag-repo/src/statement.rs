//! SQL in pieces with the values of their placeholders. The text is ours alone: whatever comes from outside is bound.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use diesel::{
    pg::Pg,
    prelude::*,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    result::Error::QueryBuilderError,
    sql_types::{Array, BigInt, Binary, Integer, Jsonb, Text, Timestamptz, Untyped, Uuid as UuidSql},
};
use pgvector::{
    HalfVector, SparseVector,
    sql_types::{HalfVector as HalfVectorSql, SparseVector as SparseVectorSql},
};
use serde_json::Value;
use uuid::Uuid;

use crate::RepoResult;

/// The value of a placeholder.
#[derive(Debug, Clone, PartialEq)]
pub enum Bind {
    /// `integer`
    Integer(i32),
    /// `bigint`
    BigInteger(i64),
    /// `integer[]`
    Integers(Vec<i32>),
    /// `text`
    Text(String),
    /// `text[]`
    Texts(Vec<String>),
    /// `bytea`
    Bytes(Vec<u8>),
    /// `jsonb`
    Json(Value),
    /// `jsonb[]`
    Jsons(Vec<Value>),
    /// `timestamptz[]`
    Times(Vec<DateTime<Utc>>),
    /// `uuid[]`
    Ids(Vec<Uuid>),
    /// `halfvec`
    Half(HalfVector),
    /// `sparsevec`
    Sparse(SparseVector),
}

impl Bind {
    /// `uuid[]`, of ids of ours.
    pub(crate) fn ids<Id: Copy + Into<Uuid>>(ids: &[Id]) -> Self {
        Self::Ids(ids.iter().map(|id| (*id).into()).collect())
    }

    fn push<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        match self {
            Self::Integer(number) => out.push_bind_param::<Integer, _>(number),
            Self::BigInteger(number) => out.push_bind_param::<BigInt, _>(number),
            Self::Integers(numbers) => out.push_bind_param::<Array<Integer>, _>(numbers),
            Self::Text(text) => out.push_bind_param::<Text, _>(text),
            Self::Texts(texts) => out.push_bind_param::<Array<Text>, _>(texts),
            Self::Bytes(bytes) => out.push_bind_param::<Binary, _>(bytes),
            Self::Json(value) => out.push_bind_param::<Jsonb, _>(value),
            Self::Jsons(values) => out.push_bind_param::<Array<Jsonb>, _>(values),
            Self::Times(times) => out.push_bind_param::<Array<Timestamptz>, _>(times),
            Self::Ids(ids) => out.push_bind_param::<Array<UuidSql>, _>(ids),
            Self::Half(vector) => out.push_bind_param::<HalfVectorSql, _>(vector),
            Self::Sparse(vector) => out.push_bind_param::<SparseVectorSql, _>(vector),
        }
    }
}

/// SQL, and the values of its placeholders from `first` on.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    text: Cow<'static, str>,
    binds: Vec<Bind>,
    first: usize,
    kept: bool,
}

impl Statement {
    /// A whole query whose text is one of few: each connection prepares it once and keeps it. Its placeholders count from 1.
    pub fn fixed(text: impl Into<Cow<'static, str>>) -> Self {
        Self::new(text).kept()
    }

    /// A whole query; its placeholders count from 1.
    pub fn new(text: impl Into<Cow<'static, str>>) -> Self {
        Self::from(text, 1)
    }

    /// A piece of a query whose placeholders count from `first`.
    pub fn from(text: impl Into<Cow<'static, str>>, first: usize) -> Self {
        Self { text: text.into(), binds: Vec::new(), first, kept: false }
    }

    /// A piece with one value, whose placeholder stands where `{}` is.
    pub fn piece(text: &str, value: Bind, first: usize) -> Self {
        Self::from(text.replace("{}", &format!("${first}")), first).bind(value)
    }

    /// As a query whose text is one of few: each connection prepares it once and keeps it.
    #[must_use]
    pub fn kept(mut self) -> Self {
        self.kept = true;
        self
    }

    /// Whether connections prepare it once and keep it.
    pub fn is_kept(&self) -> bool {
        self.kept
    }

    /// The value of the next placeholder.
    #[must_use]
    pub fn bind(mut self, value: Bind) -> Self {
        self.binds.push(value);
        self
    }

    /// Joins a condition without a value.
    #[must_use]
    pub fn and_text(mut self, text: &str) -> Self {
        self.text = format!("{} AND {text}", self.text).into();
        self
    }

    /// Joins a condition with one value, whose placeholder stands where `{}` is.
    #[must_use]
    pub fn and(self, text: &str, value: Bind) -> Self {
        let text = text.replace("{}", &format!("${}", self.next()));
        self.and_text(&text).bind(value)
    }

    /// Joins an alternative with one value, whose placeholder stands where `{}` is.
    #[must_use]
    pub fn or(mut self, text: &str, value: Bind) -> Self {
        let text = text.replace("{}", &format!("${}", self.next()));
        self.text = format!("{} OR {text}", self.text).into();
        self.bind(value)
    }

    /// Puts a piece where `name` first stands; it is told where its placeholders begin.
    #[must_use]
    pub fn splice(mut self, name: &str, piece: impl FnOnce(usize) -> Self) -> Self {
        let piece = piece(self.next());
        self.text = self.text.replacen(name, &piece.text, 1).into();
        self.binds.extend(piece.binds);
        self
    }

    /// The SQL.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The values of its placeholders, in order.
    pub fn binds(&self) -> &[Bind] {
        &self.binds
    }

    /// Runs it.
    pub fn load<Row: QueryableByName<Pg> + 'static>(&self, conn: &mut PgConnection) -> RepoResult<Vec<Row>> {
        Ok(Whole { statement: self, prefix: "" }.load(conn)?)
    }

    /// Runs it and takes the first row. `RepoError::NotFound` when there is none.
    pub fn get_result<Row: QueryableByName<Pg> + 'static>(&self, conn: &mut PgConnection) -> RepoResult<Row> {
        Ok(Whole { statement: self, prefix: "" }.get_result(conn)?)
    }

    /// PostgreSQL's plan for it, one line per row, with long constants cut.
    pub fn explain(&self, conn: &mut PgConnection, depth: PlanDepth) -> RepoResult<Vec<String>> {
        let prefix = match depth {
            PlanDepth::Shape => "EXPLAIN (COSTS OFF) ",
            PlanDepth::Measured => "EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) ",
        };
        let whole = Whole { statement: self, prefix };
        let lines: Vec<PlanLine> = whole.load(conn)?;
        Ok(lines.into_iter().map(|line| shortened(&line.text)).collect())
    }

    fn next(&self) -> usize {
        self.first + self.binds.len()
    }
}

/// How much a plan says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanDepth {
    /// Nodes and conditions. No number in it is derived from rows, so every caller may see it.
    Shape,
    /// The query runs once more; the plan has its times, rows and buffers. They count rows that row-level security then hides,
    /// so only the operator of the database may see them.
    Measured,
}

/// A whole query as Diesel takes it. `sql_query` would be prepared again each time.
struct Whole<'a> {
    statement: &'a Statement,
    prefix: &'static str,
}

impl Query for Whole<'_> {
    type SqlType = Untyped;
}

impl RunQueryDsl<PgConnection> for Whole<'_> {}

impl QueryId for Whole<'_> {
    type QueryId = ();
    // The text tells them apart.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl QueryFragment<Pg> for Whole<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let Statement { text, binds, kept, .. } = self.statement;
        if !kept {
            out.unsafe_to_cache_prepared();
        }
        out.push_sql(self.prefix);
        // Diesel numbers placeholders as they come, so the second of two that are the same is written out.
        let mut met: Vec<usize> = Vec::with_capacity(binds.len());
        for line in text.lines().filter(|line| !line.starts_with("--")) {
            let mut parts = line.split('$');
            out.push_sql(parts.next().unwrap_or_default());
            for part in parts {
                let rest = part.trim_start_matches(|letter: char| letter.is_ascii_digit());
                let number: Option<usize> = part.strip_suffix(rest).and_then(|digits| digits.parse().ok());
                if let Some(at) = met.iter().position(|known| Some(*known) == number) {
                    out.push_sql(&format!("${}", at + 1));
                } else if let Some(number) = number {
                    met.push(number);
                    let bind = number.checked_sub(1).and_then(|place| binds.get(place));
                    let missing = || QueryBuilderError(format!("no value for ${number}").into());
                    bind.ok_or_else(missing)?.push(&mut out)?;
                } else {
                    out.push_sql("$");
                }
                out.push_sql(rest);
            }
            out.push_sql("\n");
        }
        Ok(())
    }
}

/// Maximum length of a constant in a plan, in characters; a vector or a list of ids takes thousands.
const MAX_CONSTANT_CHARS: usize = 120;

/// A line of a plan with its long constants cut.
fn shortened(line: &str) -> String {
    let cut = |(at, part): (usize, &str)| {
        let length = part.chars().count();
        if at % 2 == 0 || length <= MAX_CONSTANT_CHARS {
            return part.to_owned();
        }
        let begin: String = part.chars().take(MAX_CONSTANT_CHARS / 3).collect();
        format!("{begin} .. {length} characters")
    };
    // Every second part stands between quotation marks; a doubled one within a constant is two of them.
    line.split('\'').enumerate().map(cut).collect::<Vec<_>>().join("'")
}

/// A text as far as it certainly has no constant: up to the first quotation mark or dollar quote. For statements that are sent as text, which
/// can hold ids of people or a password.
pub(crate) fn without_constants(text: &str) -> String {
    let begins_constant = |(at, sign): (usize, char)| {
        let is_placeholder =
            || text.get(at + 1..).is_some_and(|rest| rest.starts_with(|next: char| next.is_ascii_digit()));
        sign == '\'' || sign == '$' && !is_placeholder()
    };
    match text.char_indices().find(|found| begins_constant(*found)) {
        Some((end, _)) => format!("{}..", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[derive(QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct PlanLine {
    #[diesel(sql_type = Text)]
    #[diesel(column_name = "QUERY PLAN")]
    text: String,
}

#[cfg(test)]
mod tests {
    use diesel::debug_query;

    use super::*;

    fn sent(statement: &Statement) -> String {
        debug_query::<Pg, _>(&Whole { statement, prefix: "" }).to_string()
    }

    #[test]
    fn placeholders_keep_their_values_wherever_they_stand_and_however_often() {
        let statement = Statement::new("-- $1 is a comment\nSELECT $2, $1, '$.a',\n  $2::text")
            .bind(Bind::Integer(1))
            .bind(Bind::Text("two".to_owned()));
        assert_eq!(sent(&statement), "SELECT $1, $2, '$.a',\n  $1::text\n -- binds: [\"two\", 1]");
    }

    #[test]
    fn a_plan_shows_the_beginning_of_a_long_constant() {
        let long = "1,".repeat(500);
        let line = format!("Order By: (e <=> '[{long}]'::halfvec) AND (name = 'o''clock')");
        let begin = "1,".repeat(19);
        let expected =
            format!("Order By: (e <=> '[{begin}1 .. 1002 characters'::halfvec) AND (name = 'o''clock')");
        assert_eq!(shortened(&line), expected);
    }

    #[test]
    fn a_text_ends_before_its_first_constant() {
        for (text, expected) in [
            ("CREATE ROLE x PASSWORD 'secret'", "CREATE ROLE x PASSWORD .."),
            (r"CREATE ROLE x PASSWORD E'a\'secret'", "CREATE ROLE x PASSWORD E.."),
            ("CREATE ROLE x PASSWORD $$secret$$", "CREATE ROLE x PASSWORD .."),
            ("CREATE ROLE x PASSWORD $a1$secret$a1$", "CREATE ROLE x PASSWORD .."),
            ("SELECT \"a\" FROM t WHERE b = $12", "SELECT \"a\" FROM t WHERE b = $12"),
        ] {
            assert_eq!(without_constants(text), expected);
        }
    }

    #[test]
    fn a_placeholder_without_a_value_is_an_error() {
        for text in ["SELECT $2", "SELECT $0"] {
            let mut out = <Pg as diesel::backend::Backend>::QueryBuilder::default();
            let statement = Statement::new(text).bind(Bind::Integer(1));
            let whole = Whole { statement: &statement, prefix: "" };
            assert!(whole.to_sql(&mut out, &Pg).is_err(), "{text}");
        }
    }
}
