//! Search finds passages of any kind: one that is no chunk needs rows, and no other code.

use diesel::{
    connection::SimpleConnection,
    prelude::*,
    sql_types::{Array, BigInt, Text, Uuid},
};
use rag_repo::{
    embedding_models,
    filter::Filter,
    index_words, migrations,
    search::{Corpus, DensePlan, Hit, LexicalQuery, Scope, lexical_leg, similarities, word_scores},
    server,
};
use rag_schema::{
    ids::{CollectionId, PassageId},
    models::{NewEmbedding, VectorIndex},
    schema::{collections, embeddings},
};

use crate::{
    fixture::{
        APPROXIMATE, Fixture, nearest, new_collection, new_user, parse_words, passage_words, vector_of,
        word_rule,
    },
    own_database::OwnDatabase,
};

/// A fixture in a database of its own, where passages may be of a kind that is not known yet.
fn fixture_with_notes(database: &mut OwnDatabase) -> Fixture {
    let conn = database.conn();
    migrations::run_pending(conn).unwrap();
    conn.batch_execute("ALTER TABLE passages DROP CONSTRAINT passages_kind_known").unwrap();
    fixture_in(database)
}

fn fixture_in(database: &mut OwnDatabase) -> Fixture {
    let mut conn = server::connect(database.url()).unwrap();
    let model = embedding_models::register(&mut conn, "test", 3, &VectorIndex::default()).unwrap();
    let user = new_user(&mut conn);
    let collection = new_collection(&mut conn, user, model.id);
    Fixture { conn, user, collection, model, text_search_config: "eng" }
}

/// Stores a passage of another kind, which has no document and no version.
fn store_note(fixture: &mut Fixture, collection: CollectionId, text: &str) -> PassageId {
    let id = PassageId::new();
    let conn = &mut fixture.conn;
    diesel::sql_query("INSERT INTO passages (id, kind, collection_id) VALUES ($1, 'note', $2)")
        .bind::<Uuid, _>(id)
        .bind::<Uuid, _>(collection)
        .execute(conn)
        .unwrap();
    let embedding = NewEmbedding {
        model_id: fixture.model.id,
        passage_id: id,
        version_id: None,
        collection_id: collection,
        embedding: vector_of(text),
    };
    diesel::insert_into(embeddings::table).values(&embedding).execute(conn).unwrap();
    index_words(conn, &[passage_words(id, collection, "eng", text)]).unwrap();
    id
}

fn ids(hits: &[Hit]) -> Vec<PassageId> {
    let mut ids: Vec<PassageId> = hits.iter().map(|hit| hit.passage_id).collect();
    ids.sort_unstable();
    ids
}

/// What the lexical leg finds of `granite` in the scope, by the words of all collections that there are.
fn best_by_words(fixture: &mut Fixture, scope: &Scope) -> Vec<Hit> {
    let all: Vec<CollectionId> = collections::table.select(collections::id).load(&mut fixture.conn).unwrap();
    let words = parse_words(&mut fixture.conn, &all, "granite").unwrap().words;
    let leg = lexical_leg(scope, &LexicalQuery::within_budget(words, f64::INFINITY), 10).unwrap();
    fixture.as_user(|conn| leg.load(conn)).unwrap()
}

/// What the lexical leg, the exact dense leg and the approximate one find of `granite` in the scope.
fn found(fixture: &mut Fixture, scope: &Scope) -> [Vec<PassageId>; 3] {
    [
        ids(&best_by_words(fixture, scope)),
        ids(&nearest(fixture, scope, "g", DensePlan::Exact, 10)),
        ids(&nearest(fixture, scope, "g", APPROXIMATE, 10)),
    ]
}

#[test]
fn a_passage_of_another_kind_is_found_by_both_legs_beside_chunks() {
    let mut database = OwnDatabase::new();
    let mut fixture = fixture_with_notes(&mut database);
    let collection = fixture.collection;
    let chunk = fixture.store(&["granite and slate"]).chunks[0];
    let note = store_note(&mut fixture, collection, "granite was bought");
    // Hidden; and while a version is built, what has no version must still be found.
    fixture.build(&["granite in the making"]);
    let both = vec![chunk, note];
    assert_eq!(
        found(&mut fixture, &Scope::in_collections(&[collection])),
        [both.clone(), both.clone(), both]
    );

    // Fusing asks each leg for the scores of what only the other one found.
    let Fixture { model, .. } = &fixture;
    let model = model.clone();
    let (cosines, scores, passages) = fixture.as_user(|conn| {
        let words = parse_words(conn, &[collection], "granite").unwrap().words;
        let query = LexicalQuery::within_budget(words, f64::INFINITY);
        (
            similarities(conn, &model, &vector_of("g"), &[chunk, note]).unwrap(),
            word_scores(conn, &query, &[chunk, note]).unwrap(),
            Corpus::find(conn, &[collection]).unwrap().passages,
        )
    });
    assert_eq!((ids(&cosines), ids(&scores), passages), (vec![chunk, note], vec![chunk, note], 3));
}

