//! Bytes to text to chunks: format detection, extraction, chunking. Knows no database and no server.

pub mod analyse;
pub mod block;
pub mod chunk;
mod cut;
pub mod decode;
pub mod extract;
pub mod format;
pub mod isolate;
pub mod names;
pub mod ocr;
pub mod parts;
pub mod refusal;
pub mod sentences;
mod tables;
pub mod tokens;

pub use block::{Block, BlockKind, CutPages, Language, Links, OcrPage, Outline};
pub use chunk::{Chunk, ChunkSettings, Chunker, Step};
pub use format::{DESCRIPTORS, Descriptor, Format, detect, detect_file};
pub use isolate::{Extracted, ReadLimits, ReadSettings, open};
pub use ocr::OcrSettings;
pub use parts::{Part, PartKind, parts_of_text};
pub use refusal::{OCR_SETUP, Refusal};
pub use sentences::sentences;
pub use tokens::Tokenize;
