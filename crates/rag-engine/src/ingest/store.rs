//! Embeds and stores sections; the last section of a version publishes it.

use pgvector::HalfVector;
use rag_embed::{PartedText, PartedVector};
use rag_repo::{
    Actor, PassageWords, PgConnection, RepoResult, chunk_parts, documents, documents::DocumentChange, jobs,
    versions,
};
use rag_schema::{
    enums::{EventKind, JobState},
    ids::PassageId,
    models::{ChunkParts, DocumentFacts, HeadingPath, NewChunk, NewEmbedding},
};

use serde_json::json;

use super::build::Section;
use crate::{
    Engine, EngineResult, Model, part_vectors,
    words::{Spoken, passage_words},
};

/// A section with its rows, built beforehand so that a transaction that is run again writes the same rows.
struct Rows<'s> {
    section: &'s Section,
    chunks: Vec<NewChunk>,
    embeddings: Vec<NewEmbedding>,
    parts: Vec<ChunkParts>,
    words: Vec<PassageWords>,
}

/// Embeds the chunks of all sections with the model, without holding a connection, and stores them in one transaction.
pub(super) fn embed_and_store(engine: &Engine, model: &Model, sections: &[Section]) -> EngineResult<()> {
    let inputs: Vec<PartedText<'_>> = sections.iter().flat_map(inputs).collect();
    let span = tracing::debug_span!("embed", chunks = inputs.len());
    let mut vectors = span.in_scope(|| model.embedder().embed_parted(&inputs))?.into_iter();
    let rows: Vec<Rows<'_>> = sections.iter().map(|section| rows(model, section, &mut vectors)).collect();
    engine.db().transaction(Actor::System, |conn| store(conn, engine, &rows))?;
    sections.iter().filter(|section| section.is_last).for_each(|section| note_published(engine, section));
    Ok(())
}

/// Records that a document is published.
fn note_published(engine: &Engine, section: &Section) {
    let facts = DocumentFacts {
        document_id: Some(section.target.document),
        chunk_count: Some(section.chunk_count),
        problem: None,
    };
    engine.note_document(EventKind::DocumentPublished, section.target.collection, facts);
}

/// Returns the texts of the section's chunks in the form that models read, with their parts.
fn inputs(section: &Section) -> impl Iterator<Item = PartedText<'_>> {
    section.chunks.iter().zip(&section.inputs).map(|(chunk, input)| {
        // The chunk's text is the end of the input, after the title and the headings.
        let name_bytes = input.len() - chunk.text.len();
        PartedText::at(input, name_bytes, chunk.parts.iter().map(|part| part.vector_range(&chunk.text)))
    })
}

fn rows<'s>(
    model: &Model,
    section: &'s Section,
    vectors: &mut impl Iterator<Item = PartedVector>,
) -> Rows<'s> {
    let target = section.target;
    let mut chunks = Vec::with_capacity(section.chunks.len());
    let mut embeddings = Vec::with_capacity(section.chunks.len());
    let mut parts = Vec::with_capacity(section.chunks.len());
    let mut words = Vec::with_capacity(section.chunks.len());
    for (chunk, vector) in section.chunks.iter().zip(vectors) {
        let id = PassageId::new();
        let spoken = Spoken {
            passage: id,
            collection: target.collection,
            title: &section.title,
            headings: &chunk.heading_path,
            text: &chunk.text,
        };
        words.push(passage_words(&spoken, section.facts.text_search_config));
        chunks.push(NewChunk {
            id,
            version_id: target.version,
            collection_id: target.collection,
            ordinal: i32::try_from(chunk.ordinal).unwrap_or(i32::MAX),
            start_offset: i64::try_from(chunk.start).unwrap_or(i64::MAX),
            end_offset: i64::try_from(chunk.end).unwrap_or(i64::MAX),
            page: chunk.page.and_then(|page| i32::try_from(page).ok()),
            heading_path: HeadingPath(chunk.heading_path.clone()),
            token_count: i32::try_from(chunk.token_count.max(1)).unwrap_or(i32::MAX),
            text: chunk.text.clone(),
        });
        embeddings.push(NewEmbedding {
            model_id: model.id(),
            passage_id: id,
            version_id: Some(target.version),
            collection_id: target.collection,
            embedding: HalfVector::from_f32_slice(&vector.whole),
        });
        parts.push(ChunkParts {
            chunk_id: id,
            collection_id: target.collection,
            model_id: model.id(),
            parts: json!(chunk.parts),
            vectors: part_vectors::pack(&vector.parts, vector.whole.len()),
        });
    }
    Rows { section, chunks, embeddings, parts, words }
}

#[tracing::instrument(name = "store", level = "debug", skip_all)]
fn store(conn: &mut PgConnection, engine: &Engine, all: &[Rows<'_>]) -> RepoResult<()> {
    let lease_s = engine.settings().ingest.lease_s;
    for Rows { section, .. } in all {
        if section.is_last {
            jobs::advance(conn, section.target.lease, lease_s, &section.progress())?;
        } else {
            jobs::hold_storing(conn, section.target.lease)?;
        }
        if section.is_first {
            versions::begin_build(conn, section.target.version, &section.facts.settings)?;
        }
        if !section.text.is_empty() {
            let characters = i64::try_from(section.text.chars().count()).unwrap_or(i64::MAX);
            versions::append_text(
                conn,
                section.target.version,
                section.text_start,
                &section.text,
                characters,
            )?;
        }
    }
    let chunks: Vec<NewChunk> = all.iter().flat_map(|rows| rows.chunks.iter().cloned()).collect();
    let embeddings: Vec<NewEmbedding> = all.iter().flat_map(|rows| rows.embeddings.iter().cloned()).collect();
    if !chunks.is_empty() {
        rag_repo::write_chunks(conn, &chunks, &embeddings)?;
        let parts: Vec<ChunkParts> = all.iter().flat_map(|rows| rows.parts.iter().cloned()).collect();
        chunk_parts::insert(conn, &parts)?;
        let words: Vec<PassageWords> = all.iter().flat_map(|rows| rows.words.iter().cloned()).collect();
        rag_repo::index_words(conn, &words)?;
    }
    for Rows { section, .. } in all.iter().filter(|rows| rows.section.is_last) {
        publish(conn, engine, section)?;
        jobs::finish(conn, section.target.lease, JobState::Done, None)?;
    }
    Ok(())
}

/// Publishes a version. The title and the language change with it, so that they are always those of the version that is found.
fn publish(conn: &mut PgConnection, engine: &Engine, section: &Section) -> RepoResult<()> {
    let (facts, target) = (&section.facts, section.target);
    versions::publish(conn, target.version, facts.page_count, facts.ocr_pages.as_ref())?;
    if documents::find(conn, target.document)?.current_version_id == Some(target.version) {
        let change = DocumentChange {
            title: facts.title.as_deref(),
            language: facts.language.as_deref(),
            text_search_config: facts.text_search_config,
        };
        documents::update(conn, target.document, &change)?;
    }
    versions::delete_oldest(conn, target.document, engine.settings().ingest.kept_versions)
}
