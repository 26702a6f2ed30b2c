//! Reads Word documents: headings by style, numbered lists, tables with merged cells, notes and comments behind their paragraph.

use std::collections::HashMap;

use super::{
    docx_parts::{Notes, Numbering, Styles, read_notes, relations, title},
    links::{OpenLink, end_link},
    package::{Package, relations_part, resolve},
    source::Source,
    table::Table,
    xml::{Node, Tag, walk},
};
use crate::{block::BlockKind, extract::Collector, refusal::Refusal};

/// Elements whose content a reader of the document does not see, or sees twice.
const SKIPPED: [&str; 5] = ["Fallback", "del", "moveFrom", "rPrChange", "pPrChange"];
/// Maximum number of paragraphs and tables within each other.
const MAX_NESTED: usize = 50;

/// Hands the blocks of a Word document to `collector`.
pub(crate) fn read(source: &Source<'_>, collector: &mut Collector<'_, '_>) -> Result<(), Refusal> {
    let mut package = Package::open(source)?;
    let names = package.names();
    let main = ["word/document.xml", "word/document2.xml"]
        .into_iter()
        .find(|part| names.iter().any(|name| name == part));
    let main = main.unwrap_or("word/document.xml");
    let document = package.required_text(main, collector)?;
    let part = |name: &str, package: &mut Package<'_>, collector: &mut Collector<'_, '_>| {
        package.text(name, collector).map(Option::unwrap_or_default)
    };
    if let Some(title) = title(&part("docProps/core.xml", &mut package, collector)?) {
        collector.title(&title);
    }
    let links = relations(&part(&relations_part(main), &mut package, collector)?)?;
    // Some programs number these parts, as in `styles2.xml`.
    let part_of = |kind: &str| {
        let target = links.values().find(|(_, other)| other == kind).map(|(target, _)| resolve(main, target));
        target.unwrap_or_else(|| format!("word/{kind}.xml"))
    };
    let mut notes = Notes::new();
    for (file, element) in [("footnotes", "footnote"), ("endnotes", "endnote"), ("comments", "comment")] {
        let xml = part(&part_of(file), &mut package, collector)?;
        read_notes(&xml, element, &mut notes)?;
    }
    let styles = Styles::parse(&part(&part_of("styles"), &mut package, collector)?)?;
    let numbering = Numbering::parse(&part(&part_of("numbering"), &mut package, collector)?)?;
    let mut body = Body {
        styles,
        numbering,
        links,
        notes,
        collector,
        paragraphs: Vec::new(),
        tables: Vec::new(),
        waiting: Vec::new(),
        skipped: 0,
        is_text: false,
        field: String::new(),
        is_instruction: false,
        note_count: 0,
    };
    walk(&document, &mut |node| body.visit(&node))?;
    body.flush_notes()
}

#[derive(Default)]
struct Paragraph {
    text: String,
    style: Option<String>,
    list: Option<(String, usize)>,
    outline: Option<usize>,
    is_hidden: bool,
    is_struck: bool,
    in_properties: bool,
    /// The target of an open link, and where its text begins.
    link: Option<OpenLink>,
}

#[derive(Default)]
struct OpenTable {
    table: Table,
    cell: String,
    columns: usize,
    continues: bool,
}

/// The state of one pass over the document.
struct Body<'c, 's, 'f> {
    styles: Styles,
    numbering: Numbering,
    links: HashMap<String, (String, String)>,
    notes: Notes,
    collector: &'c mut Collector<'s, 'f>,
    /// The open paragraphs: a text box is a paragraph within another one.
    paragraphs: Vec<Paragraph>,
    tables: Vec<OpenTable>,
    /// Notes that follow the next block.
    waiting: Vec<String>,
    skipped: usize,
    is_text: bool,
    field: String,
    is_instruction: bool,
    note_count: usize,
}

