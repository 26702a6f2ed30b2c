//! The hash of a request, made while its body is read. The boundary of a form is left out: clients choose a new one for each attempt.

use std::{
    cell::RefCell,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, ready},
};

use actix_web::{
    dev::{Payload, ServiceRequest},
    error::PayloadError,
    http::header,
};
use bytes::Bytes;
use futures_util::Stream;
use sha2::{Digest, Sha256};

/// The body of a request. Its clones read the same body.
#[derive(Clone)]
pub(super) struct HashedBody(Rc<RefCell<Inner>>);

struct Inner {
    payload: Payload,
    hash: RequestHash,
}

impl HashedBody {
    /// Takes the body of a request.
    pub(super) fn of_request(req: &mut ServiceRequest) -> Self {
        let media_type = req.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media_type = media_type.unwrap_or_default().to_owned();
        let (essence, parameters) = media_type.split_once(';').unwrap_or((&media_type, ""));
        let is_form = essence.trim().eq_ignore_ascii_case("multipart/form-data");
        let boundary = parameters.split(';').filter(|_| is_form).find_map(|parameter| {
            let (name, value) = parameter.trim().split_once('=')?;
            name.eq_ignore_ascii_case("boundary").then(|| value.trim_matches('"').as_bytes().to_vec())
        });
        let boundary = boundary.filter(|boundary| boundary.len() <= MAX_BOUNDARY_BYTES);
        let mut hash =
            RequestHash { hasher: Sha256::new(), boundary: boundary.unwrap_or_default(), kept: Vec::new() };
        let head = format!("{} {}\n{}\n", req.method(), req.uri(), essence.trim().to_ascii_lowercase());
        hash.hasher.update(head.as_bytes());
        let payload = std::mem::replace(req.parts_mut().1, Payload::None);
        Self(Rc::new(RefCell::new(Inner { payload, hash })))
    }

    /// Returns the body for the handler.
    pub(super) fn payload(&self) -> Payload {
        Payload::Stream { payload: Box::pin(self.stream()) }
    }

    /// Returns the part of the body that is not read yet.
    pub(super) fn stream(&self) -> Self {
        self.clone()
    }

    /// Returns the SHA-256 of the request, whose body was read.
    pub(super) fn finish(&self) -> Vec<u8> {
        let mut inner = self.0.borrow_mut();
        let kept = std::mem::take(&mut inner.hash.kept);
        inner.hash.hasher.update(&kept);
        inner.hash.hasher.clone().finalize().to_vec()
    }
}

impl Stream for HashedBody {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let inner = &mut *self.0.borrow_mut();
        let part = ready!(Pin::new(&mut inner.payload).poll_next(context));
        if let Some(Ok(bytes)) = &part {
            inner.hash.update(bytes);
        }
        Poll::Ready(part)
    }
}

/// Maximum length of a boundary (RFC 2046, section 5.1.1), in bytes.
const MAX_BOUNDARY_BYTES: usize = 70;

struct RequestHash {
    hasher: Sha256,
    /// Boundary of a form; empty for other bodies.
    boundary: Vec<u8>,
    /// Bytes that may be the beginning of a boundary.
    kept: Vec<u8>,
}

impl RequestHash {
    fn update(&mut self, part: &[u8]) {
        let length = self.boundary.len();
        if length == 0 {
            self.hasher.update(part);
            return;
        }
        self.kept.extend_from_slice(part);
        let mut done = 0;
        let next = |kept: &[u8], done: usize| {
            kept.get(done..).and_then(|rest| rest.windows(length).position(|window| window == self.boundary))
        };
        while let Some(at) = next(&self.kept, done) {
            self.hasher.update(self.kept.get(done..done + at).unwrap_or_default());
            done += at + length;
        }
        let sure = self.kept.len().saturating_sub(length - 1).max(done);
        self.hasher.update(self.kept.get(done..sure).unwrap_or_default());
        self.kept.drain(..sure);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(boundary: &str, parts: &[&str]) -> Vec<u8> {
        let boundary = boundary.as_bytes().to_vec();
        let mut hash = RequestHash { hasher: Sha256::new(), boundary, kept: Vec::new() };
        for part in parts {
            hash.update(part.as_bytes());
        }
        hash.hasher.update(&hash.kept);
        hash.hasher.finalize().to_vec()
    }

    #[test]
    fn a_form_has_the_same_hash_whatever_its_boundary_and_however_it_is_cut() {
        let whole = hash("edge", &["--edge\r\nZirconium\r\n--edge--"]);
        assert_eq!(hash("brink", &["--brink\r\nZirconium\r\n--brink--"]), whole);
        assert_eq!(hash("brink", &["--br", "ink\r\nZirc", "onium\r\n--brin", "k--"]), whole);
        assert_ne!(hash("edge", &["--edge\r\nZirconia\r\n--edge--"]), whole);
    }

    #[test]
    fn a_body_of_boundaries_alone_is_hashed_in_one_pass() {
        assert_eq!(hash("a", &[&"a".repeat(4 << 20)]), hash("a", &["a"]));
    }
}
