//! Divides the texts whose lines matter into parts: tables, settings and program text.

use std::ops::Range;

use super::{BlockPart, MAX_LEAD_BYTES, PartKind, trimmed};
use crate::sentences::sentences;

/// Maximum length of a row that is one part, in bytes; a longer one is divided into the sentences of its cells.
const MAX_ROW_BYTES: usize = 300;
/// Maximum length of a sentence of a cell that is one part, in bytes; a longer one is divided at its semicolons.
const MAX_CLAUSE_BYTES: usize = 160;
/// Maximum length of a first cell that leads the parts of its row, in bytes.
const MAX_KEY_BYTES: usize = 120;
/// Maximum length of the name of a column that leads the parts of a cell, in bytes.
const MAX_COLUMN_BYTES: usize = 160;
/// The separator between two cells.
const CELLS: &str = " | ";
/// The marks after which a command stands in the record of a session.
const PROMPTS: [&str; 3] = ["$ ", ">>> ", "PS> "];

/// Each row after the first, which names the columns; a table of one row is that row.
pub(super) fn rows(text: &str) -> Vec<BlockPart> {
    let mut at = 0;
    let mut rows = Vec::new();
    for line in text.split_inclusive('\n') {
        let row = trimmed(line);
        if !row.is_empty() && !is_rule(line) {
            rows.push(at + row.start..at + row.end);
        }
        at += line.len();
    }
    let header = rows.first().and_then(|row| text.get(row.clone())).map(str::to_owned);
    let skipped = usize::from(rows.len() > 1);
    let header = header.filter(|_| skipped > 0);
    let lead = header.as_deref().and_then(first_columns);
    let mut parts = Vec::new();
    for bytes in rows.into_iter().skip(skipped) {
        if bytes.len() > MAX_ROW_BYTES {
            parts.extend(cells(text, bytes, header.as_deref()));
        } else {
            parts.push(BlockPart { bytes, kind: PartKind::Row, lead: lead.clone() });
        }
    }
    parts
}

/// The names of the first columns that are short enough together to lead a row; `None` if the first one is not.
fn first_columns(header: &str) -> Option<String> {
    if header.len() <= MAX_LEAD_BYTES {
        return Some(header.to_owned());
    }
    let begin = header.get(..header.floor_char_boundary(MAX_LEAD_BYTES))?;
    let (columns, _) = begin.rsplit_once(CELLS)?;
    Some(columns.to_owned()).filter(|columns| !columns.trim().is_empty())
}

/// The sentences of the cells after the first one, which leads them, with the name of the column if there are several; of all cells if it
/// is long itself.
fn cells(text: &str, row: Range<usize>, header: Option<&str>) -> Vec<BlockPart> {
    let columns: Vec<&str> = header.map_or_else(Vec::new, |header| header.split(CELLS).collect());
    let mut at = row.start;
    let mut key = None;
    let mut parts = Vec::new();
    for (place, cell) in text.get(row).unwrap_or_default().split(CELLS).enumerate() {
        let start = at;
        at += cell.len() + CELLS.len();
        if place == 0 && cell.len() <= MAX_KEY_BYTES {
            key = Some(bare(cell)).filter(|key| !key.is_empty());
            continue;
        }
        let column = columns.get(place).map(|column| bare(column)).filter(|_| columns.len() > 2);
        let column = column.filter(|column| (1..=MAX_COLUMN_BYTES).contains(&column.len()));
        let names: Vec<&str> = key.into_iter().chain(column).collect();
        let lead = (!names.is_empty()).then(|| names.join(", "));
        for bytes in sentences(cell).into_iter().flat_map(|range| clauses(cell, range)) {
            let bytes = start + bytes.start..start + bytes.end;
            parts.push(BlockPart { bytes, kind: PartKind::Cell, lead: lead.clone() });
        }
    }
    parts
}

fn bare(cell: &str) -> &str {
    cell.trim_matches(['|', ' '])
}

/// The clauses between semicolons of a long sentence: cells enumerate with them.
fn clauses(cell: &str, sentence: Range<usize>) -> Vec<Range<usize>> {
    let text = cell.get(sentence.clone()).unwrap_or_default();
    if text.len() <= MAX_CLAUSE_BYTES {
        return vec![sentence];
    }
    let mut at = sentence.start;
    let clauses = text.split("; ").map(|clause| {
        let start = at;
        at += clause.len() + "; ".len();
        start..start + clause.len()
    });
    clauses.filter(|clause| !clause.is_empty()).collect()
}

/// The pieces of program text: each command of a session with its output, each line of a list of commands with comments, otherwise
/// the whole text.
pub(super) fn program_pieces(text: &str) -> Vec<Range<usize>> {
    let filled = || text.lines().filter(|line| !line.trim().is_empty());
    let is_prompt = |line: &str| PROMPTS.iter().any(|prompt| line.starts_with(prompt));
    let is_session = filled().next().is_some_and(is_prompt);
    let is_list = filled().count() > 1 && filled().all(is_commented_command);
    let mut pieces: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        match pieces.last_mut() {
            Some(last) if !(is_session && is_prompt(line) || is_list) => last.end = at,
            _ => pieces.push(start..at),
        }
    }
    let bare = pieces.into_iter().map(|piece| {
        let range = trimmed(text.get(piece.clone()).unwrap_or_default());
        piece.start + range.start..piece.start + range.end
    });
    bare.filter(|piece| !piece.is_empty()).collect()
}

/// Whether a line is a command and says what it does, as in `make run   # starts the server`.
fn is_commented_command(line: &str) -> bool {
    let comment = line.split_once(" # ").filter(|(command, _)| !command.trim().is_empty());
    !line.starts_with([' ', '\t', '#']) && comment.is_some()
}

/// Whether a line of plain text is a heading as Markdown writes it.
pub(super) fn is_marked_heading(text: &str) -> bool {
    let title = text.trim_start_matches('#');
    (1..=6).contains(&(text.len() - title.len())) && title.starts_with(' ') && !text.contains('\n')
}

/// Whether a line is a row of a table with bars between its cells.
pub(super) fn is_table_line(line: &str) -> bool {
    line.contains(" | ") || is_rule(line)
}

/// Whether a line draws the rule below the column names, as in `|---|:-:|`.
fn is_rule(line: &str) -> bool {
    line.contains("--") && line.chars().all(|c| "|-: \t\r\n".contains(c))
}

/// Minimum number of dots of a path.
const MIN_PATH_DOTS: usize = 2;

/// Whether a line sets a value: `key = value`, `key: value` or `KEY=value`.
pub(super) fn is_setting(line: &str) -> bool {
    let Some((key, value)) = line.split_once(['=', ':']) else { return false };
    let key = key.trim().trim_matches('"');
    let is_name = |c: char| c.is_alphanumeric() || "_-.".contains(c);
    let is_equation = line.get(key.len()..).is_some_and(|rest| rest.trim_start().starts_with('='));
    // A value of structured data after its path, such as `paths./v1/keys.get.summary`.
    let is_path = key.matches('.').count() >= MIN_PATH_DOTS && !key.contains(char::is_whitespace);
    !key.is_empty()
        && (is_path
            || key.chars().all(is_name)
                && (is_equation || key.chars().all(|c| c.is_lowercase() || "_-.".contains(c))))
        && !value.trim().is_empty()
        && !value.starts_with(['=', ':', '/'])
        && !line.ends_with([';', '{', '('])
}

pub(super) fn is_comment(line: &str) -> bool {
    line.starts_with('#') || line.starts_with("//")
}

pub(super) fn is_section(line: &str) -> bool {
    line.starts_with('[') && line.ends_with(']')
}
