//! A search finds all that its scope allows, and nothing else, however it is run.

use diesel::{prelude::*, sql_types::Uuid};
use rag_repo::{
    filter::Filter,
    index_words,
    search::{Breadth, Corpus, DensePlan, Hit, Scope},
    versions,
};
use rag_schema::ids::PassageId;
use serde_json::json;

use crate::fixture::{APPROXIMATE, Fixture, best_by_words, nearest, passage_words, word_rule};

const BREADTH: Breadth = Breadth { ef_search: 40, probes: 0, overfetch: 4 };

fn ids(hits: &[Hit]) -> Vec<PassageId> {
    let mut ids: Vec<PassageId> = hits.iter().map(|hit| hit.passage_id).collect();
    ids.sort();
    ids
}

fn plan(fixture: &mut Fixture, scope: &mut Scope) -> DensePlan {
    let corpus = Corpus::find(&mut fixture.conn, &[fixture.collection]).unwrap();
    scope.narrow(&mut fixture.conn, &corpus).unwrap();
    let group = corpus.groups.first().expect("one group");
    scope.dense_plan(group, &BREADTH)
}

/// Stores a document of each number of chunks, with the number as its metadata `n`.
fn store_sized(fixture: &mut Fixture, sizes: &[usize]) -> Vec<Vec<PassageId>> {
    sizes
        .iter()
        .enumerate()
        .map(|(n, size)| {
            let texts: Vec<String> = (0..*size).map(|part| format!("granite {n} part{part}")).collect();
            let stored = fixture.store(&texts.iter().map(String::as_str).collect::<Vec<_>>());
            diesel::sql_query(format!("UPDATE documents SET metadata = '{{\"n\": {n}}}' WHERE id = $1"))
                .bind::<Uuid, _>(stored.document)
                .execute(&mut fixture.conn)
                .unwrap();
            stored.chunks
        })
        .collect()
}

fn filtered(fixture: &Fixture, filter: &serde_json::Value) -> Scope {
    Scope::in_collections(&[fixture.collection]).filtered(Some(Filter::parse(filter).unwrap()))
}

#[test]
fn a_filter_holds_on_every_leg_and_plan() {
    let mut fixture = Fixture::new();
    let stored = store_sized(&mut fixture, &[4, 3, 5]);
    let scope = filtered(&fixture, &json!({"n": 1}));
    for plan in [DensePlan::Exact, APPROXIMATE] {
        assert_eq!(ids(&nearest(&mut fixture, &scope, "g", plan, 10)), stored[1], "{plan:?}");
    }
    assert_eq!(ids(&best_by_words(&mut fixture, &scope, "granite", 10)), stored[1]);
}

#[test]
fn what_a_filter_leaves_of_a_large_collection_is_listed_and_compared_exactly() {
    let mut fixture = Fixture::new();
    let stored = store_sized(&mut fixture, &[3_001, 7, 2]);
    let mut whole = Scope::in_collections(&[fixture.collection]);
    assert_eq!(plan(&mut fixture, &mut whole), APPROXIMATE);
    let mut scope = filtered(&fixture, &json!({"n": {"$gte": 1}}));
    assert_eq!(plan(&mut fixture, &mut scope), DensePlan::Exact);
    let expected = [stored[1].clone(), stored[2].clone()].concat();
    assert_eq!(ids(&nearest(&mut fixture, &scope, "g", DensePlan::Exact, 100)), expected);
    assert_eq!(ids(&best_by_words(&mut fixture, &scope, "granite", 100)), expected);
    let mut most = filtered(&fixture, &json!({"n": 0}));
    assert_eq!(plan(&mut fixture, &mut most), APPROXIMATE);
    // Of a million vectors, as the planner counts them, these are few.
    diesel::sql_query(format!(
        "UPDATE pg_class SET reltuples = 1000000 WHERE relname = 'embeddings_{}'",
        fixture.model.id
    ))
    .execute(&mut fixture.conn)
    .unwrap();
    assert_eq!(plan(&mut fixture, &mut most), DensePlan::Exact);
}

#[test]
fn many_documents_of_one_chunk_are_listed_too() {
    let mut fixture = Fixture::new();
    let stored = store_sized(&mut fixture, &[&[3_001][..], &[1; 380]].concat());
    let mut scope = filtered(&fixture, &json!({"n": {"$gte": 1}}));
    assert_eq!(plan(&mut fixture, &mut scope), DensePlan::Exact);
    assert_eq!(ids(&nearest(&mut fixture, &scope, "g", DensePlan::Exact, 1_000)), stored[1..].concat());
}

