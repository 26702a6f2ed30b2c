//! Turns the lines that OCR found on a page into the lines of a page with text, whose paragraphs and headings are found by size.

use image::RgbImage;

use crate::{
    extract::pdf_lines::Line,
    ocr::{CELL_END, PageText},
};

/// The image of a page.
pub(crate) struct Scan {
    pub(crate) image: RgbImage,
    /// Whether the end of the image is missing.
    pub(crate) is_incomplete: bool,
}

impl Scan {
    /// An image that was decoded to its end.
    pub(crate) fn whole(image: RgbImage) -> Self {
        Self { image, is_incomplete: false }
    }
}

/// The size of letters, as a share of the height of their line, which OCR finds with a border.
const LETTER_SHARE: f64 = 0.75;
/// Lines whose height differs less from the usual one than these ratios have letters of its size: their heights depend on their letters.
const USUAL: [f64; 2] = [0.75, 1.3];
/// The ratio of the sizes that are told apart beyond these.
const STEP: f64 = 1.25;

/// The lines of a page; the rows of a table are parted by blank lines.
pub(super) fn lines_of(page: &PageText) -> Vec<Line> {
    let usual = usual_height(page);
    let mut lines = Vec::new();
    let mut was_row = false;
    for piece in &page.lines {
        let [x, end_x, y, height] = [piece.left, piece.right, piece.y, piece.height].map(f64::from);
        let size = levelled(height, usual) * LETTER_SHARE;
        let is_row = piece.text.contains(CELL_END);
        if is_row || was_row {
            lines.push(Line { y, size, ..Line::default() });
        }
        lines.push(Line { text: piece.text.clone(), x, end_x, y, size, is_turned: false });
        was_row = is_row;
    }
    lines
}

/// The height of the line in whose like the middle letter of the page stands.
fn usual_height(page: &PageText) -> f64 {
    let mut heights: Vec<(f64, usize)> =
        page.lines.iter().map(|line| (f64::from(line.height), line.text.chars().count())).collect();
    heights.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half = heights.iter().map(|(_, letters)| letters).sum::<usize>() / 2;
    let mut passed = 0;
    let middle = heights.iter().find(|(_, letters)| {
        passed += letters;
        passed > half
    });
    middle.map_or(1.0, |(height, _)| *height)
}

fn levelled(height: f64, usual: f64) -> f64 {
    let ratio = height / usual;
    if (USUAL[0]..=USUAL[1]).contains(&ratio) {
        return usual;
    }
    usual * STEP.powf((ratio.ln() / STEP.ln()).round())
}