impl Body<'_, '_, '_> {
    fn visit(&mut self, node: &Node<'_>) -> Result<(), Refusal> {
        match node {
            Node::Start(tag) if self.skipped > 0 || SKIPPED.contains(&tag.name()) => self.skipped += 1,
            Node::End(_) if self.skipped > 0 => self.skipped -= 1,
            Node::Start(tag) => return self.start(tag),
            Node::End(name) => return self.end(name),
            Node::Text(text) if self.is_text && self.skipped == 0 => {
                if let Some(paragraph) = self.paragraphs.last_mut().filter(|paragraph| !paragraph.is_hidden) {
                    paragraph.text.push_str(text);
                }
            }
            Node::Text(text) if self.is_instruction && self.field.len() < 4096 => self.field.push_str(text),
            Node::Text(_) => {}
        }
        Ok(())
    }

    fn start(&mut self, tag: &Tag<'_>) -> Result<(), Refusal> {
        match tag.name() {
            "p" => {
                if self.paragraphs.len() + self.tables.len() > MAX_NESTED {
                    return Err(Refusal::too_complex("its paragraphs are nested too deeply"));
                }
                self.paragraphs.push(Paragraph::default());
            }
            "tbl" => self.tables.push(OpenTable::default()),
            "tr" => {
                if let Some(open) = self.tables.last_mut() {
                    open.table.start_row(false);
                }
            }
            "tc" => {
                if let Some(open) = self.tables.last_mut() {
                    (open.cell, open.columns, open.continues) = (String::new(), 1, false);
                }
            }
            "t" => self.is_text = true,
            "instrText" => self.is_instruction = true,
            "gridSpan" | "gridBefore" | "vMerge" | "tblHeader" => self.start_cell_property(tag),
            _ => self.start_inline(tag),
        }
        Ok(())
    }

    fn start_cell_property(&mut self, tag: &Tag<'_>) {
        let Some(open) = self.tables.last_mut() else { return };
        match tag.name() {
            "gridSpan" => open.columns = tag.number("val").unwrap_or(1),
            "gridBefore" => open.table.cell("", tag.number("val").unwrap_or(1), 1),
            "vMerge" => open.continues = tag.get("val").is_none_or(|value| value != "restart"),
            _ => open.table.mark_header(),
        }
    }

    fn start_inline(&mut self, tag: &Tag<'_>) {
        let Some(paragraph) = self.paragraphs.last_mut() else { return };
        match tag.name() {
            "pPr" => paragraph.in_properties = true,
            "pStyle" => paragraph.style = tag.get("val"),
            "outlineLvl" => paragraph.outline = tag.number("val").filter(|level| *level < 9),
            "ilvl" => {
                let (id, _) = paragraph.list.take().unwrap_or_default();
                paragraph.list = Some((id, tag.number("val").unwrap_or(0)));
            }
            "numId" => {
                let level = paragraph.list.take().map_or(0, |(_, level)| level);
                paragraph.list = tag.get("val").map(|id| (id, level));
            }
            "r" => (paragraph.is_hidden, paragraph.is_struck) = (false, false),
            "vanish" if !paragraph.in_properties => {
                paragraph.is_hidden = tag.get("val").is_none() || tag.is_on("val");
            }
            "strike" | "dstrike"
                if !paragraph.in_properties && (tag.get("val").is_none() || tag.is_on("val")) =>
            {
                paragraph.is_struck = true;
                paragraph.text.push_str("~~");
            }
            "tab" if !paragraph.in_properties => paragraph.text.push(' '),
            "br" | "cr" => paragraph.text.push('\n'),
            "noBreakHyphen" => paragraph.text.push('-'),
            "den" => paragraph.text.push('/'),
            "sup" => paragraph.text.push('^'),
            "docPr" => {
                if let Some(description) = tag.get("descr").filter(|text| !text.trim().is_empty()) {
                    paragraph.text.extend([" ", &description, " "]);
                }
            }
            "hyperlink" => {
                let target =
                    tag.get("id").and_then(|id| self.links.get(&id)).map(|(target, _)| target.clone());
                paragraph.link = target.map(|target| (target, paragraph.text.len()));
            }
            "fldChar" => self.field_mark(&tag.get("fldCharType").unwrap_or_default()),
            "footnoteReference" => self.note("footnote", tag),
            "endnoteReference" => self.note("endnote", tag),
            "commentReference" => self.note("comment", tag),
            _ => {}
        }
    }

    fn field_mark(&mut self, kind: &str) {
        let Some(paragraph) = self.paragraphs.last_mut() else { return };
        match kind {
            "begin" => self.field.clear(),
            "separate" => {
                let target =
                    self.field.trim().strip_prefix("HYPERLINK").and_then(|rest| rest.split('"').nth(1));
                paragraph.link = target.map(|target| (target.to_owned(), paragraph.text.len()));
            }
            _ => paragraph.end_link(),
        }
    }

    fn note(&mut self, kind: &'static str, tag: &Tag<'_>) {
        let Some(text) = tag.get("id").and_then(|id| self.notes.remove(&(kind, id))) else { return };
        if text.trim().is_empty() {
            return;
        }
        if kind == "comment" {
            self.waiting.push(format!("Comment: {}", text.trim()));
            return;
        }
        self.note_count += 1;
        self.waiting.push(format!("[{}] {}", self.note_count, text.trim()));
        if let Some(paragraph) = self.paragraphs.last_mut() {
            paragraph.text.extend(["[", &self.note_count.to_string(), "]"]);
        }
    }

    fn end(&mut self, name: &str) -> Result<(), Refusal> {
        match name {
            "t" => self.is_text = false,
            "instrText" => self.is_instruction = false,
            "pPr" => {
                if let Some(paragraph) = self.paragraphs.last_mut() {
                    paragraph.in_properties = false;
                }
            }
            "r" => {
                if let Some(paragraph) = self.paragraphs.last_mut().filter(|paragraph| paragraph.is_struck) {
                    paragraph.text.push_str("~~");
                    paragraph.is_struck = false;
                }
            }
            "hyperlink" => {
                if let Some(paragraph) = self.paragraphs.last_mut() {
                    paragraph.end_link();
                }
            }
            "p" => return self.end_paragraph(),
            "tc" => {
                if let Some(open) = self.tables.last_mut() {
                    let cell = std::mem::take(&mut open.cell);
                    if open.continues {
                        open.table.continue_cell(open.columns);
                    } else {
                        open.table.cell(&cell, open.columns, 1);
                    }
                }
            }
            "tbl" => return self.end_table(),
            _ => {}
        }
        Ok(())
    }

    fn end_table(&mut self) -> Result<(), Refusal> {
        let Some(open) = self.tables.pop() else { return Ok(()) };
        if let Some(outer) = self.tables.last_mut() {
            outer.cell.push_str(&open.table.render().trim_end().replace('\n', "; "));
            return Ok(());
        }
        let kind = if open.table.len() == 1 { BlockKind::Paragraph } else { BlockKind::Table };
        self.collector.add(kind, &open.table.render(), None)?;
        self.flush_notes()
    }

    fn end_paragraph(&mut self) -> Result<(), Refusal> {
        let Some(mut paragraph) = self.paragraphs.pop() else { return Ok(()) };
        paragraph.end_link();
        let style = paragraph.style.as_deref().map(|id| self.styles.find(id)).unwrap_or_default();
        if style.name.starts_with("toc ") || paragraph.text.trim().is_empty() {
            return if self.paragraphs.is_empty() && self.tables.is_empty() {
                self.flush_notes()
            } else {
                Ok(())
            };
        }
        let list = paragraph.list.or(style.list);
        let marker = list.and_then(|(list, level)| self.numbering.next_marker(&list, level));
        let text = paragraph.text.replace("~~~~", "");
        let text = format!("{}{}", marker.as_deref().unwrap_or_default(), text.trim());
        if let Some(open) = self.tables.last_mut() {
            open.cell.extend([text.as_str(), "\n"]);
            return Ok(());
        }
        let kind = match paragraph.outline.or(style.outline) {
            Some(level) => BlockKind::Heading { level: u8::try_from(level + 1).unwrap_or(6) },
            None if marker.is_some() => BlockKind::ListItem,
            None if style.name.contains("quote") => BlockKind::Quote,
            None if style.name.contains("code") || style.name.contains("preformatted") => BlockKind::Code,
            None => BlockKind::Paragraph,
        };
        self.collector.add(kind, &text, None)?;
        self.flush_notes()
    }

    fn flush_notes(&mut self) -> Result<(), Refusal> {
        for note in std::mem::take(&mut self.waiting) {
            self.collector.add(BlockKind::Paragraph, &note, None)?;
        }
        Ok(())
    }
}

