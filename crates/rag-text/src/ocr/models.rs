//! Reads the lines of one page's image: finds them, finds the direction of the page, reads them, and puts them into order.

use std::path::Path;

use image::RgbImage;

use super::{
    detect::Detector,
    order::{Piece, in_reading_order, median},
    recognise::{Reading, Recogniser},
    shapes::{Rectangle, Vector},
};
use crate::refusal::Refusal;

/// The files of the models in their folder.
pub(super) const FILES: [&str; 3] = ["detection.rten", "recognition.rten", "characters.txt"];

/// Minimum confidence of a line; patterns of a picture that look like letters have less.
const MIN_CONFIDENCE: f32 = 0.5;
/// Lines of an upright page have at least this confidence, in the mean of those that are tried.
const MIN_UPRIGHT_CONFIDENCE: f32 = 0.85;
/// Number of lines that are tried in a direction.
const TRIED_LINES: usize = 4;
/// The ratio of length and height of the lines that are tried, if there are such: a few words say as much as a long line, in less time.
const TRIED_RATIO: f32 = 6.0;
/// Minimum ratio of the sides of a rectangle whose longer side says in which direction it is read.
const MIN_ELONGATION: f32 = 3.0;
/// Maximum ratio of height and length of a line; higher ones are read at a right angle to the page, and are left out.
const MAX_STEEPNESS: f32 = 2.0;

/// The text of a page.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct PageText {
    /// The lines in reading order.
    pub(crate) lines: Vec<Piece>,
    /// The mean probability of the characters, 0 to 1; 0 for a page without text.
    pub(crate) confidence: f32,
}

/// The networks, loaded once for a document.
pub(super) struct Models {
    detector: Detector,
    recogniser: Recogniser,
}

impl Models {
    pub(super) fn load(dir: &Path) -> Result<Self, Refusal> {
        let [detection, recognition, characters] = FILES.map(|name| dir.join(name));
        Ok(Self {
            detector: Detector::load(&detection)?,
            recogniser: Recogniser::load(&recognition, &characters)?,
        })
    }

    pub(super) fn read_page(&self, page: &RgbImage) -> Result<PageText, Refusal> {
        let lines = self.detector.find_lines(page)?;
        let Some(upright) = self.reading_direction(page, &lines)? else { return Ok(PageText::default()) };
        let down = upright.quarter_turn();
        let (mut pieces, mut sum, mut letters) = (Vec::new(), 0.0, 0.0);
        for line in lines.iter().map(|line| line.facing(upright)) {
            if line.height > line.length * MAX_STEEPNESS {
                continue;
            }
            let Reading { text, confidence } = self.recogniser.read_line(page, &line)?;
            let text = text.trim();
            if confidence < MIN_CONFIDENCE || text.is_empty() {
                continue;
            }
            let weight = text.chars().map(|_| 1.0).sum::<f32>();
            (sum, letters) = (sum + confidence * weight, letters + weight);
            let (x, y) = (line.centre.along(upright), line.centre.along(down));
            let half = line.length / 2.0;
            pieces.push(Piece {
                text: text.to_owned(),
                left: x - half,
                right: x + half,
                y,
                height: line.height,
            });
        }
        let confidence = if letters > 0.0 { sum / letters } else { 0.0 };
        Ok(PageText { lines: in_reading_order(pieces), confidence })
    }

    /// The direction in which the lines of the page are read; `None` for a page without lines.
    fn reading_direction(&self, page: &RgbImage, lines: &[Rectangle]) -> Result<Option<Vector>, Refusal> {
        if lines.is_empty() {
            return Ok(None);
        }
        let level = level_direction(lines).unwrap_or(Vector::RIGHT);
        let is_sideways = level.x.abs() < level.y.abs();
        let mut tried: Vec<Rectangle> = lines.iter().map(|line| line.facing(level)).collect();
        let strangeness = |line: &Rectangle| (line.length / line.height.max(1.0) - TRIED_RATIO).abs();
        tried.sort_by(|a, b| strangeness(a).total_cmp(&strangeness(b)));
        tried.truncate(TRIED_LINES);
        let ahead = self.mean_confidence(page, &tried, level)?;
        if ahead >= MIN_UPRIGHT_CONFIDENCE && !is_sideways {
            return Ok(Some(level));
        }
        let back = self.mean_confidence(page, &tried, level.reversed())?;
        Ok(Some(if back > ahead { level.reversed() } else { level }))
    }

    fn mean_confidence(&self, page: &RgbImage, lines: &[Rectangle], upright: Vector) -> Result<f32, Refusal> {
        let (mut sum, mut count) = (0.0, 0.0_f32);
        for line in lines {
            sum += self.recogniser.read_line(page, &line.facing(upright))?.confidence;
            count += 1.0;
        }
        Ok(sum / count.max(1.0))
    }
}

/// The direction of most of the elongated lines, to the right or downwards; `None` if there is no such line.
fn level_direction(lines: &[Rectangle]) -> Option<Vector> {
    let along = |line: &Rectangle| {
        if line.length >= line.height { line.direction } else { line.direction.quarter_turn() }
    };
    let elongated = lines
        .iter()
        .filter(|line| line.length.max(line.height) >= MIN_ELONGATION * line.length.min(line.height));
    let (level, steep): (Vec<Vector>, Vec<Vector>) =
        elongated.map(along).partition(|direction| direction.x.abs() >= direction.y.abs());
    let is_sideways = steep.len() > level.len();
    let ahead = if is_sideways { Vector::RIGHT.quarter_turn() } else { Vector::RIGHT };
    let voters = if is_sideways { steep } else { level };
    // The slope of each line against the direction that most of them have.
    let slope = median(
        voters.iter().map(|direction| direction.along(ahead.quarter_turn()) / direction.along(ahead)),
    )?;
    let length = 1.0_f32.hypot(slope);
    let across = ahead.quarter_turn();
    Some(Vector { x: (ahead.x + across.x * slope) / length, y: (ahead.y + across.y * slope) / length })
}
