//! Reads rich text: paragraphs, outline levels, tables, links and footnotes; never its pictures.

use std::collections::HashMap;

use encoding_rs::{Encoding, WINDOWS_1252};

use super::{
    links::{OpenLink, end_link},
    rtf_charsets::{charset, code_page, named_character},
    rtf_tokens::{Token, Tokens},
    source::Source,
    table::Table,
};
use crate::{block::BlockKind, extract::Collector, refusal::Refusal};

/// Maximum number of open groups.
const MAX_GROUPS: usize = 1000;

/// Groups whose content is not the text of the document.
const SKIPPED: [&str; 24] = [
    "fonttbl",
    "colortbl",
    "stylesheet",
    "listtable",
    "listoverridetable",
    "revtbl",
    "rsidtbl",
    "pict",
    "object",
    "header",
    "headerl",
    "headerr",
    "headerf",
    "footer",
    "footerl",
    "footerr",
    "footerf",
    "themedata",
    "colorschememapping",
    "datastore",
    "latentstyles",
    "xe",
    "tc",
    "private",
];

/// Hands the blocks of a rich text to `collector`.
pub(crate) fn read(source: &Source<'_>, collector: &mut Collector<'_, '_>) -> Result<(), Refusal> {
    let bytes = source.bytes()?;
    let start = crate::decode::sniff::find(bytes.get(..4096).unwrap_or(&bytes), b"{\\rtf")
        .ok_or_else(|| Refusal::broken("it does not begin with {\\rtf"))?;
    let mut document = Document {
        collector,
        group: Group { unicode_bytes: 1, ..Group::default() },
        outer: Vec::new(),
        fonts: HashMap::new(),
        encoding: WINDOWS_1252,
        pending: Vec::new(),
        text: String::new(),
        skip: 0,
        outline: None,
        table: None,
        instruction: String::new(),
        links: Vec::new(),
        title: String::new(),
        is_list: false,
        in_cell: false,
    };
    for token in Tokens::new(bytes.get(start..).unwrap_or_default()) {
        document.token(&token)?;
    }
    document.end_paragraph()?;
    document.end_table()
}

/// The part of the document that text belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Place {
    #[default]
    Text,
    Nothing,
    Fonts,
    Instruction,
    Title,
    Info,
    Note,
}

#[derive(Debug, Clone, Default)]
struct Group {
    place: Place,
    /// Number of bytes that stand for a character that older programs cannot read.
    unicode_bytes: usize,
    is_hidden: bool,
    /// Whether the group began with `\*`: readers may skip what they do not know.
    is_optional: bool,
    font: i32,
    is_field: bool,
}

struct Document<'c, 's, 'f> {
    collector: &'c mut Collector<'s, 'f>,
    group: Group,
    /// The groups around the open one.
    outer: Vec<Group>,
    fonts: HashMap<i32, &'static Encoding>,
    encoding: &'static Encoding,
    /// Bytes of text that are not decoded yet, because a character can be several.
    pending: Vec<u8>,
    text: String,
    /// Number of bytes and control words to skip after a character by its number; none of them is outside of its group.
    skip: usize,
    outline: Option<u8>,
    table: Option<Table>,
    instruction: String,
    /// The target of each open field, and where its text begins.
    links: Vec<OpenLink>,
    title: String,
    is_list: bool,
    in_cell: bool,
}

