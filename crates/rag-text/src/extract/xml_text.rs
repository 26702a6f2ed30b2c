//! Reads XML of any kind as text: an element between words is inline, others separate blocks, titles become headings.

use super::{
    source::Source,
    xml::{Node, walk},
};
use crate::{block::BlockKind, extract::Collector, refusal::Refusal};

/// Elements of many vocabularies that hold no text for readers.
const SKIPPED: [&str; 6] = ["script", "style", "binary", "metadata", "tex-math", "annotation"];
/// Elements that are titles of what they stand in.
const TITLES: [&str; 4] = ["title", "article-title", "head", "subtitle"];
/// Elements that separate blocks wherever they stand.
const BLOCKS: [&str; 12] =
    ["p", "para", "sec", "section", "title", "list", "item", "table", "tr", "li", "head", "ref"];

/// Hands the text of an XML document to `collector`.
pub(crate) fn read(source: &Source<'_>, collector: &mut Collector<'_, '_>) -> Result<(), Refusal> {
    let xml = source.text()?;
    let mut text = String::new();
    // For each open element, whether it is inline.
    let mut open: Vec<bool> = Vec::new();
    let (mut skipped, mut title) = (0_usize, None::<u8>);
    walk(&xml, &mut |node| {
        match node {
            Node::Start(_) if skipped > 0 => skipped += 1,
            Node::Start(tag) if SKIPPED.contains(&tag.name()) => skipped = 1,
            Node::End(_) if skipped > 0 => skipped -= 1,
            Node::Start(tag) => {
                let name = tag.name();
                let is_inline = !text.trim().is_empty() && !text.ends_with('\n') && !BLOCKS.contains(&name);
                open.push(is_inline);
                if matches!(name, "td" | "th" | "cell" | "entry") && is_inline {
                    text.push_str(" | ");
                }
                if !is_inline {
                    add(&mut text, title, collector)?;
                    title = TITLES.contains(&name).then(|| level(&open));
                }
            }
            Node::End(name) => {
                if !open.pop().unwrap_or(false) {
                    add(&mut text, title, collector)?;
                    title = title.filter(|_| !TITLES.contains(&name));
                }
            }
            Node::Text(part) if skipped == 0 => {
                for c in part.chars() {
                    if !c.is_ascii_whitespace() {
                        text.push(c);
                    } else if !text.is_empty() && !text.ends_with(' ') {
                        text.push(' ');
                    }
                }
            }
            Node::Text(_) => {}
        }
        Ok(())
    })?;
    add(&mut text, None, collector)
}

/// The level of a title by the number of elements around it.
fn level(open: &[bool]) -> u8 {
    u8::try_from(open.len().saturating_sub(1)).unwrap_or(6).clamp(1, 6)
}

fn add(text: &mut String, title: Option<u8>, collector: &mut Collector<'_, '_>) -> Result<(), Refusal> {
    let text = std::mem::take(text);
    let kind = title.map_or(BlockKind::Paragraph, |level| BlockKind::Heading { level });
    collector.add(kind, text.trim(), None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::testing::{collect, shown};

    #[test]
    fn inline_elements_neither_cut_nor_glue() {
        let xml = "<?xml version='1.0'?><doc><title>Top</title><sec><p>Do<i>nau</i>dampf is <b>long</b>.</p><p>Next</p></sec><metadata>x</metadata></doc>";
        assert_eq!(
            shown(&collect(|c| read(&Source::Member(xml.as_bytes()), c)).unwrap().1),
            ["h1 [] Top", "paragraph [Top] Donaudampf is long.", "paragraph [Top] Next"]
        );
    }
}
