//! Reads `OpenDocument` texts, spreadsheets and presentations, which share their elements.

use super::{
    docx_parts::title,
    links::{OpenLink, end_link},
    package::Package,
    sheets,
    source::Source,
    table::Table,
    xml::{Node, Tag, walk},
};
use crate::{block::BlockKind, extract::Collector, refusal::Refusal};

/// Elements whose content a reader of the document does not see.
const SKIPPED: [&str; 6] =
    ["tracked-changes", "table-of-content", "forms", "note-citation", "page-number", "covered-table-cell"];
/// Maximum number of times that a cell or row is repeated; programs repeat blank ones to the end of the sheet.
const MAX_REPEATED: usize = 200;
/// Maximum number of texts and tables within each other.
const MAX_NESTED: usize = 50;

/// Hands the blocks of an `OpenDocument` file to `collector`.
pub(crate) fn read(source: &Source<'_>, collector: &mut Collector<'_, '_>) -> Result<(), Refusal> {
    let mut package = Package::open(source)?;
    let manifest = package.text("META-INF/manifest.xml", collector)?.unwrap_or_default();
    if manifest.contains("encryption-data") {
        return Err(Refusal::Encrypted);
    }
    if let Some(title) = title(&package.text("meta.xml", collector)?.unwrap_or_default()) {
        collector.title(&title);
    }
    let content = package.required_text("content.xml", collector)?;
    let is_presentation = content.contains("<office:presentation");
    if is_presentation {
        collector.pages(u32::try_from(content.matches("<draw:page ").count()).unwrap_or(u32::MAX));
    }
    let mut body = Body {
        collector,
        is_sheet: content.contains("<office:spreadsheet"),
        texts: Vec::new(),
        tables: Vec::new(),
        lists: 0,
        marker: None,
        skipped: 0,
        page: None,
        is_title: false,
        is_notes: false,
        note: None,
        waiting: Vec::new(),
        note_count: 0,
    };
    walk(&content, &mut |node| body.visit(&node))?;
    body.flush_notes()
}

/// A paragraph or heading that is open.
#[derive(Default)]
struct Text {
    shown: String,
    outline: Option<u8>,
    link: Option<OpenLink>,
}

#[derive(Default)]
struct OpenTable {
    table: Table,
    /// The cells of the open row: text, columns, rows.
    row: Vec<(String, usize, usize)>,
    row_repeated: usize,
    cell: String,
    span: (usize, usize),
    cell_repeated: usize,
    in_header: bool,
}

/// The state of one pass over the content.
struct Body<'c, 's, 'f> {
    collector: &'c mut Collector<'s, 'f>,
    is_sheet: bool,
    /// The open texts: a frame is a text within another one.
    texts: Vec<Text>,
    tables: Vec<OpenTable>,
    lists: usize,
    /// The marker of a list item whose text has not begun.
    marker: Option<&'static str>,
    skipped: usize,
    page: Option<u32>,
    is_title: bool,
    is_notes: bool,
    /// The text of the open footnote or comment.
    note: Option<String>,
    /// Notes that follow the next block.
    waiting: Vec<String>,
    note_count: usize,
}

