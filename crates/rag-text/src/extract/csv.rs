//! Reads separated values as a table, in pieces that each begin with the column names.

use std::io::{self, Read};

use super::source::{Source, unreadable};
use crate::{
    block::{BlockKind, MAX_BLOCK_BYTES},
    decode::Decoder,
    extract::Collector,
    refusal::Refusal,
};

/// Number of bytes of text in which the divider is searched.
const SAMPLE_BYTES: usize = 16 * 1024;
/// The length at which a piece of the table is handed on, in bytes.
const PIECE_BYTES: usize = MAX_BLOCK_BYTES / 2;

/// Hands the rows of a file to `collector`.
pub(crate) fn read(source: &Source<'_>, collector: &mut Collector<'_, '_>) -> Result<(), Refusal> {
    let decoder = Decoder::new(source.open()?).map_err(unreadable)?;
    let mut text = DecodedText { decoder, window: Vec::new(), at: 0 };
    text.fill().map_err(unreadable)?;
    let sample =
        String::from_utf8_lossy(text.window.get(..SAMPLE_BYTES).unwrap_or(&text.window)).into_owned();
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(divider(&sample))
        .flexible(true)
        .has_headers(false)
        .from_reader(text);
    let mut header: Option<String> = None;
    let mut piece = String::new();
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(Refusal::broken)? {
        let cells: Vec<String> = record.iter().map(one_line).collect();
        let filled = cells.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1);
        let row = cells.get(..filled).unwrap_or_default().join(" | ");
        if row.is_empty() {
            continue;
        }
        if piece.len() + row.len() > PIECE_BYTES && !piece.is_empty() {
            collector.add(BlockKind::Table, &piece, None)?;
            piece = header
                .as_ref()
                .filter(|header| header.len() < PIECE_BYTES / 2)
                .map_or_else(String::new, |header| format!("{header}\n"));
        }
        piece.push_str(&row);
        piece.push('\n');
        header.get_or_insert(row);
    }
    collector.add(BlockKind::Table, &piece, None)
}

/// The divider that occurs most evenly in the lines of a sample, outside of quotes.
fn divider(sample: &str) -> u8 {
    let score = |divider: u8| {
        let counts: Vec<usize> = sample
            .lines()
            .take(50)
            .filter(|line| !line.trim().is_empty())
            .map(|line| count(line, divider))
            .collect();
        let first = counts.first().copied().unwrap_or(0);
        let even = counts.iter().filter(|count| **count == first).count();
        (usize::from(first > 0) * even, first)
    };
    [b',', b';', b'\t', b'|'].into_iter().rev().max_by_key(|divider| score(*divider)).unwrap_or(b',')
}

fn count(line: &str, divider: u8) -> usize {
    let mut is_quoted = false;
    let mut count = 0;
    for byte in line.bytes() {
        is_quoted ^= byte == b'"';
        count += usize::from(byte == divider && !is_quoted);
    }
    count
}

fn one_line(cell: &str) -> String {
    cell.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text of a decoder as bytes of UTF-8.
struct DecodedText<R> {
    decoder: Decoder<R>,
    window: Vec<u8>,
    at: usize,
}

impl<R: Read> DecodedText<R> {
    fn fill(&mut self) -> io::Result<()> {
        while self.at >= self.window.len() {
            let mut text = String::new();
            let more = self.decoder.read_window(&mut text)?;
            (self.window, self.at) = (text.into_bytes(), 0);
            if !more {
                break;
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for DecodedText<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.fill()?;
        let mut left = self.window.get(self.at..).unwrap_or_default();
        let read = left.read(out)?;
        self.at += read;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::testing::{collect, shown};

    fn table(text: &str) -> Vec<String> {
        shown(&collect(|c| read(&Source::Member(text.as_bytes()), c)).unwrap().1)
    }

    #[test]
    fn values_are_divided_by_what_divides_them_evenly() {
        for text in ["a,b\n\"1,5\",2\n", "a;b\n1,5;2\n", "a\tb\n1,5\t2\n", "a|b\r\n1,5|2\r\n"] {
            assert_eq!(table(text), ["table [] a | b\n1,5 | 2"], "{text}");
        }
        assert_eq!(table("a,b\n\"one\ntwo\",2\n3\n4,5,6"), ["table [] a | b\none two | 2\n3\n4 | 5 | 6"]);
        assert_eq!(table("name\nAda\n"), ["table [] name\nAda"]);
    }

    #[test]
    fn every_piece_of_a_long_file_begins_with_the_column_names() {
        let rows: String =
            (0..10_000).map(|row| format!("{row},a value of some length\n")).collect::<Vec<_>>().concat();
        let pieces = table(&format!("id,value\n{rows}"));
        assert!(pieces.len() > 5 && pieces.iter().all(|piece| piece.starts_with("table [] id | value\n")));
        let lines: usize = pieces.iter().map(|piece| piece.lines().count() - 1).sum();
        assert_eq!(lines, 10_000);
    }
}
