//! The naive search on PostgreSQL: `ts_rank_cd` with any of the words, and a vector search with default settings.

use diesel::{
    PgConnection, QueryableByName, RunQueryDsl,
    connection::SimpleConnection,
    sql_types::{BigInt, Text},
};
use pgvector::{HalfVector, sql_types::HalfVector as HalfVectorSql};
use rag_engine::Engine;
use rag_repo::search::Hit;

use crate::{
    BenchResult,
    measure::{ms, progress, timed},
};

/// Number of results per search.
const LIMIT: i64 = 10;

/// The leg to search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leg {
    Words,
    Vectors,
    Both,
}

#[derive(QueryableByName)]
struct Words {
    #[diesel(sql_type = Text)]
    text: String,
}

/// Creates the full-text index of the naive search, on a separate narrow table.
pub(crate) fn prepare(url: &str) -> BenchResult<()> {
    progress("building the full-text index of the naive way");
    let conn = &mut rag_repo::server::connect(url)?;
    conn.batch_execute("CREATE INDEX IF NOT EXISTS bench_words_tsv_idx ON bench_words USING gin (tsv)")?;
    conn.batch_execute("CHECKPOINT")?;
    Ok(())
}

/// One client of the naive search.
pub(crate) struct Client<'a> {
    engine: &'a Engine,
    conn: PgConnection,
    leg: Leg,
}

impl<'a> Client<'a> {
    /// Connects.
    pub(crate) fn new(engine: &'a Engine, url: &str, leg: Leg) -> BenchResult<Self> {
        Ok(Self { engine, conn: rag_repo::server::connect(url)?, leg })
    }

    /// Searches, and returns the milliseconds of PostgreSQL without stemming and embedding the question.
    pub(crate) fn ask(&mut self, question: &str) -> BenchResult<f64> {
        let stemmed = diesel::sql_query(include_str!("naive_query.sql")).bind::<Text, _>(question);
        let words: Words = stemmed.get_result(&mut self.conn)?;
        let vector = HalfVector::from_f32_slice(
            &self.engine.models().for_new_collections().embedder().embed_query(question)?,
        );
        let (asked, took) = timed(|| {
            if self.leg != Leg::Vectors {
                self.words(&words.text)?;
            }
            if self.leg != Leg::Words {
                self.vectors(&vector)?;
            }
            Ok::<_, diesel::result::Error>(())
        });
        asked?;
        Ok(ms(took))
    }

    fn words(&mut self, words: &str) -> diesel::QueryResult<Vec<Hit>> {
        diesel::sql_query(include_str!("naive_words.sql"))
            .bind::<Text, _>(words)
            .bind::<BigInt, _>(LIMIT)
            .load(&mut self.conn)
    }

    fn vectors(&mut self, vector: &HalfVector) -> diesel::QueryResult<Vec<Hit>> {
        let dimensions = self.engine.models().for_new_collections().embedder().model().dimensions.to_string();
        diesel::sql_query(include_str!("naive_vectors.sql").replace("{dimensions}", &dimensions))
            .bind::<HalfVectorSql, _>(vector)
            .bind::<BigInt, _>(LIMIT)
            .load(&mut self.conn)
    }
}