#[test]
fn scopes_rules_and_row_level_security_hold_for_a_passage_of_another_kind() {
    let mut database = OwnDatabase::new();
    let mut fixture = fixture_with_notes(&mut database);
    let collection = fixture.collection;
    let note = store_note(&mut fixture, collection, "granite was bought");
    let slate = store_note(&mut fixture, collection, "granite lies on slate");
    let elsewhere = fixture.another_collection();
    let other = store_note(&mut fixture, elsewhere, "granite of another collection");
    let stranger = new_user(&mut fixture.conn);
    let foreign = new_collection(&mut fixture.conn, stranger, fixture.model.id);
    store_note(&mut fixture, foreign, "granite of a stranger");

    let all = Scope::in_collections(&[collection, elsewhere, foreign]);
    let mine = vec![note, slate, other];
    assert_eq!(found(&mut fixture, &all), [mine.clone(), mine.clone(), mine]);
    let one = Scope::in_collections(&[elsewhere]);
    assert_eq!(found(&mut fixture, &one), [vec![other], vec![other], vec![other]]);

    let rule = word_rule(&mut fixture.conn, &[collection], &["slate".to_owned()], &[]).unwrap();
    let mut ruled = Scope::in_collections(&[collection]).with_rule(rule);
    assert_eq!(found(&mut fixture, &ruled), [vec![slate], vec![slate], vec![slate]]);
    fixture.as_user(|conn| {
        let corpus = Corpus::find(conn, &[collection]).unwrap();
        ruled.narrow(conn, &corpus).unwrap();
    });
    assert_eq!(found(&mut fixture, &ruled), [vec![slate], vec![slate], vec![slate]]);

    // A filter asks for facts about a document, which a note lacks.
    let filter =
        Filter::parse(&serde_json::json!({"type": "eq", "key": "document.title", "value": "-"})).unwrap();
    let chunk = fixture.store(&["granite and slate"]).chunks[0];
    let filtered = Scope::in_collections(&[collection]).filtered(Some(filter));
    assert_eq!(found(&mut fixture, &filtered), [vec![chunk], vec![chunk], vec![chunk]]);
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

fn count(conn: &mut PgConnection, sql: &str) -> i64 {
    diesel::sql_query(format!("SELECT ({sql})::bigint AS count")).get_result::<Count>(conn).unwrap().count
}

const TABLES: [&str; 6] =
    ["passages", "chunks", "embeddings", "passage_lexemes", "lexemes", "lexical_statistics"];

#[test]
fn deleting_a_collection_leaves_nothing_of_its_passages_of_any_kind() {
    let mut database = OwnDatabase::new();
    let mut fixture = fixture_with_notes(&mut database);
    let collection = fixture.collection;
    fixture.store(&["granite and slate", "basalt"]);
    store_note(&mut fixture, collection, "granite was bought");
    for table in TABLES {
        assert!(count(&mut fixture.conn, &format!("SELECT count(*) FROM {table}")) > 0, "{table}");
    }
    fixture.as_user(|conn| rag_repo::collections::delete(conn, collection)).unwrap();
    for table in TABLES {
        assert_eq!(count(&mut fixture.conn, &format!("SELECT count(*) FROM {table}")), 0, "{table}");
    }
}

#[test]
fn a_text_of_another_collection_s_passage_is_not_indexed_with_it() {
    let mut database = OwnDatabase::new();
    let mut fixture = fixture_with_notes(&mut database);
    let (here, there) = (fixture.collection, fixture.another_collection());
    let notes = [store_note(&mut fixture, here, "granite"), store_note(&mut fixture, there, "slate")];
    let indexed = diesel::sql_query("SELECT index_passages($1, 'eng', $2::tsvector[])")
        .bind::<Array<Uuid>, _>(notes.to_vec())
        .bind::<Array<Text>, _>(vec!["one", "two"])
        .execute(&mut fixture.conn);
    assert!(indexed.is_err());
}

#[test]
fn the_migration_moves_stored_chunks_over_and_back_without_building_an_index_again() {
    let mut database = OwnDatabase::new();
    migrations::run_pending(database.conn()).unwrap();
    let mut fixture = fixture_in(&mut database);
    let collection = fixture.collection;
    let chunks = fixture.store(&["granite and slate", "granite hill"]).chunks;
    let files = format!(
        "SELECT pg_relation_filenode('embeddings_{0}_vector_idx')::bigint + pg_relation_filenode('embeddings_{0}')::bigint",
        fixture.model.id
    );
    let before = count(&mut fixture.conn, &files);
    while migrations::revert_last(&mut fixture.conn).unwrap().is_some_and(|name| !name.contains("000013")) {}
    assert_eq!(
        count(&mut fixture.conn, "SELECT count(*) FROM chunk_lexemes JOIN embeddings USING (chunk_id)"),
        2
    );
    migrations::run_pending(&mut fixture.conn).unwrap();
    assert_eq!(count(&mut fixture.conn, &files), before);
    let scope = Scope::in_collections(&[collection]);
    assert_eq!(found(&mut fixture, &scope), [chunks.clone(), chunks.clone(), chunks]);
}
