//! A version that is being built is in no search; deleting a document leaves nothing of it.

use diesel::{
    prelude::*,
    sql_types::{BigInt, Uuid},
};
use rag_repo::{
    collections, documents,
    search::{Corpus, DensePlan, Hit, Scope},
    versions,
};

use crate::fixture::{APPROXIMATE, Fixture, as_user, best_by_words, nearest, new_user};

fn both_legs(fixture: &mut Fixture) -> Vec<Hit> {
    let scope = Scope::in_collections(&[fixture.collection]);
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
    versions::publish(&mut fixture.conn, stored.version, None, None).unwrap();
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
    for table in ["passages", "chunks", "embeddings", "passage_lexemes", "version_texts"] {
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
    let collection = fixture.collection;
    let seen_by = |fixture: &mut Fixture, user| {
        as_user(&mut fixture.conn, user, |conn| {
            (
                documents::find(conn, stored.document).is_ok(),
                collections::find(conn, collection).is_ok(),
                Corpus::find(conn, &[collection]).is_ok(),
                Corpus::find(conn, &[]).unwrap().collections,
            )
        })
    };
    let stranger = new_user(&mut fixture.conn);
    assert_eq!(seen_by(&mut fixture, stranger), (false, false, false, Vec::new()));
    let owner = fixture.user;
    assert_eq!(seen_by(&mut fixture, owner), (true, true, true, vec![collection]));
}
