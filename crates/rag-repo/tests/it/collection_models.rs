//! The migration that gives collections and jobs their model.

use diesel::{connection::SimpleConnection, prelude::*};
use rag_repo::{embedding_models, migrations};
use rag_schema::{
    ids::{CollectionId, JobId, UserId},
    models::{EmbeddingModel, VectorIndex},
    schema,
};

use crate::{
    fixture::{Fixture, new_collection, new_user},
    own_database::OwnDatabase,
};

/// Takes the migration back, and what came after it.
fn revert(database: &mut OwnDatabase) {
    while migrations::revert_last(database.conn()).unwrap().unwrap() != "20261128000018" {}
}

fn model_of(database: &mut OwnDatabase, collection: CollectionId) -> EmbeddingModel {
    let id: i32 = schema::collections::table
        .find(collection)
        .select(schema::collections::model_id)
        .first(database.conn())
        .unwrap();
    embedding_models::find(database.conn(), id).unwrap()
}

/// A collection as it was before it had a model.
fn insert_old(database: &mut OwnDatabase, owner: UserId) -> CollectionId {
    let id = CollectionId::new();
    let insert = format!(
        "INSERT INTO collections (id, organisation_id, owner_id, name)
         SELECT '{id}', organisation_id, id, '{id}' FROM users WHERE id = '{owner}'"
    );
    database.conn().batch_execute(&insert).unwrap();
    id
}

#[test]
fn collections_get_the_model_of_most_of_their_vectors_and_their_jobs_too() {
    let mut database = OwnDatabase::new();
    migrations::run_pending(database.conn()).unwrap();
    let index = VectorIndex::default();
    let [first, second] =
        ["first", "second"].map(|name| embedding_models::register(database.conn(), name, 3, &index).unwrap());
    let conn = rag_repo::server::connect(database.url()).unwrap();
    let user = new_user(database.conn());
    let split = new_collection(database.conn(), user, second.id);
    let mut fixture = Fixture { conn, user, collection: split, model: first, text_search_config: "eng" };
    fixture.store(&["granite", "slate"]);
    fixture.model = second;
    fixture.store(&["basalt"]);
    drop(fixture);
    revert(&mut database);
    let empty = insert_old(&mut database, user);
    let job = JobId::new();
    let insert = format!(
        "INSERT INTO jobs (id, kind, collection_id, title, size_bytes) VALUES ('{job}', 'ingest', '{split}', '-', 1)"
    );
    database.conn().batch_execute(&insert).unwrap();
    migrations::run_pending(database.conn()).unwrap();
    let first = model_of(&mut database, split);
    assert_eq!((&*first.name, &*model_of(&mut database, empty).name), ("first", "second"));
    let of_job: Option<i32> =
        schema::jobs::table.find(job).select(schema::jobs::model_id).first(database.conn()).unwrap();
    assert_eq!(of_job, Some(first.id));
}

#[test]
fn a_database_with_collections_and_no_model_gets_the_bundled_one() {
    let mut database = OwnDatabase::new();
    migrations::run_pending(database.conn()).unwrap();
    let user = new_user(database.conn());
    revert(&mut database);
    let collection = insert_old(&mut database, user);
    migrations::run_pending(database.conn()).unwrap();
    let model = model_of(&mut database, collection);
    assert_eq!((&*model.name, model.dimensions), ("all-MiniLM-L6-v2", 384));
}
