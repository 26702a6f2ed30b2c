//! Arithmetic on vectors of 32-bit floats; independent of models.

/// The dot product of two vectors of the same length: their cosine similarity, -1 to 1, when both have unit length.
pub fn dot(left: &[f32], right: &[f32]) -> f32 {
    debug_assert_eq!(left.len(), right.len(), "vectors of different models were compared");
    left.iter().zip(right).map(|(l, r)| l * r).sum()
}

/// Scales the vector to unit length. Returns `false` and leaves the vector unchanged if its length is zero or not finite.
#[must_use]
pub fn normalise(vector: &mut [f32]) -> bool {
    let length = dot(vector, vector).sqrt();
    let possible = length.is_finite() && length > 0.0;
    if possible {
        for x in vector {
            *x /= length;
        }
    }
    possible
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn normalising_gives_unit_length_and_keeps_the_direction(
            original in prop::collection::vec(-1e6f32..1e6, 1..500).prop_filter("not zero", |v| dot(v, v) > 1e-6)
        ) {
            let mut unit = original.clone();
            prop_assert!(normalise(&mut unit));
            prop_assert!((dot(&unit, &unit) - 1.0).abs() < 1e-4);
            prop_assert!((dot(&unit, &original) / dot(&original, &original).sqrt() - 1.0).abs() < 1e-4);
        }
    }

    #[test]
    fn zero_and_infinite_vectors_are_refused_and_left_alone() {
        for original in [[0.0, 0.0], [f32::NAN, 1.0], [f32::INFINITY, 1.0], [f32::MAX, f32::MAX]] {
            let mut vector = original;
            assert!(!normalise(&mut vector));
            assert_eq!(vector.map(f32::to_bits), original.map(f32::to_bits));
        }
    }
}
