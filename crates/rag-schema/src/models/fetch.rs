//! The last fetch of a document that comes from an address.

use diesel::prelude::*;

use crate::{
    ids::{CollectionId, DocumentId, JobId},
    schema::document_fetches,
};

/// The facts by which a server says whether the page of a document has changed.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = document_fetches, check_for_backend(diesel::pg::Pg))]
pub struct DocumentFetch {
    /// Address from which it came, after redirects.
    pub url: String,
    /// Header `ETag` of the response.
    pub etag: Option<String>,
    /// Header `Last-Modified` of the response.
    pub last_modified: Option<String>,
    /// SHA-256 of the bytes that both headers are about, 32 bytes.
    pub content_sha256: Vec<u8>,
}

/// The last fetch of a document, to insert or to store in place of the one before.
#[derive(Debug, Clone, Copy, Insertable)]
#[diesel(table_name = document_fetches)]
pub struct NewDocumentFetch<'a> {
    /// Document.
    pub document_id: DocumentId,
    /// Its collection.
    pub collection_id: CollectionId,
    /// Address from which it came, after redirects, 1 to 2,000 characters.
    pub url: &'a str,
    /// Header `ETag` of the response, at most 1,000 characters.
    pub etag: Option<&'a str>,
    /// Header `Last-Modified` of the response, at most 1,000 characters.
    pub last_modified: Option<&'a str>,
    /// SHA-256 of the bytes that both headers are about, 32 bytes.
    pub content_sha256: &'a [u8],
    /// Job that fetched it.
    pub job_id: JobId,
}
