//! Reads PDF as blocks, page by page: with one parser first, with another for pages on which it fails; OCR reads pages without text.

use std::panic::{AssertUnwindSafe, catch_unwind};

use pdf_extract::Document;
use pdf_oxide::PdfDocument;

use crate::{
    block::{BlockKind, CutPages},
    decode::sniff::find,
    extract::{
        Collector, Source, pdf_fields,
        pdf_forms::{Forms, MAX_PAGE_BYTES},
        pdf_layout,
        pdf_lines::{self, Line, PageReader},
        pdf_scans,
    },
    refusal::Refusal,
};

/// Number of bytes at the end of a file in which its mark stands; programs append some bytes.
const END_BYTES: usize = 1024;

/// Hands the blocks of a PDF to `collector`.
pub(crate) fn read(source: &Source<'_>, collector: &mut Collector<'_, '_>) -> Result<(), Refusal> {
    let bytes = source.bytes()?.into_owned();
    let end = bytes.get(bytes.len().saturating_sub(END_BYTES)..).unwrap_or_default().to_vec();
    let first = guard(|| First::open(&bytes)).unwrap_or(Err(Refusal::broken("the parser stopped")));
    let mut second = Second::Closed(bytes);
    if let Err(Refusal::Encrypted) = first {
        return Err(Refusal::Encrypted);
    }
    let pages = match &first {
        Ok(first) => first.pages,
        Err(refusal) => second
            .page_count()
            .map_err(|other| if other == Refusal::Encrypted { other } else { refusal.clone() })?,
    };
    let pages = pages.max(1);
    let mut lines = Vec::new();
    let mut forms = first.as_ref().ok().map(|first| Forms::new(&first.document));
    for page in 1..=pages {
        let bytes = forms.as_mut().and_then(|forms| guard(|| forms.page_bytes(page))).unwrap_or_default();
        let is_heavy = bytes > MAX_PAGE_BYTES;
        // The second parser calls a limited number of forms.
        let read = read_page(page, first.as_ref().ok().filter(|_| !is_heavy), &mut second);
        if is_heavy && read.is_empty() {
            return Err(Refusal::too_complex(&format!("the forms on page {page} call each other too often")));
        }
        lines.push(read);
    }
    collector.pages(pages);
    if lines.iter().any(|lines| pdf_scans::may_be_scan(lines))
        && let Ok(document) = second.open()
    {
        pdf_scans::read(document, &mut lines, collector)?;
    }
    if let Ok(first) = &first
        && let Some(title) = guard(|| first.title()).flatten()
    {
        collector.title(&title);
    }
    if collector.depth == 0 && !has_end(&end) {
        let with_text = lines.iter().filter(|lines| !lines.is_empty()).count();
        collector.cut_pages =
            Some(CutPages { found: pages, with_text: u32::try_from(with_text).unwrap_or(pages) });
    }
    pdf_layout::add_blocks(lines, collector)?;
    let fields = first.as_ref().ok().and_then(|first| guard(|| pdf_fields::read(&first.document)));
    collector.add(BlockKind::Paragraph, &fields.unwrap_or_default().join("\n"), Some(pages))
}

/// Whether the end of a file has the mark with which each PDF ends.
fn has_end(end: &[u8]) -> bool {
    find(end, b"%%EOF").is_some()
}

/// The result of `parse`; `None` if it panics. Callers do not reuse its input if a panic could have left it inconsistent.
pub(super) fn guard<T>(parse: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(parse)).ok()
}

/// A page from the first parser if it finds readable text, else from the second, else from the first as it is.
fn read_page(page: u32, first: Option<&First>, second: &mut Second) -> Vec<Line> {
    let by_first = first.and_then(|first| guard(|| first.page(page)).flatten()).unwrap_or_default();
    if pdf_lines::is_readable(&by_first) {
        return by_first;
    }
    let by_second = second.page(page);
    if pdf_lines::is_readable(&by_second) || by_first.is_empty() { by_second } else { by_first }
}

