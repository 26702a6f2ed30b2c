//! Every kind of index is built, walked and found right; vectors of any length that can be indexed are.

use std::thread;

use diesel::{
    connection::SimpleConnection,
    prelude::*,
    sql_types::{Array, Integer, Text},
};
use pgvector::HalfVector;
use proptest::{
    prelude::Rng,
    test_runner::{RngAlgorithm, TestRng},
};
use rag_repo::{
    RepoError, embedding_models, migrations,
    search::{Breadth, Corpus, DensePlan, Hit, Scope, dense_leg},
    server,
    statement::PlanDepth,
    vector_index,
};
use rag_schema::{
    enums::IndexKind,
    ids::PassageId,
    models::{NewEmbedding, VectorIndex},
    schema::{collections, embeddings},
};

use crate::{
    fixture::{Fixture, connect, new_collection, new_user},
    own_database::OwnDatabase,
};

/// Enough that a walk of an index is cheaper than a scan, and that few rows are not all rows.
const ROWS: usize = 400;
const LIMIT: i64 = 10;
const WIDE: Breadth = Breadth { ef_search: 200, probes: 0, overfetch: 30 };

/// A fixture whose model has other dimensions, with unit vectors drawn from a fixed seed.
struct Scene {
    fixture: Fixture,
    rng: TestRng,
    dimensions: usize,
}

impl Scene {
    fn new(dimensions: usize, index: &VectorIndex, rows: usize) -> Self {
        Self::on(Fixture::new(), dimensions, index, rows)
    }

    fn on(mut fixture: Fixture, dimensions: usize, index: &VectorIndex, rows: usize) -> Self {
        let name = format!("{}-{dimensions}", fixture.model.name);
        let dimensions_i32 = i32::try_from(dimensions).unwrap();
        let model = embedding_models::register(&mut fixture.conn, &name, dimensions_i32, index).unwrap();
        let texts = vec!["word"; rows];
        let stored = fixture.store(&texts);
        diesel::update(collections::table.find(fixture.collection))
            .set(collections::model_id.eq(model.id))
            .execute(&mut fixture.conn)
            .unwrap();
        fixture.model = model;
        let mut scene = Self { fixture, rng: TestRng::deterministic_rng(RngAlgorithm::ChaCha), dimensions };
        let rows: Vec<NewEmbedding> = stored
            .chunks
            .iter()
            .map(|passage| NewEmbedding {
                model_id: scene.fixture.model.id,
                passage_id: *passage,
                version_id: Some(stored.version),
                collection_id: scene.fixture.collection,
                embedding: scene.draw(),
            })
            .collect();
        diesel::insert_into(embeddings::table).values(&rows).execute(&mut scene.fixture.conn).unwrap();
        scene.fixture.conn.batch_execute("ANALYZE embeddings").unwrap();
        scene
    }

    /// A unit vector of any direction.
    fn draw(&mut self) -> HalfVector {
        let numbers: Vec<f32> =
            (0..self.dimensions).map(|_| self.rng.next_u32() as f32 / u32::MAX as f32 - 0.5).collect();
        let length = numbers.iter().map(|x| x * x).sum::<f32>().sqrt();
        HalfVector::from_f32_slice(&numbers.iter().map(|x| x / length).collect::<Vec<_>>())
    }

    fn rebuild(&mut self, index: &VectorIndex) {
        vector_index::rebuild(&mut self.fixture.conn, &self.fixture.model, index, 64).unwrap();
    }

    /// What search would choose if the rows were too many to compare.
    fn plan_by_index(index: &VectorIndex) -> DensePlan {
        match index.kind {
            IndexKind::None => DensePlan::Exact,
            IndexKind::Hnsw => DensePlan::Hnsw { ef_search: WIDE.ef_search },
            IndexKind::Ivfflat => DensePlan::Ivfflat { probes: 4 },
            IndexKind::HnswBinary => {
                DensePlan::HnswBinary { ef_search: WIDE.ef_search, overfetch: WIDE.overfetch }
            }
        }
    }

    fn search(&mut self, query: &HalfVector, plan: DensePlan) -> Vec<Hit> {
        let scope = Scope::in_collections(&[self.fixture.collection]);
        let leg = dense_leg(&self.fixture.model, &scope, query, plan, LIMIT);
        self.fixture.as_user(|conn| leg.load(conn)).unwrap()
    }

