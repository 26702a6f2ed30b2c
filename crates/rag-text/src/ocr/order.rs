//! Puts the lines of a page into reading order: columns, and rows of pieces that stand side by side. Knows no paragraphs.

/// A piece of a line, as the network finds it, on a page that stands upright; lengths are in pixels, `y` grows downwards.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Piece {
    pub(crate) text: String,
    pub(crate) left: f32,
    pub(crate) right: f32,
    /// The place of its middle.
    pub(crate) y: f32,
    pub(crate) height: f32,
}

/// Minimum number of lines of a column.
const MIN_COLUMN_LINES: usize = 3;
/// Minimum length of most lines of a column, in heights of a line: shorter ones are cells of a table.
const MIN_COLUMN_WIDTH: f32 = 8.0;
/// Minimum space between columns, in heights of a line.
const MIN_GUTTER: f32 = 0.7;
/// Maximum share of the lines that cross the space between two columns, such as titles: one in this number.
const MAX_CROSSING: usize = 8;
/// Minimum space between the cells of a row, in heights of a line.
const MIN_CELL_SPACE: f32 = 2.5;
/// The text between two cells, as in the tables of other documents.
pub(crate) const CELL_END: &str = " | ";

/// The rows of a page in reading order. Pieces of a row are joined.
pub(super) fn in_reading_order(pieces: Vec<Piece>) -> Vec<Piece> {
    let Some(gutter) = gutter(&pieces) else { return rows(pieces) };
    let (mut crossing, beside): (Vec<Piece>, Vec<Piece>) =
        pieces.into_iter().partition(|piece| piece.left < gutter && gutter < piece.right);
    crossing.sort_by(|a, b| a.y.total_cmp(&b.y));
    let mut ordered = Vec::new();
    let mut waiting = beside;
    for piece in crossing.into_iter().map(Some).chain([None]) {
        let end = piece.as_ref().map_or(f32::MAX, |piece| piece.y);
        let (above, below): (Vec<Piece>, Vec<Piece>) = waiting.into_iter().partition(|other| other.y < end);
        waiting = below;
        let (left, right): (Vec<Piece>, Vec<Piece>) =
            above.into_iter().partition(|piece| piece.right <= gutter);
        ordered.append(&mut in_reading_order(left));
        ordered.append(&mut in_reading_order(right));
        ordered.extend(piece);
    }
    ordered
}

/// The middle of the space between two columns of running text, the clearest one; `None` if there are no columns.
fn gutter(pieces: &[Piece]) -> Option<f32> {
    let unit = median(pieces.iter().map(|piece| piece.height))?;
    let is_column = |side: &[&Piece]| {
        side.len() >= MIN_COLUMN_LINES
            && median(side.iter().map(|piece| piece.right - piece.left))
                .is_some_and(|width| width >= unit * MIN_COLUMN_WIDTH)
    };
    let candidates = pieces.iter().filter_map(|piece| {
        let at = piece.right;
        let (left, others): (Vec<&Piece>, Vec<&Piece>) = pieces.iter().partition(|other| other.right <= at);
        let (crossing, right): (Vec<&Piece>, Vec<&Piece>) =
            others.into_iter().partition(|other| other.left <= at);
        let end = right.iter().map(|other| other.left).fold(f32::MAX, f32::min);
        let is_gutter = end - at >= unit * MIN_GUTTER
            && crossing.len() * MAX_CROSSING <= pieces.len()
            && is_column(&left)
            && is_column(&right);
        is_gutter.then(|| (crossing.len(), f32::midpoint(at, end), end - at))
    });
    let best = candidates.min_by(|a, b| a.0.cmp(&b.0).then(b.2.total_cmp(&a.2)));
    best.map(|(_, middle, _)| middle)
}

/// The pieces as rows from the top to the bottom.
fn rows(mut pieces: Vec<Piece>) -> Vec<Piece> {
    pieces.sort_by(|a, b| a.y.total_cmp(&b.y));
    let mut rows: Vec<Vec<Piece>> = Vec::new();
    for piece in pieces {
        match rows.last_mut() {
            Some(row) if row.iter().all(|other| is_beside(other, &piece)) => row.push(piece),
            _ => rows.push(vec![piece]),
        }
    }
    rows.into_iter().filter_map(joined).collect()
}

/// Whether two pieces stand in one row, one to the right of the other.
fn is_beside(a: &Piece, b: &Piece) -> bool {
    let overlap = a.right.min(b.right) - a.left.max(b.left);
    let height = a.height.min(b.height);
    (a.y - b.y).abs() < height * 0.5 && overlap < height
}

/// The pieces of a row as one.
fn joined(mut row: Vec<Piece>) -> Option<Piece> {
    row.sort_by(|a, b| a.left.total_cmp(&b.left));
    row.into_iter().reduce(|mut all, piece| {
        let space = piece.left - all.right;
        let height = all.height.max(piece.height);
        all.text.push_str(if space > height * MIN_CELL_SPACE { CELL_END } else { " " });
        all.text.push_str(&piece.text);
        Piece { right: all.right.max(piece.right), height, ..all }
    })
}

/// The middle one of numbers; `None` if there are no numbers.
pub(super) fn median(numbers: impl Iterator<Item = f32>) -> Option<f32> {
    let mut numbers: Vec<f32> = numbers.collect();
    numbers.sort_by(f32::total_cmp);
    numbers.get(numbers.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(text: &str, left: f32, right: f32, y: f32) -> Piece {
        Piece { text: text.to_owned(), left, right, y, height: 20.0 }
    }

    fn texts(pieces: Vec<Piece>) -> Vec<String> {
        in_reading_order(pieces).into_iter().map(|piece| piece.text).collect()
    }

    #[test]
    fn columns_are_read_one_after_the_other_and_titles_between_them() {
        let mut pieces = vec![piece("title", 200.0, 600.0, 20.0), piece("middle", 100.0, 700.0, 200.0)];
        for (start, rows) in [(60.0, ["a", "b", "c", "d"]), (240.0, ["e", "f", "g", "h"])] {
            for (row, text) in (0_u8..).zip(rows) {
                let y = start + 30.0 * f32::from(row);
                pieces.push(piece(&format!("left {text}"), 50.0, 380.0, y));
                pieces.push(piece(&format!("right {text}"), 420.0, 750.0, y));
            }
        }
        pieces.reverse();
        let upper =
            ["title", "left a", "left b", "left c", "left d", "right a", "right b", "right c", "right d"];
        let lower =
            ["middle", "left e", "left f", "left g", "left h", "right e", "right f", "right g", "right h"];
        assert_eq!(texts(pieces), [&upper[..], &lower[..]].concat());
    }

    #[test]
    fn cells_of_a_row_stay_together() {
        let mut pieces = Vec::new();
        for row in 0_u8..4 {
            let y = 30.0 * f32::from(row);
            pieces.push(piece(&format!("price {row}"), 400.0, 480.0, y - 3.0));
            pieces.push(piece(&format!("item {row}"), 50.0, 130.0, y));
        }
        assert_eq!(
            texts(pieces),
            ["item 0 | price 0", "item 1 | price 1", "item 2 | price 2", "item 3 | price 3"]
        );
    }

    #[test]
    fn a_line_in_two_pieces_is_one() {
        assert_eq!(
            texts(vec![piece("end", 310.0, 400.0, 52.0), piece("the", 50.0, 290.0, 50.0)]),
            ["the end"]
        );
        assert_eq!(texts(Vec::new()), [""; 0]);
    }
}
