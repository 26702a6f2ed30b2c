//! The counts of words are those of a recount, whatever was inserted and deleted, one after the other or at once.

use std::{collections::BTreeMap, thread};

use diesel::{
    connection::{AnsiTransactionManager, TransactionManager},
    prelude::*,
    sql_types::{BigInt, Text, Uuid},
};
use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use rag_repo::{documents, embedding_models, migrations, server};
use rag_schema::{ids::DocumentId, models::VectorIndex};

use crate::{
    fixture::{Fixture, new_collection, new_user},
    own_database::OwnDatabase,
};

const KEPT: &str = "
    SELECT lexeme AS name, passage_count::bigint AS count FROM lexemes WHERE collection_id = $1
    UNION ALL SELECT '# passages', sum(passage_count)::bigint FROM lexical_statistics WHERE collection_id = $1
    UNION ALL SELECT '# length', sum(lexeme_total)::bigint FROM lexical_statistics WHERE collection_id = $1";

const RECOUNTED: &str = "
    SELECT word AS name, count(*) AS count FROM passage_lexemes, unnest(tsvector_to_array(tsv)) AS word
        WHERE collection_id = $1 GROUP BY word
    UNION ALL SELECT '# passages', count(*) FROM passage_lexemes WHERE collection_id = $1
    UNION ALL SELECT '# length', coalesce(sum(length), 0)::bigint FROM passage_lexemes WHERE collection_id = $1";

#[derive(Debug, QueryableByName)]
struct Count {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = BigInt)]
    count: i64,
}

fn counts(fixture: &mut Fixture, sql: &str) -> BTreeMap<String, i64> {
    let rows: Vec<Count> =
        diesel::sql_query(sql).bind::<Uuid, _>(fixture.collection).load(&mut fixture.conn).unwrap();
    rows.into_iter().map(|row| (row.name, row.count)).collect()
}

#[test]
fn counts_equal_a_recount_after_any_inserts_and_deletes() {
    let mut runner = TestRunner::new(Config { cases: 8, failure_persistence: None, ..Config::default() });
    let texts = prop::collection::vec("[a-f]{3}( [a-f]{3}){0,6}", 1..4);
    let actions = prop::collection::vec((texts, any::<prop::sample::Index>(), any::<bool>()), 1..25);
    let law = |actions: Vec<(Vec<String>, prop::sample::Index, bool)>| {
        let mut fixture = Fixture::new();
        fixture.store(&["a first one"]);
        let mut stored: Vec<DocumentId> = Vec::new();
        for (texts, which, delete) in actions {
            if delete && !stored.is_empty() {
                let document = stored.swap_remove(which.index(stored.len()));
                documents::delete(&mut fixture.conn, document).unwrap();
            } else {
                let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
                stored.push(fixture.store(&texts).document);
            }
        }
        prop_assert_eq!(counts(&mut fixture, KEPT), counts(&mut fixture, RECOUNTED));
        Ok(())
    };
    runner.run(&actions, law).unwrap();
}

/// Inserts and deletes in an order that the seed settles; at the end at least one document is there.
struct Churn {
    rng: TestRng,
    stored: Vec<DocumentId>,
}

impl Churn {
    fn new(seed: u8) -> Self {
        Self { rng: TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]), stored: Vec::new() }
    }

    fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.rng.next_u32()).unwrap() % most
    }

    /// Of twenty words, so that every document shares some with every other, each time in another order.
    fn text(&mut self) -> String {
        let words: Vec<String> = (0..8).map(|_| format!("word{}", self.below(20))).collect();
        words.join(" ")
    }

    /// One in three is a delete.
    fn step(&mut self, fixture: &mut Fixture) {
        if self.stored.len() > 1 && self.below(3) == 0 {
            let document = self.below(self.stored.len());
            documents::delete(&mut fixture.conn, self.stored.swap_remove(document)).unwrap();
        } else {
            let texts = [self.text(), self.text()];
            self.stored.push(fixture.store(&[&texts[0], &texts[1]]).document);
        }
    }
}

#[test]
fn counts_equal_a_recount_after_a_thousand_inserts_and_deletes() {
    let mut fixture = Fixture::new();
    let mut churn = Churn::new(1);
    for step in 1..=1_000 {
        churn.step(&mut fixture);
        if step % 100 == 0 {
            let kept = counts(&mut fixture, KEPT);
            assert_eq!(kept, counts(&mut fixture, RECOUNTED), "after {step} steps");
            assert!(kept["word1"] > 0);
        }
    }
}

#[derive(QueryableByName)]
struct Deadlocks {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

#[test]
fn eight_ingests_at_once_into_one_collection_never_deadlock_and_count_right() {
    let mut database = OwnDatabase::new();
    let conn = database.conn();
    migrations::run_pending(conn).unwrap();
    let model = embedding_models::register(conn, "test", 3, &VectorIndex::default()).unwrap();
    let user = new_user(conn);
    let collection = new_collection(conn, user, model.id);
    let url = database.url().to_owned();
    let fixture = || Fixture {
        conn: server::connect(&url).unwrap(),
        user,
        collection,
        model: model.clone(),
        text_search_config: "eng",
    };
    thread::scope(|scope| {
        for seed in 0..8 {
            let fixture = &fixture;
            scope.spawn(move || {
                let (mut fixture, mut churn) = (fixture(), Churn::new(seed));
                for _ in 0..12 {
                    // Several documents a transaction, as ingest does it; a collision fails the test.
                    AnsiTransactionManager::begin_transaction(&mut fixture.conn).unwrap();
                    (0..3).for_each(|_| churn.step(&mut fixture));
                    AnsiTransactionManager::commit_transaction(&mut fixture.conn).unwrap();
                }
            });
        }
    });
    let mut fixture = fixture();
    let kept = counts(&mut fixture, KEPT);
    assert_eq!(kept, counts(&mut fixture, RECOUNTED));
    assert!(kept["# passages"] > 8, "{kept:?}");
    let deadlocks: Deadlocks = diesel::sql_query(
        "SELECT deadlocks AS count FROM pg_stat_database WHERE datname = current_database()",
    )
    .get_result(&mut fixture.conn)
    .unwrap();
    assert_eq!(deadlocks.count, 0);
}