    fn explain(&mut self, query: &HalfVector, plan: DensePlan) -> String {
        let scope = Scope::in_collections(&[self.fixture.collection]);
        let leg = dense_leg(&self.fixture.model, &scope, query, plan, LIMIT);
        self.fixture.as_user(|conn| leg.explain(conn, PlanDepth::Measured)).unwrap().join("\n")
    }

    /// Walks the index with some queries, proves that it did, and that it found what an exact comparison finds.
    fn assert_walked_and_right(&mut self, index: &VectorIndex) {
        let plan = Self::plan_by_index(index);
        let name = format!("embeddings_{}_vector_idx", self.fixture.model.id);
        for _ in 0..5 {
            let query = self.draw();
            let explained = self.explain(&query, plan);
            assert!(explained.contains(&format!("Index Scan using {name}")), "{index}:\n{explained}");
            let (found, exact) = (self.search(&query, plan), self.search(&query, DensePlan::Exact));
            assert_eq!(exact.len(), 10);
            assert_eq!(passages(&found), passages(&exact), "{index}");
            for (one, other) in found.iter().zip(&exact) {
                assert!((one.score - other.score).abs() < 1e-9, "{index}: {one:?} {other:?}");
            }
        }
    }
}

fn passages(hits: &[Hit]) -> Vec<PassageId> {
    hits.iter().map(|hit| hit.passage_id).collect()
}

fn index(kind: IndexKind) -> VectorIndex {
    VectorIndex { kind, ivfflat_lists: Some(4), ..VectorIndex::default() }
}

#[test]
fn every_kind_is_walked_and_gives_the_exact_order() {
    let mut scene = Scene::new(384, &VectorIndex::default(), ROWS);
    for kind in [IndexKind::Hnsw, IndexKind::Ivfflat, IndexKind::HnswBinary] {
        let index = index(kind);
        scene.rebuild(&index);
        scene.assert_walked_and_right(&index);
    }
}

#[test]
fn the_plan_follows_the_index_that_stands() {
    let mut scene = Scene::new(8, &VectorIndex::default(), 3_001);
    let plan = |scene: &mut Scene| {
        let Fixture { conn, collection, .. } = &mut scene.fixture;
        let corpus = Corpus::find(conn, &[*collection]).unwrap();
        Scope::in_collections(&corpus.collections).dense_plan(&corpus.groups[0], &WIDE)
    };
    assert_eq!(plan(&mut scene), DensePlan::Hnsw { ef_search: 200 });
    scene.rebuild(&index(IndexKind::Ivfflat));
    assert_eq!(plan(&mut scene), DensePlan::Ivfflat { probes: 2 });
    scene.rebuild(&index(IndexKind::HnswBinary));
    assert_eq!(plan(&mut scene), DensePlan::HnswBinary { ef_search: 1_000, overfetch: 30 });
    scene.rebuild(&index(IndexKind::None));
    assert_eq!(plan(&mut scene), DensePlan::Exact);
}

#[derive(QueryableByName)]
struct Definitions {
    #[diesel(sql_type = Array<Text>)]
    definitions: Vec<String>,
}

/// Indexes over the vectors, whatever their names.
fn definitions(scene: &mut Scene) -> Vec<String> {
    diesel::sql_query(
        "SELECT coalesce(array_agg(indexdef), '{}') AS definitions FROM pg_indexes \
         WHERE tablename = 'embeddings_' || $1 AND indexdef ~ 'hnsw|ivfflat'",
    )
    .bind::<Integer, _>(scene.fixture.model.id)
    .get_result::<Definitions>(&mut scene.fixture.conn)
    .unwrap()
    .definitions
}

