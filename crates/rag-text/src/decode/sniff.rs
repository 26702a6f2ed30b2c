//! Detects the encoding of a text from its first bytes; keeps no decoded text.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// An encoding that [`super::Decoder`] reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Charset {
    Known(&'static Encoding),
    Utf32 { big_endian: bool },
}

/// Number of bytes from the beginning in which a `charset` or `encoding` declaration is searched.
const DECLARATION_BYTES: usize = 4096;

/// Number of pairs of bytes from which a text in UTF-16 need not have a zero in each pair, and from which not in every tenth: in many
/// pairs that are no text, some are no characters.
const MIN_PAIRS: usize = 8;
const MANY_PAIRS: usize = 64;

/// The most likely encoding of a text that begins with `head`, or consists of it when `complete`.
pub(crate) fn charset(head: &[u8], complete: bool) -> Charset {
    if let Some(unicode) = marked(head).or_else(|| wide(head)) {
        return unicode;
    }
    if is_utf8(head, complete) && !head.is_ascii() {
        return Charset::Known(UTF_8);
    }
    if let Some(encoding) = declaration(head) {
        return Charset::Known(encoding);
    }
    if is_mostly_utf8(head) {
        return Charset::Known(UTF_8);
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(head, complete);
    Charset::Known(detector.guess(None, Utf8Detection::Allow))
}

/// Detects UTF-16 or UTF-32 from the positions of zero bytes in ASCII and similar characters.
pub(crate) fn wide(head: &[u8]) -> Option<Charset> {
    let utf32 = [false, true].into_iter().find(|big_endian| is_utf32(head, *big_endian));
    if let Some(big_endian) = utf32 {
        return Some(Charset::Utf32 { big_endian });
    }
    let (pairs, _) = head.as_chunks::<2>();
    let zeros = |place: usize| pairs.iter().filter(|pair| pair.get(place) == Some(&0)).count();
    let count = pairs.len();
    // A few bytes with a zero among them are data more often than text, unless each pair has one.
    let found = zeros(0) + zeros(1);
    if found < count && (count < MIN_PAIRS || (count < MANY_PAIRS && found * 10 < count)) {
        return None;
    }
    let encoding = match (zeros(0), zeros(1)) {
        (0, low) if low > 0 => UTF_16LE,
        (high, 0) if high > 0 => UTF_16BE,
        (high, low) if low > high * 20 => UTF_16LE,
        (high, low) if high > low * 20 => UTF_16BE,
        _ => return None,
    };
    let is_wide = !is_ascii_pairs(pairs) && reads_as_text(encoding, pairs.as_flattened());
    is_wide.then_some(Charset::Known(encoding))
}

/// Whether most pairs without a zero are two printable characters of ASCII: then the zeros are faults in a text of single bytes.
fn is_ascii_pairs(pairs: &[[u8; 2]]) -> bool {
    let is_printable = |byte: &u8| matches!(*byte, b' '..=b'~' | b'\n' | b'\r' | b'\t');
    let without_zero = || pairs.iter().filter(|pair| !pair.contains(&0));
    let ascii = without_zero().filter(|pair| pair.iter().all(is_printable)).count();
    ascii * 10 > without_zero().count() * 6
}

/// The Unicode encoding of the byte order mark at the start of `head`.
pub(crate) fn marked(head: &[u8]) -> Option<Charset> {
    match head {
        [0xff, 0xfe, 0, 0, ..] => Some(Charset::Utf32 { big_endian: false }),
        [0, 0, 0xfe, 0xff, ..] => Some(Charset::Utf32 { big_endian: true }),
        _ => Encoding::for_bom(head).map(|(encoding, _)| Charset::Known(encoding)),
    }
}

fn is_utf32(head: &[u8], big_endian: bool) -> bool {
    let (units, _) = head.as_chunks::<4>();
    let is_char = |unit: &[u8; 4]| {
        let code = if big_endian { u32::from_be_bytes(*unit) } else { u32::from_le_bytes(*unit) };
        code != 0 && char::from_u32(code).is_some()
    };
    !units.is_empty() && units.iter().all(is_char)
}

fn reads_as_text(encoding: &'static Encoding, bytes: &[u8]) -> bool {
    // The head can end between two surrogates, so a single error is accepted.
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    let strange = |c: &char| {
        matches!(*c, char::REPLACEMENT_CHARACTER | '\u{e000}'..='\u{f8ff}')
            || (c.is_control() && !"\n\r\t\x0c".contains(*c))
    };
    text.chars().filter(strange).count() <= 1
}

/// Whether `head` is UTF-8; unless it is `complete`, the last character may be cut off.
fn is_utf8(head: &[u8], complete: bool) -> bool {
    std::str::from_utf8(head).map_or_else(|error| !complete && error.error_len().is_none(), |_| true)
}

/// Whether more characters of several bytes are right in UTF-8 than wrong. In other encodings hardly any are right by chance.
fn is_mostly_utf8(head: &[u8]) -> bool {
    let (mut right, mut wrong) = (0_usize, 0_usize);
    for chunk in head.utf8_chunks() {
        right += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        wrong += usize::from(!chunk.invalid().is_empty());
    }
    right >= wrong && right > 0
}

/// The encoding that the document itself declares, as in HTML or XML.
fn declaration(head: &[u8]) -> Option<&'static Encoding> {
    let head = head.get(..DECLARATION_BYTES).unwrap_or(head).to_ascii_lowercase();
    let start = head.trim_ascii_start();
    if !start.starts_with(b"<") {
        return None;
    }
    let keys: [&[u8]; 2] = [b"charset=", b"encoding="];
    let (at, key) = keys.iter().find_map(|key| Some((find(start, key)?, *key)))?;
    let label = start.get(at + key.len()..)?;
    let label = label.strip_prefix(b"\"").or_else(|| label.strip_prefix(b"'")).unwrap_or(label);
    let end = label.iter().position(|byte| !byte.is_ascii_alphanumeric() && !b"-_:.".contains(byte))?;
    super::declared(label.get(..end)?)
}

/// The position of the first `needle` in `haystack`.
pub(crate) fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}
