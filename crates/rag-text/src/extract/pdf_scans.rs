//! Reads the pages of a PDF that have no text layer by OCR: they are rendered, as a viewer shows them.

use image::RgbImage;
use pdf_oxide::{
    PdfDocument,
    rendering::{RenderOptions, render_page},
};

use super::{
    Collector, Scan,
    pdf::guard,
    pdf_lines::{self, Line},
};
use crate::refusal::Refusal;

/// The resolution of the image of a page, in dots per inch.
const DPI: u32 = 200;
/// Maximum number of pixels of that image: A3 at this resolution.
const MAX_PIXELS: u64 = 8_000_000;
/// A page with fewer characters can be a scan with a stamp or a page number of its own.
const MIN_CHARS: usize = 40;
/// Minimum length of the sides of the image that makes such a page a scan, in pixels.
const MIN_SCAN_SIDE: u32 = 600;

/// Replaces the lines of the pages that are scans.
pub(super) fn read(
    document: &PdfDocument,
    pages: &mut [Vec<Line>],
    collector: &mut Collector<'_, '_>,
) -> Result<(), Refusal> {
    let is_scan: Vec<bool> =
        (0..).zip(&*pages).map(|(index, lines)| is_scan(document, index, lines)).collect();
    let count = is_scan.iter().filter(|is_scan| **is_scan).count();
    collector.expect_scans(u32::try_from(count).unwrap_or(u32::MAX))?;
    for ((index, lines), is_scan) in (0..).zip(pages).zip(is_scan) {
        if !is_scan {
            continue;
        }
        let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
        let read = match collector.read_scan(number, || image_of(document, index).map(Scan::whole)) {
            // A page that cannot be rendered costs itself, not the document.
            Err(Refusal::Broken { .. }) => continue,
            read => read?,
        };
        if letters(&read) > letters(lines) || !pdf_lines::is_readable(lines) {
            *lines = read;
        }
    }
    Ok(())
}

/// Whether a page has little text, or none that can be read.
pub(super) fn may_be_scan(lines: &[Line]) -> bool {
    letters(lines) < MIN_CHARS || !pdf_lines::is_readable(lines)
}

/// Whether the text of a page is in its image.
fn is_scan(document: &PdfDocument, index: usize, lines: &[Line]) -> bool {
    if !pdf_lines::is_readable(lines) {
        return true;
    }
    let images = || guard(|| document.page_image_handles(index).ok()).flatten().unwrap_or_default();
    may_be_scan(lines) && images().iter().any(|image| image.width.min(image.height) >= MIN_SCAN_SIDE)
}

fn letters(lines: &[Line]) -> usize {
    lines.iter().flat_map(|line| line.text.chars()).filter(|c| !c.is_whitespace()).count()
}

fn image_of(document: &PdfDocument, index: usize) -> Result<RgbImage, Refusal> {
    let mut options = RenderOptions::with_dpi(DPI).as_raw();
    options.max_output_pixels = MAX_PIXELS;
    let failed = || Refusal::broken(format!("page {} cannot be rendered", index + 1));
    let page = guard(|| render_page(document, index, &options).ok()).flatten().ok_or_else(failed)?;
    // The paper is white: no pixel is transparent.
    let colours = page.data.chunks_exact(4).flat_map(|pixel| pixel.iter().take(3).copied()).collect();
    RgbImage::from_raw(page.width, page.height, colours).ok_or_else(failed)
}
