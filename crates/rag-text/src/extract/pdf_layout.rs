//! From the letters of PDF pages to lines, paragraphs and headings; knows no parser but the drawing interface.

use pdf_extract::{MediaBox, OutputDev, OutputError, Transform};

use crate::{block::BlockKind, extract::Collector, refusal::Refusal};

/// A line of text on a page; all lengths are in points, `y` grows downwards.
#[derive(Debug, Clone, Default)]
pub(crate) struct Line {
    pub(crate) text: String,
    x: f64,
    end_x: f64,
    y: f64,
    /// The size of its letters; 0 when the parser did not tell.
    size: f64,
}

/// The lines of a text that has no measures; blank lines stand for the end of a paragraph.
pub(crate) fn lines_of(text: &str) -> Vec<Line> {
    text.lines().map(|line| Line { text: line.trim().to_owned(), ..Line::default() }).collect()
}

/// Whether most of the characters are such that a person could read them.
pub(crate) fn is_readable(lines: &[Line]) -> bool {
    let visible = || lines.iter().flat_map(|line| line.text.chars()).filter(|c| !c.is_whitespace());
    let strange = |c: &char| c.is_control() || matches!(c, '\u{fffd}' | '\u{e000}'..='\u{f8ff}');
    let (all, bad) = (visible().count(), visible().filter(strange).count());
    all > 0 && bad * 5 < all
}

