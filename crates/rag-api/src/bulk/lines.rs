//! The lines of a body that arrives in parts; holds one line in memory.

use std::time::Duration;

use actix_web::web;
use bytes::BytesMut;
use futures_util::StreamExt;
use tokio::time::{Instant, timeout};

use crate::{
    app::App,
    extract::slow,
    problem::{ApiError, ApiResult, Code},
    receive::at_min_rate,
};

/// The lines of a body.
pub(super) struct Lines {
    payload: web::Payload,
    /// Bytes that arrived and are not returned yet.
    kept: BytesMut,
    /// Number of bytes of `kept` that hold no end of a line.
    searched: usize,
    /// Number of lines that were returned.
    pub(super) count: u64,
    /// Maximum length of a line, in bytes.
    limit: usize,
    /// Maximum time to wait for a line; a long line has more, by `MIN_RATE`.
    patience: Duration,
    /// Time for which the line in progress was waited for, with the blank lines before it.
    waited: Duration,
    has_ended: bool,
    /// Whether the beginning of the line in progress was dropped because it is too long.
    is_long: bool,
}

impl Lines {
    pub(super) fn new(app: &App, payload: web::Payload) -> Self {
        Self {
            payload,
            kept: BytesMut::new(),
            searched: 0,
            count: 0,
            limit: app.settings.max_body_bytes,
            patience: Duration::from_millis(app.settings.body_timeout_ms.max(1)),
            waited: Duration::ZERO,
            has_ended: false,
            is_long: false,
        }
    }

    /// Returns the next line that is not blank, or the error of a line that is too long; `None` after the last one. An outer error ends the
    /// body: what arrived of the line in progress is not returned. Cancelling the future loses no bytes.
    pub(super) async fn next(&mut self) -> ApiResult<Option<ApiResult<Vec<u8>>>> {
        loop {
            match self.line().await? {
                Some(Ok(line)) if line.iter().all(u8::is_ascii_whitespace) => {}
                other => {
                    self.waited = Duration::ZERO;
                    return Ok(other.map(|line| Ok(line?.to_vec())));
                }
            }
        }
    }

    async fn line(&mut self) -> ApiResult<Option<ApiResult<BytesMut>>> {
        loop {
            let end = self.kept.iter().skip(self.searched).position(|byte| *byte == b'\n');
            if let Some(end) = end {
                let line = self.kept.split_to(self.searched + end + 1);
                return Ok(Some(self.returned(line)));
            }
            self.searched = self.kept.len();
            if self.has_ended {
                let line = self.kept.split();
                let is_over = line.is_empty() && !self.is_long;
                return Ok(if is_over { None } else { Some(self.returned(line)) });
            }
            // The rest of a line that is too long is not kept.
            if self.kept.len() > self.limit {
                self.is_long = true;
                self.kept.clear();
                self.searched = 0;
            }
            let allowed = self.patience + at_min_rate(self.kept.len());
            let begun = Instant::now();
            let part = timeout(allowed.saturating_sub(self.waited), self.payload.next()).await;
            self.waited += begun.elapsed();
            match part.map_err(|_late| slow())? {
                Some(Ok(part)) => self.kept.extend_from_slice(&part),
                Some(Err(_cut)) => return Err(ApiError::new(Code::Malformed, "The body broke off.")),
                None => self.has_ended = true,
            }
        }
    }

    fn returned(&mut self, line: BytesMut) -> ApiResult<BytesMut> {
        self.count += 1;
        self.searched = 0;
        let is_long = std::mem::take(&mut self.is_long);
        if is_long || line.len() > self.limit { Err(ApiError::too_large(self.limit)) } else { Ok(line) }
    }
}
