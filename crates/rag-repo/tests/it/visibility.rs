//! A version that is being built is in no search; deleting a document leaves nothing of it.

use diesel::{
    prelude::*,
    sql_types::{BigInt, Uuid},
};
use rag_repo::{
    collections, documents,
    search::{DensePlan, Hit, Scope},
    versions,
};
use rag_schema::ids::UserId;

use crate::fixture::{APPROXIMATE, Fixture, best_by_words, nearest};

fn both_legs(fixture: &mut Fixture) -> Vec<Hit> {
    let scope = Scope::of(&[fixture.collection]);
    let mut hits = best_by_words(fixture, &scope, "granite", 10);
    for plan in [DensePlan::Exact, APPROXIMATE] {
        hits.extend(nearest(fixture, &scope, "g", plan, 10));
    }
    hits
}

#[test]
fn a_version_appears_with_its_publication() {
    let mut fixture = Fixture::new();
    let stored = fixture.build(&["granite and slate"]);
    assert!(both_legs(&mut fixture).is_empty());
    versions::publish(&mut fixture.conn, stored.version, None).unwrap();
    assert_eq!(both_legs(&mut fixture).len(), 3);
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

#[test]
fn deleting_a_document_leaves_no_row_of_it() {
    let mut fixture = Fixture::new();
    let stored = fixture.store(&["granite and slate", "basalt"]);
    documents::delete(&mut fixture.conn, stored.document).unwrap();
    assert!(both_legs(&mut fixture).is_empty());
    for table in ["chunks", "embeddings", "chunk_lexemes", "version_texts", "version_contents"] {
        let left: Count = diesel::sql_query(format!("SELECT count(*) FROM {table} WHERE version_id = $1"))
            .bind::<Uuid, _>(stored.version)
            .get_result(&mut fixture.conn)
            .unwrap();
        assert_eq!(left.count, 0, "{table}");
    }
}

#[test]
fn a_build_is_resumed_under_the_same_settings_and_begun_anew_under_others() {
    let mut fixture = Fixture::new();
    let stored = fixture.build(&["granite", "slate"]);
    assert_eq!(versions::begin_build(&mut fixture.conn, stored.version, "test").unwrap().chunks, 2);
    assert_eq!(versions::begin_build(&mut fixture.conn, stored.version, "other").unwrap().chunks, 0);
}

#[test]
fn what_belongs_to_somebody_else_is_not_found() {
    let mut fixture = Fixture::new();
    let stored = fixture.store(&["granite"]);
    let stranger = UserId::new();
    assert!(documents::find(&mut fixture.conn, stranger, stored.document).is_err());
    assert!(collections::find(&mut fixture.conn, stranger, fixture.collection).is_err());
    assert!(collections::visible_ids(&mut fixture.conn, stranger, &[fixture.collection]).unwrap().is_empty());
    assert!(documents::find(&mut fixture.conn, fixture.user, stored.document).is_ok());
}
