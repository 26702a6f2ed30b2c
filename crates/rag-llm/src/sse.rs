//! Splits a stream of bytes into the data of server-sent events; never looks into the data.

/// Maximum length of a line or an event of a chat answer, in bytes.
const MAX_EVENT_BYTES: usize = 1 << 20;

/// An event of more than a mebibyte.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooLong;

/// Collects bytes until events are complete. Lines end with LF, CRLF or CR, and pieces can end anywhere, even within a
/// character.
#[derive(Default)]
pub(crate) struct Decoder {
    line: Vec<u8>,
    data: Vec<u8>,
    has_data: bool,
    after_cr: bool,
}

impl Decoder {
    /// The data of the events that `bytes` completes, in order.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<Vec<Vec<u8>>, TooLong> {
        let mut events = Vec::new();
        for &byte in bytes {
            match byte {
                b'\n' if self.after_cr => {}
                b'\n' | b'\r' => events.extend(self.end_line()),
                _ => self.line.push(byte),
            }
            self.after_cr = byte == b'\r';
            if self.line.len() + self.data.len() > MAX_EVENT_BYTES {
                return Err(TooLong);
            }
        }
        Ok(events)
    }

    /// The data of an event whose empty line is missing because the stream ended.
    pub(crate) fn finish(mut self) -> Option<Vec<u8>> {
        self.end_line().or_else(|| self.has_data.then_some(self.data))
    }

    /// Takes the finished line; an empty one completes the event.
    fn end_line(&mut self) -> Option<Vec<u8>> {
        let line = std::mem::take(&mut self.line);
        if line.is_empty() {
            return std::mem::take(&mut self.has_data).then(|| std::mem::take(&mut self.data));
        }
        // Comments (": ..") and the fields event, id and retry mean nothing here.
        if let Some(value) = line.strip_prefix(b"data:") {
            if std::mem::replace(&mut self.has_data, true) {
                self.data.push(b'\n');
            }
            self.data.extend_from_slice(value.strip_prefix(b" ").unwrap_or(value));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const STREAM: &str = ": hello\r\n\r\ndata: {\"ö\":1}\r\n\r\nevent: x\ndata:two\ndata:  lines\n\nid: 1\rdata: 東京\r\rdata: [DONE]\n";

    fn decode<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<String> {
        let mut decoder = Decoder::default();
        let mut events: Vec<Vec<u8>> =
            pieces.into_iter().flat_map(|piece| decoder.push(piece).unwrap()).collect();
        events.extend(decoder.finish());
        events.into_iter().map(|event| String::from_utf8(event).unwrap()).collect()
    }

    #[test]
    fn comments_line_ends_and_missing_ends_are_understood() {
        assert_eq!(decode([STREAM.as_bytes()]), ["{\"ö\":1}", "two\n lines", "東京", "[DONE]"]);
    }

    proptest! {
        #[test]
        fn events_do_not_depend_on_where_the_stream_is_cut(cuts in prop::collection::vec(1usize..9, 1..80)) {
            let mut rest = STREAM.as_bytes();
            let mut pieces = Vec::new();
            for cut in cuts {
                let (piece, after) = rest.split_at(cut.min(rest.len()));
                pieces.push(piece);
                rest = after;
            }
            pieces.push(rest);
            prop_assert_eq!(decode(pieces), decode([STREAM.as_bytes()]));
        }
    }

    #[test]
    fn endless_lines_are_refused() {
        let mut decoder = Decoder::default();
        assert_eq!((0..17).find_map(|_| decoder.push(&vec![b'x'; 65536]).err()), Some(TooLong));
    }
}
