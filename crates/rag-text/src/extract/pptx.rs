//! Reads presentations: each slide a page with its title, lists, tables and notes.

use super::{
    docx_parts::{relations, title},
    links::{OpenLink, end_link},
    package::{Package, relations_part, resolve},
    source::Source,
    table::Table,
    xml::{Node, Tag, walk},
};
use crate::{block::BlockKind, extract::Collector, refusal::Refusal};

const MAIN: &str = "ppt/presentation.xml";

/// Hands the blocks of a presentation to `collector`.
pub(crate) fn read(source: &Source<'_>, collector: &mut Collector<'_, '_>) -> Result<(), Refusal> {
    let mut package = Package::open(source)?;
    let core = package.text("docProps/core.xml", collector)?.unwrap_or_default();
    if let Some(title) = title(&core) {
        collector.title(&title);
    }
    let slides = slide_parts(&mut package, collector)?;
    collector.pages(u32::try_from(slides.len()).unwrap_or(u32::MAX));
    for (page, part) in (1..).zip(slides) {
        let Some(xml) = package.text(&part, collector)? else { continue };
        let links = relations(&package.text(&relations_part(&part), collector)?.unwrap_or_default())?;
        let mut slide = Slide::default();
        walk(&xml, &mut |node| {
            slide.visit(&node, &|id| links.get(id).map(|(target, _)| target.clone()));
            Ok(())
        })?;
        if slide.is_shown {
            slide.hand_on(page, collector)?;
            let notes = links
                .values()
                .find(|(_, kind)| kind == "notesSlide")
                .map(|(target, _)| resolve(&part, target));
            if let Some(notes) = notes.map(|notes| package.text(&notes, collector)).transpose()?.flatten() {
                let mut slide = Slide { is_notes: true, ..Slide::default() };
                walk(&notes, &mut |node| {
                    slide.visit(&node, &|_| None);
                    Ok(())
                })?;
                let text: Vec<String> = slide
                    .items
                    .into_iter()
                    .filter_map(|item| if let Item::Text(text, _) = item { Some(text) } else { None })
                    .collect();
                if !text.is_empty() {
                    collector.add(
                        BlockKind::Paragraph,
                        &format!("Notes: {}", text.join("\n")),
                        Some(page),
                    )?;
                }
            }
        }
    }
    Ok(())
}

/// The slides in the order of the presentation.
fn slide_parts(package: &mut Package<'_>, collector: &mut Collector<'_, '_>) -> Result<Vec<String>, Refusal> {
    let presentation = package.required_text(MAIN, collector)?;
    let targets = relations(&package.text(&relations_part(MAIN), collector)?.unwrap_or_default())?;
    let mut slides = Vec::new();
    walk(&presentation, &mut |node| {
        if let Node::Start(tag) = node
            && tag.name() == "sldId"
        {
            // It has two attributes named id: its own, and that of the relation.
            slides.extend(
                tag.get_prefixed("id")
                    .and_then(|id| targets.get(&id))
                    .map(|(target, _)| resolve(MAIN, target)),
            );
        }
        Ok(())
    })?;
    Ok(slides)
}

enum Item {
    Text(String, Option<usize>),
    Table(Table),
}

/// The state of one pass over a slide.
struct Slide {
    is_shown: bool,
    is_notes: bool,
    title: String,
    items: Vec<Item>,
    /// The kind of placeholder that the open shape fills.
    placeholder: String,
    text: String,
    /// The level of the open paragraph.
    level: usize,
    has_bullet: Option<bool>,
    in_text: bool,
    /// Where the text of the open field for the number of the slide begins.
    number_start: Option<usize>,
    link: Option<OpenLink>,
    table: Option<Table>,
    cell: String,
    /// The columns and rows of the open cell; `None` if another one covers it.
    span: Option<(usize, usize)>,
}

impl Default for Slide {
    fn default() -> Self {
        Self {
            is_shown: true,
            is_notes: false,
            title: String::new(),
            items: Vec::new(),
            placeholder: String::new(),
            text: String::new(),
            level: 0,
            has_bullet: None,
            in_text: false,
            number_start: None,
            link: None,
            table: None,
            cell: String::new(),
            span: None,
        }
    }
}

impl Slide {
    fn visit(&mut self, node: &Node<'_>, target: &dyn Fn(&str) -> Option<String>) {
        match node {
            Node::Start(tag) => self.start(tag, target),
            Node::End(name) => self.end(name),
            Node::Text(text) if self.in_text => self.text.push_str(text),
            Node::Text(_) => {}
        }
    }

