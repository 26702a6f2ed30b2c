//! Reads the tensors of a safetensors file, one buffer each; independent of the network.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;

use serde::Deserialize;

use super::file::{ModelFile, read_range};
use crate::EmbedError;

/// Maximum length of the header, in bytes; models of this size have a shorter one.
const MAX_HEADER_BYTES: u64 = 1 << 20;

#[derive(Deserialize)]
struct Tensor {
    dtype: String,
    data_offsets: (u64, u64),
}

/// The bytes of every 32-bit float tensor of the file by its name; `size_bytes` is the size the file must have.
pub(super) fn read(file: &ModelFile, size_bytes: u64) -> Result<BTreeMap<String, Vec<u8>>, EmbedError> {
    let mut opened = file.open(size_bytes)?;
    let (header, data_start) = read_header(&mut opened).map_err(|error| file.bad(error))?;
    let mut tensors = BTreeMap::new();
    for (name, tensor) in header.into_iter().filter(|(_, tensor)| tensor.dtype == "F32") {
        let (start, end) = tensor.data_offsets;
        let bytes = read_range(&mut opened, data_start.saturating_add(start), end.saturating_sub(start))
            .map_err(|error| file.bad(format!("tensor {name}: {error}")))?;
        tensors.insert(name, bytes);
    }
    Ok(tensors)
}

/// The tensors by name and the place in the file where their data starts.
fn read_header(file: &mut File) -> std::io::Result<(BTreeMap<String, Tensor>, u64)> {
    let mut length = [0; 8];
    file.read_exact(&mut length)?;
    let length = u64::from_le_bytes(length).min(MAX_HEADER_BYTES);
    let mut header = Vec::new();
    file.take(length).read_to_end(&mut header)?;
    let mut entries: BTreeMap<String, serde_json::Value> = serde_json::from_slice(&header)?;
    entries.remove("__metadata__");
    let tensors = entries
        .into_iter()
        .map(|(name, entry)| Ok((name, serde_json::from_value(entry)?)))
        .collect::<std::io::Result<_>>()?;
    Ok((tensors, 8 + length))
}
