//! Reads the names of the files in a zip archive from its headers and its directory; never those in files that it holds.

use super::sniff::find;

/// The signatures of a header before a file, of an entry of the directory, and of the end of the directory.
const HEADER: &[u8] = b"PK\x03\x04";
const ENTRY: &[u8] = b"PK\x01\x02";
const END: &[u8] = b"PK\x05\x06";
/// Sizes of a header, of an entry and of the end, without names, extra fields and comments.
const HEADER_BYTES: usize = 30;
const ENTRY_BYTES: usize = 46;
const END_BYTES: usize = 22;
/// The flag of a header whose sizes stand behind the file.
const SIZES_BEHIND: usize = 1 << 3;
/// A size that stands in an extra field.
const LARGE: usize = 0xffff_ffff;

/// The names in the headers of the beginning and in the directory at the end of an archive.
pub(super) fn names(head: &[u8], tail: &[u8]) -> Vec<String> {
    let mut names = names_of_headers(head);
    names.extend(names_of_directory(tail));
    names
}

/// The first file of an archive: its name and the beginning of its bytes.
pub(super) fn first_file(head: &[u8]) -> Option<(String, &[u8])> {
    let (name, start, _) = header(head)?;
    Some((name, head.get(start..).unwrap_or_default()))
}

fn names_of_headers(head: &[u8]) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = head;
    while let Some((name, start, size)) = header(rest) {
        names.push(name);
        let behind = rest.get(start..).unwrap_or_default();
        let next = size.or_else(|| find(behind, HEADER));
        rest = next.and_then(|next| behind.get(next..)).unwrap_or_default();
    }
    names
}

/// The name in the header at the beginning, the position of the file's bytes, and their number; `None` if that stands behind them.
fn header(bytes: &[u8]) -> Option<(String, usize, Option<usize>)> {
    let fixed = bytes.get(..HEADER_BYTES).filter(|fixed| fixed.starts_with(HEADER))?;
    let start = HEADER_BYTES + number(fixed, 26, 2)? + number(fixed, 28, 2)?;
    let name = name(bytes, HEADER_BYTES, number(fixed, 26, 2)?);
    let size = number(fixed, 18, 4)?;
    let is_known = number(fixed, 6, 2)? & SIZES_BEHIND == 0 && size != LARGE;
    Some((name, start, is_known.then_some(size)))
}

/// The names of the directory, of which the tail can lack the beginning.
fn names_of_directory(tail: &[u8]) -> Vec<String> {
    let Some(end) = end_of_directory(tail) else { return Vec::new() };
    let size = number(tail.get(end..).unwrap_or_default(), 12, 4).unwrap_or(LARGE);
    let directory = tail.get(end.saturating_sub(size)..end).unwrap_or_default();
    let mut names = Vec::new();
    let mut rest = directory;
    while let Some(at) = find(rest, ENTRY) {
        let entry = rest.get(at..).unwrap_or_default();
        let Some(fixed) = entry.get(..ENTRY_BYTES) else { break };
        let lengths = [28, 30, 32].map(|place| number(fixed, place, 2).unwrap_or(0));
        let [name_bytes, ..] = lengths;
        names.push(name(entry, ENTRY_BYTES, name_bytes));
        rest = entry.get(ENTRY_BYTES + lengths.iter().sum::<usize>()..).unwrap_or_default();
    }
    names
}

/// The position of the end of the directory: the last one whose comment reaches to the end of the file.
fn end_of_directory(tail: &[u8]) -> Option<usize> {
    let last = tail.len().checked_sub(END_BYTES)?;
    (0..=last).rev().find(|at| {
        let end = tail.get(*at..).unwrap_or_default();
        end.starts_with(END) && number(end, 20, 2).is_some_and(|comment| END_BYTES + comment == end.len())
    })
}

/// The little-endian number of `size` bytes at `place`.
fn number(bytes: &[u8], place: usize, size: usize) -> Option<usize> {
    let bytes = bytes.get(place..place + size)?;
    Some(bytes.iter().rev().fold(0, |number, byte| (number << 8) | usize::from(*byte)))
}

/// The name of `size` bytes at `place`, with slashes between its parts.
fn name(bytes: &[u8], place: usize, size: usize) -> String {
    let name = bytes.get(place..bytes.len().min(place + size)).unwrap_or_default();
    String::from_utf8_lossy(name).replace('\\', "/").trim_start_matches('/').to_owned()
}
