//! Gathers the letters of a PDF page into lines of text; does not know paragraphs.

use pdf_extract::{MediaBox, OutputDev, OutputError, Transform};

use crate::extract::pdf_bidi;

/// A line of text on a page; all lengths are in points, `y` grows downwards.
#[derive(Debug, Clone, Default)]
pub(crate) struct Line {
    pub(crate) text: String,
    pub(crate) x: f64,
    pub(crate) end_x: f64,
    pub(crate) y: f64,
    /// The size of its largest letters; 0 if the parser does not report it.
    pub(crate) size: f64,
    /// Whether it is not horizontal, like some notes in the margin.
    pub(crate) is_turned: bool,
}

/// Returns the lines of a text without measures; blank lines mark the end of a paragraph.
pub(crate) fn lines_of(text: &str) -> Vec<Line> {
    text.lines().map(|line| Line { text: spelled_out(line.trim()), ..Line::default() }).collect()
}

/// Whether most of the characters are readable by a person.
pub(crate) fn is_readable(lines: &[Line]) -> bool {
    let visible = || lines.iter().flat_map(|line| line.text.chars()).filter(|c| !c.is_whitespace());
    let strange = |c: &char| c.is_control() || matches!(c, '\u{fffd}' | '\u{e000}'..='\u{f8ff}');
    let (all, bad) = (visible().count(), visible().filter(strange).count());
    all > 0 && bad * 5 < all
}

/// Gathers the letters of one page into lines in drawing order.
#[derive(Default)]
pub(crate) struct PageReader {
    lines: Vec<Line>,
    line: Line,
    /// The letters of the line, for scripts that are drawn against their reading direction.
    letters: Vec<String>,
    /// Number of letters of such scripts drawn to the right, minus the number drawn to the left.
    against: i32,
    last_x: f64,
    page_top: f64,
    at_word_start: bool,
}

impl PageReader {
    /// The lines drawn so far.
    pub(crate) fn into_lines(mut self) -> Vec<Line> {
        self.end_line();
        self.lines
    }

    fn end_line(&mut self) {
        let mut line = std::mem::take(&mut self.line);
        let letters = std::mem::take(&mut self.letters);
        if std::mem::take(&mut self.against) > 0 {
            line.text = pdf_bidi::read_leftward(&letters);
        }
        line.text = line.text.split_whitespace().collect::<Vec<_>>().join(" ");
        if !line.text.is_empty() {
            self.lines.push(line);
        }
    }

    fn letter(&mut self, letter: &Line, width: f64) {
        let Line { x, y, size, .. } = *letter;
        if self.at_word_start && !self.line.text.is_empty() {
            // Raised and lowered letters are small, but stay on the line of the large ones.
            let large = size.max(self.line.size);
            let drop = (y - self.line.y).abs();
            let back = x < self.line.end_x - large;
            if drop > large * 1.5
                || (x < self.line.end_x && drop > large * 0.6)
                || (back && drop > large * 0.1)
            {
                self.end_line();
            } else if x > self.line.end_x + size * 0.1 {
                self.line.text.push(' ');
                self.letters.push(" ".to_owned());
            }
        }
        if self.line.text.is_empty() {
            self.line = Line { text: String::new(), ..*letter };
        } else if size > self.line.size {
            (self.line.size, self.line.y) = (size, y);
        }
        if letter.text.chars().any(pdf_bidi::is_leftward) && !self.letters.is_empty() {
            self.against += if x > self.last_x { 1 } else { -1 };
        }
        self.line.text.push_str(&letter.text);
        self.letters.push(letter.text.clone());
        self.line.end_x = x + width * size;
        self.last_x = x;
        self.at_word_start = false;
    }
}

impl OutputDev for PageReader {
    fn begin_page(
        &mut self,
        _: u32,
        media: &MediaBox,
        _: Option<(f64, f64, f64, f64)>,
    ) -> Result<(), OutputError> {
        self.page_top = media.ury;
        Ok(())
    }

    fn end_page(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn output_character(
        &mut self,
        place: &Transform,
        width: f64,
        _spacing: f64,
        font_size: f64,
        text: &str,
    ) -> Result<(), OutputError> {
        let size = (place.m11.hypot(place.m12) * place.m21.hypot(place.m22)).sqrt() * font_size.abs();
        let is_turned = place.m12.abs() > place.m11.abs() * 0.1 || place.m11 < 0.0;
        let (x, y) = (place.m31, self.page_top - place.m32);
        self.letter(&Line { text: spelled_out(text), x, end_x: x, y, size, is_turned }, width);
        Ok(())
    }

    fn begin_word(&mut self) -> Result<(), OutputError> {
        self.at_word_start = true;
        Ok(())
    }

    fn end_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_line(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
}

/// The letters of a ligature, because users search for letters.
fn spelled_out(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{fb00}' => out.push_str("ff"),
            '\u{fb01}' => out.push_str("fi"),
            '\u{fb02}' => out.push_str("fl"),
            '\u{fb03}' => out.push_str("ffi"),
            '\u{fb04}' => out.push_str("ffl"),
            '\u{fb05}' | '\u{fb06}' => out.push_str("st"),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(reader: &mut PageReader, text: &str, x: f64, y: f64, size: f64) {
        reader.at_word_start = true;
        let mut at = x;
        for c in text.chars() {
            reader.letter(&Line { text: c.to_string(), x: at, end_x: at, y, size, is_turned: false }, 0.5);
            at += size * 0.5;
        }
    }

    fn texts(reader: PageReader) -> Vec<String> {
        reader.into_lines().into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn words_on_a_line_are_parted_and_lines_told_apart() {
        let mut reader = PageReader::default();
        write(&mut reader, "one", 50.0, 100.0, 10.0);
        write(&mut reader, "two", 70.0, 100.0, 10.0);
        write(&mut reader, "three", 50.0, 112.0, 10.0);
        assert_eq!(texts(reader), ["one two", "three"]);
    }

    #[test]
    fn raised_and_lowered_letters_stay_on_their_line() {
        let mut reader = PageReader::default();
        write(&mut reader, "w", 50.0, 100.0, 10.0);
        write(&mut reader, "(i)", 55.0, 95.0, 6.0);
        write(&mut reader, "1", 55.0, 103.0, 6.0);
        write(&mut reader, "and", 66.0, 100.0, 10.0);
        assert_eq!(texts(reader), ["w(i)1 and"]);
    }

    #[test]
    fn pages_of_private_letters_are_not_readable() {
        assert!(!is_readable(&lines_of("\u{e001}\u{e002} \u{fffd}a")));
        assert!(is_readable(&lines_of("plain")) && !is_readable(&[]));
    }

    #[test]
    fn ligatures_are_spelled_out() {
        assert_eq!(spelled_out("di\u{fb03}cult"), "difficult");
        assert_eq!(texts_of_lines("\u{fb01}n"), ["fin"]);
    }

    fn texts_of_lines(text: &str) -> Vec<String> {
        lines_of(text).into_iter().map(|line| line.text).collect()
    }
}