impl Body<'_, '_, '_> {
    fn visit(&mut self, node: &Node<'_>) -> Result<(), Refusal> {
        match node {
            Node::Start(tag) if self.skipped > 0 || SKIPPED.contains(&tag.name()) => self.skipped += 1,
            Node::End(_) if self.skipped > 0 => self.skipped -= 1,
            Node::Start(tag) => return self.start(tag),
            Node::End(name) => return self.end(name),
            Node::Text(text) if self.skipped == 0 => {
                if let Some(open) = self.texts.last_mut() {
                    // Blanks in the file are one blank in the text; `s` elements stand for more.
                    for c in text.chars() {
                        if !c.is_ascii_whitespace() {
                            open.shown.push(c);
                        } else if !open.shown.is_empty() && !open.shown.ends_with([' ', '\n']) {
                            open.shown.push(' ');
                        }
                    }
                }
            }
            Node::Text(_) => {}
        }
        Ok(())
    }

    fn start(&mut self, tag: &Tag<'_>) -> Result<(), Refusal> {
        match tag.name() {
            "p" | "h" | "desc" => {
                if self.texts.len() + self.tables.len() > MAX_NESTED {
                    return Err(Refusal::too_complex("its texts are nested too deeply"));
                }
                let level = tag.number("outline-level").and_then(|level| u8::try_from(level).ok());
                let outline = (tag.name() == "h").then(|| level.unwrap_or(1));
                self.texts.push(Text { outline, ..Text::default() });
            }
            "table" => {
                if self.is_sheet
                    && self.tables.is_empty()
                    && let Some(name) = tag.get("name")
                {
                    self.collector.add(BlockKind::Heading { level: 2 }, &name, None)?;
                }
                self.tables.push(OpenTable::default());
            }
            "page" => {
                self.page = Some(self.page.map_or(1, |page| page.saturating_add(1)));
            }
            "frame" => self.is_title = tag.get("class").is_some_and(|class| class == "title"),
            "notes" => self.is_notes = true,
            "list" => self.lists += 1,
            "list-item" => self.marker = Some("- "),
            "note" | "annotation" => self.start_note(tag.name() == "note"),
            "table-header-rows" | "table-row" | "table-cell" => self.start_cell(tag),
            _ => self.start_inline(tag),
        }
        Ok(())
    }

    fn start_note(&mut self, is_footnote: bool) {
        if !is_footnote {
            self.note = Some("Comment:".to_owned());
            return;
        }
        self.note_count += 1;
        self.note = Some(format!("[{}]", self.note_count));
        if let Some(open) = self.texts.last_mut() {
            open.shown.extend(["[", &self.note_count.to_string(), "]"]);
        }
    }

    fn start_cell(&mut self, tag: &Tag<'_>) {
        let Some(open) = self.tables.last_mut() else { return };
        let repeated = |name: &str| tag.number(name).unwrap_or(1).clamp(1, MAX_REPEATED);
        match tag.name() {
            "table-header-rows" => open.in_header = true,
            "table-row" => open.row_repeated = repeated("number-rows-repeated"),
            _ => {
                open.cell.clear();
                open.cell_repeated = repeated("number-columns-repeated");
                open.span = (
                    tag.number("number-columns-spanned").unwrap_or(1),
                    tag.number("number-rows-spanned").unwrap_or(1),
                );
            }
        }
    }

    fn start_inline(&mut self, tag: &Tag<'_>) {
        let Some(open) = self.texts.last_mut() else { return };
        match tag.name() {
            "s" | "tab" => open.shown.push(' '),
            "line-break" => open.shown.push('\n'),
            "a" => open.link = tag.get("href").map(|target| (target, open.shown.len())),
            _ => {}
        }
    }

    fn end(&mut self, name: &str) -> Result<(), Refusal> {
        match name {
            "a" => {
                if let Some(open) = self.texts.last_mut() {
                    open.end_link();
                }
            }
            "p" | "h" | "desc" => return self.end_text(),
            "list" => self.lists = self.lists.saturating_sub(1),
            "frame" => self.is_title = false,
            "notes" => self.is_notes = false,
            "note" | "annotation" => self.waiting.extend(self.note.take()),
            "table-header-rows" => {
                if let Some(open) = self.tables.last_mut() {
                    open.in_header = false;
                }
            }
            "table-cell" => {
                if let Some(open) = self.tables.last_mut() {
                    let cell = std::mem::take(&mut open.cell);
                    for _ in 0..open.cell_repeated {
                        open.row.push((cell.clone(), open.span.0, open.span.1));
                    }
                }
            }
            "table-row" => self.end_row(),
            "table" => return self.end_table(),
            _ => {}
        }
        Ok(())
    }

    fn end_row(&mut self) {
        let Some(open) = self.tables.last_mut() else { return };
        let row = std::mem::take(&mut open.row);
        let is_blank = row.iter().all(|(text, ..)| text.trim().is_empty());
        for _ in 0..if is_blank { 1 } else { open.row_repeated } {
            open.table.start_row(open.in_header);
            for (text, columns, rows) in &row {
                open.table.cell(text, *columns, *rows);
            }
        }
    }

    fn end_table(&mut self) -> Result<(), Refusal> {
        let Some(open) = self.tables.pop() else { return Ok(()) };
        if let Some(outer) = self.tables.last_mut() {
            outer.cell.push_str(&open.table.render().trim_end().replace('\n', "; "));
            return Ok(());
        }
        if self.is_sheet {
            sheets::add_rows(&open.table.into_rows(), self.collector)?;
        } else {
            self.collector.table(open.table, self.page)?;
        }
        self.flush_notes()
    }

    fn end_text(&mut self) -> Result<(), Refusal> {
        let Some(mut open) = self.texts.pop() else { return Ok(()) };
        open.end_link();
        let text = open.shown.trim();
        if text.is_empty() {
            return Ok(());
        }
        if let Some(note) = &mut self.note {
            note.extend([" ", text]);
            return Ok(());
        }
        if let Some(table) = self.tables.last_mut() {
            table.cell.extend([text, "\n"]);
            return Ok(());
        }
        let marker = self.marker.take();
        let (kind, lead) = match open.outline {
            Some(level) => (BlockKind::Heading { level }, ""),
            None if self.is_title => (BlockKind::Heading { level: 2 }, ""),
            None if self.is_notes => (BlockKind::Paragraph, "Notes: "),
            None if self.lists > 0 => (BlockKind::ListItem, marker.unwrap_or_default()),
            None => (BlockKind::Paragraph, ""),
        };
        self.collector.add(kind, &format!("{lead}{text}"), self.page)?;
        if self.texts.is_empty() { self.flush_notes() } else { Ok(()) }
    }

    fn flush_notes(&mut self) -> Result<(), Refusal> {
        for note in std::mem::take(&mut self.waiting) {
            self.collector.add(BlockKind::Paragraph, &note, self.page)?;
        }
        Ok(())
    }
}

