//! Reads documents within a document, such as the files of an archive; a member that cannot be read is named.

use std::{
    io::Cursor,
    panic::{AssertUnwindSafe, catch_unwind},
};

use crate::{
    block::BlockKind,
    extract::{Collector, Source},
    format::detect_file,
    refusal::Refusal,
};

/// Maximum number of documents around a document.
const MAX_DEPTH: u8 = 3;
/// Maximum number of members that are named as left out.
const MAX_NAMED: usize = 100;

/// The members of one document.
#[derive(Default)]
pub(crate) struct Members {
    left_out: Vec<String>,
}

impl Members {
    /// Reads one member under its name as the heading.
    pub(crate) fn read(
        &mut self,
        name: &str,
        bytes: &[u8],
        collector: &mut Collector<'_, '_>,
    ) -> Result<(), Refusal> {
        if collector.depth() >= MAX_DEPTH {
            return Err(Refusal::too_complex("documents are packed into each other too deeply"));
        }
        match detect_file(&mut Cursor::new(bytes), Some(name)) {
            Ok(format) => {
                let source = Source::Member(bytes);
                let read =
                    || collector.nest(name, |collector| (format.descriptor().reader)(&source, collector));
                let read = catch_unwind(AssertUnwindSafe(read))
                    .unwrap_or_else(|_| Err(Refusal::broken("the parser stopped unexpectedly")));
                read.or_else(|refusal| self.leave_out(name, refusal))
            }
            Err(refusal) => self.leave_out(name, refusal),
        }
    }

    /// Notes a member that cannot be read; fails if the whole document cannot.
    pub(crate) fn leave_out(&mut self, name: &str, refusal: Refusal) -> Result<(), Refusal> {
        if matches!(refusal, Refusal::TooLong { .. } | Refusal::TooComplex { .. } | Refusal::Internal { .. })
        {
            return Err(refusal);
        }
        if refusal != Refusal::Empty && self.left_out.len() < MAX_NAMED {
            let reason = refusal.to_string();
            let reason = reason.split(". ").next().unwrap_or_default();
            self.left_out.push(format!("{name}: {reason}."));
        }
        Ok(())
    }

    /// Names the members that were left out.
    pub(crate) fn finish(self, collector: &mut Collector<'_, '_>) -> Result<(), Refusal> {
        if self.left_out.is_empty() {
            return Ok(());
        }
        let text = format!("Files that were left out:\n{}", self.left_out.join("\n"));
        collector.add(BlockKind::Paragraph, &text, None)
    }
}
