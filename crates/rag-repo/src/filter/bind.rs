//! What a compiled filter binds, and how it gets into a query.

use chrono::{DateTime, Utc};
use diesel::{
    pg::Pg,
    query_builder::BoxedSqlQuery,
    sql_types::{Array, Integer, Jsonb, Text, Timestamptz, Uuid as UuidSql},
};
use serde_json::Value;
use uuid::Uuid;

/// A filter as SQL.
#[derive(Debug, Clone, PartialEq)]
pub struct CompiledFilter {
    /// A boolean expression over `documents AS d`, never NULL.
    pub sql: String,
    /// Values of its placeholders, in order.
    pub binds: Vec<Bind>,
}

/// The value of a placeholder.
#[derive(Debug, Clone, PartialEq)]
pub enum Bind {
    /// `integer`
    Integer(i32),
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
}

impl CompiledFilter {
    /// The query with the filter's values bound after those that it has.
    pub fn bind_to<Query>(self, query: BoxedSqlQuery<'_, Pg, Query>) -> BoxedSqlQuery<'_, Pg, Query> {
        self.binds.into_iter().fold(query, |query, bind| match bind {
            Bind::Integer(number) => query.bind::<Integer, _>(number),
            Bind::Text(text) => query.bind::<Text, _>(text),
            Bind::Texts(texts) => query.bind::<Array<Text>, _>(texts),
            Bind::Json(value) => query.bind::<Jsonb, _>(value),
            Bind::Jsons(values) => query.bind::<Array<Jsonb>, _>(values),
            Bind::Times(times) => query.bind::<Array<Timestamptz>, _>(times),
            Bind::Ids(ids) => query.bind::<Array<UuidSql>, _>(ids),
        })
    }
}
