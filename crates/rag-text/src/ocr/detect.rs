//! Finds the rectangles of a page's image that hold a line of text.

use std::path::Path;

use image::{RgbImage, imageops};
use rten::{Model, NodeId};

use super::{
    network,
    numbers::{float, place, size},
    shapes::{Rectangle, Vector, spots},
};
use crate::refusal::Refusal;

/// The longer side of the image that the network sees, in pixels: letters of 8 points on A4 are about 12 pixels high there.
const MAX_SIDE: f32 = 1_280.0;
/// The network needs sides that are multiples of it, in pixels.
const STEP: f32 = 32.0;
/// Minimum probability of a pixel that belongs to text.
const MIN_PIXEL: f32 = 0.3;
/// Minimum mean probability of a line's pixels.
const MIN_LINE: f32 = 0.6;
/// The network finds the core of a line; the line's border is this multiple of area / circumference away from it.
const BORDER: f32 = 1.6;
/// Minimum height of a core, in pixels of the image that the network sees.
const MIN_CORE: f32 = 2.0;

/// The network that finds lines.
pub(super) struct Detector {
    model: Model,
    input: NodeId,
    output: NodeId,
}

impl Detector {
    pub(super) fn load(file: &Path) -> Result<Self, Refusal> {
        let (model, input, output) = network::load(file)?;
        Ok(Self { model, input, output })
    }

    /// The rectangles of the lines on a page.
    pub(super) fn find_lines(&self, page: &RgbImage) -> Result<Vec<Rectangle>, Refusal> {
        let [width, height] = size(page).map(float);
        let scale = (MAX_SIDE / width.max(height)).min(1.0);
        let [columns, rows] =
            [width, height].map(|side| place((side * scale / STEP).round().max(1.0) * STEP));
        let [seen_width, seen_height] = [columns, rows].map(|side| u32::try_from(side).unwrap_or(u32::MAX));
        let seen = imageops::resize(page, seen_width, seen_height, imageops::FilterType::Triangle);
        let pixels = network::planes(seen.pixels().map(|pixel| pixel.0), columns * rows, network::DETECTION);
        let shape = [1, 3, rows, columns];
        let (_, map) = network::run::<4>(&self.model, (self.input, self.output), shape, pixels)?;
        let back = Vector { x: width / float(columns), y: height / float(rows) };
        let lines = spots(&map, columns, MIN_PIXEL).into_iter().filter(|spot| {
            spot.mean >= MIN_LINE && spot.rectangle.length.min(spot.rectangle.height) >= MIN_CORE
        });
        Ok(lines
            .map(|spot| {
                let core = spot.rectangle.grown(0.5);
                let border = core.length * core.height * BORDER / (2.0 * (core.length + core.height));
                core.grown(border).scaled(back)
            })
            .collect())
    }
}
