//! The word table: the vector of each token before the network; four fifths of a multilingual model, so it stays as small as its file.

use super::DIMENSIONS;
use super::quantised;

/// The vectors of all tokens by their ids.
pub(super) enum WordTable {
    /// Little-endian 32-bit floats.
    Floats(Vec<u8>),
    /// Four bits a number, see `quantised`.
    Quantised(Vec<u8>),
}

impl WordTable {
    /// Appends the vector of the token to `row`; zeros for an id outside the table.
    pub(super) fn append(&self, id: u32, row: &mut Vec<f32>) {
        let end = row.len() + DIMENSIONS;
        match self {
            Self::Floats(bytes) => {
                row.extend(slot(bytes, id, DIMENSIONS * 4).chunks_exact(4).map(quantised::float));
            }
            Self::Quantised(bytes) => {
                let size = quantised::size_bytes(DIMENSIONS);
                quantised::append(slot(bytes, id, size), row);
            }
        }
        row.resize(end, 0.0);
    }
}

/// The bytes of the row `id` of a table of rows of `size` bytes; empty if there is no such row.
fn slot(bytes: &[u8], id: u32, size: usize) -> &[u8] {
    let start = usize::try_from(id).unwrap_or(usize::MAX).saturating_mul(size);
    bytes.get(start..start.saturating_add(size)).unwrap_or_default()
}