    fn start(&mut self, tag: &Tag<'_>, target: &dyn Fn(&str) -> Option<String>) {
        match tag.name() {
            "sld" => self.is_shown = tag.get("show").is_none() || tag.is_on("show"),
            "sp" | "pic" | "graphicFrame" => self.placeholder.clear(),
            "ph" => self.placeholder = tag.get("type").unwrap_or_else(|| "body".to_owned()),
            "cNvPr" if !self.is_notes => {
                let description = tag.get("descr").filter(|text| !text.trim().is_empty());
                self.items.extend(description.map(|text| Item::Text(text, None)));
            }
            "p" => (self.level, self.has_bullet) = (0, None),
            "pPr" => self.level = tag.number("lvl").unwrap_or(0),
            "buNone" => self.has_bullet = Some(false),
            "buChar" | "buAutoNum" => self.has_bullet = Some(true),
            "t" => self.in_text = true,
            "br" => self.text.push('\n'),
            "fld" => {
                self.number_start =
                    tag.get("type").filter(|kind| kind == "slidenum").map(|_| self.text.len());
            }
            "hlinkClick" => {
                let target = tag.get_prefixed("id").and_then(|id| target(&id));
                self.link = target.map(|target| (target, self.text.len()));
            }
            "tbl" => self.table = Some(Table::default()),
            "tr" => {
                if let Some(table) = &mut self.table {
                    table.start_row(false);
                }
            }
            "tc" => {
                self.cell.clear();
                let span = (tag.number("gridSpan").unwrap_or(1), tag.number("rowSpan").unwrap_or(1));
                self.span = (!tag.is_on("hMerge") && !tag.is_on("vMerge")).then_some(span);
            }
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "t" => self.in_text = false,
            "r" => end_link(&mut self.text, self.link.take()),
            "fld" => {
                if let Some(start) = self.number_start.take() {
                    self.text.truncate(start);
                }
            }
            "p" => self.end_paragraph(),
            "tc" => {
                let cell = std::mem::take(&mut self.cell);
                if let (Some(table), Some((columns, rows))) = (&mut self.table, self.span) {
                    table.cell(&cell, columns, rows);
                }
            }
            "tbl" => self.items.extend(self.table.take().map(Item::Table)),
            _ => {}
        }
    }

    fn end_paragraph(&mut self) {
        let text = std::mem::take(&mut self.text);
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        if self.table.is_some() {
            self.cell.extend([text, "\n"]);
            return;
        }
        match self.placeholder.as_str() {
            "sldNum" | "ftr" | "dt" | "hdr" | "sldImg" => {}
            "title" | "ctrTitle" if self.title.is_empty() => text.clone_into(&mut self.title),
            "title" | "ctrTitle" => self.title.extend([" ", text]),
            placeholder => {
                let is_item =
                    self.has_bullet.unwrap_or(self.level > 0 || (placeholder == "body" && !self.is_notes));
                self.items.push(Item::Text(text.to_owned(), is_item.then_some(self.level)));
            }
        }
    }

    fn hand_on(&mut self, page: u32, collector: &mut Collector<'_, '_>) -> Result<(), Refusal> {
        if !self.title.is_empty() {
            collector.add(BlockKind::Heading { level: 2 }, &self.title, Some(page))?;
        } else if !self.items.is_empty() {
            collector.add(BlockKind::Heading { level: 2 }, &format!("Slide {page}"), Some(page))?;
        }
        for item in std::mem::take(&mut self.items) {
            match item {
                Item::Text(text, None) => collector.add(BlockKind::Paragraph, &text, Some(page))?,
                Item::Text(text, Some(_)) => {
                    collector.add(BlockKind::ListItem, &format!("- {text}"), Some(page))?;
                }
                Item::Table(table) => collector.table(table, Some(page))?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::testing::{collect, package, shown};

    #[test]
    fn slides_are_pages_with_titles_lists_tables_and_notes() {
        let shape = |kind: &str, text: &str| {
            format!(
                "<p:sp><p:nvPr><p:ph type='{kind}'/></p:nvPr><p:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>"
            )
        };
        let cell =
            |text: &str| format!("<a:tc><a:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></a:txBody></a:tc>");
        let table = format!(
            "<a:tbl><a:tr>{}{}</a:tr><a:tr>{}{}</a:tr></a:tbl>",
            cell("a"),
            cell("b"),
            cell("1"),
            cell("2")
        );
        let slide = format!(
            "<p:sld>{}{}{table}{}</p:sld>",
            shape("title", "Plan"),
            shape("body", "first"),
            shape("sldNum", "7")
        );
        let zip = package(&[
            (
                "ppt/presentation.xml",
                "<p:presentation><p:sldIdLst><p:sldId id='256' r:id='r2'/><p:sldId id='257' r:id='r1'/></p:sldIdLst></p:presentation>",
            ),
            (
                "ppt/_rels/presentation.xml.rels",
                "<R><Relationship Id='r1' Type='slide' Target='slides/s1.xml'/><Relationship Id='r2' Type='slide' Target='slides/s2.xml'/></R>",
            ),
            ("ppt/slides/s2.xml", &slide),
            (
                "ppt/slides/_rels/s2.xml.rels",
                "<R><Relationship Id='n' Type='x/notesSlide' Target='../notes/n.xml'/></R>",
            ),
            ("ppt/notes/n.xml", &format!("<p:notes>{}</p:notes>", shape("body", "Say hello."))),
            ("ppt/slides/s1.xml", "<p:sld show='0'><a:p><a:r><a:t>hidden</a:t></a:r></a:p></p:sld>"),
        ]);
        let (outline, blocks) = collect(|c| read(&Source::Member(&zip), c)).unwrap();
        assert_eq!(outline.pages, Some(2));
        assert!(blocks.iter().all(|block| block.page == Some(1)));
        assert_eq!(
            shown(&blocks),
            [
                "h2 [] Plan",
                "listitem [Plan] - first",
                "table [Plan] a | b\n1 | 2",
                "paragraph [Plan] Notes: Say hello."
            ]
        );
    }
}
