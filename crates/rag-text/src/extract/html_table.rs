//! Collects the cells of an HTML table while its elements are walked.

use dom_query::NodeRef;

use super::table::Table;

/// A data table that is open.
#[derive(Default)]
pub(super) struct OpenTable {
    table: Table,
    /// The columns and rows of the open cell; `None` outside of cells.
    cell: Option<(usize, usize)>,
    in_head: bool,
}

impl OpenTable {
    /// Handles an element on the way down; `text` is the text since the last cell.
    pub(super) fn enter(&mut self, name: &str, node: &NodeRef<'_>, text: &mut String) {
        match name {
            "thead" => self.in_head = true,
            "tbody" | "tfoot" => self.in_head = false,
            "tr" => {
                self.end_cell(text);
                let is_header = self.in_head || is_header(node);
                self.table.start_row(is_header);
            }
            "td" | "th" => {
                self.end_cell(text);
                let span =
                    |name: &str| node.attr(name).and_then(|count| count.trim().parse().ok()).unwrap_or(1);
                self.cell = Some((span("colspan"), span("rowspan")));
            }
            _ if !text.is_empty() && !text.ends_with(' ') => text.push(' '),
            _ => {}
        }
    }

    /// Handles an element on the way up.
    pub(super) fn leave(&mut self, name: &str, text: &mut String) {
        if matches!(name, "td" | "th" | "tr") {
            self.end_cell(text);
        } else if !text.is_empty() && !text.ends_with(' ') {
            text.push(' ');
        }
    }

    fn end_cell(&mut self, text: &mut String) {
        if let Some((columns, rows)) = self.cell.take() {
            self.table.cell(text, columns, rows);
            text.clear();
        }
    }

    /// The text of the table.
    pub(super) fn finish(mut self, text: &mut String) -> String {
        self.end_cell(text);
        self.table.render()
    }
}

/// Whether a row consists of header cells.
fn is_header(row: &NodeRef<'_>) -> bool {
    let mut cells = row.element_children().into_iter().filter_map(|cell| cell.node_name()).peekable();
    cells.peek().is_some() && cells.all(|name| &*name == "th")
}

/// Whether a table holds data: a table that contains tables or headings only does the page's layout.
pub(super) fn is_data(table: &NodeRef<'_>) -> bool {
    let arranges = |node: NodeRef<'_>| {
        node.node_name()
            .is_some_and(|name| matches!(&*name, "table" | "pre" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6"))
    };
    !table.descendants_it().any(arranges)
}
