//! Numbers of four bits (GGML's `Q4_0`): blocks of 32 numbers that share a 16-bit scale; only reads them.

/// Numbers of one block.
const BLOCK: usize = 32;

/// Bytes of one block: the scale, then two numbers a byte.
const BLOCK_BYTES: usize = 2 + BLOCK / 2;

/// Bytes of `count` numbers, a multiple of 32.
pub(super) fn size_bytes(count: usize) -> usize {
    count / BLOCK * BLOCK_BYTES
}

/// Appends the numbers of whole blocks. The first half of a block is in the low bits of its bytes, the second in the high ones.
pub(super) fn append(blocks: &[u8], numbers: &mut Vec<f32>) {
    for block in blocks.chunks_exact(BLOCK_BYTES) {
        let (scale, pairs) = block.split_at(2);
        let scale = half(scale);
        let number = |bits: u8| (f32::from(bits) - 8.0) * scale;
        numbers.extend(pairs.iter().map(|pair| number(pair & 15)));
        numbers.extend(pairs.iter().map(|pair| number(pair >> 4)));
    }
}

/// A little-endian 32-bit float; 0 if there are not four bytes.
pub(super) fn float(bytes: &[u8]) -> f32 {
    bytes.try_into().map_or(0.0, f32::from_le_bytes)
}

/// A little-endian 16-bit float; 0 if there are not two bytes.
fn half(bytes: &[u8]) -> f32 {
    let bits = bytes.try_into().map_or(0, u16::from_le_bytes);
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f32::from(bits & 1023) / 1024.0);
    match exponent {
        0 => sign * fraction * 2f32.powi(-14),
        _ => sign * (1.0 + fraction) * 2f32.powi(exponent - 15),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_read_as_the_standard_defines_them() {
        for (bits, value) in [
            (0x0000, 0.0),
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x3555, 0.333_251_95),
            (0x0001, 5.960_464_5e-8),
            (0x7bff, 65504.0),
        ] {
            assert!((half(&u16::to_le_bytes(bits)) - value).abs() <= value.abs() * 1e-7, "{bits:#x}");
        }
    }

    #[test]
    fn a_block_holds_the_first_half_in_the_low_bits() {
        let mut block = vec![0x00, 0x38]; // 0.5
        block.extend((0..16).map(|place| place | (15 - place) << 4));
        let mut numbers = Vec::new();
        append(&block, &mut numbers);
        assert_eq!(numbers.len(), BLOCK);
        assert_eq!((numbers[0], numbers[15], numbers[16], numbers[31]), (-4.0, 3.5, 3.5, -4.0));
    }
}
