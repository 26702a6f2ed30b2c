//! Every search query uses the index that it was written for.

use diesel::{
    connection::SimpleConnection,
    prelude::*,
    sql_types::{Array, BigInt, Integer, Text, Uuid},
};
use pgvector::{
    SparseVector,
    sql_types::{HalfVector as HalfVectorSql, SparseVector as SparseVectorSql},
};
use rag_repo::search::{DensePlan, nearest, plan_dense};

use crate::fixture::{Fixture, vector_of};

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    #[diesel(column_name = "QUERY PLAN")]
    text: String,
}

fn dense_plan(fixture: &mut Fixture, sql: &str) -> String {
    let lines: Vec<Line> = diesel::sql_query(format!("EXPLAIN {}", sql.replace("{dimensions}", "3")))
        .bind::<HalfVectorSql, _>(vector_of("a"))
        .bind::<Integer, _>(fixture.model.id)
        .bind::<Array<Uuid>, _>(vec![fixture.collection])
        .bind::<BigInt, _>(10)
        .load(&mut fixture.conn)
        .unwrap();
    lines.into_iter().map(|line| line.text + "\n").collect()
}

fn store_many(fixture: &mut Fixture, count: u32) {
    let texts: Vec<String> =
        (0..count).map(|n| format!("{} word{n}", char::from(b'a' + u8::try_from(n % 26).unwrap()))).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    fixture.store(&texts);
    fixture.conn.batch_execute("ANALYZE embeddings; ANALYZE chunk_lexemes").unwrap();
}

#[test]
fn the_approximate_dense_query_walks_the_hnsw_index() {
    let mut fixture = Fixture::new();
    store_many(&mut fixture, 500);
    fixture.conn.batch_execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off").unwrap();
    let plan = dense_plan(&mut fixture, include_str!("../../src/search/dense_approximate.sql"));
    assert!(plan.contains(&format!("embeddings_{}_hnsw_idx", fixture.model.id)), "{plan}");
}

#[test]
fn the_exact_dense_query_never_walks_the_hnsw_index() {
    let mut fixture = Fixture::new();
    store_many(&mut fixture, 500);
    let plan = dense_plan(&mut fixture, include_str!("../../src/search/dense_exact.sql"));
    assert!(!plan.contains("hnsw"), "{plan}");
}

#[test]
fn the_lexical_query_walks_the_inverted_index() {
    let mut fixture = Fixture::new();
    store_many(&mut fixture, 2_000);
    fixture.conn.batch_execute("SET LOCAL enable_seqscan = off").unwrap();
    let weights = SparseVector::from_map(
        &[(1, 1.0_f32)].into_iter().collect::<std::collections::HashMap<_, _>>(),
        1_000_000_000,
    );
    let lines: Vec<Line> =
        diesel::sql_query(format!("EXPLAIN {}", include_str!("../../src/search/lexical.sql")))
            .bind::<Array<Integer>, _>(vec![2])
            .bind::<SparseVectorSql, _>(weights)
            .bind::<Array<Uuid>, _>(vec![fixture.collection])
            .bind::<BigInt, _>(10)
            .load(&mut fixture.conn)
            .unwrap();
    let plan: String = lines.into_iter().map(|line| line.text + "\n").collect();
    assert!(plan.contains("chunk_lexemes_lexeme_ids_idx"), "{plan}");
}

#[test]
fn approximate_and_exact_agree_on_a_small_set_and_fill_the_limit() {
    let mut fixture = Fixture::new();
    store_many(&mut fixture, 300);
    let collections = [fixture.collection];
    let query = vector_of("k");
    let model = fixture.model.clone();
    let exact = nearest(&mut fixture.conn, &model, &collections, &query, DensePlan::Exact, 50).unwrap();
    let approximate = nearest(
        &mut fixture.conn,
        &model,
        &collections,
        &query,
        DensePlan::Approximate { ef_search: 40 },
        50,
    )
    .unwrap();
    assert_eq!(exact.len(), 50);
    assert_eq!(approximate.len(), 50);
    let scores =
        |hits: &[rag_repo::search::Hit]| hits.iter().map(|hit| (hit.score * 1e4).round()).collect::<Vec<_>>();
    assert_eq!(scores(&exact), scores(&approximate));
}

#[test]
fn few_rows_are_scanned_exactly() {
    let mut fixture = Fixture::new();
    store_many(&mut fixture, 20);
    let plan = plan_dense(&mut fixture.conn, &fixture.model, &[fixture.collection], 100).unwrap();
    assert_eq!(plan, DensePlan::Exact);
}
