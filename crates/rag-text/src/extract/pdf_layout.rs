//! Turns the lines of PDF pages into paragraphs and headings by their position and size; independent of the parser.

use crate::{
    block::BlockKind,
    extract::{Collector, pdf_lines::Line, pdf_running, pdf_words::Words},
    refusal::Refusal,
};

/// Hands the paragraphs and headings of all `pages` to `collector`.
pub(crate) fn add_blocks(
    mut pages: Vec<Vec<Line>>,
    collector: &mut Collector<'_, '_>,
) -> Result<(), Refusal> {
    pdf_running::remove(&mut pages);
    let sizes = HeadingSizes::measure(&pages);
    let words = Words::gather(pages.iter().flatten().map(|line| line.text.as_str()));
    // The last paragraph of a page, which can go on on the next one.
    let mut open: Option<(BlockKind, String, u32)> = None;
    for (page, lines) in (1..).zip(&pages) {
        let leading = usual_leading(lines);
        let mut paragraphs: Vec<Vec<&Line>> = Vec::new();
        for line in lines {
            match paragraphs.last_mut() {
                Some(paragraph) if continues(paragraph, line, leading) => paragraph.push(line),
                _ => paragraphs.push(vec![line]),
            }
        }
        let mut blocks: Vec<(BlockKind, String)> = paragraphs
            .iter()
            .map(|lines| sizes.block(lines, &words))
            .filter(|(_, text)| !text.trim().is_empty())
            .collect();
        demote_labels(&mut blocks);
        for (kind, text) in blocks {
            match &mut open {
                Some((BlockKind::Paragraph | BlockKind::ListItem, above, from))
                    if *from + 1 == page && kind == BlockKind::Paragraph && flows_on(above, &text) =>
                {
                    words.append(above, &text);
                }
                _ => {
                    if let Some((kind, text, page)) = open.replace((kind, text, page)) {
                        collector.add(kind, &text, Some(page))?;
                    }
                }
            }
        }
    }
    open.map_or(Ok(()), |(kind, text, page)| collector.add(kind, &text, Some(page)))
}

/// Three headings of one level with nothing between them are the labels of a picture or the cells of a table.
fn demote_labels(blocks: &mut [(BlockKind, String)]) {
    for run in blocks.chunk_by_mut(|(above, _), (below, _)| above == below) {
        let is_labels = run.len() > 2;
        for (kind, _) in
            run.iter_mut().filter(|(kind, _)| is_labels && matches!(kind, BlockKind::Heading { .. }))
        {
            *kind = BlockKind::Paragraph;
        }
    }
}

/// The distance between two lines of running text on this page: the median, in points.
fn usual_leading(lines: &[Line]) -> f64 {
    let drops = lines.iter().zip(lines.iter().skip(1)).map(|(above, below)| below.y - above.y);
    let mut drops: Vec<f64> = drops.filter(|drop| *drop > 1.0).collect();
    drops.sort_by(f64::total_cmp);
    drops.get(drops.len() / 2).copied().unwrap_or(0.0)
}

/// Whether `line` continues the paragraph of `lines`.
fn continues(lines: &[&Line], line: &Line, leading: f64) -> bool {
    let Some(last) = lines.last() else { return false };
    if line.text.is_empty() || last.text.is_empty() || line.is_turned != last.is_turned {
        return false;
    }
    let first = lines.first().map_or("", |line| line.text.as_str());
    if starts_with_number(&line.text) && (ends_sentence(&last.text) || starts_with_number(first)) {
        return false;
    }
    if line.size <= 0.0 {
        return !starts_with_bullet(&line.text);
    }
    let same_size = (line.size - last.size).abs() <= 0.1 * last.size;
    let drop = line.y - last.y;
    // The next column, or the same row: only an unfinished sentence continues there.
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
    text.starts_with(['•', '◦', '▪', '●', '‣', '–', '■', '□', '➢', '\u{f0b7}']) || text.starts_with("- ")
}

/// Whether a line begins like an item of a numbered list: `1. `, `12) `, `(a) `.
fn starts_with_number(text: &str) -> bool {
    let Some((marker, _)) = text.split_once(' ') else { return false };
    let inner = marker.trim_start_matches('(');
    let number = inner.trim_end_matches(['.', ')']);
    let is_short = number.len() <= 2 && inner.len() == number.len() + 1;
    is_short
        && (number.chars().all(|c| c.is_ascii_digit()) && !number.is_empty()
            || number.len() == 1 && inner.ends_with(')') && number.chars().all(|c| c.is_ascii_lowercase()))
}

