//! What the parser accepts, that both grammars mean the same, and how it refuses.

use rag_repo::filter::{Column, Filter, Key, Scalar, Test};
use serde_json::{Value, json};

fn parsed(filter: &Value) -> Filter {
    Filter::parse(filter).unwrap_or_else(|error| panic!("{error}: {filter}"))
}

#[test]
fn both_grammars_give_the_same_filter() {
    let same = [
        (json!({"type": "eq", "key": "tags", "value": "x"}), json!({"tags": "x"})),
        (json!({"type": "eq", "key": "tags", "value": null}), json!({"tags": {"$eq": null}})),
        (json!({"type": "ne", "key": "a.b", "value": 1}), json!({"a.b": {"$ne": 1}})),
        (json!({"type": "in", "key": "a", "value": [1, "x"]}), json!({"a": {"$in": [1, "x"]}})),
        (json!({"type": "nin", "key": "a", "value": []}), json!({"a": {"$nin": []}})),
        (json!({"type": "eq", "key": "a", "value": 1}), json!({"metadata.a": 1})),
        (
            json!({"type": "and", "filters": [
                {"type": "gte", "key": "year", "value": 2020},
                {"type": "lt", "key": "year", "value": 2024}
            ]}),
            json!({"year": {"$gte": 2020, "$lt": 2024}}),
        ),
        (
            json!({"type": "or", "filters": [
                {"type": "gt", "key": "document.created_at", "value": "2024-01-01"},
                {"type": "lte", "key": "document.language", "value": "eng"}
            ]}),
            json!({"$or": [
                {"document.created_at": {"$gt": "2024-01-01T01:00:00+01:00"}},
                {"document.language": {"$lte": "eng"}}
            ]}),
        ),
        (
            json!({"type": "and", "filters": [{"a": 1}, {"type": "eq", "key": "b", "value": 2}]}),
            json!({"a": 1, "b": 2}),
        ),
    ];
    for (openai, mongo) in same {
        assert_eq!(parsed(&openai), parsed(&mongo), "{openai}");
    }
}

#[test]
fn negations_are_the_negation_of_what_they_negate() {
    let equal = parsed(&json!({"a": 1}));
    assert_eq!(parsed(&json!({"a": {"$ne": 1}})), Filter::Not(Box::new(equal.clone())));
    assert_eq!(parsed(&json!({"a": {"$not": {"$eq": 1}}})), Filter::Not(Box::new(equal.clone())));
    assert_eq!(parsed(&json!({"$not": {"a": 1}})), Filter::Not(Box::new(equal)));
    let exists = parsed(&json!({"a": {"$exists": true}}));
    assert_eq!(parsed(&json!({"a": {"$exists": false}})), Filter::Not(Box::new(exists)));
}

#[test]
fn an_empty_filter_holds_for_every_document() {
    assert_eq!(parsed(&json!({})), Filter::And(Vec::new()));
    assert_eq!(parsed(&json!({})).compile(1).text(), "TRUE");
}

#[test]
fn metadata_called_type_or_document_can_be_reached() {
    let path = |names: &[&str]| Key::Path(names.iter().map(|name| (*name).to_owned()).collect());
    let of = |filter: Value| match parsed(&filter) {
        Filter::Condition(key, Test::In(_)) => key,
        other => panic!("{other:?}"),
    };
    assert_eq!(of(json!({"type": "eq"})), path(&["type"]));
    assert_eq!(of(json!({"type": {"$eq": "eq"}})), path(&["type"]));
    assert_eq!(of(json!({"metadata.document.title": "x"})), path(&["document", "title"]));
    assert_eq!(of(json!({"metadata.metadata": "x"})), path(&["metadata"]));
    assert_eq!(of(json!({"metadata": "x"})), path(&["metadata"]));
    assert_eq!(of(json!({"document.title": "x"})), Key::Column(Column::Title));
    assert_eq!(of(json!({"type": "eq", "key": "$where", "value": 1})), path(&["$where"]));
}

#[test]
fn within_an_element_keys_and_operators_are_about_the_element() {
    let Filter::Condition(_, Test::AnyElement(filter)) =
        parsed(&json!({"a": {"$elemMatch": {"document.title": "x", "$size": 2}}}))
    else {
        panic!("no $elemMatch");
    };
    let path = Key::Path(vec!["document".to_owned(), "title".to_owned()]);
    let title = Filter::Condition(path, Test::In(vec![Scalar::Text("x".to_owned())]));
    assert_eq!(*filter, Filter::And(vec![Filter::Condition(Key::Path(Vec::new()), Test::Size(2)), title]));
}

