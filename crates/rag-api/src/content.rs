//! `GET /v1/documents/{id}/content`: the original bytes, sent in parts; no connection is held between the parts.

use std::fmt::Write;

use actix_web::{HttpResponse, http::header, web};
use bytes::Bytes;
use futures_util::stream;
use rag_engine::Actor;
use rag_repo::{PgConnection, RepoError, RepoResult, documents, versions};
use rag_schema::ids::DocumentId;

use crate::{
    app::App,
    auth::{May, Read},
    extract::Id,
    problem::{ApiError, ApiResult},
};

/// Returns the original bytes of a document.
#[utoipa::path(get, path = "/v1/documents/{id}/content", tag = "documents", params(("id" = uuid::Uuid, Path)), responses(
    (status = 200, description = "The file as it was sent, in its own type", content_type = "*/*")))]
pub(crate) async fn get_document_content(
    app: web::Data<App>,
    caller: May<Read>,
    Id(id): Id<DocumentId>,
) -> ApiResult<HttpResponse> {
    let (document, version) = app
        .read(caller.actor, move |conn| {
            let document = documents::find(conn, id)?;
            let version = versions::newest(conn, &[id])?.pop().ok_or(RepoError::NotFound)?;
            Ok((document, version))
        })
        .await
        .map_err(|error| error.naming("document"))?;
    let original = Original {
        name: document.source.as_deref().unwrap_or(&document.title),
        media_type: &document.media_type,
        size_bytes: version.size_bytes,
    };
    Ok(original.send(app, caller.actor, move |conn, part| versions::content(conn, version.id, part)))
}

/// Stored bytes of an upload, to be saved as a file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Original<'a> {
    /// File name, or a path or an address whose last part is the file name.
    pub(crate) name: &'a str,
    /// Media type.
    pub(crate) media_type: &'a str,
    /// Length in bytes.
    pub(crate) size_bytes: i64,
}

impl Original<'_> {
    /// Sends the parts that `read` returns, from 0 to the first that is absent. Browsers do not execute them.
    pub(crate) fn send(
        self,
        app: web::Data<App>,
        actor: Actor,
        read: impl FnOnce(&mut PgConnection, i32) -> RepoResult<Option<Vec<u8>>> + Copy + Send + 'static,
    ) -> HttpResponse {
        let parts = stream::try_unfold((app, 0), move |(app, part)| async move {
            let bytes = app.read(actor, move |conn| read(conn, part)).await?;
            Ok::<_, ApiError>(bytes.map(|bytes| (Bytes::from(bytes), (app, part + 1))))
        });
        HttpResponse::Ok()
            .content_type(self.media_type)
            .insert_header((header::CONTENT_DISPOSITION, attachment(self.name)))
            .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
            .no_chunking(u64::try_from(self.size_bytes).unwrap_or(0))
            .streaming(Box::pin(parts))
    }
}

/// Returns a header that makes browsers save the file under the last part of `source`.
fn attachment(source: &str) -> String {
    let name: String = source
        .rsplit(['/', '\\'])
        .next()
        .unwrap_or_default()
        .chars()
        .filter(|c| !c.is_control())
        .take(150)
        .collect();
    let name = if name.trim_matches(['.', ' ']).is_empty() { "document" } else { &name };
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "._- ".contains(c) { c } else { '_' }).collect();
    let mut header = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''");
    for byte in name.bytes() {
        // Writing to a string cannot fail.
        let _ = match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'_' | b'-' => {
                header.write_char(char::from(byte))
            }
            other => write!(header, "%{other:02X}"),
        };
    }
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_cannot_leave_its_header_or_its_folder() {
        assert_eq!(attachment("a/../b\".txt"), "attachment; filename=\"b_.txt\"; filename*=UTF-8''b%22.txt");
        assert_eq!(
            attachment("x\r\nSet-Cookie: a"),
            "attachment; filename=\"xSet-Cookie_ a\"; filename*=UTF-8''xSet-Cookie%3A%20a"
        );
        assert_eq!(attachment(".."), "attachment; filename=\"document\"; filename*=UTF-8''document");
    }
}
