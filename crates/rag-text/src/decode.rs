//! Decodes bytes of any common encoding to clean UTF-8, one window at a time; never holds the whole input.

use std::io::{self, Read};

use encoding_rs::{CoderResult, Encoding, UTF_8};

pub(crate) mod sniff;

use sniff::Charset;

/// Number of bytes from the beginning from which the encoding is detected.
const SNIFF_BYTES: u64 = 1024 * 1024;
const READ_BYTES: usize = 32 * 1024;

/// A reader of bytes that returns UTF-8 without carriage returns, NULs and other control characters.
pub struct Decoder<R> {
    input: io::Chain<io::Cursor<Vec<u8>>, R>,
    coder: Coder,
    cleaner: Cleaner,
    done: bool,
}

enum Coder {
    Known(Box<encoding_rs::Decoder>),
    Utf32 { big_endian: bool, partial: Vec<u8>, at_start: bool },
}

impl<R: Read> Decoder<R> {
    /// Reads the beginning of `input` (at most 1 MiB) to detect its encoding.
    pub fn new(mut input: R) -> io::Result<Self> {
        let mut head = Vec::new();
        input.by_ref().take(SNIFF_BYTES).read_to_end(&mut head)?;
        let complete = u64::try_from(head.len()).is_ok_and(|length| length < SNIFF_BYTES);
        let coder = match sniff::charset(&head, complete) {
            Charset::Known(encoding) => Coder::Known(Box::new(encoding.new_decoder_with_bom_removal())),
            Charset::Utf32 { big_endian } => Coder::Utf32 { big_endian, partial: Vec::new(), at_start: true },
        };
        let input = io::Cursor::new(head).chain(input);
        Ok(Self { input, coder, cleaner: Cleaner::default(), done: false })
    }

    /// Appends the next window (about 32 KiB of input) to `out`; returns `false` at the end of the input.
    pub fn read_window(&mut self, out: &mut String) -> io::Result<bool> {
        if self.done {
            return Ok(false);
        }
        let mut bytes = Vec::with_capacity(READ_BYTES);
        self.input.by_ref().take(u64::try_from(READ_BYTES).unwrap_or(u64::MAX)).read_to_end(&mut bytes)?;
        self.done = bytes.is_empty();
        let mut text = String::new();
        match &mut self.coder {
            Coder::Known(decoder) => decode_known(decoder, &bytes, self.done, &mut text),
            Coder::Utf32 { big_endian, partial, at_start } => {
                partial.extend_from_slice(&bytes);
                decode_utf32(partial, *big_endian, at_start, &mut text);
                if self.done && !partial.is_empty() {
                    text.push(char::REPLACEMENT_CHARACTER);
                }
            }
        }
        self.cleaner.push(&text, out);
        Ok(!self.done)
    }
}

/// The whole of `input` as clean UTF-8, for parsers that need all of it.
pub fn decode_all(input: impl Read) -> io::Result<String> {
    let mut decoder = Decoder::new(input)?;
    let mut text = String::new();
    while decoder.read_window(&mut text)? {}
    Ok(text)
}

/// `text` with line ends as `\n`, form feeds as line ends and other control characters as spaces.
pub(crate) fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    Cleaner::default().push(text, &mut out);
    out
}

fn decode_known(decoder: &mut encoding_rs::Decoder, mut bytes: &[u8], last: bool, out: &mut String) {
    loop {
        out.reserve(decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(READ_BYTES));
        let (result, read, _) = decoder.decode_to_string(bytes, out, last);
        bytes = bytes.get(read..).unwrap_or_default();
        if result == CoderResult::InputEmpty {
            return;
        }
    }
}

fn decode_utf32(partial: &mut Vec<u8>, big_endian: bool, at_start: &mut bool, out: &mut String) {
    let (units, _) = partial.as_chunks::<4>();
    for unit in units {
        let code = if big_endian { u32::from_be_bytes(*unit) } else { u32::from_le_bytes(*unit) };
        let c = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
        if !(*at_start && c == '\u{feff}') {
            out.push(c);
        }
        *at_start = false;
    }
    partial.drain(..partial.len() - partial.len() % 4);
}

/// Removes characters that neither a person nor PostgreSQL can read; remembers a carriage return between windows.
#[derive(Default)]
struct Cleaner {
    after_return: bool,
}

impl Cleaner {
    fn push(&mut self, text: &str, out: &mut String) {
        for c in text.chars() {
            match c {
                '\n' if self.after_return => {}
                // A NUL in a text is a fault of a program, and PostgreSQL stores none.
                '\0' => continue,
                // A byte order mark that was copied together with a text.
                '\u{feff}' => {}
                '\r' | '\x0b' | '\x0c' => out.push('\n'),
                '\n' | '\t' => out.push(c),
                '\x01'..='\x1f' | '\x7f' => out.push(' '),
                _ => out.push(c),
            }
            self.after_return = c == '\r';
        }
    }
}