/// The parser with the better reading order.
struct First {
    document: Document,
    pages: u32,
}

impl First {
    fn open(bytes: &[u8]) -> Result<Self, Refusal> {
        let mut document = Document::load_mem(bytes).map_err(|error| refusal_of(&error))?;
        if document.is_encrypted() {
            document.decrypt("").map_err(|error| refusal_of(&error))?;
        }
        let pages = u32::try_from(document.get_pages().len()).unwrap_or(u32::MAX);
        if pages == 0 {
            return Err(Refusal::broken("no page was found"));
        }
        Ok(Self { document, pages })
    }

    fn page(&self, page: u32) -> Option<Vec<Line>> {
        let mut reader = PageReader::default();
        let done = guard(|| pdf_extract::output_doc_page(&self.document, &mut reader, page));
        // The text before a failure still counts, unless the other parser reads more.
        let lines = reader.into_lines();
        (matches!(done, Some(Ok(()))) || lines.len() > 3).then_some(lines)
    }

    fn title(&self) -> Option<String> {
        let info =
            self.document.trailer.get(b"Info").and_then(|info| self.document.dereference(info)).ok()?.1;
        let title = pdf_extract::decode_text_string(info.as_dict().ok()?.get(b"Title").ok()?).ok()?;
        let title = title.strip_prefix("Microsoft Word - ").unwrap_or(&title).trim().to_owned();
        // Programs put names of their own there when the author gave none.
        let is_made = ["untitled", "about:blank"].iter().any(|made| title.to_lowercase().starts_with(made));
        let is_title = title.chars().any(char::is_alphabetic) && !is_made;
        is_title.then_some(title)
    }
}

fn refusal_of(error: &pdf_extract::Error) -> Refusal {
    use pdf_extract::encryption::DecryptionError;
    match error {
        pdf_extract::Error::InvalidPassword
        | pdf_extract::Error::Decryption(DecryptionError::IncorrectPassword) => Refusal::Encrypted,
        other => Refusal::broken(other),
    }
}

/// The parser that reads more of the damaged files; opened on first use.
enum Second {
    Closed(Vec<u8>),
    Open(Box<PdfDocument>),
    Failed(Refusal),
}

impl Second {
    fn open(&mut self) -> Result<&PdfDocument, Refusal> {
        if let Self::Closed(bytes) = self {
            let bytes = std::mem::take(bytes);
            *self = match guard(|| open_second(bytes)).unwrap_or(Err(Refusal::broken("the parser stopped"))) {
                Ok(document) => Self::Open(Box::new(document)),
                Err(refusal) => Self::Failed(refusal),
            };
        }
        match self {
            Self::Open(document) => Ok(document),
            Self::Failed(refusal) => Err(refusal.clone()),
            Self::Closed(_) => Err(Refusal::broken("the document was not opened")),
        }
    }

    fn page_count(&mut self) -> Result<u32, Refusal> {
        let document = self.open()?;
        let count = guard(|| document.page_count()).ok_or_else(|| Refusal::broken("the parser stopped"))?;
        count.map_err(Refusal::broken).map(|count| u32::try_from(count).unwrap_or(u32::MAX))
    }

    /// The lines of a page, counted from 1; empty if it cannot be read.
    fn page(&mut self, page: u32) -> Vec<Line> {
        let index = usize::try_from(page).unwrap_or(usize::MAX).saturating_sub(1);
        let Ok(document) = self.open() else { return Vec::new() };
        let text = guard(|| document.extract_text(index).ok()).flatten();
        text.map(|text| pdf_lines::lines_of(&text)).unwrap_or_default()
    }
}

fn open_second(bytes: Vec<u8>) -> Result<PdfDocument, Refusal> {
    let document = PdfDocument::from_bytes(bytes).map_err(Refusal::broken)?;
    if document.is_encrypted() && !document.authenticate(b"").unwrap_or(false) {
        return Err(Refusal::Encrypted);
    }
    Ok(document)
}
