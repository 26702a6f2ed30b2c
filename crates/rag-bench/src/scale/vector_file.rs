//! A file of vectors by the digest of their text, append-only: an interrupted run loses no vectors.

use std::{
    collections::HashMap,
    fs::{self, File, OpenOptions},
    io::Write,
    path::Path,
};

use rag_embed::Embedder;
use sha2::{Digest as _, Sha256};

use crate::{BenchResult, measure::progress};

/// Number of texts embedded between two writes.
const WINDOW: usize = 64;

type Digest = [u8; 32];

/// The known vectors, and the file that stores them.
pub(crate) struct VectorFile {
    known: HashMap<Digest, Vec<f32>>,
    file: Option<File>,
}

impl VectorFile {
    /// Reads the file, if one is given and exists; its vectors have `dimensions`.
    pub(crate) fn open(path: Option<&Path>, dimensions: usize) -> BenchResult<Self> {
        let Some(path) = path else { return Ok(Self { known: HashMap::new(), file: None }) };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let file = OpenOptions::new().append(true).create(true).open(path)?;
        let record = size_of::<Digest>() + dimensions * size_of::<f32>();
        let bytes = fs::read(path)?;
        // An incomplete record of a killed run must not shift the next ones.
        file.set_len(u64::try_from(bytes.len() / record * record)?)?;
        let known = bytes.chunks_exact(record).filter_map(parse).collect();
        Ok(Self { known, file: Some(file) })
    }

    /// The vectors of the texts; embeds and stores unknown ones.
    pub(crate) fn embed(&mut self, model: &dyn Embedder, texts: &[String]) -> BenchResult<Vec<Vec<f32>>> {
        let new: Vec<&str> =
            texts.iter().filter(|text| !self.known.contains_key(&digest(text))).map(String::as_str).collect();
        let mut done = 0;
        for window in new.chunks(WINDOW) {
            for (text, vector) in window.iter().zip(model.embed_documents(window)?) {
                self.keep(digest(text), vector)?;
            }
            done += window.len();
            progress(&format!("embedded {done} of {} texts", new.len()));
        }
        let vector = |text: &String| self.known.get(&digest(text)).cloned().ok_or("a vector is missing");
        Ok(texts.iter().map(vector).collect::<Result<_, _>>()?)
    }

    fn keep(&mut self, digest: Digest, vector: Vec<f32>) -> BenchResult<()> {
        if let Some(file) = &mut self.file {
            let mut record = digest.to_vec();
            record.extend(vector.iter().flat_map(|x| x.to_le_bytes()));
            file.write_all(&record)?;
        }
        self.known.insert(digest, vector);
        Ok(())
    }
}

fn digest(text: &str) -> Digest {
    Sha256::digest(text).into()
}

fn parse(record: &[u8]) -> Option<(Digest, Vec<f32>)> {
    let (digest, vector) = record.split_first_chunk::<32>()?;
    let (numbers, _) = vector.as_chunks::<4>();
    Some((*digest, numbers.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_cut_short_is_forgotten_and_those_after_it_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vectors");
        let mut file = VectorFile::open(Some(&path), 2).unwrap();
        file.keep(digest("a"), vec![1.0, 2.0]).unwrap();
        OpenOptions::new().append(true).open(&path).unwrap().write_all(&[7; 5]).unwrap();
        VectorFile::open(Some(&path), 2).unwrap().keep(digest("b"), vec![3.0, 4.0]).unwrap();
        let known = VectorFile::open(Some(&path), 2).unwrap().known;
        assert_eq!(known, HashMap::from([(digest("a"), vec![1.0, 2.0]), (digest("b"), vec![3.0, 4.0])]));
    }
}