/// The encoding that `label` names, as in HTML's `charset`; UTF-16 labels in ASCII bytes cannot be true.
fn declared(label: &[u8]) -> Option<&'static Encoding> {
    let encoding = Encoding::for_label(label)?;
    Some(if encoding.is_ascii_compatible() || encoding == encoding_rs::ISO_2022_JP {
        encoding
    } else {
        UTF_8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUSSIAN: &str =
        "Все счастливые семьи похожи друг на друга, каждая несчастливая семья несчастлива по-своему.";

    fn utf16(text: &str, big_endian: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|u| if big_endian { u.to_be_bytes() } else { u.to_le_bytes() }).collect()
    }

    fn utf32(text: &str, big_endian: bool) -> Vec<u8> {
        text.chars()
            .flat_map(|c| if big_endian { u32::from(c).to_be_bytes() } else { u32::from(c).to_le_bytes() })
            .collect()
    }

    fn decoded(bytes: &[u8]) -> String {
        decode_all(bytes).unwrap()
    }

    #[test]
    fn unicode_is_read_with_and_without_a_byte_order_mark() {
        for text in ["plain words, a line\nand another", RUSSIAN] {
            assert_eq!(decoded(text.as_bytes()), text);
            for mark in ["", "\u{feff}"] {
                let marked = format!("{mark}{text}");
                assert_eq!(decoded(marked.as_bytes()), text);
                for big_endian in [false, true] {
                    assert_eq!(decoded(&utf16(&marked, big_endian)), text, "UTF-16 {mark:?} {big_endian}");
                    assert_eq!(decoded(&utf32(&marked, big_endian)), text, "UTF-32 {mark:?} {big_endian}");
                }
            }
        }
    }

    #[test]
    fn older_encodings_are_told_by_their_letters() {
        let samples = [
            (encoding_rs::WINDOWS_1251, RUSSIAN),
            (encoding_rs::KOI8_R, RUSSIAN),
            (encoding_rs::WINDOWS_1252, "Où est passé l’été ? Là-bas, très loin, à côté de la forêt."),
            (encoding_rs::SHIFT_JIS, "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。"),
            (encoding_rs::EUC_JP, "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。"),
            (encoding_rs::ISO_2022_JP, "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。"),
            (encoding_rs::GBK, "天地玄黄，宇宙洪荒。日月盈昃，辰宿列张。寒来暑往，秋收冬藏。"),
            (encoding_rs::EUC_KR, "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다."),
        ];
        for (encoding, text) in samples {
            let (bytes, _, lossy) = encoding.encode(text);
            assert!(!lossy, "{}", encoding.name());
            assert_eq!(decoded(&bytes), text, "{}", encoding.name());
        }
    }

    #[test]
    fn a_declared_charset_is_believed() {
        let html = r#"<html><head><meta charset="iso-8859-2"></head><body>Pr"#;
        let mut bytes = html.as_bytes().to_vec();
        bytes.extend_from_slice(b"\xf9vodce</body></html>");
        assert!(decoded(&bytes).contains("Průvodce"));
        let xml = b"<?xml version='1.0' encoding='windows-1251'?><a>\xc4\xe0</a>";
        assert!(decoded(xml).contains("Да"));
    }

    #[test]
    fn control_characters_and_line_ends_are_tamed() {
        assert_eq!(decoded(b"a\r\nb\rc\n\rd"), "a\nb\nc\n\nd");
        assert_eq!(decoded(b"one\x0ctwo words and a bell\x07 here"), "one\ntwo words and a bell  here");
        assert_eq!(clean("nu\0l here\r\0\n"), "nul here\n");
    }

    #[test]
    fn a_character_across_two_windows_stays_whole() {
        let text = "é\r\n".repeat(READ_BYTES);
        assert_eq!(decoded(text.as_bytes()), "é\n".repeat(READ_BYTES));
        assert_eq!(decoded(&utf32(&"é😀".repeat(READ_BYTES), true)), "é😀".repeat(READ_BYTES));
    }

    #[test]
    fn broken_bytes_become_replacement_characters_not_errors() {
        assert!(decoded(b"\xff\xfe\x00\x00\xff\xff\xff\xff\x01").contains(char::REPLACEMENT_CHARACTER));
        assert_eq!(decoded(b""), "");
    }

    #[test]
    fn one_wrong_byte_does_not_change_the_encoding_of_the_file() {
        let text =
            "Die Prüfgebühr für das Gerät beträgt zwölf Euro, zahlbar über die Straßenkasse.\n".repeat(3);
        for wrong in [0xff, 0xe4, 0x80, 0xc3] {
            for at in [0, 40, text.len()] {
                let mut bytes = text.clone().into_bytes();
                bytes.insert(at, wrong);
                let read = decoded(&bytes);
                assert!(read.contains("zahlbar über die Straßenkasse"), "{wrong:x} at {at}: {read}");
                assert_eq!(read.matches(char::REPLACEMENT_CHARACTER).count(), 1, "{wrong:x} at {at}");
            }
        }
        let mut short = b"An odd \0 byte in a plain text, and then more words.\n".to_vec();
        assert_eq!(decoded(&short), "An odd  byte in a plain text, and then more words.\n");
        short.insert(3, 0);
        assert!(decoded(&short).starts_with("An odd"));
        let mut latin = encoding_rs::WINDOWS_1252
            .encode("Où est passé l’été ? Là-bas, à côté de la forêt.")
            .0
            .into_owned();
        latin.insert(5, 0);
        assert!(decoded(&latin).contains("à côté de la forêt"), "{}", decoded(&latin));
    }
}
