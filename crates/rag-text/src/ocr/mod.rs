//! Text recognition (OCR) of the pages of one document, with models in this process. Knows no file formats.

use std::path::{Path, PathBuf};

use image::RgbImage;

use crate::refusal::Refusal;

mod detect;
mod models;
mod network;
mod numbers;
mod order;
mod recognise;
mod shapes;

pub(crate) use models::PageText;
pub(crate) use order::CELL_END;

use models::{FILES, Models};

/// Minimum difference between the lightest and the darkest pixel of a page with text, of 255.
const MIN_CONTRAST: u8 = 32;

/// How pages without text are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OcrSettings {
    /// The folder of the models.
    pub dir: PathBuf,
    /// The time that each page adds to the time limits of its document, in milliseconds.
    pub page_ms: u64,
    /// Maximum number of pages of a document that are read.
    pub max_pages: u32,
}

/// Whether a folder has the models.
pub fn is_installed(dir: &Path) -> bool {
    FILES.iter().all(|name| dir.join(name).is_file())
}

/// OCR of the pages of one document: counts them, and loads the models for the first one.
pub(crate) struct Ocr<'s> {
    settings: &'s OcrSettings,
    models: Option<Models>,
    pages: u32,
}

impl<'s> Ocr<'s> {
    pub(crate) fn new(settings: &'s OcrSettings) -> Self {
        Self { settings, models: None, pages: 0 }
    }

    /// Refuses a document with `count` more pages than those that are counted, if they are too many.
    pub(crate) fn check_count(&self, count: u32) -> Result<(), Refusal> {
        let limit_pages = self.settings.max_pages;
        if self.pages.saturating_add(count) > limit_pages {
            return Err(Refusal::TooManyScans { limit_pages });
        }
        Ok(())
    }

    /// Counts the next page; returns its number, from 1.
    pub(crate) fn begin_page(&mut self) -> Result<u32, Refusal> {
        self.check_count(1)?;
        self.pages += 1;
        Ok(self.pages)
    }

    /// The text of a page's image.
    pub(crate) fn read(&mut self, mut image: RgbImage) -> Result<PageText, Refusal> {
        if is_blank(&image) {
            return Ok(PageText::default());
        }
        if is_dark(&image) {
            image::imageops::invert(&mut image);
        }
        let models = match &mut self.models {
            Some(models) => models,
            none => none.insert(Models::load(&self.settings.dir)?),
        };
        models.read_page(&image)
    }
}

/// Whether an image has no contrast, like an empty page.
fn is_blank(image: &RgbImage) -> bool {
    let (low, high) = image.pixels().fold((u8::MAX, 0), |(low, high), pixel| {
        let [_, green, _] = pixel.0;
        (green.min(low), green.max(high))
    });
    high.saturating_sub(low) < MIN_CONTRAST
}

/// Whether most of an image is dark, as on a screen with light letters, or in a JPEG file whose inks are stored inverted.
fn is_dark(image: &RgbImage) -> bool {
    let green = || image.pixels().step_by(7).map(|pixel| pixel.0[1]);
    green().filter(|value| *value < 96).count() * 2 > green().count()
}