impl Document<'_, '_, '_> {
    fn token(&mut self, token: &Token<'_>) -> Result<(), Refusal> {
        match token {
            Token::Open => {
                self.flush_bytes();
                self.skip = 0;
                let inner = Group { is_optional: false, is_field: false, ..self.group.clone() };
                self.outer.push(std::mem::replace(&mut self.group, inner));
                if self.outer.len() > MAX_GROUPS {
                    return Err(Refusal::too_complex("its groups are nested too deeply"));
                }
            }
            Token::Close => self.close(),
            Token::Word(word, number) => return self.word(word, *number),
            Token::Symbol(b'~' | b'_' | b'-') if self.skip > 0 => self.skip -= 1,
            Token::Symbol(b'*') => self.group.is_optional = true,
            Token::Symbol(b'~') => self.push("\u{a0}"),
            Token::Symbol(b'_') => self.push("-"),
            Token::Symbol(b'\n' | b'\r') => return self.word("par", None),
            Token::Symbol(_) => {}
            Token::Byte(byte) => self.bytes(&[*byte]),
            Token::Text(bytes) => self.bytes(bytes),
        }
        Ok(())
    }

    fn close(&mut self) {
        self.flush_bytes();
        self.skip = 0;
        let Some(outer) = self.outer.pop() else { return };
        let closed = std::mem::replace(&mut self.group, outer);
        if closed.place == Place::Note && self.group.place != Place::Note {
            self.text.push(']');
        }
        if closed.place == Place::Title && self.group.place == Place::Info {
            let title = std::mem::take(&mut self.title);
            self.collector.title(&title);
        }
        if closed.place == Place::Instruction && self.group.place != Place::Instruction {
            let instruction = std::mem::take(&mut self.instruction);
            let target = instruction
                .trim()
                .strip_prefix("HYPERLINK")
                .map(|rest| rest.trim().trim_matches('"').split('"').next().unwrap_or_default().to_owned());
            self.links.push((target.unwrap_or_default(), self.text.len()));
        }
        if closed.is_field {
            end_link(&mut self.text, self.links.pop());
        }
    }

    fn bytes(&mut self, bytes: &[u8]) {
        let skipped = self.skip.min(bytes.len());
        self.skip -= skipped;
        self.pending.extend_from_slice(bytes.get(skipped..).unwrap_or_default());
    }

    fn flush_bytes(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        let bytes = std::mem::take(&mut self.pending);
        let encoding = self.fonts.get(&self.group.font).copied().unwrap_or(self.encoding);
        let (text, _) = encoding.decode_without_bom_handling(&bytes);
        let text = text.into_owned();
        self.push_decoded(&text);
    }

    fn push(&mut self, text: &str) {
        self.flush_bytes();
        self.push_decoded(text);
    }

    fn push_decoded(&mut self, text: &str) {
        match self.group.place {
            Place::Text | Place::Note if !self.group.is_hidden => self.text.push_str(text),
            Place::Instruction if self.instruction.len() < 4096 => self.instruction.push_str(text),
            Place::Title if self.title.len() < 4096 => self.title.push_str(text),
            _ => {}
        }
    }

    fn word(&mut self, word: &str, number: Option<i32>) -> Result<(), Refusal> {
        let stands_for_last = self.skip > 0;
        self.skip = self.skip.saturating_sub(1);
        if stands_for_last && (word == "tab" || named_character(word).is_some()) {
            return Ok(());
        }
        if word == "u" {
            self.unicode(number.unwrap_or(0));
            return Ok(());
        }
        self.flush_bytes();
        let is_on = number != Some(0);
        match word {
            "par" if self.in_cell => self.push("\n"),
            "par" | "sect" | "page" if self.group.place == Place::Text => return self.end_paragraph(),
            "line" | "softline" => self.push("\n"),
            "tab" => self.push(" "),
            "cell" | "nestcell" => self.end_cell(),
            "row" | "nestrow" => self.end_row(),
            "trowd" => self.table.get_or_insert_default().start_row(false),
            "trhdr" => {
                if let Some(table) = &mut self.table {
                    table.mark_header();
                }
            }
            "pard" => (self.outline, self.is_list, self.in_cell) = (None, false, false),
            "intbl" => self.in_cell = is_on,
            "outlinelevel" => {
                self.outline = number
                    .and_then(|level| u8::try_from(level.saturating_add(1)).ok())
                    .filter(|level| *level < 10);
            }
            "ls" => self.is_list = is_on,
            "plain" => (self.group.is_hidden, self.group.font) = (false, 0),
            "v" | "deleted" => self.group.is_hidden = is_on,
            "f" => {
                self.group.font = number.unwrap_or(0);
            }
            "ansicpg" => self.encoding = code_page(number.unwrap_or(0)).unwrap_or(WINDOWS_1252),
            "fcharset" if self.group.place == Place::Fonts => {
                let font = self.group.font;
                self.fonts.extend(charset(number.unwrap_or(0)).map(|encoding| (font, encoding)));
            }
            "mac" => self.encoding = encoding_rs::MACINTOSH,
            "uc" => {
                self.group.unicode_bytes =
                    number.and_then(|count| usize::try_from(count).ok()).unwrap_or(1).min(8);
            }
            _ => self.destination(word),
        }
        if let Some(c) = named_character(word) {
            self.push(c);
        }
        Ok(())
    }

    fn destination(&mut self, word: &str) {
        let group = &mut self.group;
        match word {
            "fonttbl" => group.place = Place::Fonts,
            "info" => group.place = Place::Info,
            "title" if group.place == Place::Info => group.place = Place::Title,
            "fldinst" => group.place = Place::Instruction,
            "field" => group.is_field = true,
            "footnote" if group.place == Place::Text => {
                group.place = Place::Note;
                self.push(" [");
            }
            "shptxt" | "fldrslt" | "listtext" | "pntext" if group.place == Place::Text => {}
            word if SKIPPED.contains(&word) || group.is_optional => {
                if group.place != Place::Instruction {
                    group.place = Place::Nothing;
                }
                group.is_optional = false;
            }
            _ => {}
        }
    }

    /// A character by its number; two surrogates are one character, which arrives in two parts.
    fn unicode(&mut self, number: i32) {
        self.flush_bytes();
        let unit = u16::try_from(number.rem_euclid(0x1_0000)).unwrap_or(0);
        self.skip = self.group.unicode_bytes;
        match char::from_u32(u32::from(unit)) {
            Some(c) => self.push_decoded(c.encode_utf8(&mut [0; 4])),
            None => self.surrogate(unit),
        }
    }

    fn surrogate(&mut self, unit: u16) {
        const HIGH: std::ops::RangeInclusive<u16> = 0xd800..=0xdbff;
        if HIGH.contains(&unit) {
            // Kept in the private area until its second half arrives.
            let offset = u32::from(unit - 0xd800);
            self.push_decoded(
                char::from_u32(0x10_f800 + offset)
                    .unwrap_or(char::REPLACEMENT_CHARACTER)
                    .encode_utf8(&mut [0; 4]),
            );
            return;
        }
        let high =
            self.text.chars().next_back().map(u32::from).filter(|code| (0x10_f800..0x10_fc00).contains(code));
        let c = high.and_then(|high| {
            char::from_u32(0x1_0000 + ((high - 0x10_f800) << 10) + u32::from(unit - 0xdc00))
        });
        if high.is_some() {
            self.text.pop();
        }
        self.push_decoded(c.unwrap_or(char::REPLACEMENT_CHARACTER).encode_utf8(&mut [0; 4]));
    }

    fn end_cell(&mut self) {
        let cell = std::mem::take(&mut self.text);
        self.table.get_or_insert_default().cell(&cell, 1, 1);
    }

    fn end_row(&mut self) {
        self.text.clear();
    }

    fn end_table(&mut self) -> Result<(), Refusal> {
        match self.table.take() {
            Some(table) => self.collector.table(table, None),
            None => Ok(()),
        }
    }

    fn end_paragraph(&mut self) -> Result<(), Refusal> {
        self.flush_bytes();
        let text = std::mem::take(&mut self.text);
        self.links.iter_mut().for_each(|link| link.1 = 0);
        if text.trim().is_empty() {
            return Ok(());
        }
        self.end_table()?;
        let kind = match self.outline {
            Some(level) => BlockKind::Heading { level },
            None if self.is_list => BlockKind::ListItem,
            None => BlockKind::Paragraph,
        };
        self.collector.add(kind, text.trim(), None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::testing::{collect, shown};

    fn blocks(rtf: &str) -> Vec<String> {
        shown(&collect(|c| read(&Source::Member(rtf.as_bytes()), c)).unwrap().1)
    }

    #[test]
    fn text_is_decoded_by_its_font_and_unicode_is_not_doubled() {
        let rtf = r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset204 Arial;}}{\info{\title My title}}{\*\generator x;}
            \pard\outlinelevel0 Top\par\pard caf\'e9 {\f1 \'c4\'e0} \u26085?\u-10179?\u-8704? {\v hidden}\emdash end\par}";
        assert_eq!(blocks(rtf), ["h1 [] Top", "paragraph [Top] café Да 日😀 —end"]);
    }

    #[test]
    fn a_character_by_its_number_takes_no_text_of_other_groups_and_words() {
        let rtf = r"{\rtf1 {\u233}next \u8226\bullet text {\u233{x}}{\u233 ?y}\u8211\b bold \u160\~end\u233\par last\par}";
        assert_eq!(blocks(rtf), ["paragraph [] énext •text éxéy–bold \u{a0}endé", "paragraph [] last"]);
    }

    #[test]
    fn tables_links_and_footnotes_are_read() {
        let rtf = r#"{\rtf1 \trowd a\cell b\cell\row\trowd 1\cell 2\cell\row\pard see {\field{\*\fldinst HYPERLINK "https://a.example/x"}{\fldrslt docs}}{\footnote A note.} end\par}"#;
        assert_eq!(
            blocks(rtf),
            ["table [] a | b\n1 | 2", "paragraph [] see docs (https://a.example/x) [A note.] end"]
        );
    }

    #[test]
    fn deep_groups_are_refused() {
        let rtf = format!("{{\\rtf1 {}", "{".repeat(100_000));
        assert_eq!(collect(|c| read(&Source::Member(rtf.as_bytes()), c)).unwrap_err().slug(), "too_complex");
    }
}
