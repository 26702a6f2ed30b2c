//! Builds the text of a table: cells keep their columns through spans, and several header rows become one.

/// Maximum number of columns; cells beyond are left out.
const MAX_COLUMNS: usize = 1000;
/// Maximum number of cells that spans add to a table, so that a short file cannot make a long text.
const MAX_SPANNED_CELLS: usize = 20_000;
/// Maximum size of the texts that spans add to a table, as a multiple of the size of its cells; a cell beyond it is blank.
const MAX_ADDED_MULTIPLE: usize = 16;
/// Size of a cell beside its text in this reckoning, in bytes.
const CELL_BYTES: usize = 16;
/// Size of the texts that spans can add to a table of any size besides, in bytes.
const FREE_ADDED_BYTES: usize = 4096;
/// Maximum number of header rows that are joined.
const MAX_HEADER_ROWS: usize = 4;

/// The size of the texts that spans can still add to a table, in bytes.
#[derive(Debug)]
pub(crate) struct Added(usize);

impl Default for Added {
    fn default() -> Self {
        Self(FREE_ADDED_BYTES)
    }
}

impl Added {
    /// Counts a cell of the document.
    pub(crate) fn earn(&mut self, text: &str) {
        let bytes = text.len().saturating_add(CELL_BYTES);
        self.0 = self.0.saturating_add(bytes.saturating_mul(MAX_ADDED_MULTIPLE));
    }

    /// Returns the text of a cell once more; empty if too much was added.
    pub(crate) fn spend(&mut self, text: &str) -> String {
        let Some(left) = self.0.checked_sub(text.len()) else { return String::new() };
        self.0 = left;
        text.to_owned()
    }
}

/// A table that is being built, row by row.
#[derive(Debug, Default)]
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
    /// Cells of rows above that reach into the next rows, by column: rows left and text.
    reaching: Vec<Option<(usize, String)>>,
    /// Number of rows at the start that name the columns.
    headers: usize,
    spanned: usize,
    added: Added,
}

impl Table {
    /// Begins a row; `is_header` if it names the columns.
    pub(crate) fn start_row(&mut self, is_header: bool) {
        self.fill();
        if is_header && self.headers == self.rows.len() && self.headers < MAX_HEADER_ROWS {
            self.headers += 1;
        }
        self.rows.push(Vec::new());
    }

    /// Adds a cell to the row, over a number of columns and rows.
    pub(crate) fn cell(&mut self, text: &str, columns: usize, rows: usize) {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        self.added.earn(&text);
        self.place(&text, columns, rows);
    }

    fn place(&mut self, text: &str, columns: usize, rows: usize) {
        self.fill();
        if self.rows.is_empty() {
            self.rows.push(Vec::new());
        }
        let Some(row) = self.rows.last_mut() else { return };
        for place in 0..columns.clamp(1, MAX_COLUMNS) {
            if row.len() >= MAX_COLUMNS || (place > 0 && self.spanned >= MAX_SPANNED_CELLS) {
                return;
            }
            self.spanned += usize::from(place > 0);
            let shown = if place > 0 { self.added.spend(text) } else { text.to_owned() };
            if rows > 1 {
                let column = row.len();
                self.reaching.resize(self.reaching.len().max(column + 1), None);
                if let Some(reaching) = self.reaching.get_mut(column) {
                    *reaching = Some((rows - 1, shown.clone()));
                }
            }
            row.push(shown);
        }
    }

    /// Makes the row that was started last name the columns.
    pub(crate) fn mark_header(&mut self) {
        if self.headers + 1 == self.rows.len() && self.headers < MAX_HEADER_ROWS {
            self.headers += 1;
        }
    }

    /// Adds a cell that continues the one above it, as Word stores merged cells.
    pub(crate) fn continue_cell(&mut self, columns: usize) {
        self.fill();
        let (above, row) = (self.rows.iter().nth_back(1), self.rows.last());
        let text = above.zip(row).and_then(|(above, row)| above.get(row.len()));
        let text = text.map(|text| self.added.spend(text)).unwrap_or_default();
        self.place(&text, columns, 1);
    }

