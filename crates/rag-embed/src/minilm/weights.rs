//! Reads a model folder: the tensors of a safetensors file, one buffer each; independent of the network.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;

use serde::Deserialize;

use crate::EmbedError;

/// Maximum length of the header, in bytes; models of this size have a shorter one.
const MAX_HEADER_BYTES: u64 = 1 << 20;

#[derive(Deserialize)]
struct Tensor {
    dtype: String,
    data_offsets: (u64, u64),
}

/// The bytes of every 32-bit float tensor of the file by its name; `size_bytes` is the size the file must have.
pub(super) fn read(path: &Path, size_bytes: u64) -> Result<Vec<(String, Vec<u8>)>, EmbedError> {
    let mut file = File::open(path).map_err(|error| unreadable(path, &error))?;
    let found = file.metadata().map_err(|error| bad(path, &error))?.len();
    if found != size_bytes {
        return Err(bad(path, &format!("it has {found} bytes instead of {size_bytes}")));
    }
    let (header, data_start) = read_header(&mut file).map_err(|error| bad(path, &error))?;
    let mut tensors = Vec::new();
    for (name, tensor) in header.into_iter().filter(|(_, tensor)| tensor.dtype == "F32") {
        let (start, end) = tensor.data_offsets;
        let bytes =
            read_range(&mut file, data_start.saturating_add(start), end.saturating_sub(start), size_bytes)
                .map_err(|error| bad(path, &format!("tensor {name}: {error}")))?;
        tensors.push((name, bytes));
    }
    Ok(tensors)
}

/// The whole content of a file of the model folder.
pub(super) fn read_file(path: &Path) -> Result<Vec<u8>, EmbedError> {
    std::fs::read(path).map_err(|error| unreadable(path, &error))
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

fn read_range(file: &mut File, start: u64, length: u64, size_bytes: u64) -> std::io::Result<Vec<u8>> {
    if start.saturating_add(length) > size_bytes {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
    file.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn unreadable(path: &Path, error: &std::io::Error) -> EmbedError {
    match error.kind() {
        ErrorKind::NotFound => EmbedError::MissingModel(path.into()),
        _ => bad(path, error),
    }
}

fn bad(path: &Path, reason: &dyn Display) -> EmbedError {
    EmbedError::BadModel { path: path.into(), reason: reason.to_string() }
}
