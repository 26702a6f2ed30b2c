//! Reads images by OCR: PNG, JPEG and WebP as one page, TIFF as its pages. Refuses too large images before it decodes them.

use std::io::Cursor;

use image::{
    DynamicImage, ImageDecoder, ImageError, ImageReader, Limits, Rgb, RgbImage, metadata::Orientation,
};

use super::{Collector, Scan, pdf_layout, source::Source, tiff_pages::TiffPages};
use crate::refusal::Refusal;

/// Maximum number of pixels of an image, in millions: a page of A3 at 600 dots per inch has 70.
const MAX_MEGAPIXELS: u64 = 80;
/// Maximum memory of a decoder, in bytes.
const MAX_DECODER_BYTES: u64 = 512 << 20;

/// Hands the text of an image to `collector`.
pub(crate) fn read(source: &Source<'_>, collector: &mut Collector<'_, '_>) -> Result<(), Refusal> {
    let bytes = source.bytes()?;
    collector.pages(1);
    let lines = collector.read_scan(1, || page_image(&bytes))?;
    pdf_layout::add_blocks(vec![lines], collector)
}

/// Hands the text of all pages of a TIFF file to `collector`.
pub(crate) fn read_tiff(source: &Source<'_>, collector: &mut Collector<'_, '_>) -> Result<(), Refusal> {
    let mut file = TiffPages::open(source.bytes()?.into_owned())?;
    collector.pages(file.count());
    collector.expect_scans(file.count())?;
    let mut pages = Vec::new();
    for page in 1..=file.count() {
        let bytes = file.beginning_with(page);
        pages.push(collector.read_scan(page, || page_image(bytes))?);
    }
    pdf_layout::add_blocks(pages, collector)
}

/// The image of a page, upright, on white paper.
fn page_image(bytes: &[u8]) -> Result<Scan, Refusal> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(Refusal::broken)?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_DECODER_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| refusal_of(&error))?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_MEGAPIXELS * 1_000_000 {
        return Err(too_large(&format!("of {width} x {height} pixels")));
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut image = DynamicImage::from_decoder(decoder).map_err(|error| refusal_of(&error))?;
    image.apply_orientation(orientation);
    Ok(Scan { image: on_paper(image), is_incomplete: is_cut_jpeg(bytes) })
}

/// Whether the bytes are a JPEG file without its end, of which the decoder makes a page with an empty rest.
fn is_cut_jpeg(bytes: &[u8]) -> bool {
    let Some(mut rest) = bytes.strip_prefix(b"\xff\xd8") else { return false };
    loop {
        // Between segments and within the image, two bytes that are no part of the image begin a segment.
        let is_marker = |pair: &[u8]| matches!(pair, [0xff, code] if !matches!(code, 0 | 0xd0..=0xd7 | 0xff));
        let Some(at) = rest.windows(2).position(is_marker) else { return true };
        let Some([_, code, after @ ..]) = rest.get(at..) else { return true };
        let length = match (code, after) {
            (0xd9, _) => return false,
            (0x01 | 0xd8, _) => 0,
            (_, [high, low, ..]) => usize::from(u16::from_be_bytes([*high, *low])),
            _ => return true,
        };
        let Some(next) = after.get(length..) else { return true };
        rest = next;
    }
}

fn refusal_of(error: &ImageError) -> Refusal {
    match error {
        ImageError::Limits(_) => too_large("whose decoding takes much memory"),
        other => Refusal::broken(other),
    }
}

fn too_large(image: &str) -> Refusal {
    Refusal::too_complex(&format!(
        "an image {image} is larger than the {MAX_MEGAPIXELS} million pixels allowed"
    ))
}

/// The colours of an image in front of white, where it is transparent.
fn on_paper(image: DynamicImage) -> RgbImage {
    if !image.color().has_alpha() {
        return image.into_rgb8();
    }
    let image = image.into_rgba8();
    let (width, height) = image.dimensions();
    let mut paper = RgbImage::new(width, height);
    for (out, pixel) in paper.pixels_mut().zip(image.pixels()) {
        let [red, green, blue, alpha] = pixel.0.map(u16::from);
        let mixed = [red, green, blue].map(|colour| (colour * alpha + 255 * (255 - alpha)) / 255);
        *out = Rgb(mixed.map(|colour| u8::try_from(colour).unwrap_or(u8::MAX)));
    }
    paper
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jpeg_file_is_cut_if_its_end_is_missing_wherever_it_was_cut() {
        let noise = RgbImage::from_fn(64, 64, |x, y| Rgb([x, y, x * y].map(|value| value.to_le_bytes()[0])));
        let mut file = Cursor::new(Vec::new());
        noise.write_to(&mut file, image::ImageFormat::Jpeg).unwrap();
        let mut file = file.into_inner();
        // A preview within the metadata has an end of its own.
        let preview = file.clone();
        let length = u16::try_from(preview.len() + 2).unwrap().to_be_bytes();
        file.splice(2..2, [&[0xff, 0xe1], &length[..], &preview].concat());
        for length in [3, preview.len() + 6, file.len() / 2, file.len() - 2, file.len() - 1] {
            assert!(is_cut_jpeg(&file[..length]), "{length} of {}", file.len());
        }
        assert!(!is_cut_jpeg(&file));
        assert!(!is_cut_jpeg(&[&file[..], b"bytes after the end"].concat()));
        assert!(!is_cut_jpeg(b"\x89PNG\r\n"));
    }
}
