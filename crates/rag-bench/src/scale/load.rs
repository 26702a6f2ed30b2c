//! Loads the synthetic collection by COPY into the tables of ingest, except originals and full texts.

use std::time::Instant;

use diesel::{
    Connection, ExecuteCopyFromDsl, PgConnection, QueryableByName, RunQueryDsl,
    connection::SimpleConnection,
    sql_types::{Array, BigInt, Integer, Text, Uuid},
};
use pgvector::HalfVector;
use rag_engine::Engine;
use rag_repo::collections;
use rag_schema::{
    ids::{CollectionId, DocumentId, PassageId, VersionId},
    models::{HeadingPath, NewChunk, NewCollection, NewEmbedding, NewPassage},
    schema::{chunks, embeddings, passages},
};
use serde::Serialize;

use super::{
    Args,
    base::Base,
    build,
    generate::{CHUNKS, Generator, Synthetic},
};
use crate::{
    BenchResult,
    measure::{progress, seconds},
};

/// Number of documents in one transaction; bounds the memory.
const BATCH: usize = 1_000;
/// Number of versions whose words are compared with those that ingest writes.
const COMPARED: usize = 5;

/// The loaded rows and their collection.
pub(crate) struct Loaded {
    pub(crate) collection: CollectionId,
    pub(crate) rows: usize,
    pub(crate) times: LoadTimes,
}

/// Time of the load, in seconds.
#[derive(Debug, Serialize)]
pub(crate) struct LoadTimes {
    /// Drawing rows, COPY, and stemming.
    pub(crate) copy_s: f64,
    /// Counting words and writing impacts.
    pub(crate) words_s: f64,
}

/// Loads `args.rows` chunks into a new collection that has no HNSW and no inverted index yet.
pub(crate) fn run(engine: &Engine, url: &str, base: &Base, args: &Args) -> BenchResult<Loaded> {
    let conn = &mut rag_repo::server::connect(url)?;
    // Indexes will be dropped: no existing documents may depend on them.
    if diesel::sql_query("SELECT count(*) AS count FROM documents").get_result::<Count>(conn)?.count > 0 {
        return Err(
            "the database holds documents; measure on an empty one, as `make bench-scale` does".into()
        );
    }
    let collection = CollectionId::new();
    let user = engine.local_user();
    let new = NewCollection {
        id: collection,
        organisation_id: user.organisation_id,
        owner_id: user.id,
        name: "bench scale",
        description: "",
        model_id: engine.models().for_new_collections().id(),
        chunk_max_tokens: None,
        chunk_overlap_tokens: None,
    };
    engine.db().transaction(engine.local_actor(), |conn| collections::insert(conn, &new))?;
    let model_id = engine.models().for_new_collections().row().id;
    build::forget_indexes(conn, engine.models().for_new_collections().row())?;
    conn.batch_execute(
        "CREATE UNLOGGED TABLE bench_words (batch INTEGER, passage_id UUID, version_id UUID, length INTEGER, tsv TSVECTOR); \
         CREATE INDEX bench_words_batch_idx ON bench_words (batch)",
    )?;
    let mut loader = Loader { conn, collection, model_id, generator: Generator::new(base, args.seed) };
    let documents = args.rows.div_ceil(CHUNKS);
    let begun = Instant::now();
    let batches = i32::try_from(documents.div_ceil(BATCH))?;
    let mut sample = Vec::new();
    for (number, first) in (0..batches).zip((0..documents).step_by(BATCH)) {
        let versions = loader.batch(number, BATCH.min(documents - first))?;
        sample.extend(versions.first().copied());
        progress(&format!("loaded {} of {} chunks", (first + versions.len()) * CHUNKS, documents * CHUNKS));
    }
    let copy_s = seconds(begun.elapsed());
    let begun = Instant::now();
    write_words(conn, collection, batches)?;
    let words_s = seconds(begun.elapsed());
    for version in sample.into_iter().take(COMPARED) {
        compare_words(conn, version)?;
    }
    Ok(Loaded { collection, rows: documents * CHUNKS, times: LoadTimes { copy_s, words_s } })
}

struct Loader<'a> {
    conn: &'a mut PgConnection,
    collection: CollectionId,
    model_id: i32,
    generator: Generator<'a>,
}

impl Loader<'_> {
    fn batch(&mut self, number: i32, documents: usize) -> BenchResult<Vec<VersionId>> {
        let drawn: Vec<_> = (0..documents)
            .filter_map(|_| Some((DocumentId::new(), VersionId::new(), self.generator.document()?)))
            .collect();
        let versions: Vec<VersionId> = drawn.iter().map(|(_, version, _)| *version).collect();
        let mut rows = Rows::default();
        for (_, version, document) in &drawn {
            rows.add(self.model_id, self.collection, *version, document);
        }
        let collection = self.collection;
        self.conn.transaction(|conn| {
            insert_documents(conn, collection, &drawn)?;
            let new_passages: Vec<NewPassage> = rows.chunks.iter().map(NewPassage::from).collect();
            diesel::copy_from(passages::table).from_insertable(new_passages.as_slice()).execute(conn)?;
            diesel::copy_from(chunks::table).from_insertable(rows.chunks.as_slice()).execute(conn)?;
            diesel::copy_from(embeddings::table).from_insertable(rows.embeddings.as_slice()).execute(conn)?;
            diesel::sql_query(include_str!("stage_words.sql"))
                .bind::<Array<Uuid>, _>(&versions)
                .bind::<Integer, _>(number)
                .execute(conn)
        })?;
        Ok(versions)
    }
}

