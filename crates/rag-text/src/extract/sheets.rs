//! Reads workbooks: each sheet's tables, divided at blank rows, with merged cells filled; never the formulas.

use std::{
    collections::{BTreeMap, HashMap},
    io::Cursor,
};

use calamine::{Dimensions, Reader as _, SheetType, SheetVisible, Sheets, Xls, Xlsb, Xlsx};

use super::{
    docx_parts::title,
    package::Package,
    sheet_comments,
    sheet_values::shown,
    source::Source,
    table::{Added, Table},
};
use crate::{block::BlockKind, decode::sniff::find, extract::Collector, refusal::Refusal};

/// Maximum number of cells of a sheet.
const MAX_CELLS: usize = 4_000_000;
/// The last column that keeps its place, counted from 0; later ones follow it closely.
const MAX_COLUMN: usize = 999;
/// Maximum number of cells that one merged area fills.
const MAX_MERGED: u64 = 1000;

type Input<'a> = Cursor<&'a [u8]>;

/// Hands the tables of a workbook to `collector`.
pub(crate) fn read(source: &Source<'_>, collector: &mut Collector<'_, '_>) -> Result<(), Refusal> {
    let mut comments = HashMap::new();
    let is_zip = source.bytes()?.starts_with(b"PK");
    if is_zip {
        let mut package = Package::open(source)?;
        package.check(collector)?;
        if let Some(title) = title(&package.text("docProps/core.xml", collector)?.unwrap_or_default()) {
            collector.title(&title);
        }
        comments = sheet_comments::read(&mut package, collector)?;
    }
    let bytes = source.bytes()?;
    let mut workbook = open(&bytes, is_zip)?;
    let sheets = workbook.sheets_metadata().to_vec();
    let is_read =
        |sheet: &&calamine::Sheet| matches!(sheet.typ, SheetType::WorkSheet | SheetType::DialogSheet);
    let is_visible = |sheet: &&calamine::Sheet| sheet.visible == SheetVisible::Visible;
    let any_visible = sheets.iter().filter(is_read).any(|sheet| is_visible(&sheet));
    for sheet in sheets.iter().filter(is_read) {
        if any_visible && !is_visible(&sheet) {
            continue;
        }
        let rows = rows(&mut workbook, &sheet.name)?;
        let comments = comments.remove(&sheet.name).unwrap_or_default();
        if rows.is_empty() && comments.is_empty() {
            continue;
        }
        collector.add(BlockKind::Heading { level: 2 }, &sheet.name, None)?;
        add_rows(&rows, collector)?;
        comments.iter().try_for_each(|comment| collector.add(BlockKind::Paragraph, comment, None))?;
    }
    Ok(())
}

fn open(bytes: &[u8], is_zip: bool) -> Result<Sheets<Input<'_>>, Refusal> {
    let input = Cursor::new(bytes);
    let is_binary = is_zip && find(bytes, b"xl/workbook.bin").is_some();
    let opened = match (is_zip, is_binary) {
        (false, _) => Xls::new(input).map(Sheets::Xls).map_err(calamine::Error::from),
        (true, false) => Xlsx::new(input).map(Sheets::Xlsx).map_err(calamine::Error::from),
        (true, true) => Xlsb::new(input).map(Sheets::Xlsb).map_err(calamine::Error::from),
    };
    opened.map_err(|error| {
        let text = error.to_string().to_lowercase();
        if text.contains("password") || text.contains("encrypt") {
            Refusal::Encrypted
        } else {
            Refusal::broken(error)
        }
    })
}

/// The cells of a sheet by row and column, as text.
fn rows(workbook: &mut Sheets<Input<'_>>, name: &str) -> Result<Vec<Vec<String>>, Refusal> {
    let mut cells: BTreeMap<u32, BTreeMap<u32, String>> = BTreeMap::new();
    let mut count = 0;
    let mut keep = |(row, column): (u32, u32), text: String| {
        count += 1;
        if count > MAX_CELLS {
            return Err(Refusal::too_complex(&format!("a sheet has more than {MAX_CELLS} cells")));
        }
        cells.entry(row).or_default().insert(column, text);
        Ok(())
    };
    match workbook {
        Sheets::Xlsx(xlsx) => {
            let merged = xlsx.merge_cells_by_sheet_name(name).unwrap_or_default();
            let mut reader = xlsx.worksheet_cells_reader(name).map_err(Refusal::broken)?;
            while let Some(cell) = reader.next_cell().map_err(Refusal::broken)? {
                if let Some(text) = shown(cell.get_value()) {
                    keep(cell.get_position(), text)?;
                }
            }
            drop(reader);
            fill_merged(&mut cells, &merged);
        }
        Sheets::Xlsb(xlsb) => {
            let mut reader = xlsb.worksheet_cells_reader(name).map_err(Refusal::broken)?;
            while let Some(cell) = reader.next_cell().map_err(Refusal::broken)? {
                if let Some(text) = shown(cell.get_value()) {
                    keep(cell.get_position(), text)?;
                }
            }
        }
        other => {
            let range = other.worksheet_range(name).map_err(Refusal::broken)?;
            let (top, left) = range.start().unwrap_or_default();
            for (row, column, value) in range.used_cells() {
                let place =
                    |at: usize, start: u32| start.saturating_add(u32::try_from(at).unwrap_or(u32::MAX));
                if let Some(text) = shown(value) {
                    keep((place(row, top), place(column, left)), text)?;
                }
            }
        }
    }
    Ok(dense(&cells))
}