impl Text {
    fn end_link(&mut self) {
        end_link(&mut self.shown, self.link.take());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::testing::{collect, package, shown};

    fn blocks(body: &str) -> Result<Vec<String>, Refusal> {
        let content =
            format!("<office:document-content><office:body>{body}</office:body></office:document-content>");
        let zip = package(&[("content.xml", &content)]);
        collect(|c| read(&Source::Member(&zip), c)).map(|(_, blocks)| shown(&blocks))
    }

    #[test]
    fn texts_keep_headings_lists_notes_and_links() {
        let body = "<office:text><text:tracked-changes><text:p>gone</text:p></text:tracked-changes>
            <text:h text:outline-level='2'>Top</text:h><text:p>one<text:s/>two <text:a xlink:href='https://a.example/x'>docs</text:a>
            <text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>A note.</text:p></text:note-body></text:note></text:p>
            <text:list><text:list-item><text:p>item</text:p></text:list-item></text:list></office:text>";
        assert_eq!(
            blocks(body).unwrap(),
            [
                "h2 [] Top",
                "paragraph [Top] one two docs (https://a.example/x) [1]",
                "paragraph [Top] [1] A note.",
                "listitem [Top] - item"
            ]
        );
    }

    #[test]
    fn repeated_and_spanned_cells_keep_their_columns_and_stay_few() {
        let cell = |attributes: &str, text: &str| {
            format!("<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>")
        };
        let body = format!(
            "<office:spreadsheet><table:table table:name='S'><table:table-row>{}{}</table:table-row><table:table-row>{}{}</table:table-row>
            <table:table-row table:number-rows-repeated='1048576'><table:table-cell table:number-columns-repeated='16384'/></table:table-row>
            </table:table></office:spreadsheet>",
            cell("", "a"),
            cell("table:number-columns-spanned='2'", "b"),
            cell("", "1"),
            cell("table:number-columns-repeated='2'", "2"),
        );
        assert_eq!(blocks(&body).unwrap(), ["h2 [] S", "table [S] a | b | b\n1 | 2 | 2"]);
    }

    #[test]
    fn slides_are_pages() {
        let slide = |title: &str| {
            format!("<draw:page draw:name='p'><draw:frame presentation:class='title'><draw:text-box><text:p>{title}</text:p></draw:text-box></draw:frame>
            <draw:frame><draw:text-box><text:p>text</text:p></draw:text-box></draw:frame></draw:page>")
        };
        let body = format!("<office:presentation>{}{}</office:presentation>", slide("One"), slide("Two"));
        assert_eq!(
            blocks(&body).unwrap(),
            ["h2 [] One", "paragraph [One] text", "h2 [] Two", "paragraph [Two] text"]
        );
    }

    #[test]
    fn an_encrypted_file_is_named() {
        let zip =
            package(&[("META-INF/manifest.xml", "<m><manifest:encryption-data/></m>"), ("content.xml", "x")]);
        assert_eq!(collect(|c| read(&Source::Member(&zip), c)), Err(Refusal::Encrypted));
    }
}
