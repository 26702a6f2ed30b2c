//! COPY compared with INSERT for the same rows.

use diesel::{Connection, ExecuteCopyFromDsl, PgConnection, RunQueryDsl, connection::SimpleConnection};
use pgvector::HalfVector;
use rag_schema::{
    ids::{CollectionId, PassageId, VersionId},
    models::NewEmbedding,
    schema::embeddings,
};

use crate::{
    BenchResult,
    measure::{Figure, timed},
};

/// Number of vectors written each way.
const ROWS: usize = 2_000;

/// Writes the same vectors by COPY and by one INSERT per row, each in a transaction that is rolled back.
/// Without keys and indexes, whose upkeep is the same either way.
pub(crate) fn run(url: &str) -> BenchResult<Vec<Figure>> {
    let conn = &mut rag_repo::server::connect(url)?;
    let rows: Vec<NewEmbedding> = (0..ROWS).map(|_| row()).collect();
    let by_copy = rolled_back(conn, |conn| {
        diesel::copy_from(embeddings::table).from_insertable(rows.as_slice()).execute(conn).map(drop)
    })?;
    let by_insert = rolled_back(conn, |conn| {
        rows.iter()
            .try_for_each(|row| diesel::insert_into(embeddings::table).values(row).execute(conn).map(drop))
    })?;
    let rate = |seconds: f64| f64::from(u32::try_from(ROWS).unwrap_or(u32::MAX)) / seconds;
    Ok(vec![Figure::new(
        "vectors stored by COPY",
        "rows/s",
        rate(by_copy),
        "an INSERT a row",
        rate(by_insert),
    )])
}

fn row() -> NewEmbedding {
    NewEmbedding {
        model_id: 1,
        passage_id: PassageId::new(),
        version_id: Some(VersionId::new()),
        collection_id: CollectionId::new(),
        embedding: HalfVector::from_f32_slice(&[0.05; 384]),
    }
}

fn rolled_back(
    conn: &mut PgConnection,
    write: impl Fn(&mut PgConnection) -> diesel::QueryResult<()>,
) -> BenchResult<f64> {
    let mut seconds = 0.0;
    let result: Result<(), diesel::result::Error> = conn.transaction(|conn| {
        conn.batch_execute(
            "ALTER TABLE embeddings DROP CONSTRAINT embeddings_pkey, DROP CONSTRAINT embeddings_passage_id_fkey; \
             DROP INDEX embeddings_version_id_idx, embeddings_collection_id_idx, embeddings_1_vector_idx",
        )?;
        let (written, took) = timed(|| write(conn));
        written?;
        seconds = took.as_secs_f64();
        Err(diesel::result::Error::RollbackTransaction)
    });
    match result {
        Err(diesel::result::Error::RollbackTransaction) => Ok(seconds),
        Err(error) => Err(error.into()),
        Ok(()) => Err("the benchmark's rows were not rolled back".into()),
    }
}