/// Gives the text of a merged area to all its cells, as far as the text of the sheet stays short.
fn fill_merged(cells: &mut BTreeMap<u32, BTreeMap<u32, String>>, merged: &[Dimensions]) {
    let mut added = Added::default();
    cells.values().flat_map(BTreeMap::values).for_each(|text| added.earn(text));
    for area in merged.iter().filter(|area| area.len() <= MAX_MERGED) {
        let Some(text) = cells.get(&area.start.0).and_then(|row| row.get(&area.start.1)).cloned() else {
            continue;
        };
        for row in area.start.0..=area.end.0 {
            for column in area.start.1..=area.end.1 {
                if (row, column) != area.start {
                    cells.entry(row).or_default().insert(column, added.spend(&text));
                }
            }
        }
    }
}

/// Rows from the first to the last; several blank rows become one.
fn dense(cells: &BTreeMap<u32, BTreeMap<u32, String>>) -> Vec<Vec<String>> {
    let left = cells.values().filter_map(|row| row.keys().next()).min().copied().unwrap_or(0);
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut last = None;
    for (number, row) in cells {
        if last.is_some_and(|last| last + 1 < *number) {
            rows.push(Vec::new());
        }
        last = Some(*number);
        let mut texts = Vec::new();
        for (column, text) in row {
            let place = usize::try_from(column - left).unwrap_or(usize::MAX).min(MAX_COLUMN);
            texts.resize(place.max(texts.len()), String::new());
            texts.push(text.clone());
        }
        rows.push(texts);
    }
    rows
}

/// Hands rows to `collector` as tables, divided at blank rows; a lone cell before a table is its title.
pub(crate) fn add_rows(rows: &[Vec<String>], collector: &mut Collector<'_, '_>) -> Result<(), Refusal> {
    let filled = |row: &[String]| row.iter().filter(|cell| !cell.trim().is_empty()).count();
    let distinct = |row: &[String]| {
        let mut texts: Vec<&str> =
            row.iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty()).collect();
        texts.dedup();
        texts.len()
    };
    for part in rows.split(|row| filled(row) == 0).filter(|part| !part.is_empty()) {
        // A merged title fills all its cells.
        let titles = part.iter().take_while(|row| distinct(row) == 1 && filled(row) != 0).count();
        let titles = if titles == part.len() || part.get(titles).is_none_or(|row| filled(row) < 2) {
            0
        } else {
            titles
        };
        let (above, table_rows) = part.split_at(titles);
        for row in above {
            let title = row.iter().find(|cell| !cell.trim().is_empty()).map_or("", String::as_str);
            collector.add(BlockKind::Paragraph, title, None)?;
        }
        let mut table = Table::default();
        for row in table_rows {
            table.start_row(false);
            for cell in row {
                table.cell(cell, 1, 1);
            }
        }
        collector.table(table, None)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::testing::{collect, package, shown as blocks_shown};

    fn workbook(sheet: &str) -> Vec<u8> {
        package(&[
            ("[Content_Types].xml", "<Types/>"),
            (
                "_rels/.rels",
                "<Relationships><Relationship Id='r1' Type='http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument' Target='xl/workbook.xml'/></Relationships>",
            ),
            (
                "xl/workbook.xml",
                "<workbook xmlns:r='r'><sheets><sheet name='Data' sheetId='1' r:id='r1'/></sheets></workbook>",
            ),
            (
                "xl/_rels/workbook.xml.rels",
                "<Relationships><Relationship Id='r1' Type='http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet' Target='worksheets/sheet1.xml'/></Relationships>",
            ),
            ("xl/worksheets/sheet1.xml", sheet),
        ])
    }

    #[test]
    fn tables_are_divided_at_blank_rows_and_merged_cells_filled() {
        let cell =
            |place: &str, text: &str| format!("<c r='{place}' t='inlineStr'><is><t>{text}</t></is></c>");
        let sheet = format!(
            "<worksheet><sheetData><row r='1'>{}</row><row r='2'>{}{}</row><row r='3'><c r='A3'><v>0.1</v></c><c r='B3'><v>2</v></c></row>
            <row r='9'>{}{}</row><row r='10'><c r='C10'><v>1</v></c></row></sheetData><mergeCells><mergeCell ref='A1:B1'/></mergeCells></worksheet>",
            cell("A1", "The title"),
            cell("A2", "a"),
            cell("B2", "b"),
            cell("B9", "c"),
            cell("C9", "d"),
        );
        let bytes = workbook(&sheet);
        assert_eq!(
            blocks_shown(&collect(|c| read(&Source::Member(&bytes), c)).unwrap().1),
            [
                "h2 [] Data",
                "paragraph [Data] The title",
                "table [Data] a | b\n0.1 | 2",
                "table [Data] c | d\n | 1"
            ]
        );
    }

    #[test]
    fn merged_areas_with_a_long_text_stay_a_small_multiple_of_it() {
        let text = "word ".repeat(2000);
        let mut cells = BTreeMap::from([(0, BTreeMap::from([(0, text.clone())]))]);
        let area = |start, end| Dimensions { start, end };
        fill_merged(&mut cells, &[area((0, 0), (0, 2)), area((0, 0), (99, 9))]);
        let first = cells.remove(&0).unwrap();
        assert!((0..3_u32).all(|column| first[&column] == text));
        let bytes: usize = cells.values().flat_map(BTreeMap::values).map(String::len).sum();
        assert!(bytes < 20 * text.len(), "{bytes}");
    }

    #[test]
    fn a_cell_at_the_far_end_takes_no_memory() {
        let bytes = workbook(
            "<worksheet><sheetData><row r='1'><c r='A1'><v>1</v></c></row><row r='1048576'><c r='XFD1048576'><v>2</v></c></row></sheetData></worksheet>",
        );
        let (_, blocks) = collect(|c| read(&Source::Member(&bytes), c)).unwrap();
        assert_eq!(blocks.len(), 3);
    }
}
