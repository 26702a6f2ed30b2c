//! Reads documents within a document, such as the files of an archive; a member that cannot be read is named.

use std::io::Cursor;

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
                let (source, reader) = (Source::Member(bytes), format.descriptor().reader);
                let read = collector.nest(name, |collector| reader(&source, collector));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::testing::{collect, shown};

    #[test]
    fn a_member_whose_parser_panics_is_named_and_the_members_after_it_are_read() {
        let (_, blocks) = collect(|c| {
            let mut members = Members::default();
            let broken = c.nest("a.x", |c| c.nest("b.x", |_| panic!("a fault of the parser")));
            assert_eq!(c.depth(), 0);
            broken.or_else(|refusal| members.leave_out("a.x", refusal))?;
            c.add(BlockKind::Paragraph, "Text of the document itself.", Some(1))?;
            members.read("c.txt", b"The berth is free.", c)?;
            members.finish(c)
        })
        .unwrap();
        let shown = shown(&blocks);
        assert_eq!(
            shown[..3],
            [
                "paragraph [] Text of the document itself.",
                "h1 [] c.txt",
                "paragraph [c.txt] The berth is free."
            ]
        );
        assert!(shown[3].contains("a.x: The document is damaged") && blocks[0].page == Some(1), "{shown:?}");
    }
}
