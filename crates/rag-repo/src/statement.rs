//! SQL in pieces with the values of their placeholders. The text is ours alone: whatever comes from outside is bound.

use chrono::{DateTime, Utc};
use diesel::{
    pg::Pg,
    prelude::*,
    query_builder::{BoxedSqlQuery, SqlQuery},
    sql_types::{Array, BigInt, Integer, Jsonb, Text, Timestamptz, Uuid as UuidSql},
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

/// SQL, and the values of its placeholders from `first` on.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    text: String,
    binds: Vec<Bind>,
    first: usize,
}

impl Statement {
    /// A whole query; its placeholders count from 1.
    pub fn new(text: impl Into<String>) -> Self {
        Self::from(text, 1)
    }

    /// A piece of a query whose placeholders count from `first`.
    pub fn from(text: impl Into<String>, first: usize) -> Self {
        Self { text: text.into(), binds: Vec::new(), first }
    }

    /// A piece with one value, whose placeholder stands where `{}` is.
    pub fn piece(text: &str, value: Bind, first: usize) -> Self {
        Self { text: text.replace("{}", &format!("${first}")), binds: vec![value], first }
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
        self.text.push_str(" AND ");
        self.text.push_str(text);
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
        self.text.push_str(" OR ");
        self.text.push_str(&text.replace("{}", &format!("${}", self.next())));
        self.bind(value)
    }

    /// Puts a piece where `name` first stands; it is told where its placeholders begin.
    #[must_use]
    pub fn splice(mut self, name: &str, piece: impl FnOnce(usize) -> Self) -> Self {
        let piece = piece(self.next());
        self.text = self.text.replacen(name, &piece.text, 1);
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
        Ok(self.query("").load(conn)?)
    }

    /// Runs it and says how: the plan with its times, a line a row.
    pub fn explain(&self, conn: &mut PgConnection) -> RepoResult<Vec<String>> {
        let lines: Vec<PlanLine> = self.query("EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) ").load(conn)?;
        Ok(lines.into_iter().map(|line| line.text).collect())
    }

    fn next(&self) -> usize {
        self.first + self.binds.len()
    }

    fn query(&self, prefix: &str) -> BoxedSqlQuery<'static, Pg, SqlQuery> {
        let query = diesel::sql_query(format!("{prefix}{}", self.text)).into_boxed();
        self.binds.iter().cloned().fold(query, |query, bind| match bind {
            Bind::Integer(number) => query.bind::<Integer, _>(number),
            Bind::BigInteger(number) => query.bind::<BigInt, _>(number),
            Bind::Integers(numbers) => query.bind::<Array<Integer>, _>(numbers),
            Bind::Text(text) => query.bind::<Text, _>(text),
            Bind::Texts(texts) => query.bind::<Array<Text>, _>(texts),
            Bind::Json(value) => query.bind::<Jsonb, _>(value),
            Bind::Jsons(values) => query.bind::<Array<Jsonb>, _>(values),
            Bind::Times(times) => query.bind::<Array<Timestamptz>, _>(times),
            Bind::Ids(ids) => query.bind::<Array<UuidSql>, _>(ids),
            Bind::Half(vector) => query.bind::<HalfVectorSql, _>(vector),
            Bind::Sparse(vector) => query.bind::<SparseVectorSql, _>(vector),
        })
    }
}

#[derive(QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct PlanLine {
    #[diesel(sql_type = Text)]
    #[diesel(column_name = "QUERY PLAN")]
    text: String,
}
