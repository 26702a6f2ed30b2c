//! Reads a file without storing it.

use std::{fs::File, path::Path, sync::Once};

use rag_text::{Extracted, Format, ReadSettings, Refusal, isolate::Layers};

use crate::{Engine, EngineError, EngineResult};

/// Maximum length of the text of a file that is read without being stored, in bytes: it is held in memory.
const MAX_TEXT_BYTES: usize = 16 << 20;

/// Maximum number of pages of such a file that OCR reads: the client waits for them.
const MAX_OCR_PAGES: u32 = 10;

/// Warns once in the life of the process.
static WARNED: Once = Once::new();

/// Opens a document, in a child process unless it is plain text. Warns once if the kernel lacks a layer of the child's sandbox.
pub(crate) fn open_document(
    reading: &ReadSettings,
    format: Format,
    path: &Path,
    watch: &dyn Fn(u32) -> bool,
) -> Result<Extracted, Refusal> {
    let opened = rag_text::open(reading, format, path, watch)?;
    if let Some(layers) = opened.layers.filter(|layers| *layers != Layers::ALL) {
        WARNED.call_once(|| {
            tracing::warn!(
                landlock = layers.files,
                seccomp = layers.calls,
                "documents are read without a layer of the sandbox, which this kernel does not have"
            );
        });
    }
    Ok(opened)
}

/// The text of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageText {
    /// Page number, from 1; `None` for the text of a document without pages.
    pub page: Option<u32>,
    /// The text.
    pub text: String,
}

impl Engine {
    /// Returns the text of a file, page by page where its format has pages. `name` helps to detect the format.
    pub fn read_text(&self, path: &Path, name: Option<&str>) -> EngineResult<Vec<PageText>> {
        let ingest = &self.settings().ingest;
        let format = self.sniff(&mut File::open(path)?, name)?;
        let mut reading = ingest.reading.clone();
        if let Some(ocr) = &mut reading.ocr {
            ocr.max_pages = ocr.max_pages.min(MAX_OCR_PAGES);
        }
        let document = open_document(&reading, format, path, &|_| true)?;
        let (mut pages, mut bytes) = (Vec::<PageText>::new(), 0);
        for block in document.blocks {
            let block = block?;
            bytes += block.text.len();
            if bytes > MAX_TEXT_BYTES {
                let detail = format!("The text of this file is longer than {MAX_TEXT_BYTES} bytes.");
                return Err(EngineError::Invalid(detail));
            }
            match pages.last_mut().filter(|last| last.page == block.page) {
                Some(last) => {
                    last.text.push_str("\n\n");
                    last.text.push_str(&block.text);
                }
                None => pages.push(PageText { page: block.page, text: block.text }),
            }
        }
        if pages.iter().all(|page| page.text.trim().is_empty()) {
            return Err(Refusal::NoText.into());
        }
        Ok(pages)
    }
}
