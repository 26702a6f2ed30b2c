//! Conversions between places in an image and the numbers of geometry; images are smaller than 65,536 pixels a side.

/// A place or a length as a number; exact below 65,536.
pub(super) fn float(place: usize) -> f32 {
    u16::try_from(place).map_or(f32::MAX, f32::from)
}

/// The place of a number, rounded down; 0 for a negative one.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the standard library has no other conversion, and this one saturates"
)]
pub(super) fn place(number: f32) -> usize {
    number as usize
}

/// The size of an image as places.
pub(super) fn size(image: &image::RgbImage) -> [usize; 2] {
    [image.width(), image.height()].map(|side| usize::try_from(side).unwrap_or(usize::MAX))
}
