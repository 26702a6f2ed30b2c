//! The pages of a version whose text comes from text recognition (OCR), and the warning about doubtful ones.

use rag_schema::models::DocumentVersion;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// Confidence below which the text of a page is doubtful: of blurred prints, above .96 at most 3 % of the characters were wrong, below .93
/// at least 4 %, and every seventh word or more.
const LOW_CONFIDENCE: f32 = 0.95;
/// Maximum number of pages that a warning names.
const MAX_NAMED: usize = 10;

/// A page whose text comes from text recognition (OCR).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct OcrPageView {
    /// Page number, from 1; absent in a document within the document.
    pub(crate) page: Option<u32>,
    /// Mean probability of its characters, 0 to 1.
    pub(crate) confidence: f32,
    /// Whether the end of its image is missing, and with it perhaps a part of the text.
    #[serde(default)]
    pub(crate) is_incomplete: bool,
}

impl OcrPageView {
    /// Returns the pages of a version.
    pub(crate) fn all_of(version: &DocumentVersion) -> Vec<Self> {
        let of_ocr = noted(version).iter().filter(|page| page.get("cut").is_none());
        of_ocr.filter_map(|page| Self::deserialize(page).ok()).collect()
    }
}

fn noted(version: &DocumentVersion) -> &[Value] {
    version.ocr_pages.as_ref().and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// Returns the warning about a file whose end is missing.
pub(crate) fn cut_warning(version: &DocumentVersion) -> Option<String> {
    warning_of_cut(noted(version))
}

fn warning_of_cut(noted: &[Value]) -> Option<String> {
    let cut = noted.iter().find_map(|page| page.get("cut"))?;
    let count = |name: &str| cut.get(name).and_then(Value::as_u64).unwrap_or(0);
    let (found, with_text) = (count("found"), count("with_text"));
    Some(format!(
        "The end of the file is missing: {with_text} of the {found} pages that were found have text. Upload the whole file."
    ))
}

/// Returns the warnings about doubtful and incomplete pages, which they name.
pub(crate) fn warnings(pages: &[OcrPageView]) -> Vec<String> {
    let doubtful = named(pages, |page| page.confidence < LOW_CONFIDENCE).map(|pages| {
        format!("Text recognition (OCR) is not sure of its text of {pages}: compare it with the original.")
    });
    let incomplete = named(pages, |page| page.is_incomplete).map(|pages| {
        format!("The end of the image of {pages} is missing, and its text may be incomplete: upload the whole file.")
    });
    doubtful.into_iter().chain(incomplete).collect()
}

/// The number of the chosen pages, with the first ones; `None` if there are none.
fn named(pages: &[OcrPageView], is_chosen: impl Fn(&OcrPageView) -> bool) -> Option<String> {
    let chosen: Vec<&OcrPageView> = pages.iter().filter(|page| is_chosen(page)).collect();
    let count = chosen.len();
    let mut named: Vec<String> =
        chosen.iter().filter_map(|page| page.page).take(MAX_NAMED).map(|page| page.to_string()).collect();
    if named.len() < count && !named.is_empty() {
        named.push("..".to_owned());
    }
    let list = if named.is_empty() { String::new() } else { format!(" ({})", named.join(", ")) };
    let noun = if count == 1 { "page" } else { "pages" };
    (count > 0).then(|| format!("{count} {noun}{list}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages(confidences: &[f32]) -> Vec<OcrPageView> {
        (1..)
            .zip(confidences)
            .map(|(page, confidence)| OcrPageView {
                page: Some(page),
                confidence: *confidence,
                is_incomplete: false,
            })
            .collect()
    }

    #[test]
    fn a_warning_names_the_doubtful_pages() {
        assert_eq!(warnings(&pages(&[0.97, 0.96])), [""; 0]);
        let text = warnings(&pages(&[0.97, 0.6])).concat();
        assert!(text.contains("1 page (2)"), "{text}");
        let text = warnings(&pages(&[0.5; 12])).concat();
        assert!(text.contains("12 pages (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, ..)"), "{text}");
    }

    #[test]
    fn a_file_without_its_end_is_named_with_the_pages_that_have_text() {
        let noted = serde_json::json!([{"page": 1, "confidence": 0.99},
            {"page": null, "confidence": 1.0, "cut": {"found": 3, "with_text": 2}}]);
        let text = warning_of_cut(noted.as_array().unwrap()).unwrap();
        assert!(text.contains("2 of the 3 pages that were found have text"), "{text}");
        assert_eq!(warning_of_cut(&noted.as_array().unwrap()[..1]), None);
    }

    #[test]
    fn a_page_without_its_end_is_named_even_if_its_text_is_sure() {
        let page = OcrPageView { page: Some(3), confidence: 0.99, is_incomplete: true };
        let text = warnings(&[page]).concat();
        assert!(text.starts_with("The end of the image of 1 page (3) is missing"), "{text}");
    }
}