#[test]
fn refusals_say_what_is_wrong_and_where() {
    let refusals = [
        (json!([]), "the filter: a filter is an object, not an array"),
        (json!({"type": "and", "filters": []}), "/filters: the list of filters is empty: give at least one"),
        (json!({"type": "and", "filters": [{}, 1]}), "/filters/1: a filter is an object, not a number"),
        (json!({"type": "eq", "key": "a"}), "the filter: `value` is missing: add it"),
        (json!({"type": "eq", "key": 1, "value": 1}), "/key: a key is a string, not a number"),
        (
            json!({"type": "eq", "key": "a", "value": 1, "boost": 2}),
            "/boost: unknown field: this type has type, key, value",
        ),
        (
            json!({"type": "like", "key": "a", "value": 1}),
            "/type: like is no type of filter: use eq, ne, gt, gte, lt, lte, in, nin, and, or",
        ),
        (json!({"type": "in", "key": "a", "value": "x"}), "/value: a list is needed here, not a string"),
        (
            json!({"type": "or", "filters": [{"a": 1}, {"type": "gt", "key": "b", "value": true}]}),
            "/filters/1/value: only numbers and strings are more or less than others: compare this by eq or ne",
        ),
        (json!({"a": [1]}), "/a: a list goes under $in, and one of its values under $eq"),
        (
            json!({"a": {"$in": [1, {}]}}),
            "/a/$in/1: a value is a string, a number, true, false or null, not an object: use `in` for several values, \
             and a dotted key for what lies within an object",
        ),
        (
            json!({"a/b": {"$like": 1}}),
            "/a~1b/$like: $like is no operator: use one of $eq, $ne, $gt, $gte, $lt, $lte, $in, $nin, $exists, $not, \
             $regex, $elemMatch, $size; what lies within an object is reached by a dotted key",
        ),
        (
            json!({"$eq": 1}),
            "/$eq: $eq stands alone: $and, $or and $not may, others go under a key: {\"key\": {\"$eq\": 1}}",
        ),
        (json!({"a": {"$exists": 1}}), "/a/$exists: $exists takes true or false, not a number"),
        (json!({"a": {"$size": 1.5}}), "/a/$size: $size takes a whole number from 0 to 2147483647"),
        (
            json!({"document.title": {"$size": 1}}),
            "/document.title/$size: this operator is for arrays in the metadata, and this is not one",
        ),
        (
            json!({"document.owner": 1}),
            "/document.owner: documents have id, title, source, language, media_type, created_at, updated_at: name one as \
             document.title, or write metadata.document.owner for a key of the metadata",
        ),
        (
            json!({"document.created_at": {"$gt": "yesterday"}}),
            "/document.created_at/$gt: document.created_at is compared with a time such as \"2026-11-21T09:30:00Z\", or a \
             day such as \"2026-11-21\", or with null by eq and in",
        ),
        (
            json!({"document.id": {"$in": ["1"]}}),
            "/document.id/$in/0: document.id is compared with a UUID in a string, or with null by eq and in",
        ),
        (
            json!({"a": {"$regex": "(a)\\1"}}),
            "/a/$regex: not a pattern, backreferences are not supported at character 4: leave them out",
        ),
        (
            json!({"a": {"$regex": "a("}}),
            "/a/$regex: not a pattern, unclosed group at character 2: mend it, and put \\ before characters meant as such",
        ),
        (
            json!({"a": {"$regex": "(?i)a"}}),
            "/a/$regex: a flag is not supported in patterns: write classes such as [Aa]",
        ),
    ];
    for (filter, message) in refusals {
        assert_eq!(Filter::parse(&filter).unwrap_err().to_string(), message, "{filter}");
    }
}

#[test]
fn patterns_that_engines_disagree_on_or_labour_at_are_refused() {
    for pattern in [
        "",
        "a|",
        "()",
        "a**",
        "^*",
        "(?=a)",
        "(?<!a)b",
        r"(a)\1",
        r"\p{L}",
        r"\B",
        "(?i:a)",
        "[a-z&&[b]]",
        "[[:alpha:]]",
        r"[^\S]",
        "a{256}",
        "((a{200}){200}){200}",
        "(a*b?){3}",
        "a{2,1}",
        "[b-a]",
        r"\x00",
        "a\0",
        "*",
        "[",
        "(",
        ")",
        r"\",
        "(?P<n>a)(?P=n)",
        &"(".repeat(30),
        &"a".repeat(201),
    ] {
        let error = Filter::parse(&json!({"a": {"$regex": pattern}})).expect_err(pattern);
        assert_eq!(error.pointer, "/a/$regex");
    }
}

#[test]
fn limits_are_told_by_name() {
    let deep = |levels: usize| (0..levels).fold(json!({"a": 1}), |inner, _| json!({"$not": inner}));
    let wide = |count: usize| json!({"$and": vec![json!({"a": 1}); count]});
    let patterns = |count: usize| json!({"$or": vec![json!({"a": {"$regex": "a"}}); count]});
    let list = |count: usize| json!({"a": {"$in": vec![1; count]}});
    let text = |count: usize| json!({"a": "é".repeat(count)});
    let limits = [
        (deep(16), deep(17), "nested more than 16 deep"),
        (wide(256), wide(257), "more than 256 conditions"),
        (patterns(16), patterns(17), "more than 16 patterns"),
        (list(1_000), list(1_001), "give at most 1000"),
        (text(10_000), text(10_001), "longer than 10000 characters"),
        (json!({"é".repeat(200): 1}), json!({"é".repeat(201): 1}), "longer than 200 characters"),
        (json!({"a.b.c.d.e.f.g.h": 1}), json!({"a.b.c.d.e.f.g.h.i": 1}), "more than 8 names"),
        (json!({"a": "\u{1}"}), json!({"a": "x\0"}), "NUL"),
        (json!({"\u{1}": 1}), json!({"x\0": 1}), "NUL"),
    ];
    for (within, beyond, message) in limits {
        parsed(&within);
        let error = Filter::parse(&beyond).unwrap_err();
        assert!(error.message.contains(message), "{error}");
        assert!(error.pointer.len() < 1_000, "{error}");
    }
}

#[test]
fn nesting_without_end_is_refused_and_not_followed() {
    // `json!` would copy the whole for each level.
    let nest = |name: &str, levels: usize| {
        (0..levels).fold(json!({"$eq": 1}), |inner, _| {
            Value::Object([(name.to_owned(), inner)].into_iter().collect())
        })
    };
    let [not, under_a_key, elements] = ["$not", "$not", "$elemMatch"].map(|name| nest(name, 10_000));
    let keyed = |inner| Value::Object([("a".to_owned(), inner)].into_iter().collect());
    for filter in [not, keyed(under_a_key), keyed(elements)] {
        assert!(Filter::parse(&filter).unwrap_err().message.contains("nested more than 16 deep"));
        // Its own end is not so careful.
        std::mem::forget(filter);
    }
}
