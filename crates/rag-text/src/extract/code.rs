//! Reads program text: one block per definition, verbatim, divided where a blank line is followed by a line without indentation.

use super::source::Source;
use crate::{block::BlockKind, extract::Collector, refusal::Refusal};

/// Minimum length of a block, in bytes; shorter neighbours are joined.
const MIN_BLOCK_BYTES: usize = 400;

/// Hands the blocks of a program to `collector`.
pub(crate) fn read(source: &Source<'_>, collector: &mut Collector<'_, '_>) -> Result<(), Refusal> {
    let text = source.text()?;
    let mut block = String::new();
    let mut is_after_blank = false;
    for line in text.lines() {
        let begins = !line.starts_with([' ', '\t', '}', ')', ']']) && !line.is_empty();
        if is_after_blank && begins && block.len() >= MIN_BLOCK_BYTES {
            collector.add(BlockKind::Code, &block, None)?;
            block.clear();
        }
        is_after_blank = line.trim().is_empty();
        block.push_str(line);
        block.push('\n');
    }
    collector.add(BlockKind::Code, &block, None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::testing::{collect, shown};

    #[test]
    fn definitions_stay_whole() {
        let function =
            |name: &str| format!("fn {name}() {{\n    one();\n\n    {}\n}}\n", "two(); ".repeat(60));
        let text = format!("{}\n{}", function("a"), function("b"));
        let blocks = shown(&collect(|c| read(&Source::Member(text.as_bytes()), c)).unwrap().1);
        assert_eq!(blocks.len(), 2);
        assert!(blocks[1].starts_with("code [] fn b() {\n    one();\n\n    two();"));
    }
}
