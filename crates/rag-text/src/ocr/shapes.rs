//! Rectangles around the spots of a map: connected components, convex hulls, the smallest rotated rectangle. Knows no text.

use std::collections::BTreeMap;

use super::numbers::float;

/// A point, or a direction of length 1; `y` grows downwards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Vector {
    pub(super) x: f32,
    pub(super) y: f32,
}

impl Vector {
    pub(super) const RIGHT: Self = Self { x: 1.0, y: 0.0 };

    /// The length of this point's shadow on a direction.
    pub(super) fn along(self, direction: Self) -> f32 {
        self.x * direction.x + self.y * direction.y
    }

    /// The direction after a quarter turn, from right to down.
    pub(super) fn quarter_turn(self) -> Self {
        Self { x: -self.y, y: self.x }
    }

    pub(super) fn reversed(self) -> Self {
        Self { x: -self.x, y: -self.y }
    }
}

/// A rotated rectangle, in pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rectangle {
    pub(super) centre: Vector,
    /// The direction in which `length` is measured; `height` is measured across it.
    pub(super) direction: Vector,
    pub(super) length: f32,
    pub(super) height: f32,
}

impl Rectangle {
    /// The same rectangle, measured along the one of its four directions that is closest to `wanted`.
    pub(super) fn facing(self, wanted: Vector) -> Self {
        let across = self.direction.quarter_turn();
        let is_turned = across.along(wanted).abs() > self.direction.along(wanted).abs();
        let direction = if is_turned { across } else { self.direction };
        let direction = if direction.along(wanted) < 0.0 { direction.reversed() } else { direction };
        let (length, height) =
            if is_turned { (self.height, self.length) } else { (self.length, self.height) };
        Self { direction, length, height, ..self }
    }

    /// The rectangle with every side moved outwards by `distance`.
    pub(super) fn grown(self, distance: f32) -> Self {
        Self { length: self.length + 2.0 * distance, height: self.height + 2.0 * distance, ..self }
    }

    /// The rectangle in an image that is larger by these factors; they differ by little.
    pub(super) fn scaled(self, by: Vector) -> Self {
        let stretched = Vector { x: self.direction.x * by.x, y: self.direction.y * by.y };
        let (along, across) =
            (stretched.x.hypot(stretched.y), (self.direction.y * by.x).hypot(self.direction.x * by.y));
        Self {
            centre: Vector { x: self.centre.x * by.x, y: self.centre.y * by.y },
            direction: Vector { x: stretched.x / along, y: stretched.y / along },
            length: self.length * along,
            height: self.height * across,
        }
    }
}

/// A connected part of a map that is above a threshold.
pub(super) struct Spot {
    pub(super) rectangle: Rectangle,
    /// The mean of the map's values in it.
    pub(super) mean: f32,
}

/// The connected parts of a map where its values are above `threshold`. `width` is the length of its rows.
pub(super) fn spots(map: &[f32], width: usize, threshold: f32) -> Vec<Spot> {
    let mut is_open: Vec<bool> = map.iter().map(|value| *value > threshold).collect();
    let mut found = Vec::new();
    let mut next = 0;
    while let Some(step) = is_open.get(next..).and_then(|rest| rest.iter().position(|open| *open)) {
        next += step;
        found.push(flood(map, &mut is_open, width, next));
    }
    found
}

/// Takes the part that holds the cell `start` from the open cells.
fn flood(map: &[f32], is_open: &mut [bool], width: usize, start: usize) -> Spot {
    let mut rows: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    let (mut sum, mut count) = (0.0, 0.0);
    let mut waiting = vec![start];
    while let Some(cell) = waiting.pop() {
        let Some(open) = is_open.get_mut(cell).filter(|open| **open) else { continue };
        *open = false;
        sum += map.get(cell).copied().unwrap_or(0.0);
        count += 1.0;
        let (row, column) = (cell / width, cell % width);
        let ends = rows.entry(row).or_insert((column, column));
        *ends = (ends.0.min(column), ends.1.max(column));
        for neighbour_row in row.saturating_sub(1)..=row + 1 {
            for neighbour in column.saturating_sub(1)..=(column + 1).min(width - 1) {
                waiting.push(neighbour_row * width + neighbour);
            }
        }
    }
    let points: Vec<Vector> = rows
        .into_iter()
        .flat_map(|(row, (first, last))| {
            [first, last].map(|column| Vector { x: float(column), y: float(row) })
        })
        .collect();
    Spot { rectangle: smallest_rectangle(&hull(points)), mean: sum / count }
}

/// The convex hull of points, as a polygon.
fn hull(mut points: Vec<Vector>) -> Vec<Vector> {
    points.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
    points.dedup();
    let mut lower = half_hull(points.iter().copied());
    let mut upper = half_hull(points.iter().rev().copied());
    // The ends of both halves are the same two points.
    lower.pop();
    upper.pop();
    lower.append(&mut upper);
    if lower.is_empty() { points } else { lower }
}

fn half_hull(points: impl Iterator<Item = Vector>) -> Vec<Vector> {
    let mut half: Vec<Vector> = Vec::new();
    for point in points {
        while let [.., before, last] = half.as_slice() {
            let turn =
                (last.x - before.x) * (point.y - before.y) - (last.y - before.y) * (point.x - before.x);
            if turn > 0.0 {
                break;
            }
            half.pop();
        }
        half.push(point);
    }
    half
}

/// The smallest rectangle around a convex polygon: one of its sides lies on a side of the polygon.
fn smallest_rectangle(polygon: &[Vector]) -> Rectangle {
    let ends = polygon.iter().cycle().skip(1);
    let sides = polygon.iter().zip(ends).filter_map(|(from, to)| {
        let (x, y) = (to.x - from.x, to.y - from.y);
        let length = x.hypot(y);
        (length > 0.0).then(|| Vector { x: x / length, y: y / length })
    });
    let rectangles = sides.map(|side| around(polygon, side));
    let area = |rectangle: &Rectangle| (rectangle.length + 1.0) * (rectangle.height + 1.0);
    rectangles.min_by(|a, b| area(a).total_cmp(&area(b))).unwrap_or_else(|| around(polygon, Vector::RIGHT))
}

/// The rectangle around points along a direction.
fn around(points: &[Vector], direction: Vector) -> Rectangle {
    let across = direction.quarter_turn();
    let [(left, right), (top, bottom)] = [direction, across].map(|axis| {
        points
            .iter()
            .map(|point| point.along(axis))
            .fold((f32::MAX, f32::MIN), |(low, high), at| (low.min(at), high.max(at)))
    });
    let (x, y) = (f32::midpoint(left, right), f32::midpoint(top, bottom));
    let centre = Vector { x: x * direction.x + y * across.x, y: x * direction.y + y * across.y };
    Rectangle { centre, direction, length: right - left, height: bottom - top }
}
