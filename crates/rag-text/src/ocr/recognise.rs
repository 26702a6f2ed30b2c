//! Reads the text of one line of a page's image.

use std::{fs, path::Path};

use image::RgbImage;
use rten::{Model, NodeId};

use super::{
    network,
    numbers::{float, place, size},
    shapes::Rectangle,
};
use crate::refusal::Refusal;

/// The height of the image of a line that the network sees, in pixels.
const HEIGHT: usize = 48;
/// Maximum length of that image, in pixels; a longer line is squeezed.
const MAX_LENGTH: usize = 3_200;
/// The network was trained with images of at least this length, in pixels; shorter lines are padded.
const MIN_LENGTH: usize = 320;

/// The text of a line.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Reading {
    pub(super) text: String,
    /// The mean probability of its characters, 0 to 1.
    pub(super) confidence: f32,
}

/// The network that reads lines, with its characters.
pub(super) struct Recogniser {
    model: Model,
    input: NodeId,
    output: NodeId,
    /// The text of each class but the first one, which means that no character ends here.
    characters: Vec<String>,
}

impl Recogniser {
    pub(super) fn load(file: &Path, characters: &Path) -> Result<Self, Refusal> {
        let (model, input, output) = network::load(file)?;
        let list = fs::read_to_string(characters)
            .map_err(|error| Refusal::internal(&format!("read {}", characters.display()), error))?;
        let characters = list.lines().chain([" "]).map(str::to_owned).collect();
        Ok(Self { model, input, output, characters })
    }

    /// The text in the rectangle of a line.
    pub(super) fn read_line(&self, page: &RgbImage, line: &Rectangle) -> Result<Reading, Refusal> {
        let length = place((line.length / line.height.max(1.0) * float(HEIGHT)).ceil()).clamp(1, MAX_LENGTH);
        let padded = length.max(MIN_LENGTH);
        // After scaling, this grey is the 0 with which the network was trained to fill.
        let pixels = (0..HEIGHT).flat_map(|row| {
            (0..padded).map(move |column| {
                if column < length { sample(page, line, [column, row], length) } else { [127, 127, 127] }
            })
        });
        let values = network::planes(pixels, padded * HEIGHT, network::RECOGNITION);
        let nodes = (self.input, self.output);
        let ([_, _, classes], scores) =
            network::run::<3>(&self.model, nodes, [1, 3, HEIGHT, padded], values)?;
        Ok(self.decode(&scores, classes))
    }

    /// The most probable class of each step, without repetitions and blanks.
    fn decode(&self, scores: &[f32], classes: usize) -> Reading {
        let mut reading = Reading::default();
        let (mut sum, mut count, mut before) = (0.0, 0.0_f32, 0);
        for step in scores.chunks(classes.max(1)) {
            let best = step.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
            let Some((class, probability)) = best else { continue };
            let character = class.checked_sub(1).and_then(|class| self.characters.get(class));
            if let Some(character) = character.filter(|_| class != before) {
                reading.text.push_str(character);
                sum += probability;
                count += 1.0;
            }
            before = class;
        }
        reading.confidence = sum / count.max(1.0);
        reading
    }
}

/// The colour of a pixel of the line's image: the mean of the page's pixels that it covers.
fn sample(page: &RgbImage, line: &Rectangle, [column, row]: [usize; 2], length: usize) -> [u8; 3] {
    let (right, down) = (line.direction, line.direction.quarter_turn());
    let [along, across] = [line.length / float(length), line.height / float(HEIGHT)];
    let parts = place(along.max(across).ceil()).clamp(1, 8);
    let mut sum = [0.0; 3];
    for part in 0..parts * parts {
        let inside = |part: usize| (float(part) + 0.5) / float(parts);
        let x = (float(column) + inside(part % parts)) * along - line.length / 2.0;
        let y = (float(row) + inside(part / parts)) * across - line.height / 2.0;
        let at = [line.centre.x + x * right.x + y * down.x, line.centre.y + x * right.y + y * down.y];
        for (total, value) in sum.iter_mut().zip(between(page, at)) {
            *total += value;
        }
    }
    let count = float(parts * parts);
    sum.map(|total| u8::try_from(place(total / count + 0.5)).unwrap_or(u8::MAX))
}

/// The colour at a place between pixels; the edge goes on outside the image.
fn between(page: &RgbImage, at: [f32; 2]) -> [f32; 3] {
    let [width, height] = size(page);
    let [(left, right, x), (top, bottom, y)] = [(at[0], width), (at[1], height)].map(|(at, side)| {
        let at = at.clamp(0.0, float(side.saturating_sub(1)));
        let first = place(at);
        (first, (first + 1).min(side.saturating_sub(1)), at - at.floor())
    });
    let pixel = |column: usize, row: usize| {
        let [column, row] = [column, row].map(|place| u32::try_from(place).unwrap_or(0));
        page.get_pixel_checked(column, row).map_or([0.0; 3], |pixel| pixel.0.map(f32::from))
    };
    let mut colour = [0.0; 3];
    for (share, pixel) in [
        ((1.0 - x) * (1.0 - y), pixel(left, top)),
        (x * (1.0 - y), pixel(right, top)),
        ((1.0 - x) * y, pixel(left, bottom)),
        (x * y, pixel(right, bottom)),
    ] {
        for (total, value) in colour.iter_mut().zip(pixel) {
            *total += share * value;
        }
    }
    colour
}
