//! The text of an extracted answer and its citations; chooses nothing.

use std::fmt::Write as _;

use rag_text::PartKind;
use uuid::Uuid;

use super::{types::Citation, units::Unit};

/// A part that the answer gives, and the others that say the same.
#[derive(Debug, Clone)]
pub(super) struct Pick<'e> {
    pub(super) unit: Unit<'e>,
    /// Parts of other passages that say the same.
    pub(super) also: Vec<Unit<'e>>,
    /// Text to show before it: its lead-in or heading.
    pub(super) heading: Option<String>,
    /// Whether it is shown as an item of a list.
    pub(super) is_item: bool,
}

impl<'e> Pick<'e> {
    pub(super) fn new(unit: Unit<'e>) -> Self {
        Self { unit, also: Vec::new(), heading: None, is_item: false }
    }

    /// The parts that are cited.
    pub(super) fn cited(&self) -> impl Iterator<Item = &Unit<'e>> {
        std::iter::once(&self.unit).chain(&self.also)
    }
}

impl Unit<'_> {
    /// Returns the document of the part; for a memory, the memory itself.
    pub(super) fn document_id(&self) -> Uuid {
        self.chunk.map_or(self.given.found.passage.id.uuid(), |chunk| chunk.document_id.uuid())
    }

    /// Its first character in the document's text.
    pub(super) fn start_offset(&self) -> i64 {
        self.chunk.map_or(0, |chunk| chunk.start_offset) + i64::try_from(self.part.start).unwrap_or(0)
    }

    fn cite(&self) -> Citation {
        let passage = &self.given.found.passage;
        let start_offset = self.start_offset();
        Citation {
            marker: self.given.marker,
            chunk_id: passage.id,
            origin: passage.into(),
            title: passage.title.clone(),
            source: self.chunk.and_then(|chunk| chunk.source.clone()),
            page: self
                .part
                .page
                .and_then(|page| i32::try_from(page).ok())
                .or(self.chunk.and_then(|chunk| chunk.page)),
            heading_path: passage.headings().to_vec(),
            quote: self.text.to_owned(),
            start_offset,
            end_offset: start_offset + i64::try_from(self.part.end - self.part.start).unwrap_or(0),
            supported: true,
        }
    }
}

/// The text with markers, and one citation for each part, in order.
pub(super) fn compose(picks: Vec<Pick<'_>>) -> (String, Vec<Citation>) {
    let mut text = String::new();
    let mut citations = Vec::new();
    let mut is_line_open = false;
    let mut last_row: Option<(usize, Option<String>)> = None;
    for pick in picks {
        let of_row = (pick.unit.passage, pick.unit.part.lead.clone());
        let is_cell = pick.unit.part.kind == PartKind::Cell;
        let (shown, is_block) = if is_cell && last_row.as_ref() == Some(&of_row) {
            (one_line(pick.unit.text), false)
        } else {
            show(&pick)
        };
        last_row = is_cell.then_some(of_row);
        if !text.is_empty() {
            text.push_str(if is_block || !is_line_open { "\n" } else { " " });
        }
        text.push_str(&shown);
        text.push_str(if shown.ends_with("```") { "\n" } else { " " });
        for unit in pick.cited() {
            // Writing to a string cannot fail.
            let _ = write!(text, "[{}]", unit.given.marker);
            citations.push(unit.cite());
        }
        is_line_open = !is_block;
    }
    (text, citations)
}