#[test]
fn a_rebuild_puts_one_index_with_its_settings_in_the_place_of_the_old_one() {
    let mut scene = Scene::new(8, &index(IndexKind::None), 40);
    assert_eq!(definitions(&mut scene), [""; 0]);
    let wanted = VectorIndex { hnsw_m: 5, hnsw_ef_construction: 33, ..index(IndexKind::Hnsw) };
    scene.rebuild(&wanted);
    let [only] = &definitions(&mut scene)[..] else { panic!("more or less than one index") };
    for part in ["vector_idx", "halfvec_cosine_ops", "m='5'", "ef_construction='33'"] {
        assert!(only.contains(part), "{part} is missing in {only}");
    }
    let Fixture { conn, model, .. } = &mut scene.fixture;
    assert_eq!(embedding_models::find(conn, model.id).unwrap().index, wanted);
    let facts = vector_index::facts(conn, model.id).unwrap();
    assert_eq!((facts.row_count, facts.lists), (40, None));
    assert!(facts.index_bytes > 0 && facts.table_bytes > 0, "{facts:?}");
    scene.rebuild(&index(IndexKind::None));
    assert_eq!(definitions(&mut scene), [""; 0]);
}

#[test]
fn lists_are_counted_by_the_thousand_rows_unless_they_are_given() {
    let mut scene = Scene::new(3, &VectorIndex::default(), 2_100);
    let mut lists = |given: Option<i32>| {
        scene.rebuild(&VectorIndex { ivfflat_lists: given, ..index(IndexKind::Ivfflat) });
        vector_index::facts(&mut scene.fixture.conn, scene.fixture.model.id).unwrap().lists
    };
    assert_eq!(lists(None), Some(2));
    assert_eq!(lists(Some(7)), Some(7));
}

#[test]
fn vectors_too_long_for_an_index_in_single_precision_have_one() {
    for kind in [IndexKind::Hnsw, IndexKind::Ivfflat, IndexKind::HnswBinary] {
        let index = index(kind);
        let mut scene = Scene::new(3_072, &index, 60);
        scene.assert_walked_and_right(&index);
    }
}

#[test]
fn vectors_beyond_what_an_index_can_hold_are_refused() {
    let conn = &mut connect();
    let register = |conn: &mut PgConnection, dimensions| {
        embedding_models::register(conn, &format!("of-{dimensions}"), dimensions, &VectorIndex::default())
    };
    let most = embedding_models::MAX_DIMENSIONS;
    assert_eq!(register(conn, most).unwrap().dimensions, 4_000);
    let refused = conn.transaction(|conn| register(conn, most + 1)).unwrap_err();
    assert!(refused.hits("embedding_models_dimensions_range"), "{refused}");
    let settings = VectorIndex { hnsw_m: 80, ..VectorIndex::default() };
    let refused: RepoError =
        conn.transaction(|conn| embedding_models::register(conn, "wrong", 3, &settings)).unwrap_err();
    assert!(refused.hits("embedding_models_hnsw_ef_construction_range"), "{refused}");
}

#[test]
fn a_build_tells_how_far_it_is_and_searches_go_on_meanwhile() {
    let mut database = OwnDatabase::new();
    let conn = database.conn();
    migrations::run_pending(conn).unwrap();
    let model = embedding_models::register(conn, "test", 3, &VectorIndex::default()).unwrap();
    let user = new_user(conn);
    let collection = new_collection(conn, user, model.id);
    let conn = server::connect(database.url()).unwrap();
    let fixture = Fixture { conn, user, collection, model, text_search_config: "eng" };
    let mut scene = Scene::on(fixture, 64, &index(IndexKind::None), 1_500);
    let slow = VectorIndex { hnsw_ef_construction: 200, ..VectorIndex::default() };
    let model = scene.fixture.model.clone();
    let url = database.url().to_owned();
    let (mut farthest, mut searched) = (0.0_f64, 0);
    thread::scope(|scope| {
        let build = scope.spawn(|| {
            let conn = &mut server::connect(&url).unwrap();
            vector_index::rebuild(conn, &model, &slow, 256).unwrap();
        });
        let query = scene.draw();
        while !build.is_finished() {
            let found = scene.search(&query, DensePlan::Exact).len();
            if let Some(progress) = vector_index::progress(&mut scene.fixture.conn, model.id).unwrap() {
                assert!((0.0..=1.0).contains(&progress.share), "{progress:?}");
                farthest = farthest.max(progress.share);
                searched += found;
            }
        }
    });
    assert!(farthest > 0.0, "no progress was seen");
    assert!(searched >= 10, "no search ended while the index was built");
    assert!(vector_index::progress(&mut scene.fixture.conn, model.id).unwrap().is_none());
}