    /// Puts the cells that reach into this row before its next cell.
    fn fill(&mut self) {
        let Some(row) = self.rows.last_mut() else { return };
        while let Some(slot) = self.reaching.get_mut(row.len())
            && let Some((left, text)) = slot.take_if(|_| self.spanned < MAX_SPANNED_CELLS)
        {
            // The row that a cell stands in has been filled already.
            self.spanned += 1;
            row.push(self.added.spend(&text));
            if left > 1 {
                *slot = Some((left - 1, text));
            }
        }
    }

    /// The rows, with spanned cells filled.
    pub(crate) fn into_rows(mut self) -> Vec<Vec<String>> {
        self.fill();
        self.rows
    }

    /// The number of rows.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The text: one row per line, cells separated by ` | `; blank rows and columns are left out.
    pub(crate) fn render(mut self) -> String {
        self.fill();
        let headers = self.headers.min(self.rows.len());
        let body = self.rows.split_off(headers);
        let mut rows = join_headers(self.rows);
        rows.extend(body);
        let width = rows.iter().map(Vec::len).max().unwrap_or(0);
        let kept: Vec<usize> = (0..width)
            .filter(|column| rows.iter().any(|row| row.get(*column).is_some_and(|cell| !cell.is_empty())))
            .collect();
        let mut text = String::new();
        for row in rows.iter().filter(|row| row.iter().any(|cell| !cell.is_empty())) {
            let cells: Vec<&str> =
                kept.iter().map(|column| row.get(*column).map_or("", String::as_str)).collect();
            let filled = cells.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1);
            text.push_str(&cells.get(..filled).unwrap_or_default().join(" | "));
            text.push('\n');
        }
        text
    }
}

/// One row that names the columns, from the names in all header rows: `2020 Q1` under `2020`.
fn join_headers(rows: Vec<Vec<String>>) -> Vec<Vec<String>> {
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    if rows.len() < 2 {
        return rows;
    }
    let name = |column: usize| {
        let mut names: Vec<&str> = Vec::new();
        for row in &rows {
            let cell = row.get(column).map_or("", String::as_str);
            if !cell.is_empty() && names.last() != Some(&cell) {
                names.push(cell);
            }
        }
        names.join(" ")
    };
    vec![(0..width).map(name).collect()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_keep_the_columns_of_the_cells_behind_them() {
        let mut table = Table::default();
        table.start_row(true);
        table.cell("Land", 1, 2);
        table.cell("2020", 2, 1);
        table.start_row(true);
        table.cell("Q1", 1, 1);
        table.cell("Q2", 1, 1);
        table.start_row(false);
        table.cell("Bern\n stadt", 1, 2);
        table.cell("1", 1, 1);
        table.cell("", 1, 1);
        table.start_row(false);
        table.cell("", 1, 1);
        table.cell("4", 1, 1);
        assert_eq!(table.render(), "Land | 2020 Q1 | 2020 Q2\nBern stadt | 1\nBern stadt |  | 4\n");
    }

    #[test]
    fn hostile_spans_stay_small() {
        let mut table = Table::default();
        for _ in 0..1000 {
            table.start_row(false);
            table.cell("x", 1_000_000, 1_000_000);
        }
        assert!(table.render().len() < 200_000);
    }

    #[test]
    fn spans_of_a_long_text_stay_a_small_multiple_of_it() {
        let text = "word ".repeat(2000);
        let mut table = Table::default();
        for _ in 0..10 {
            table.start_row(false);
            table.cell(&text, 1000, 1000);
        }
        let rendered = table.render();
        assert!(
            rendered.contains("word word") && rendered.len() < 20 * 10 * text.len(),
            "{}",
            rendered.len()
        );
        let mut table = Table::default();
        table.start_row(false);
        table.cell(&text, 1, 1);
        for _ in 0..1000 {
            table.start_row(false);
            table.continue_cell(1);
            table.cell("x", 1, 1);
        }
        let rendered = table.render();
        assert!(rendered.len() < 20 * text.len() && rendered.ends_with(" | x\n"), "{}", rendered.len());
    }
}
