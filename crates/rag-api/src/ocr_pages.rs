//! The pages of a version whose text comes from text recognition (OCR), and the warning about doubtful ones.

use rag_schema::models::DocumentVersion;
use serde::{Deserialize, Serialize};
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
}

impl OcrPageView {
    /// Returns the pages of a version.
    pub(crate) fn all_of(version: &DocumentVersion) -> Vec<Self> {
        version.ocr_pages.clone().and_then(|pages| serde_json::from_value(pages).ok()).unwrap_or_default()
    }
}

/// Returns a warning that names the doubtful pages; `None` if there are none.
pub(crate) fn warning(pages: &[OcrPageView]) -> Option<String> {
    let doubtful: Vec<&OcrPageView> = pages.iter().filter(|page| page.confidence < LOW_CONFIDENCE).collect();
    if doubtful.is_empty() {
        return None;
    }
    let mut named: Vec<String> =
        doubtful.iter().filter_map(|page| page.page).take(MAX_NAMED).map(|page| page.to_string()).collect();
    if named.len() < doubtful.len() && !named.is_empty() {
        named.push("..".to_owned());
    }
    let list = if named.is_empty() { String::new() } else { format!(" ({})", named.join(", ")) };
    let count = doubtful.len();
    let noun = if count == 1 { "page" } else { "pages" };
    Some(format!(
        "Text recognition (OCR) is not sure of its text of {count} {noun}{list}: compare it with the original."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages(confidences: &[f32]) -> Vec<OcrPageView> {
        (1..)
            .zip(confidences)
            .map(|(page, confidence)| OcrPageView { page: Some(page), confidence: *confidence })
            .collect()
    }

    #[test]
    fn a_warning_names_the_doubtful_pages() {
        assert_eq!(warning(&pages(&[0.97, 0.9])), None);
        let text = warning(&pages(&[0.97, 0.6])).unwrap();
        assert!(text.contains("1 page (2)"), "{text}");
        let text = warning(&pages(&[0.5; 12])).unwrap();
        assert!(text.contains("12 pages (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, ..)"), "{text}");
    }
}
