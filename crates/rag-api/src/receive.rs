//! Receiving a body in parts: onto disk or as text, within limits of size, time and room.

use std::{
    io::Write,
    time::{Duration, Instant},
};

use actix_multipart::{Field, MultipartError};
use actix_web::web;
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use tempfile::NamedTempFile;
use tokio::time::timeout;

use crate::{
    app::App,
    extract::slow,
    problem::{ApiError, ApiResult, Code},
    scratch::Reserved,
};

/// Maximum length of the title or metadata field of a form, in bytes.
const FIELD_BYTES: usize = 64 << 10;
/// Minimum average rate of a large upload, in bytes per second.
const MIN_RATE: u64 = 64 << 10;

/// Returns an empty file in the folder of temporary files.
pub(crate) async fn spool(app: &App) -> ApiResult<NamedTempFile> {
    let folder = app.engine.settings().ingest.reading.scratch.clone();
    Ok(web::block(move || NamedTempFile::new_in(folder)).await.map_err(|error| stopped(&error))??)
}

/// A request body on disk.
pub(crate) struct BodyFile {
    pub(crate) file: NamedTempFile,
    /// Disk space that a large file reserves until it has been read.
    pub(crate) room: Reserved,
}

/// Receives a body that is a file.
pub(crate) async fn receive_body(
    app: &App,
    mut body: impl Stream<Item = Result<Bytes, MultipartError>> + Unpin,
    mut room: Reserved,
) -> ApiResult<BodyFile> {
    let file = receive_file(app, &mut body, &mut Patience::new(app), &mut room).await?;
    Ok(BodyFile { file, room })
}

/// Receives a field or a body onto disk.
pub(crate) async fn receive_file(
    app: &App,
    field: &mut (impl Stream<Item = Result<Bytes, MultipartError>> + Unpin),
    patience: &mut Patience,
    room: &mut Reserved,
) -> ApiResult<NamedTempFile> {
    let limit = app.settings.max_upload_bytes;
    let mut file = spool(app).await?;
    let mut size = 0;
    while let Some(part) = patience.next(field).await? {
        let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
        size += length;
        patience.received += length;
        if size > limit {
            return Err(ApiError::too_large(limit));
        }
        room.grow(length)?;
        file = web::block(move || file.write_all(&part).map(|()| file))
            .await
            .map_err(|error| stopped(&error))??;
    }
    Ok(file)
}

/// Receives a field as text.
pub(crate) async fn receive_text(
    field: &mut Field,
    patience: &mut Patience,
    name: &str,
) -> ApiResult<String> {
    let mut text = Vec::new();
    while let Some(part) = patience.next(field).await? {
        if text.len() + part.len() > FIELD_BYTES {
            return Err(ApiError::too_large(FIELD_BYTES));
        }
        text.extend_from_slice(&part);
    }
    let text = String::from_utf8(text).map_err(|_bytes| ApiError::field(name, "is not UTF-8"))?;
    if text.contains('\0') { Err(ApiError::field(name, "holds a NUL character")) } else { Ok(text) }
}

/// The time limits of a body: a fixed time for each part, and a minimum rate for all parts together.
pub(crate) struct Patience {
    since: Instant,
    /// Maximum pause between two parts, and the time for a body of any size.
    fixed: Duration,
    pub(crate) received: u64,
}

impl Patience {
    pub(crate) fn new(app: &App) -> Self {
        let fixed = Duration::from_millis(app.settings.body_timeout_ms.max(1));
        Self { since: Instant::now(), fixed, received: 0 }
    }

    pub(crate) async fn next<T, S>(&self, stream: &mut S) -> ApiResult<Option<T>>
    where
        S: Stream<Item = Result<T, MultipartError>> + Unpin,
    {
        let allowed = self.fixed + Duration::from_secs(self.received / MIN_RATE);
        let left = allowed.saturating_sub(self.since.elapsed()).min(self.fixed);
        let item = timeout(left, stream.next()).await.map_err(|_elapsed| slow())?;
        item.transpose().map_err(|error| {
            tracing::debug!(%error, "a form broke off");
            ApiError::new(Code::Malformed, "The form is not well-formed multipart/form-data.")
        })
    }
}

/// Returns the time that so many bytes may take.
pub(crate) fn at_min_rate(bytes: usize) -> Duration {
    Duration::from_secs(u64::try_from(bytes).unwrap_or(u64::MAX) / MIN_RATE)
}

/// The problem of a write that ended with its thread.
pub(crate) fn stopped(error: &actix_web::error::BlockingError) -> ApiError {
    crate::problem::bug(error)
}
