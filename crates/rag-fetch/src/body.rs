//! Writes the body of a response to a file: decompressed, and within a limit on both sides of the decompression.

use std::{
    fs::File,
    io::{self, Write},
};

use flate2::write::MultiGzDecoder;

use crate::Reason;

/// The content coding of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coding {
    Identity,
    Gzip,
}

impl Coding {
    /// Reads the header `Content-Encoding`.
    pub(crate) fn of_header(value: Option<&str>) -> Result<Self, Reason> {
        match value.unwrap_or_default().trim().to_ascii_lowercase().as_str() {
            "" | "identity" => Ok(Self::Identity),
            "gzip" | "x-gzip" => Ok(Self::Gzip),
            _ => Err(Reason::Coding),
        }
    }
}

/// A body that arrives.
pub(crate) struct Body<'f> {
    decoder: Decoder<'f>,
    /// Number of bytes that may still arrive.
    left: u64,
    max_bytes: u64,
}

enum Decoder<'f> {
    Identity(Bounded<'f>),
    Gzip(Box<MultiGzDecoder<Bounded<'f>>>),
}

/// A file that takes a bounded number of bytes.
struct Bounded<'f> {
    file: &'f mut File,
    left: u64,
    is_full: bool,
    /// Error of the file itself.
    error: Option<io::Error>,
}

/// The end of a body that is not written: the fault of its page, or of our file.
#[derive(Debug)]
pub(crate) enum BodyError {
    Page(Reason),
    File(io::Error),
}

impl<'f> Body<'f> {
    pub(crate) fn new(coding: Coding, file: &'f mut File, max_bytes: u64) -> Self {
        let bounded = Bounded { file, left: max_bytes, is_full: false, error: None };
        let decoder = match coding {
            Coding::Identity => Decoder::Identity(bounded),
            Coding::Gzip => Decoder::Gzip(Box::new(MultiGzDecoder::new(bounded))),
        };
        Self { decoder, left: max_bytes, max_bytes }
    }

    /// Writes the next bytes as they were sent.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), BodyError> {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.left = self.left.checked_sub(length).ok_or(BodyError::Page(Reason::TooLarge(self.max_bytes)))?;
        let written = match &mut self.decoder {
            Decoder::Identity(file) => file.write_all(bytes),
            Decoder::Gzip(decoder) => decoder.write_all(bytes),
        };
        written.map_err(|error| self.fault(&error))
    }

    /// Ends the body.
    pub(crate) fn finish(mut self) -> Result<(), BodyError> {
        let finished = match &mut self.decoder {
            Decoder::Identity(file) => file.flush(),
            Decoder::Gzip(decoder) => decoder.try_finish(),
        };
        finished.map_err(|error| self.fault(&error))
    }

    fn fault(&mut self, error: &io::Error) -> BodyError {
        let file = match &mut self.decoder {
            Decoder::Identity(file) => file,
            Decoder::Gzip(decoder) => decoder.get_mut(),
        };
        match file.error.take() {
            Some(cause) => BodyError::File(cause),
            None if file.is_full => BodyError::Page(Reason::TooLarge(self.max_bytes)),
            None => {
                tracing::debug!(%error, "the bytes of a page cannot be decompressed");
                BodyError::Page(Reason::Damaged)
            }
        }
    }
}

impl Write for Bounded<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let Some(left) = self.left.checked_sub(length) else {
            self.is_full = true;
            return Err(io::ErrorKind::FileTooLarge.into());
        };
        self.file.write_all(bytes).map_err(|error| {
            let kind = error.kind();
            self.error = Some(error);
            io::Error::from(kind)
        })?;
        self.left = left;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Seek};

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn written(coding: Coding, bytes: &[u8], max_bytes: u64) -> Result<Vec<u8>, BodyError> {
        let mut file = tempfile::tempfile().unwrap();
        let mut body = Body::new(coding, &mut file, max_bytes);
        bytes.chunks(1_000).try_for_each(|part| body.write(part))?;
        body.finish()?;
        let mut read = Vec::new();
        file.rewind().unwrap();
        file.read_to_end(&mut read).unwrap();
        Ok(read)
    }

    #[test]
    fn bodies_are_written_decompressed() {
        let text = b"a page".repeat(10_000);
        assert_eq!(written(Coding::Identity, &text, 60_000).unwrap(), text);
        assert_eq!(written(Coding::Gzip, &gzip(&text), 60_000).unwrap(), text);
        assert_eq!(written(Coding::Gzip, &[gzip(b"a"), gzip(b"b")].concat(), 100).unwrap(), b"ab");
    }

    #[test]
    fn a_body_is_bounded_before_and_after_it_is_decompressed() {
        let is_too_large = |result| matches!(result, Err(BodyError::Page(Reason::TooLarge(_))));
        assert!(is_too_large(written(Coding::Identity, &[b'a'; 1_001], 1_000)));
        let bomb = gzip(&vec![0; 50 << 20]);
        assert!(bomb.len() < 100_000, "it is within the limit as it is sent");
        assert!(is_too_large(written(Coding::Gzip, &bomb, 1 << 20)));
        // Members without content: nothing to write, and much to send.
        assert!(is_too_large(written(Coding::Gzip, &gzip(b"").repeat(1_000), 10_000)));
    }

    #[test]
    fn damaged_bytes_are_the_fault_of_the_page() {
        let whole = gzip(&b"a page ".repeat(1_000));
        for bytes in [whole.get(..whole.len() - 4).unwrap(), b"no gzip at all"] {
            assert!(matches!(written(Coding::Gzip, bytes, 1 << 20), Err(BodyError::Page(Reason::Damaged))));
        }
    }

    #[test]
    fn only_the_coding_that_was_asked_for_is_read() {
        assert_eq!(Coding::of_header(None), Ok(Coding::Identity));
        assert_eq!(Coding::of_header(Some(" GZIP ")), Ok(Coding::Gzip));
        for other in ["br", "deflate", "gzip, gzip", "zstd"] {
            assert_eq!(Coding::of_header(Some(other)), Err(Reason::Coding), "{other}");
        }
    }
}