/// The pick as it is shown, and whether it stands on lines of its own.
fn show(pick: &Pick<'_>) -> (String, bool) {
    let part = &pick.unit.part;
    let heading = pick.heading.as_deref().map(|heading| heading.trim_end_matches([':', '：', ' ']));
    match part.kind {
        PartKind::Code | PartKind::Setting => {
            let code = program_text(pick.unit.text);
            let is_block = code.contains('\n');
            let between = if is_block { ":\n" } else { ": " };
            (heading.map_or(code.clone(), |heading| format!("{heading}{between}{code}")), is_block)
        }
        PartKind::Row if pick.unit.text.contains('\n') => lines(pick.unit.text),
        PartKind::Row => (row(pick.unit.text, part.lead.as_deref()), false),
        PartKind::Cell => {
            let line = one_line(pick.unit.text);
            (part.lead.as_ref().map_or(line.clone(), |key| format!("{key}: {line}")), false)
        }
        PartKind::Sentence | PartKind::Item => {
            let line = one_line(pick.unit.text);
            match (heading, pick.is_item) {
                (Some(heading), true) => (format!("{heading}:\n- {line}"), true),
                (None, true) => (format!("- {line}"), true),
                (Some(heading), false) => (format!("{heading}: {line}"), false),
                (None, false) => (line, false),
            }
        }
    }
}

/// Program text as Markdown writes it.
fn program_text(text: &str) -> String {
    if text.contains('\n') {
        format!("```\n{text}\n```")
    } else if text.contains('`') {
        format!("`` {text} ``")
    } else {
        format!("`{text}`")
    }
}

/// A record on one line; an entry of a log with its lines. Returns whether it stands on lines of its own.
fn lines(text: &str) -> (String, bool) {
    let fields: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if !fields.iter().all(|field| field.contains(": ")) {
        return (program_text(text), true);
    }
    (fields.join(if fields.iter().any(|field| field.contains(", ")) { "; " } else { ", " }), false)
}

/// A row of a table with the names of its columns.
fn row(text: &str, columns: Option<&str>) -> String {
    // A table of plain text may have bars at both ends of a line.
    let bare = |line: &'_ str| line.trim().trim_start_matches("| ").trim_end_matches(" |").to_owned();
    let (columns, text) = (bare(columns.unwrap_or_default()), bare(text));
    let mut columns = columns.split(" | ").map(str::trim);
    let cells = text.split(" | ").map(str::trim).map(|cell| (columns.next().unwrap_or_default(), cell));
    let cells = cells.filter(|(_, cell)| !cell.is_empty() && *cell != "|");
    let shown =
        cells.map(|(name, cell)| if name.is_empty() { cell.to_owned() } else { format!("{name}: {cell}") });
    let shown: Vec<String> = shown.collect();
    shown.join(if shown.iter().any(|cell| cell.contains(", ")) { "; " } else { ", " })
}

/// The text without line ends, and without the "A:" of an answer in a list of questions.
fn one_line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let answer = ["A: ", "Answer: ", "Antwort: ", "R: "].iter().find_map(|mark| line.strip_prefix(mark));
    answer.map_or(line.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_shown_with_its_column_names() {
        assert_eq!(
            row("SH-1 | Ivo | 10", Some("holder | contact | shares")),
            "holder: SH-1, contact: Ivo, shares: 10"
        );
        assert_eq!(
            row("| Zürich | 220 francs |", Some("| City | Limit |")),
            "City: Zürich, Limit: 220 francs"
        );
        assert_eq!(row("SH-1 |  | 10", Some("holder | contact")), "holder: SH-1, 10");
    }

    #[test]
    fn a_record_is_shown_on_one_line_and_an_entry_of_a_log_with_its_lines() {
        let record = lines("name: Bob\nrole: CFO\noffice: Oslo");
        assert_eq!(record, ("name: Bob, role: CFO, office: Oslo".to_owned(), false));
        assert_eq!(lines("name: Bob\nplace: Oslo, Norway").0, "name: Bob; place: Oslo, Norway");
        let entry = "02:42:07 ERROR killed\n  at allocate";
        assert_eq!(lines(entry), (format!("```\n{entry}\n```"), true));
    }

    #[test]
    fn program_text_keeps_its_lines() {
        assert_eq!(program_text("a = 1"), "`a = 1`");
        assert_eq!(program_text("a\n  b"), "```\na\n  b\n```");
    }
}