fn ruled(fixture: &mut Fixture, required: &[&str], excluded: &[&str]) -> Scope {
    let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let rule =
        word_rule(&mut fixture.conn, &[fixture.collection], &owned(required), &owned(excluded)).unwrap();
    Scope::in_collections(&[fixture.collection]).with_rule(rule)
}

#[test]
fn phrases_must_stand_and_excluded_words_must_not() {
    let mut fixture = Fixture::new();
    let texts = ["The trace tree grows", "A tree of traces", "Tracing trees in gardens", "granite"];
    let stored = fixture.store(&texts);
    let chunk = |n: usize| stored.chunks[n];
    let mut both = |required: &[&str], excluded: &[&str]| {
        let scope = ruled(&mut fixture, required, excluded);
        let exact = ids(&nearest(&mut fixture, &scope, "t", DensePlan::Exact, 10));
        assert_eq!(ids(&nearest(&mut fixture, &scope, "t", APPROXIMATE, 10)), exact);
        exact
    };
    assert_eq!(both(&["trace tree"], &[]), [chunk(0), chunk(2)]);
    assert_eq!(both(&["trace tree"], &["garden"]), [chunk(0)]);
    assert_eq!(both(&[], &["tree"]), [chunk(3)]);
    assert_eq!(both(&["tree", "trace"], &["grow", "garden"]), [chunk(1)]);
    assert_eq!(both(&["zebra"], &[]), []);
    assert_eq!(both(&["of the"], &["and"]).len(), 4, "words that search ignores make no rule");
    assert_eq!(both(&["'; DROP TABLE chunks; --"], &["& | ! :* <->"]), []);
}

#[test]
fn the_few_chunks_that_hold_a_phrase_are_listed() {
    let mut fixture = Fixture::new();
    store_sized(&mut fixture, &[3_001]);
    let mut scope = ruled(&mut fixture, &["part7"], &[]);
    assert_eq!(plan(&mut fixture, &mut scope), DensePlan::Exact);
    assert_eq!(nearest(&mut fixture, &scope, "g", DensePlan::Exact, 10).len(), 1);
    let mut common = ruled(&mut fixture, &["granite"], &[]);
    assert_eq!(plan(&mut fixture, &mut common), APPROXIMATE);
}

#[test]
fn scripts_without_spaces_are_found_by_parts_of_their_runs() {
    let mut fixture = Fixture::new();
    let stored = fixture.store(&["他在东京都工作。", "京都很美。", "สวัสดีชาวโลก", "東京タワーへ行く"]);
    let scope = Scope::in_collections(&[fixture.collection]);
    assert_eq!(best_by_words(&mut fixture, &scope, "东京都在哪里", 10)[0].passage_id, stored.chunks[0]);
    assert_eq!(ids(&best_by_words(&mut fixture, &scope, "สวัสดี", 10)), [stored.chunks[2]]);
    assert_eq!(ids(&best_by_words(&mut fixture, &scope, "タワー", 10)), [stored.chunks[3]]);
    let phrase = ruled(&mut fixture, &["东京都"], &[]);
    assert_eq!(ids(&nearest(&mut fixture, &phrase, "x", DensePlan::Exact, 10)), [stored.chunks[0]]);
}

#[test]
fn a_version_indexed_again_gives_the_same_hits() {
    let mut fixture = Fixture::new();
    let stored = fixture.store(&["granite basalt basalt", "granite marble", "basalt quartz"]);
    let scope = Scope::in_collections(&[fixture.collection]);
    let before = best_by_words(&mut fixture, &scope, "basalt granite", 10);
    let chunks = versions::take_words(&mut fixture.conn, stored.version).unwrap();
    assert!(best_by_words(&mut fixture, &scope, "basalt granite", 10).is_empty());
    let words: Vec<_> =
        chunks.iter().map(|chunk| passage_words(chunk.id, chunk.collection, "eng", &chunk.text)).collect();
    index_words(&mut fixture.conn, &words).unwrap();
    assert_eq!(best_by_words(&mut fixture, &scope, "basalt granite", 10), before);
}