/// Joins the lines to one text; words divided at a line's end are joined.
fn joined(lines: &[&Line], words: &Words) -> String {
    let mut text = String::new();
    for line in lines {
        words.append(&mut text, &line.text);
    }
    text
}

/// The letter sizes that mark headings: those above the size of most of the text.
struct HeadingSizes {
    body: f64,
    largest_first: Vec<f64>,
}

impl HeadingSizes {
    /// Short lines of at least this multiple of the body's size are headings.
    const SLIGHTLY_LARGER: f64 = 1.08;
    /// Whole sentences of at least this multiple are headings.
    const LARGER: f64 = 1.15;
    const LEVELS: usize = 4;

    fn measure(pages: &[Vec<Line>]) -> Self {
        let upright = pages.iter().flatten().filter(|line| !line.is_turned);
        let mut sizes: Vec<(f64, usize)> =
            upright.map(|line| (line.size, line.text.chars().count())).collect();
        sizes.sort_by(|a, b| a.0.total_cmp(&b.0));
        let half = sizes.iter().map(|(_, letters)| letters).sum::<usize>() / 2;
        let mut passed = 0;
        let median = sizes.iter().find(|(_, letters)| {
            passed += letters;
            passed > half
        });
        let body = median.map_or(0.0, |(size, _)| *size);
        let mut largest_first: Vec<f64> = Vec::new();
        for (size, _) in
            sizes.iter().rev().filter(|(size, _)| body > 0.0 && *size > body * Self::SLIGHTLY_LARGER)
        {
            if largest_first.last().is_none_or(|larger| *size < larger * 0.93) {
                largest_first.push(*size);
            }
        }
        Self { body, largest_first }
    }

    /// The lines of one paragraph as a block.
    fn block(&self, lines: &[&Line], words: &Words) -> (BlockKind, String) {
        let text = joined(lines, words);
        let size = lines.first().filter(|line| !line.is_turned).map_or(0.0, |line| line.size);
        let letters = text.chars().filter(|c| c.is_alphabetic()).count();
        let is_short = text.len() <= 80 && !text.ends_with(['.', ',', ';', ':', '-']);
        let is_heading = letters > 2 && text.len() <= 200 && (is_short || size > self.body * Self::LARGER);
        let kind = match self.level(size) {
            Some(level) if is_heading => BlockKind::Heading { level },
            _ if starts_with_bullet(&text) || starts_with_number(&text) => BlockKind::ListItem,
            _ => BlockKind::Paragraph,
        };
        (kind, text)
    }

    fn level(&self, size: f64) -> Option<u8> {
        let rank = self.largest_first.iter().position(|heading| size > heading * 0.93)?;
        u8::try_from(rank.min(Self::LEVELS - 1) + 1).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::{
        pdf_lines::lines_of,
        testing::{collect, shown},
    };

    fn line(text: &str, y: f64, size: f64) -> Line {
        Line { text: text.to_owned(), x: 50.0, end_x: 300.0, y, size, is_turned: false }
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
        let (outline, blocks) = collect(|c| add_blocks(vec![page], c)).unwrap();
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
        let (_, blocks) = collect(|c| add_blocks(vec![page], c)).unwrap();
        assert_eq!(shown(&blocks), ["paragraph [] The text runs to the top of the next column."]);
    }

    #[test]
    fn text_without_measures_is_divided_at_blank_lines() {
        let (_, blocks) = collect(|c| add_blocks(vec![lines_of("one\ntwo\n\nthree")], c)).unwrap();
        assert_eq!(shown(&blocks), ["paragraph [] one two", "paragraph [] three"]);
    }

    #[test]
    fn a_sentence_goes_on_on_the_next_page_and_items_stay_apart() {
        let pages = vec![
            vec![
                line("1. First item.", 50.0, 10.0),
                line("2. Second item.", 62.0, 10.0),
                line("The sentence runs over a", 100.0, 10.0),
            ],
            vec![line("boundary of pages.", 50.0, 10.0)],
        ];
        let (_, blocks) = collect(|c| add_blocks(pages, c)).unwrap();
        assert_eq!(
            shown(&blocks),
            [
                "listitem [] 1. First item.",
                "listitem [] 2. Second item.",
                "paragraph [] The sentence runs over a boundary of pages."
            ]
        );
    }
}
