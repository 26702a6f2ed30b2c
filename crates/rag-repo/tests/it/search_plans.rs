//! Every search query uses the index that it was written for.

use diesel::{connection::SimpleConnection, prelude::*, sql_types::Text};
use rag_repo::{
    search::{Breadth, Corpus, DensePlan, Hit, LexicalQuery, Planned, Scope, dense_leg, lexical_leg},
    statement::PlanDepth,
};

use crate::fixture::{APPROXIMATE, Fixture, best_by_words, nearest, parse_words, vector_of};

fn store_many(fixture: &mut Fixture, count: u32) {
    let texts: Vec<String> =
        (0..count).map(|n| format!("{} word{n}", char::from(b'a' + u8::try_from(n % 26).unwrap()))).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    fixture.store(&texts);
    fixture.conn.batch_execute("ANALYZE embeddings; ANALYZE passage_lexemes").unwrap();
}

fn dense(fixture: &mut Fixture, plan: DensePlan) -> String {
    let leg =
        dense_leg(&fixture.model, &Scope::in_collections(&[fixture.collection]), &vector_of("a"), plan, 10);
    fixture.as_user(|conn| leg.explain(conn, PlanDepth::Measured)).unwrap().join("\n")
}

#[test]
fn the_approximate_dense_query_walks_the_index_of_its_model() {
    let mut fixture = Fixture::new();
    store_many(&mut fixture, 500);
    let plan = dense(&mut fixture, APPROXIMATE);
    assert!(plan.contains(&format!("embeddings_{}_vector_idx", fixture.model.id)), "{plan}");
}

#[test]
fn the_exact_dense_query_never_walks_the_index() {
    let mut fixture = Fixture::new();
    store_many(&mut fixture, 500);
    let plan = dense(&mut fixture, DensePlan::Exact);
    assert!(!plan.contains("vector_idx"), "{plan}");
}

#[test]
fn the_lexical_query_walks_the_inverted_index_however_common_its_words() {
    let mut fixture = Fixture::new();
    let texts: Vec<String> = (0..500).map(|n| format!("common word{n}")).collect();
    fixture.store(&texts.iter().map(String::as_str).collect::<Vec<_>>());
    fixture.conn.batch_execute("ANALYZE passage_lexemes").unwrap();
    let collections = [fixture.collection];
    for question in ["word7", "common"] {
        let words = parse_words(&mut fixture.conn, &collections, question).unwrap().words;
        let query = LexicalQuery::within_budget(words, f64::INFINITY);
        let leg = lexical_leg(&Scope::in_collections(&collections), &query, 10).unwrap();
        let plan = fixture.as_user(|conn| leg.explain(conn, PlanDepth::Measured)).unwrap().join("\n");
        assert!(plan.contains("passage_lexemes_lexeme_ids_idx"), "{question}: {plan}");
    }
}

/// How a query is run that connections keep: by a plan for all values.
fn plan_for_all_values(fixture: &mut Fixture, settings: &str, query: &Planned) -> String {
    #[derive(QueryableByName)]
    struct Line {
        #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
        text: String,
    }
    assert!(query.statement().is_kept());
    let nothing = vec!["NULL"; query.statement().binds().len()].join(", ");
    fixture.as_user(|conn| {
        let prepare = format!("PREPARE leg AS {}", query.statement().text());
        conn.batch_execute(&format!("SET LOCAL plan_cache_mode = force_generic_plan; {settings}; {prepare}"))
            .unwrap();
        let lines: Vec<Line> =
            diesel::sql_query(format!("EXPLAIN EXECUTE leg ({nothing})")).load(conn).unwrap();
        lines.into_iter().map(|line| line.text + "\n").collect()
    })
}

#[test]
fn queries_that_are_planned_once_walk_their_indexes() {
    let mut fixture = Fixture::new();
    store_many(&mut fixture, 500);
    let scope = Scope::in_collections(&[fixture.collection]);
    let leg = dense_leg(&fixture.model, &scope, &vector_of("a"), APPROXIMATE, 10);
    let plan = plan_for_all_values(
        &mut fixture,
        "SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off",
        &leg,
    );
    assert!(plan.contains(&format!("embeddings_{}_vector_idx", fixture.model.id)), "{plan}");

    let words = parse_words(&mut fixture.conn, &[fixture.collection], "a b c word7").unwrap().words;
    let query = LexicalQuery::within_budget(words, 40.0);
    assert!(!query.paired.is_empty());
    let leg = lexical_leg(&scope, &query, 10).unwrap();
    fixture.conn.batch_execute("DEALLOCATE leg").unwrap();
    let plan = plan_for_all_values(&mut fixture, "SET LOCAL enable_seqscan = off", &leg);
    assert!(plan.contains("passage_lexemes_lexeme_ids_idx"), "{plan}");
}

#[test]
fn approximate_and_exact_agree_on_a_small_set_and_fill_the_limit() {
    let mut fixture = Fixture::new();
    store_many(&mut fixture, 300);
    let scope = Scope::in_collections(&[fixture.collection]);
    let exact = nearest(&mut fixture, &scope, "k", DensePlan::Exact, 50);
    let approximate = nearest(&mut fixture, &scope, "k", APPROXIMATE, 50);
    assert_eq!(exact.len(), 50);
    assert_eq!(approximate.len(), 50);
    let scores = |hits: &[Hit]| hits.iter().map(|hit| (hit.score * 1e4).round()).collect::<Vec<_>>();
    assert_eq!(scores(&exact), scores(&approximate));
}

#[test]
fn few_rows_are_scanned_exactly() {
    let mut fixture = Fixture::new();
    store_many(&mut fixture, 20);
    let Fixture { conn, collection, .. } = &mut fixture;
    let corpus = Corpus::find(conn, &[*collection]).unwrap();
    let mut scope = Scope::in_collections(&corpus.collections);
    scope.narrow(conn, &corpus).unwrap();
    let plan = scope.dense_plan(&corpus.groups[0], &Breadth::default());
    assert_eq!(plan, DensePlan::Exact);
}

#[derive(QueryableByName)]
struct Setting {
    #[diesel(sql_type = Text)]
    value: String,
}

#[test]
fn a_search_leaves_no_setting_that_misleads_the_next_query() {
    let mut fixture = Fixture::new();
    store_many(&mut fixture, 20);
    let scope = Scope::in_collections(&[fixture.collection]);
    best_by_words(&mut fixture, &scope, "k", 5);
    nearest(&mut fixture, &scope, "k", APPROXIMATE, 5);
    for (name, usual) in [("enable_seqscan", "on"), ("enable_sort", "on"), ("plan_cache_mode", "auto")] {
        let setting: Setting = diesel::sql_query(format!("SELECT current_setting('{name}') AS value"))
            .get_result(&mut fixture.conn)
            .unwrap();
        assert_eq!(setting.value, usual, "{name}");
    }
}
