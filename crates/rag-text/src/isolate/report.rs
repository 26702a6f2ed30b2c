//! Reads the output of a child without trusting it: lines of bounded length, and the end of its standard error.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom},
    os::unix::fs::FileExt,
    process::ChildStderr,
    thread::{self, JoinHandle},
};

use super::Message;
use crate::{block::Block, refusal::Refusal};

/// Maximum length of a child's line, in bytes; a block of 64 KiB takes at most six times as much in JSON.
const LINE_BYTES: u64 = 1024 * 1024;

/// Number of bytes of standard error that are kept, from its end.
const COMPLAINT_BYTES: usize = 4096;

/// The blocks in a child's output, up to the last line.
pub(super) struct Blocks {
    lines: BufReader<File>,
    done: bool,
}

impl Blocks {
    pub(super) fn new(mut output: File) -> Result<Self, Refusal> {
        output.rewind().map_err(unreadable)?;
        Ok(Self { lines: BufReader::new(output), done: false })
    }
}

impl Iterator for Blocks {
    type Item = Result<Block, Refusal>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        loop {
            let mut line = Vec::new();
            let read = self.lines.by_ref().take(LINE_BYTES).read_until(b'\n', &mut line).map_err(unreadable);
            match read.and_then(|_| parse(&line)) {
                Ok(Message::Block(block)) => return Some(Ok(block)),
                Ok(Message::OcrPage(_)) => {}
                Ok(Message::Done(..) | Message::Refused(_)) => {
                    self.done = true;
                    return None;
                }
                Err(refusal) => {
                    self.done = true;
                    return Some(Err(refusal));
                }
            }
        }
    }
}

/// The last line of a child's output, which reports its result.
pub(super) fn last_line(output: &mut File) -> Result<Message, Refusal> {
    let length = output.seek(SeekFrom::End(0)).map_err(unreadable)?;
    output.seek(SeekFrom::Start(length.saturating_sub(LINE_BYTES))).map_err(unreadable)?;
    let mut tail = Vec::new();
    output.take(LINE_BYTES).read_to_end(&mut tail).map_err(unreadable)?;
    let tail = tail.strip_suffix(b"\n").ok_or_else(|| Refusal::broken("the parser stopped in the middle"))?;
    parse(tail.rsplit(|byte| *byte == b'\n').next().unwrap_or_default())
}

/// The number of pages that OCR has begun, as the end of a child's output says while the child works.
pub(super) struct OcrPages<'o> {
    output: &'o File,
    length: u64,
    count: u32,
}

impl<'o> OcrPages<'o> {
    /// Maximum length of a line about a page, in bytes.
    const LINE_BYTES: u64 = 64;

    pub(super) fn new(output: &'o File) -> Self {
        Self { output, length: 0, count: 0 }
    }

    pub(super) fn count(&self) -> u32 {
        self.count
    }

    /// Looks at the end of the output if it has grown. An output that cannot be read is noticed when the child has ended.
    pub(super) fn look(&mut self) -> u32 {
        let length = self.output.metadata().map_or(0, |metadata| metadata.len());
        if length > self.length {
            self.length = length;
            self.count = self.last_page().unwrap_or(self.count).max(self.count);
        }
        self.count
    }

    fn last_page(&self) -> Option<u32> {
        let mut tail = vec![0; usize::try_from(Self::LINE_BYTES).ok()?];
        // Reading at a place leaves the child's place in the file as it is.
        let read = self.output.read_at(&mut tail, self.length.saturating_sub(Self::LINE_BYTES)).ok()?;
        let line = tail.get(..read)?.strip_suffix(b"\n")?.rsplit(|byte| *byte == b'\n').next()?;
        match serde_json::from_slice(line).ok()? {
            Message::OcrPage(number) => Some(number),
            _ => None,
        }
    }
}

fn parse(line: &[u8]) -> Result<Message, Refusal> {
    serde_json::from_slice(line).map_err(|error| Refusal::internal("understand the parser", error))
}

fn unreadable(error: io::Error) -> Refusal {
    Refusal::internal("read the parser's output", error)
}

/// Reads a child's standard error to its end, so that the child never blocks, and keeps the last part.
pub(super) struct StderrTail(JoinHandle<Vec<u8>>);

impl StderrTail {
    pub(super) fn follow(mut stderr: ChildStderr) -> Self {
        Self(thread::spawn(move || {
            let mut kept = Vec::new();
            let mut buffer = [0; COMPLAINT_BYTES];
            while let Ok(read @ 1..) = stderr.read(&mut buffer) {
                kept.extend_from_slice(buffer.get(..read).unwrap_or_default());
                kept.drain(..kept.len().saturating_sub(COMPLAINT_BYTES));
            }
            kept
        }))
    }

    pub(super) fn finish(self) -> String {
        String::from_utf8_lossy(&self.0.join().unwrap_or_default()).into_owned()
    }
}
