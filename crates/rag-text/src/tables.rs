//! Divides the text of a table into pieces that each begin with its column names; one row is one line.

/// A header longer than this share of a piece is not repeated: there would be more header than rows.
const MAX_HEADER_SHARE: usize = 2;

/// The pieces of a table whose first line names the columns; each costs at most `limit` unless a single row costs more.
///
/// `cost` is the cost of one line. A table that fits, and one whose header is too long to be repeated, is one piece.
pub(crate) fn split_table(text: &str, limit: usize, cost: impl Fn(&str) -> usize) -> Vec<String> {
    let mut lines = text.split('\n').filter(|line| !line.trim().is_empty());
    let Some(header) = lines.next() else { return Vec::new() };
    let header_cost = cost(header);
    let total: usize = header_cost + lines.clone().map(&cost).sum::<usize>();
    if total <= limit || header_cost * MAX_HEADER_SHARE > limit {
        return vec![text.to_owned()];
    }
    let mut pieces = Vec::new();
    let mut piece = header.to_owned();
    let (mut spent, mut rows) = (header_cost, 0);
    for line in lines {
        let line_cost = cost(line);
        if rows > 0 && spent + line_cost > limit {
            pieces.push(std::mem::replace(&mut piece, header.to_owned()));
            (spent, rows) = (header_cost, 0);
        }
        piece.push('\n');
        piece.push_str(line);
        spent += line_cost;
        rows += 1;
    }
    pieces.push(piece);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_piece_begins_with_the_header_and_no_row_is_lost() {
        let table = "a | b\n1 | 2\n3 | 4\n5 | 6";
        assert_eq!(split_table(table, 18, |line| line.len() + 1), ["a | b\n1 | 2\n3 | 4", "a | b\n5 | 6"]);
        assert_eq!(split_table(table, 100, str::len), [table]);
    }

    #[test]
    fn a_header_wider_than_its_rows_is_not_repeated() {
        let table = "a very long header\n1\n2\n3";
        assert_eq!(split_table(table, 20, str::len), [table]);
    }
}
