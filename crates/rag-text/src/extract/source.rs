//! The bytes that a reader reads: a file, or a file within another one.

use std::{
    borrow::Cow,
    fs::{self, File},
    io::{Cursor, ErrorKind, Read, Seek},
    path::Path,
};

use crate::{decode::decode_all, refusal::Refusal};

/// A reader of a format.
pub(crate) type Reader = fn(&Source<'_>, &mut super::Collector<'_, '_>) -> Result<(), Refusal>;

/// An input that can be read from any place.
pub(crate) trait ReadSeek: Read + Seek {}

impl<T: Read + Seek> ReadSeek for T {}

/// The bytes of one document.
#[derive(Clone, Copy)]
pub(crate) enum Source<'a> {
    File(&'a Path),
    /// A file within an archive or a mail message.
    Member(&'a [u8]),
}

impl<'a> Source<'a> {
    pub(crate) fn open(&self) -> Result<Box<dyn ReadSeek + 'a>, Refusal> {
        Ok(match self {
            Self::File(path) => Box::new(File::open(path).map_err(unreadable)?),
            Self::Member(bytes) => Box::new(Cursor::new(*bytes)),
        })
    }

    pub(crate) fn bytes(&self) -> Result<Cow<'a, [u8]>, Refusal> {
        Ok(match self {
            Self::File(path) => Cow::Owned(fs::read(path).map_err(unreadable)?),
            Self::Member(bytes) => Cow::Borrowed(bytes),
        })
    }

    /// All of it as clean UTF-8.
    pub(crate) fn text(&self) -> Result<String, Refusal> {
        self.open().and_then(|input| decode_all(input).map_err(unreadable))
    }
}

pub(super) fn unreadable(error: std::io::Error) -> Refusal {
    Refusal::internal("read the document", error)
}

/// The refusal for an error while a part is expanded: a part can be too large for memory before it is too large for its limit. The text of
/// the error is for programmers.
#[expect(clippy::needless_pass_by_value, reason = "maps an error at the end of a chain")]
pub(super) fn expanding(error: std::io::Error) -> Refusal {
    match error.kind() {
        ErrorKind::OutOfMemory => Refusal::TooLong { limit_bytes: super::MAX_EXPANDED_BYTES },
        ErrorKind::UnexpectedEof => Refusal::broken("it ends too early"),
        _ => Refusal::broken("its packed data are not as they were written"),
    }
}