fn insert_documents(
    conn: &mut PgConnection,
    collection: CollectionId,
    drawn: &[(DocumentId, VersionId, Synthetic)],
) -> diesel::QueryResult<usize> {
    let documents: Vec<_> = drawn.iter().map(|(document, ..)| *document).collect();
    let versions: Vec<_> = drawn.iter().map(|(_, version, _)| *version).collect();
    let titles: Vec<_> = drawn.iter().map(|(.., document)| document.title.as_str()).collect();
    let buckets: Vec<_> = drawn.iter().map(|(.., document)| document.bucket).collect();
    let topics: Vec<_> = drawn.iter().map(|(.., document)| document.topic).collect();
    diesel::sql_query(include_str!("insert_documents.sql"))
        .bind::<Uuid, _>(collection)
        .bind::<Array<Uuid>, _>(documents)
        .bind::<Array<Uuid>, _>(versions)
        .bind::<Array<Text>, _>(titles)
        .bind::<Array<Integer>, _>(buckets)
        .bind::<Array<Integer>, _>(topics)
        .bind::<Integer, _>(i32::try_from(CHUNKS).unwrap_or(i32::MAX))
        .execute(conn)
}

#[derive(Default)]
struct Rows {
    chunks: Vec<NewChunk>,
    embeddings: Vec<NewEmbedding>,
}

impl Rows {
    fn add(
        &mut self,
        model_id: i32,
        collection_id: CollectionId,
        version_id: VersionId,
        document: &Synthetic,
    ) {
        let mut start_offset = 0;
        for (ordinal, (text, vector)) in (0..).zip(&document.chunks) {
            let passage_id = PassageId::new();
            let end_offset = start_offset + i64::try_from(text.chars().count()).unwrap_or(1);
            self.chunks.push(NewChunk {
                id: passage_id,
                version_id,
                collection_id,
                ordinal,
                start_offset,
                end_offset,
                page: None,
                heading_path: HeadingPath::default(),
                token_count: i32::try_from(text.len() / 4).unwrap_or(1).max(1),
                text: text.clone(),
            });
            let embedding = HalfVector::from_f32_slice(vector);
            let version_id = Some(version_id);
            self.embeddings.push(NewEmbedding { model_id, passage_id, version_id, collection_id, embedding });
            start_offset = end_offset;
        }
    }
}

fn write_words(conn: &mut PgConnection, collection: CollectionId, batches: i32) -> BenchResult<()> {
    progress("counting words");
    diesel::sql_query(include_str!("count_words.sql")).bind::<Uuid, _>(collection).execute(conn)?;
    conn.batch_execute("ANALYZE lexemes")?;
    conn.batch_execute("ANALYZE bench_words")?;
    for batch in 0..batches {
        diesel::sql_query(include_str!("write_words.sql"))
            .bind::<Uuid, _>(collection)
            .bind::<Integer, _>(batch)
            .execute(conn)?;
        progress(&format!("wrote the words of batch {} of {batches}", batch + 1));
    }
    Ok(())
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Writes the version's words again with ingest's own function, compares both, and rolls back.
fn compare_words(conn: &mut PgConnection, version: VersionId) -> BenchResult<()> {
    let mut differing = None;
    let result: Result<(), diesel::result::Error> = conn.transaction(|conn| {
        diesel::sql_query("CREATE TEMPORARY TABLE bench_before ON COMMIT DROP AS SELECT * FROM passage_lexemes WHERE version_id = $1")
            .bind::<Uuid, _>(version)
            .execute(conn)?;
        // Without its trigger the counts do not change, so that known words keep their ids.
        conn.batch_execute("ALTER TABLE passage_lexemes DISABLE TRIGGER passage_lexemes_forget")?;
        diesel::sql_query("DELETE FROM passage_lexemes WHERE version_id = $1")
            .bind::<Uuid, _>(version)
            .execute(conn)?;
        diesel::sql_query("SELECT index_passages(array_agg(passage_id), 'english', array_agg(tsv)) FROM bench_before")
            .execute(conn)?;
        let query = diesel::sql_query(include_str!("differing_words.sql"));
        differing = Some(query.bind::<Uuid, _>(version).get_result::<Count>(conn)?.count);
        Err(diesel::result::Error::RollbackTransaction)
    });
    match (result, differing) {
        (Err(diesel::result::Error::RollbackTransaction), Some(0)) => Ok(()),
        (Err(diesel::result::Error::RollbackTransaction), Some(count)) => {
            Err(format!("{count} rows differ from what index_passages writes").into())
        }
        (Err(error), _) => Err(error.into()),
        (Ok(()), _) => Err("the comparison was not rolled back".into()),
    }
}
