//! Reads EPUB books: the chapters in reading order, each as HTML.

use std::collections::HashMap;

use percent_encoding::percent_decode_str;

use super::{
    html,
    package::{Package, resolve},
    source::Source,
    xml::{Node, walk},
};
use crate::{block::BlockKind, extract::Collector, refusal::Refusal};

/// Hands the blocks of a book to `collector`.
pub(crate) fn read(source: &Source<'_>, collector: &mut Collector<'_, '_>) -> Result<(), Refusal> {
    let mut package = Package::open(source)?;
    let container = package.required_text("META-INF/container.xml", collector)?;
    let book = Book::parse(&mut package, &container, collector)?;
    let protected = package.text("META-INF/encryption.xml", collector)?.unwrap_or_default();
    // Fonts are often scrambled; chapters only by copy protection.
    if book.chapters.iter().any(|chapter| protected.contains(chapter.as_str())) {
        return Err(Refusal::Encrypted);
    }
    collector.title(&book.title);
    if !book.authors.is_empty() && !book.chapters.is_empty() {
        collector.add(BlockKind::Paragraph, &format!("By {}", book.authors.join(", ")), None)?;
    }
    for chapter in &book.chapters {
        let Some(html) = package.text(chapter, collector)? else { continue };
        let blocks = html::blocks_of(&html)?;
        blocks.iter().try_for_each(|(kind, text)| collector.add(*kind, text, None))?;
    }
    Ok(())
}

#[derive(Default)]
struct Book {
    title: String,
    authors: Vec<String>,
    chapters: Vec<String>,
}

impl Book {
    fn parse(
        package: &mut Package<'_>,
        container: &str,
        collector: &mut Collector<'_, '_>,
    ) -> Result<Self, Refusal> {
        let mut root = None;
        walk(container, &mut |node| {
            if let Node::Start(tag) = node
                && tag.name() == "rootfile"
                && root.is_none()
            {
                root = tag.get("full-path");
            }
            Ok(())
        })?;
        let root = root.ok_or_else(|| Refusal::broken("it names no package"))?;
        let xml = package.required_text(&root, collector)?;
        let mut book = Self::default();
        let mut items: HashMap<String, String> = HashMap::new();
        let mut open = None;
        walk(&xml, &mut |node| {
            match node {
                Node::Start(tag) => match tag.name() {
                    "title" if book.title.is_empty() => open = Some("title"),
                    "creator" => open = Some("creator"),
                    "item" => {
                        let is_contents =
                            tag.get("properties").is_some_and(|properties| properties.contains("nav"));
                        if let (Some(id), Some(target), false) = (tag.get("id"), tag.get("href"), is_contents)
                        {
                            items
                                .insert(id, resolve(&root, &percent_decode_str(&target).decode_utf8_lossy()));
                        }
                    }
                    "itemref" => {
                        book.chapters.extend(tag.get("idref").and_then(|id| items.get(&id).cloned()));
                    }
                    _ => {}
                },
                Node::End(_) => open = None,
                Node::Text(text) => match open {
                    Some("title") => book.title.push_str(text),
                    Some(_) if !text.trim().is_empty() => book.authors.push(text.trim().to_owned()),
                    _ => {}
                },
            }
            Ok(())
        })?;
        Ok(book)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::testing::{collect, package, shown};

    #[test]
    fn chapters_are_read_in_the_order_of_the_spine() {
        let zip = package(&[
            ("META-INF/container.xml", "<c><rootfiles><rootfile full-path='O/b.opf'/></rootfiles></c>"),
            (
                "O/b.opf",
                "<package><metadata><dc:title>A book</dc:title><dc:creator>Ada L.</dc:creator></metadata><manifest><item id='n' href='nav.xhtml' properties='nav'/>
                <item id='a' href='one%20a.xhtml'/><item id='b' href='two.xhtml'/></manifest><spine><itemref idref='n'/><itemref idref='b'/><itemref idref='a'/></spine></package>",
            ),
            ("O/nav.xhtml", "<html><body>contents</body></html>"),
            ("O/one a.xhtml", "<html><body><h1>One</h1><p>first</p></body></html>"),
            ("O/two.xhtml", "<html><body><h1>Two</h1><p>second</p></body></html>"),
        ]);
        let (outline, blocks) = collect(|c| read(&Source::Member(&zip), c)).unwrap();
        assert_eq!(outline.title.as_deref(), Some("A book"));
        assert_eq!(
            shown(&blocks),
            [
                "paragraph [] By Ada L.",
                "h1 [] Two",
                "paragraph [Two] second",
                "h1 [] One",
                "paragraph [One] first"
            ]
        );
    }
}