impl Paragraph {
    fn end_link(&mut self) {
        end_link(&mut self.text, self.link.take());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::testing::{collect, package, shown};

    fn blocks(body: &str) -> Vec<String> {
        let document = format!(
            r#"<w:document xmlns:w="w" xmlns:r="r" xmlns:wp="wp" xmlns:mc="mc"><w:body>{body}</w:body></w:document>"#
        );
        let zip = package(&[
            ("word/document.xml", document.as_str()),
            (
                "word/styles.xml",
                r#"<w:styles xmlns:w="w"><w:style w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style></w:styles>"#,
            ),
            (
                "word/_rels/document.xml.rels",
                r#"<Relationships><Relationship Id="r1" Type="x/hyperlink" Target="https://a.example/x"/></Relationships>"#,
            ),
            (
                "word/footnotes.xml",
                r#"<w:footnotes xmlns:w="w"><w:footnote w:id="2"><w:p><w:r><w:t>A note.</w:t></w:r></w:p></w:footnote></w:footnotes>"#,
            ),
        ]);
        shown(&collect(|c| read(&Source::Member(&zip), c)).unwrap().1)
    }

    #[test]
    fn headings_runs_links_and_notes_are_read() {
        let body = r#"<w:p><w:pPr><w:pStyle w:val="berschrift1"/></w:pPr><w:r><w:t>Top</w:t></w:r></w:p>
            <w:p><w:r><w:t>Do</w:t></w:r><w:r><w:t>nau</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r>
            <w:r><w:footnoteReference w:id="2"/></w:r><w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:r><w:t xml:space="preserve"> and </w:t></w:r>
            <w:hyperlink r:id="r1"><w:r><w:t>docs</w:t></w:r></w:hyperlink><w:r><w:rPr><w:strike/></w:rPr><w:t>old</w:t></w:r></w:p>"#;
        assert_eq!(
            blocks(body),
            [
                "h1 [] Top",
                "paragraph [Top] Donau[1] and docs (https://a.example/x)~~old~~",
                "paragraph [Top] [1] A note."
            ]
        );
    }

    #[test]
    fn merged_cells_keep_their_columns() {
        let cell = |properties: &str, text: &str| {
            format!("<w:tc><w:tcPr>{properties}</w:tcPr><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>")
        };
        let body = format!(
            "<w:tbl><w:tr>{}{}</w:tr><w:tr>{}{}{}</w:tr><w:tr>{}{}{}</w:tr></w:tbl>",
            cell("", "a"),
            cell("<w:gridSpan w:val='2'/>", "b"),
            cell("<w:vMerge w:val='restart'/>", "x"),
            cell("", "1"),
            cell("", "2"),
            cell("<w:vMerge/>", ""),
            cell("", ""),
            cell("", "3"),
        );
        assert_eq!(blocks(&body), ["table [] a | b | b\nx | 1 | 2\nx |  | 3"]);
    }
}