/// Gathers the letters of one page into lines as they are drawn.
#[derive(Default)]
pub(crate) struct PageReader {
    lines: Vec<Line>,
    line: Line,
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
        line.text = line.text.split_whitespace().collect::<Vec<_>>().join(" ");
        if !line.text.is_empty() {
            self.lines.push(line);
        }
    }

    fn letter(&mut self, x: f64, y: f64, size: f64, width: f64, text: &str) {
        if self.at_word_start && !self.line.text.is_empty() {
            let drop = (y - self.line.y).abs();
            let back = x < self.line.end_x - size;
            if drop > size * 1.5 || (x < self.line.end_x && drop > size * 0.5) || (back && drop > size * 0.1)
            {
                self.end_line();
            } else if x > self.line.end_x + size * 0.1 {
                self.line.text.push(' ');
            }
        }
        if self.line.text.is_empty() {
            self.line = Line { text: String::new(), x, end_x: x, y, size };
        }
        self.line.text.push_str(text);
        self.line.size = self.line.size.max(size);
        self.line.end_x = x + width * size;
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
        let across = (place.m11.hypot(place.m12) * place.m21.hypot(place.m22)).sqrt() * font_size.abs();
        self.letter(place.m31, self.page_top - place.m32, across, width, text);
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

/// Hands the paragraphs and headings of all `pages` to `collector`.
pub(crate) fn add_blocks(pages: &[Vec<Line>], collector: &mut Collector<'_, '_>) -> Result<(), Refusal> {
    let sizes = HeadingSizes::of(pages);
    for (page, lines) in (1..).zip(pages) {
        let leading = usual_leading(lines);
        let mut open: Option<Vec<&Line>> = None;
        for line in lines {
            match &mut open {
                Some(paragraph) if continues(paragraph, line, leading) => paragraph.push(line),
                _ => {
                    if let Some(paragraph) = open.replace(vec![line]) {
                        add_paragraph(&paragraph, page, &sizes, collector)?;
                    }
                }
            }
        }
        if let Some(paragraph) = open {
            add_paragraph(&paragraph, page, &sizes, collector)?;
        }
    }
    Ok(())
}

fn add_paragraph(
    lines: &[&Line],
    page: u32,
    sizes: &HeadingSizes,
    collector: &mut Collector<'_, '_>,
) -> Result<(), Refusal> {
    let text = joined(lines);
    let level = lines.first().and_then(|line| sizes.level(line.size));
    let kind = match level {
        Some(level) if text.len() <= 200 && text.chars().filter(|c| c.is_alphabetic()).count() > 2 => {
            BlockKind::Heading { level }
        }
        _ if starts_with_bullet(&text) => BlockKind::ListItem,
        _ => BlockKind::Paragraph,
    };
    collector.add(kind, &text, Some(page))
}

/// The distance between two lines of running text on this page: the median, in points.
fn usual_leading(lines: &[Line]) -> f64 {
    let drops = lines.iter().zip(lines.iter().skip(1)).map(|(above, below)| below.y - above.y);
    let mut drops: Vec<f64> = drops.filter(|drop| *drop > 1.0).collect();
    drops.sort_by(f64::total_cmp);
    drops.get(drops.len() / 2).copied().unwrap_or(0.0)
}

/// Whether `line` goes on with the paragraph that `lines` began.
fn continues(lines: &[&Line], line: &Line, leading: f64) -> bool {
    let Some(last) = lines.last() else { return false };
    if line.text.is_empty() || last.text.is_empty() {
        return false;
    }
    if line.size == 0.0 {
        return !starts_with_bullet(&line.text);
    }
    let same_size = (line.size - last.size).abs() <= 0.1 * last.size;
    let drop = line.y - last.y;
    // The next column, or the same row: only a sentence that is plainly unfinished goes on there.
    if drop < line.size * 0.3 {
        return same_size && drop.abs() > line.size && flows_on(&last.text, &line.text);
    }
    let near = drop <= (leading * 1.3).clamp(line.size * 1.2, line.size * 2.2);
    let indented = line.x > last.x + line.size && ends_sentence(&last.text);
    same_size && near && !indented && !starts_with_bullet(&line.text)
}

fn ends_sentence(text: &str) -> bool {
    text.ends_with(['.', '!', '?', ':', '。'])
}

fn flows_on(above: &str, below: &str) -> bool {
    !ends_sentence(above) && below.chars().next().is_some_and(char::is_lowercase)
}

fn starts_with_bullet(text: &str) -> bool {
    text.starts_with(['•', '◦', '▪', '●', '‣', '–', '■', '□', '➢']) || text.starts_with("- ")
}

/// The lines as one text: words divided at a line's end are made whole.
fn joined(lines: &[&Line]) -> String {
    let mut text = String::new();
    for line in lines {
        let lower = line.text.chars().next().is_some_and(char::is_lowercase);
        let divided =
            text.strip_suffix(['-', '\u{ad}', '‐']).filter(|word| word.ends_with(char::is_alphabetic));
        match divided.map(str::len) {
            Some(length) if lower => text.truncate(length),
            _ if text.is_empty() => {}
            _ => text.push(' '),
        }
        text.push_str(&line.text);
    }
    text
}

/// The letter sizes that mark headings: those well above the size of most of the text.
struct HeadingSizes {
    largest_first: Vec<f64>,
}

impl HeadingSizes {
    const LEVELS: usize = 4;

    fn of(pages: &[Vec<Line>]) -> Self {
        let mut sizes: Vec<(f64, usize)> =
            pages.iter().flatten().map(|line| (line.size, line.text.chars().count())).collect();
        sizes.sort_by(|a, b| a.0.total_cmp(&b.0));
        let half = sizes.iter().map(|(_, letters)| letters).sum::<usize>() / 2;
        let mut passed = 0;
        let median = sizes.iter().find(|(_, letters)| {
            passed += letters;
            passed > half
        });
        let body = median.map_or(0.0, |(size, _)| *size);
        let mut largest_first: Vec<f64> = Vec::new();
        for (size, _) in sizes.iter().rev().filter(|(size, _)| body > 0.0 && *size > body * 1.15) {
            if largest_first.last().is_none_or(|larger| *size < larger * 0.93) {
                largest_first.push(*size);
            }
        }
        Self { largest_first }
    }

    fn level(&self, size: f64) -> Option<u8> {
        let rank = self.largest_first.iter().position(|heading| size > heading * 0.93)?;
        u8::try_from(rank.min(Self::LEVELS - 1) + 1).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::testing::{collect, shown};

    fn line(text: &str, y: f64, size: f64) -> Line {
        Line { text: text.to_owned(), x: 50.0, end_x: 300.0, y, size }
    }

    #[test]
    fn lines_become_paragraphs_and_larger_ones_headings() {
        let page = vec![
            line("A large title", 50.0, 20.0),
            line("The first para-", 90.0, 10.0),
            line("graph has two lines.", 102.0, 10.0),
            line("The second one stands lower", 130.0, 10.0),
            line("and goes on here.", 142.0, 10.0),
            line("• a point", 154.0, 10.0),
        ];
        let (outline, blocks) = collect(|c| add_blocks(&[page], c)).unwrap();
        assert_eq!(
            shown(&blocks),
            [
                "h1 [] A large title",
                "paragraph [A large title] The first paragraph has two lines.",
                "paragraph [A large title] The second one stands lower and goes on here.",
                "listitem [A large title] • a point",
            ]
        );
        assert_eq!(outline.title.as_deref(), Some("A large title"));
        assert!(blocks.iter().all(|block| block.page == Some(1)));
    }

    #[test]
    fn a_sentence_goes_on_in_the_next_column() {
        let page =
            vec![line("The text runs to the", 700.0, 10.0), line("top of the next column.", 50.0, 10.0)];
        let (_, blocks) = collect(|c| add_blocks(&[page], c)).unwrap();
        assert_eq!(shown(&blocks), ["paragraph [] The text runs to the top of the next column."]);
    }

    #[test]
    fn text_without_measures_is_divided_at_blank_lines() {
        let (_, blocks) = collect(|c| add_blocks(&[lines_of("one\ntwo\n\nthree")], c)).unwrap();
        assert_eq!(shown(&blocks), ["paragraph [] one two", "paragraph [] three"]);
    }

    #[test]
    fn pages_of_private_letters_are_not_readable() {
        assert!(!is_readable(&lines_of("\u{e001}\u{e002} \u{fffd}a")));
        assert!(is_readable(&lines_of("plain")) && !is_readable(&[]));
    }
}
