//! The breadth of searches follows the measured recall of a vector index: proposed, applied for every process, and undone.

use std::sync::Arc;

use diesel::{PgConnection, connection::SimpleConnection};
use rag_embed::hash::HashEmbedder;
use rag_engine::{Engine, SearchSettings};
use rag_repo::{
    checkup::{self, Depth},
    embedding_models,
    search::{Breadth, Corpus, DensePlan, Scope},
    server, vector_index,
};
use rag_schema::{enums::IndexKind, ids::CollectionId, models::VectorIndex};
use rag_testkit::{Setup, TestApp};

/// More than are compared without the index, in so many dimensions that a poor index misses some.
const VECTORS: &str = "
    SELECT setseed(.5);
    INSERT INTO passages (id, kind, collection_id, version_id)
        SELECT gen_random_uuid(), p.kind, p.collection_id, p.version_id FROM passages AS p, generate_series(1, 4000);
    INSERT INTO embeddings (model_id, passage_id, version_id, collection_id, embedding)
        SELECT 1, p.id, p.version_id, p.collection_id,
               (SELECT array_agg(random() - .5) FROM generate_series(1, 32) WHERE p.id IS NOT NULL)::real[]::halfvec
        FROM passages AS p ON CONFLICT DO NOTHING;
    UPDATE lexical_statistics SET passage_count = 4001;
    ANALYZE embeddings";
/// A graph with few links.
const POOR: VectorIndex =
    VectorIndex { kind: IndexKind::Hnsw, hnsw_m: 4, hnsw_ef_construction: 8, ivfflat_lists: None };
const NARROW: Breadth = Breadth { ef_search: 20, probes: 1, overfetch: 4 };

fn setup(tunes_breadth: bool) -> Setup {
    let search = SearchSettings { breadth: NARROW, tunes_breadth, ..SearchSettings::default() };
    Setup { embedder: Arc::new(HashEmbedder::new(32)), search, ..Setup::default() }
}

/// A collection of many vectors with a poor index; and a connection that may do everything.
fn start(tunes_breadth: bool) -> (TestApp, CollectionId, PgConnection) {
    let app = TestApp::with(setup(tunes_breadth));
    let client = app.client();
    let collection = client.collection("c");
    client.text(&collection, "Rocks", "Granite is a rock.");
    let mut conn = server::connect(app.database_url()).unwrap();
    conn.batch_execute(VECTORS).unwrap();
    rebuild(&mut conn, &POOR);
    (app, collection.parse().unwrap(), conn)
}

fn rebuild(conn: &mut PgConnection, index: &VectorIndex) {
    let model = embedding_models::find(conn, 1).unwrap();
    vector_index::rebuild(conn, &model, index, 64).unwrap();
}

/// How a process searches the collection.
fn plan(engine: &Engine, collection: CollectionId) -> DensePlan {
    let corpus = engine.db().read(engine.local_actor(), |conn| Corpus::find(conn, &[collection])).unwrap();
    Scope::in_collections(&corpus.collections).dense_plan(&corpus.groups[0], &NARROW)
}

/// Number of indexes that the check-up finds to be below the target.
fn complaints(conn: &mut PgConnection) -> i64 {
    let rule = checkup::rules().find(|rule| rule.name == "recall").unwrap();
    checkup::check(conn, rule, Depth::Whole).unwrap().count
}

#[test]
fn a_breadth_that_misses_the_target_is_replaced_in_every_process_until_that_is_undone() {
    let (app, collection, mut conn) = start(false);
    let engine = app.engine();
    let other = app.beside(setup(false));
    let first = engine.measure_recall(1).unwrap().unwrap();
    assert_eq!((first.breadth, first.samples, first.neighbours), (20, 50, 50));
    assert!(first.recall < first.target, "{first:?}");
    let proposed = first.proposed_breadth.expect("a breadth that reaches the target");
    assert!(proposed > 20 && first.proposed_recall >= Some(first.target), "{first:?}");
    // Measuring changes nothing.
    assert_eq!(plan(other.engine(), collection), DensePlan::Hnsw { ef_search: 20 });
    assert_eq!(complaints(&mut conn), 1);

    engine.apply_breadth(1).unwrap();
    let wide = DensePlan::Hnsw { ef_search: proposed.try_into().unwrap() };
    assert_eq!(plan(other.engine(), collection), wide);
    assert_eq!(complaints(&mut conn), 0);
    let second = other.engine().measure_recall(1).unwrap().unwrap();
    assert!(second.breadth == proposed && second.recall >= second.target, "{second:?}");

    let undone = other.engine().undo_breadth(1).unwrap();
    assert_eq!((undone.id, undone.undone_at.is_some()), (first.id, true));
    assert_eq!(plan(engine, collection), DensePlan::Hnsw { ef_search: 20 });
    assert!(engine.undo_breadth(1).is_err(), "nothing is left to undo");
}

#[test]
fn lists_are_chosen_as_breadths_of_a_graph_are_and_another_index_begins_with_the_settings() {
    let (app, collection, mut conn) = start(false);
    let engine = app.engine();
    engine.measure_recall(1).unwrap();
    engine.apply_breadth(1).unwrap();
    rebuild(&mut conn, &VectorIndex { kind: IndexKind::Ivfflat, ivfflat_lists: Some(64), ..POOR });
    assert_eq!(plan(engine, collection), DensePlan::Ivfflat { probes: 1 });
    // A measurement of the old index says nothing about this one.
    assert!(engine.apply_breadth(1).is_err());
    let measured = engine.measure_recall(1).unwrap().unwrap();
    let proposed = measured.proposed_breadth.expect("a number of lists that reaches the target");
    assert!(measured.recall < measured.target && (2..=64).contains(&proposed), "{measured:?}");
    engine.apply_breadth(1).unwrap();
    assert_eq!(plan(engine, collection), DensePlan::Ivfflat { probes: proposed.try_into().unwrap() });
    // Over bits, and without an index, there is nothing to choose.
    for kind in [IndexKind::HnswBinary, IndexKind::None] {
        rebuild(&mut conn, &VectorIndex { kind, hnsw_m: 10, hnsw_ef_construction: 20, ..POOR });
        assert_eq!(engine.measure_recall(1).unwrap(), None);
    }
}

#[test]
fn upkeep_applies_what_it_has_measured_if_the_settings_say_so() {
    let (mut app, collection, mut conn) = start(true);
    // The first upkeep of the server has run or is about to run; this one finds the vectors.
    app.client().wait(|| {
        conn.batch_execute("DELETE FROM jobs WHERE kind = 'upkeep' AND finished_at IS NOT NULL").unwrap();
        app.restart_workers();
        (plan(app.engine(), collection) != DensePlan::Hnsw { ef_search: 20 }).then_some(())
    });
    assert_eq!(complaints(&mut conn), 0);
}
