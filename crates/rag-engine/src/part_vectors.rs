//! Vectors of the parts of a chunk in their stored form: a signed byte for each dimension. Only directions are preserved.

use rag_embed::vector;

/// Maximum absolute value of a stored dimension.
const MAX_BYTE: f32 = 127.0;

/// Encodes the vectors; a part without a vector is encoded as `dimensions` zeros.
pub(crate) fn pack(vectors: &[Option<Vec<f32>>], dimensions: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(vectors.len() * dimensions);
    for vector in vectors {
        match vector {
            Some(vector) => {
                let largest = vector.iter().fold(f32::MIN_POSITIVE, |largest, x| largest.max(x.abs()));
                bytes.extend(vector.iter().map(|x| byte(x / largest * MAX_BYTE)));
            }
            None => bytes.resize(bytes.len() + dimensions, 0),
        }
    }
    bytes
}

/// Decodes the vectors, scaled to unit length; `None` for a part without one. Empty if `bytes` is shorter than one vector.
pub(crate) fn unpack(bytes: &[u8], dimensions: usize) -> Vec<Option<Vec<f32>>> {
    let vectors = bytes.chunks_exact(dimensions.max(1)).map(|bytes| {
        let mut vector: Vec<f32> = bytes.iter().map(|byte| f32::from(i8::from_le_bytes([*byte]))).collect();
        vector::normalise(&mut vector).then_some(vector)
    });
    vectors.collect()
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "the value is between -127 and 127"
)]
fn byte(value: f32) -> u8 {
    let [byte] = (value.round() as i8).to_le_bytes();
    byte
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn directions_survive(vector in prop::collection::vec(-1.0f32..1.0, 384)) {
            let mut unit = vector;
            prop_assume!(vector::normalise(&mut unit));
            let stored = pack(&[Some(unit.clone()), None], 384);
            let found = unpack(&stored, 384);
            prop_assert_eq!((stored.len(), found.len(), &found[1]), (768, 2, &None));
            prop_assert!(vector::dot(found[0].as_ref().unwrap(), &unit) > 0.999);
        }
    }

    #[test]
    fn no_vectors_are_no_bytes() {
        assert!(pack(&[], 8).is_empty() && unpack(&[], 8).is_empty());
    }
}
