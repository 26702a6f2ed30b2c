//! The chunks of a document, cut before the first one is embedded, so that their number is known. They are kept on disk.

use std::{
    io::{BufRead, BufReader, BufWriter, Seek, Write},
    path::Path,
};

use rag_text::{Chunker, Step, isolate::Blocks};
use tempfile::SpooledTempFile;

use crate::{EngineError, EngineResult};

/// Size of the text of a document up to which it is kept in memory, in bytes.
const MAX_MEMORY_BYTES: usize = 128 << 10;

/// The steps of a chunker, one JSON text a line. The last one has the chunks that end with the text.
pub(super) struct CutText {
    lines: BufReader<SpooledTempFile>,
    steps_left: u64,
    /// Number of chunks of the whole document.
    pub(super) chunk_count: i64,
}

impl CutText {
    /// Cuts the blocks. `on_step` receives the number of chunks so far, and ends the work by `false`; the result is then `None`.
    pub(super) fn new(
        blocks: &mut Blocks,
        mut chunker: Chunker<'_>,
        scratch: &Path,
        on_step: &dyn Fn(i64) -> bool,
    ) -> EngineResult<Option<Self>> {
        let mut file = BufWriter::new(SpooledTempFile::new_in(MAX_MEMORY_BYTES, scratch));
        let (mut steps_left, mut chunk_count) = (0, 0);
        let mut write = |step: &Step| -> EngineResult<i64> {
            serde_json::to_writer(&mut file, step).map_err(std::io::Error::from)?;
            file.write_all(b"\n")?;
            steps_left += 1;
            chunk_count += i64::try_from(step.chunks.len()).unwrap_or(0);
            Ok(chunk_count)
        };
        for block in blocks.by_ref() {
            let count = write(&chunker.push(block?))?;
            if !on_step(count) {
                return Ok(None);
            }
        }
        write(&Step { text: String::new(), chunks: chunker.finish() })?;
        let mut file = file.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        file.rewind()?;
        Ok(Some(Self { lines: BufReader::new(file), steps_left, chunk_count }))
    }

    /// Returns the next step; `None` after the last one.
    pub(super) fn next_step(&mut self) -> EngineResult<Option<Step>> {
        if self.is_read() {
            return Ok(None);
        }
        let mut line = String::new();
        self.lines.read_line(&mut line)?;
        self.steps_left -= 1;
        serde_json::from_str(&line).map(Some).map_err(|error| EngineError::File(error.into()))
    }

    /// Returns whether all steps were returned.
    pub(super) fn is_read(&self) -> bool {
        self.steps_left == 0
    }
}
