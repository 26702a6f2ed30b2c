//! Nothing that is stored or asked can break a query; and equality uses the index.

use diesel::{
    connection::SimpleConnection,
    prelude::*,
    sql_types::{Text, Uuid as UuidSql},
};
use rag_repo::{
    filter::Filter,
    statement::{Bind, PlanDepth, Statement},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::documents::{Facts, Shelf, found, insert};
use crate::fixture::as_user;

fn find(shelf: &mut Shelf, filter: &Value) -> Vec<Uuid> {
    let parsed = Filter::parse(filter).unwrap_or_else(|error| panic!("{error}: {filter}"));
    found(shelf, &parsed).unwrap_or_else(|error| panic!("{error}: {filter}"))
}

/// One filter of every kind that takes any key and any string.
fn filters(key: &str, value: &str) -> Vec<Value> {
    let mut all: Vec<Value> = ["eq", "ne", "gt", "gte", "lt", "lte"]
        .iter()
        .map(|word| json!({"type": word, "key": key, "value": value}))
        .collect();
    all.push(json!({"type": "in", "key": key, "value": [value, null, 1]}));
    all.push(json!({"type": "nin", "key": key, "value": [value, null, 1]}));
    if !key.starts_with('$') {
        let pattern = regex::escape(value);
        for ask in [json!({"$exists": true}), json!({"$size": 2}), json!({"$regex": pattern})] {
            all.push(json!({ key: ask }));
            all.push(json!({"list": {"$elemMatch": { key: ask }}}));
        }
    }
    all
}

#[test]
fn hostile_keys_and_values_find_what_they_name_and_nothing_else() {
    let hostile = [
        "'",
        "''",
        "'; DROP TABLE documents; --",
        "\" OR 1=1 --",
        "\\",
        "\\'",
        "$1",
        "$99",
        "%",
        "_",
        "{}",
        "{a,b}",
        "[0]",
        "$[*] ? (@ > 0)",
        "$.a",
        "@",
        "\\u0000",
        "*",
        "/* */",
        "--",
        "NULL",
        "null",
        "😀",
        "\u{feff}",
        "\u{1}",
        "a\tb\nc",
        "(",
        ")",
        "?",
        "::text",
        "E'\\x41'",
    ];
    let mut shelf = Shelf::new();
    let named: Vec<Facts> = hostile.iter().map(|name| Facts::with(json!({ *name: name }))).collect();
    insert(&mut shelf, &named);
    insert(&mut shelf, &[Facts::with(json!({}))]);
    for (name, facts) in hostile.iter().zip(&named) {
        // A name with dots is a path of several.
        for filter in filters(name, name) {
            find(&mut shelf, &filter);
        }
        if name.contains('.') {
            continue;
        }
        for word in ["eq", "gte", "lte"] {
            let filter = json!({"type": word, "key": name, "value": name});
            assert_eq!(find(&mut shelf, &filter), [facts.id.uuid()], "{filter}");
        }
        let pattern = json!({format!("metadata.{name}"): {"$regex": format!("^{}$", regex::escape(name))}});
        assert_eq!(find(&mut shelf, &pattern), [facts.id.uuid()], "{pattern}");
    }
}

#[test]
fn no_word_of_the_author_is_in_the_sql() {
    for filter in filters("needle", "needle") {
        let compiled = Filter::parse(&filter).unwrap().compile(1);
        assert!(!compiled.text().contains("needle"), "{}", compiled.text());
    }
}

#[test]
fn placeholders_count_from_where_they_are_told() {
    let filter = Filter::parse(&json!({"a.b": {"$gt": 1}, "document.title": "x"})).unwrap();
    let compiled = filter.compile(7);
    assert_eq!(
        compiled.text(),
        "(coalesce(jsonb_path_exists(d.metadata, $7::jsonpath, $8, true), FALSE) \
         AND (d.title IS NOT NULL AND d.title = ANY($9)))"
    );
    let binds = [
        Bind::Text(r#"strict $."a"."b" ? (@ > $bound || exists(@[*] ? (@ > $bound)))"#.to_owned()),
        Bind::Json(json!({"bound": 1})),
        Bind::Texts(vec!["x".to_owned()]),
    ];
    assert_eq!(compiled.binds(), binds);
}

#[test]
fn numbers_that_only_postgres_can_hold_break_nothing() {
    let mut shelf = Shelf::new();
    let facts = Facts::with(json!({}));
    insert(&mut shelf, std::slice::from_ref(&facts));
    let digits = "9".repeat(5_000);
    diesel::sql_query("UPDATE documents SET metadata = $2::jsonb WHERE id = $1")
        .bind::<UuidSql, _>(facts.id.uuid())
        .bind::<Text, _>(format!(r#"{{"n": {digits}, "list": [{{"n": 1e400}}, -{digits}.5, 1e-4000]}}"#))
        .execute(&mut shelf.conn)
        .unwrap();
    for filter in [
        json!({"n": {"$gt": 1e308}}),
        json!({"list": {"$lt": -1e308}}),
        json!({"list": {"$elemMatch": {"$gt": 0, "$lt": 5e-324}}}),
        json!({"list": {"$elemMatch": {"n": {"$gt": 1e308}}}}),
        json!({"n": {"$not": {"$in": [1, 1e308]}}}),
    ] {
        assert_eq!(find(&mut shelf, &filter), [facts.id.uuid()], "{filter}");
    }
    for filter in filters("n", &digits[..100]).into_iter().chain(filters("list", "x")) {
        find(&mut shelf, &filter);
    }
}

#[test]
fn the_farthest_times_run() {
    let mut shelf = Shelf::new();
    let facts = Facts::with(json!({}));
    insert(&mut shelf, std::slice::from_ref(&facts));
    for time in ["0000-01-01", "0000-01-01T00:00:00+23:59", "2016-12-31T23:59:60Z"] {
        let filter = json!({"document.created_at": {"$gt": time, "$ne": time}});
        assert_eq!(find(&mut shelf, &filter), [facts.id.uuid()], "{filter}");
    }
    let filter = json!({"document.created_at": {"$gte": "9999-12-31T23:59:59.999999999-23:59"}});
    assert!(find(&mut shelf, &filter).is_empty());
    for time in ["+10000-01-01", "-0001-01-01", "2024-1-1", "2024-02-30", "2024-01-01T00:00:00", "now", ""] {
        Filter::parse(&json!({"document.created_at": time})).expect_err(time);
    }
}

#[test]
fn the_largest_filters_run() {
    let mut shelf = Shelf::new();
    let facts = Facts::with(json!({"a": "x"}));
    insert(&mut shelf, std::slice::from_ref(&facts));
    let long = "é".repeat(10_000);
    let list: Vec<Value> = (0..1_000).map(|n| json!(n)).collect();
    let conditions: Vec<Value> =
        (0..256).map(|n| json!({format!("{n}.b.c.d.e.f.g.h"): {"$ne": n}})).collect();
    let deep = (0..16).fold(json!({"a": "x"}), |inner, _| json!({"$not": inner}));
    let elements = (0..16).fold(json!({"$eq": 1}), |inner, _| json!({"$elemMatch": inner}));
    let patterns: Vec<Value> = ["(a{255}b?){3}", "((a|b)*c)*", "(.*)*x", "([^x]*y){100}"]
        .iter()
        .map(|pattern| json!({"b": {"$not": {"$regex": pattern}}}))
        .collect();
    for filter in [
        json!({"a": {"$ne": long}}),
        json!({"a": {"$nin": list}}),
        json!({"$and": conditions}),
        deep,
        json!({"$not": {"a": elements["$elemMatch"]["$elemMatch"]}}),
        json!({"$and": patterns}),
    ] {
        assert_eq!(find(&mut shelf, &filter), [facts.id.uuid()], "{filter}");
    }
}

#[test]
fn patterns_at_the_limits_neither_fail_nor_take_long() {
    let mut shelf = Shelf::new();
    let text: String =
        (0..100_000_u32).map(|n| if n.wrapping_mul(2_654_435_761) % 7 < 3 { 'a' } else { 'b' }).collect();
    let facts = Facts::with(json!({"a": text}));
    insert(&mut shelf, std::slice::from_ref(&facts));
    shelf.conn.batch_execute("SET LOCAL statement_timeout = '5s'").unwrap();
    for pattern in [
        "(?:a?b?c?d){249}x",
        "(?:(?:a*b*c*)*d){249}x",
        "(?:(?:a|b)*a){200}x",
        "(?:a|b)*a(?:a|b){240}(?:a|b){240}x",
        "(?:[ab]{1,25}b?){38}x",
        "(?:(?:(?:a+)+)+)+x",
        "(?:a{0,255}b{0,255}c{0,255}d{0,200})*x",
        r"(?:\ba\b|b\b){150}x",
        "(?:^a|b$|.){199}x",
        "[^x]{255}[^y]{255}[^z]{255}x",
        &"a?b?c?d?".repeat(25),
    ] {
        find(&mut shelf, &json!({"a": {"$regex": pattern}}));
    }
}

#[test]
fn equality_on_metadata_uses_the_index() {
    let mut shelf = Shelf::new();
    // So many that the index of the one collection that holds them all would be dearer.
    let many: Vec<Facts> = (0..2_000).map(|n| Facts::with(json!({"n": n, "tags": [n]}))).collect();
    insert(&mut shelf, &many);
    shelf.conn.batch_execute("ANALYZE documents; SET LOCAL enable_seqscan = off").unwrap();
    for filter in [
        json!({"tags": 7}),
        json!({"type": "in", "key": "a.b", "value": [1, "x"]}),
        json!({"n": 7, "tags": {"$gt": 3}}),
        json!({"$or": [{"n": 7}, {"tags": "x"}]}),
    ] {
        let plan = plan_of(&mut shelf, &filter);
        assert!(plan.contains("documents_metadata_idx"), "{filter}\n{plan}");
    }
}

#[test]
fn ids_are_found_by_the_primary_key() {
    let mut shelf = Shelf::new();
    let many: Vec<Facts> = (0..300).map(|_| Facts::with(json!({}))).collect();
    insert(&mut shelf, &many);
    let filter = json!({"document.id": many[7].id.to_string()});
    assert_eq!(find(&mut shelf, &filter), [many[7].id.uuid()]);
    shelf.conn.batch_execute("ANALYZE documents; SET LOCAL enable_seqscan = off").unwrap();
    let plan = plan_of(&mut shelf, &filter);
    assert!(plan.contains("documents_pkey"), "{plan}");
}

fn plan_of(shelf: &mut Shelf, filter: &serde_json::Value) -> String {
    let filter = Filter::parse(filter).unwrap();
    let query = Statement::new("SELECT d.id FROM search.documents AS d WHERE {filter}")
        .splice("{filter}", |first| filter.compile(first));
    as_user(&mut shelf.conn, shelf.user, |conn| query.explain(conn, PlanDepth::Measured)).unwrap().join("\n")
}
