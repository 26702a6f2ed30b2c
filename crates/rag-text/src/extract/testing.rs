//! For tests: runs a parser over a string and shows its blocks as text.

use super::*;

/// The outline and blocks that `parse` finds.
pub(crate) fn collect(
    parse: impl FnOnce(&mut Collector<'_, '_>) -> Result<(), Refusal>,
) -> Result<(Outline, Vec<Block>), Refusal> {
    let mut blocks = Vec::new();
    let mut sink = |piece| {
        if let Piece::Block(block) = piece {
            blocks.push(block);
        }
        Ok(())
    };
    let mut collector = Collector::new(None, &mut sink);
    parse(&mut collector)?;
    let outline = collector.finish()?;
    Ok((outline, blocks))
}

/// A zip archive of the parts.
pub(crate) fn package(parts: &[(&str, &str)]) -> Vec<u8> {
    use std::io::Write;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// One line per block: the kind, the path and the text.
pub(crate) fn shown(blocks: &[Block]) -> Vec<String> {
    let kind = |block: &Block| match block.kind {
        BlockKind::Heading { level } => format!("h{level}"),
        other => format!("{other:?}").to_lowercase(),
    };
    blocks.iter().map(|b| format!("{} [{}] {}", kind(b), b.heading_path.join("/"), b.text)).collect()
}
