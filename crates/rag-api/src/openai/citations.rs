//! Citations and sources in the fields that each kind of client reads.

use actix_web::HttpRequest;
use rag_engine::{
    answer::{Citation, CitedOrigin, Evidence, Sources},
    names,
};
use rag_repo::search::Origin;
use rag_schema::ids::DocumentId;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::ids::{FILE, prefixed};

/// A marker such as `[2]` in a text, at offsets in Unicode scalar values, with its citation.
#[derive(Debug, PartialEq)]
pub(super) struct Mark<'c> {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) citation: &'c Citation,
}

/// Returns the markers of the text that have a citation, in order.
pub(super) fn find_marks<'c>(text: &str, citations: &'c [Citation]) -> Vec<Mark<'c>> {
    let (mut marks, mut rest, mut at) = (Vec::new(), text, 0);
    while let Some((before, after)) = rest.split_once('[') {
        at += before.chars().count() + 1;
        rest = after;
        let Some((number, _)) = after.split_once(']') else { break };
        let marker = number.parse::<usize>().ok();
        let citation = marker.and_then(|marker| citations.iter().find(|known| known.marker == marker));
        if let Some(citation) = citation {
            marks.push(Mark { start: at - 1, end: at + number.chars().count() + 1, citation });
        }
    }
    marks
}

/// An annotation of a chat completion.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AnnotationView {
    /// Always `url_citation`, the only kind that chat completions have.
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    /// The citation.
    pub(crate) url_citation: UrlCitationView,
}

/// The source that a marker of an answer cites.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UrlCitationView {
    /// Position of the first character of the marker in the answer, in Unicode scalar values.
    pub(crate) start_index: usize,
    /// End of the marker, excluded.
    pub(crate) end_index: usize,
    /// URL of the document: its web address, or its content on this server.
    pub(crate) url: String,
    /// Title of the document.
    pub(crate) title: String,
    /// Sentence that supports the answer best; our extension.
    pub(crate) quote: String,
    /// Number of the passage in the answer; our extension.
    pub(crate) marker: usize,
    /// Page, from 1; our extension.
    pub(crate) page: Option<i32>,
}

/// Builds URLs of documents for the client of a request.
#[derive(Debug, Clone)]
pub(super) struct Addresses {
    base: String,
}

impl Addresses {
    /// Creates URLs with the server's name in the request.
    pub(super) fn of_request(req: &HttpRequest) -> Self {
        let connection = req.connection_info();
        Self { base: format!("{}://{}", connection.scheme(), connection.host()) }
    }

    fn document(&self, id: DocumentId, source: Option<&str>) -> String {
        match web_address(source) {
            Some(address) => address.to_owned(),
            None => format!("{}/v1/documents/{id}/content", self.base),
        }
    }

    /// Returns the address of a cited passage.
    fn cited(&self, citation: &Citation) -> String {
        match citation.origin {
            CitedOrigin::Document(id, _) => self.document(id, citation.source.as_deref()),
            CitedOrigin::Memory(_) => format!("{}/v1/memories/{}", self.base, citation.chunk_id),
            CitedOrigin::Round(session, _) => format!("{}/v1/sessions/{session}/messages", self.base),
            CitedOrigin::Tool => format!("{}/v1/tools/{}", self.base, citation.title),
        }
    }

    /// Returns the annotations of a chat completion.
    pub(super) fn annotations(&self, text: &str, citations: &[Citation]) -> Vec<AnnotationView> {
        let view = |Mark { start, end, citation }: Mark<'_>| UrlCitationView {
            start_index: start,
            end_index: end,
            url: self.cited(citation),
            title: citation.title.clone(),
            quote: citation.quote.clone(),
            marker: citation.marker,
            page: citation.page,
        };
        let marks = find_marks(text, citations).into_iter();
        marks.map(|mark| AnnotationView { kind: "url_citation", url_citation: view(mark) }).collect()
    }

    /// Returns the annotations of a response: citations of web pages, and of files for all other documents.
    pub(super) fn response_annotations(&self, text: &str, citations: &[Citation]) -> Vec<Value> {
        let view = |Mark { start, end, citation }: Mark<'_>| match citation.origin {
            CitedOrigin::Document(id, _) if web_address(citation.source.as_deref()).is_none() => {
                json!({"type": "file_citation", "index": start, "file_id": prefixed(FILE, id),
                       "filename": file_name(citation.source.as_deref(), &citation.title)})
            }
            _ => json!({"type": "url_citation", "start_index": start, "end_index": end,
                        "url": self.cited(citation), "title": citation.title}),
        };
        find_marks(text, citations).into_iter().map(view).collect()
    }

    /// Returns the passages in the form that `Open WebUI` reads: one source for each, so that the markers match their numbers.
    pub(super) fn open_webui_sources(&self, sources: &Sources) -> Vec<Value> {
        let view = |Evidence { found, .. }: &Evidence| {
            let passage = &found.passage;
            let Origin::Chunk(chunk) = &passage.origin else { return None };
            let url = self.document(chunk.document_id, chunk.source.as_deref());
            Some(json!({
                "source": {"id": passage.id, "name": passage.title, "url": url},
                "document": [passage.text],
                "metadata": [{"source": passage.id, "name": passage.title, "page": chunk.page}],
                "distances": [found.ranked.score],
            }))
        };
        sources.evidence.iter().filter_map(view).collect()
    }
}

/// Returns the file name that clients show for a document: its address, or the last part of its path, or its title.
pub(super) fn file_name(source: Option<&str>, title: &str) -> String {
    web_address(source).or_else(|| source.map(names::file_name)).unwrap_or(title).to_owned()
}

fn web_address(source: Option<&str>) -> Option<&str> {
    source.filter(|source| source.starts_with("https://") || source.starts_with("http://"))
}

#[cfg(test)]
mod tests {
    use rag_schema::ids::PassageId;

    use super::*;

    fn citation(marker: usize) -> Citation {
        Citation {
            marker,
            chunk_id: PassageId::new(),
            origin: CitedOrigin::Document(DocumentId::new(), Some(1)),
            title: format!("Title {marker}"),
            source: None,
            page: None,
            heading_path: Vec::new(),
            quote: String::new(),
            start_offset: 0,
            end_offset: 0,
            supported: true,
        }
    }

    #[test]
    fn marks_are_counted_in_characters() {
        let citations = [citation(1), citation(12)];
        let text = "Größe [12]: a[0] [x] is [1].";
        let marks = find_marks(text, &citations);
        let chars: Vec<char> = text.chars().collect();
        let shown: Vec<String> =
            marks.iter().map(|mark| chars[mark.start..mark.end].iter().collect()).collect();
        assert_eq!(shown, ["[12]", "[1]"]);
        assert_eq!(marks[0].citation.marker, 12);
    }

    #[test]
    fn a_text_without_marks_has_none() {
        assert_eq!(find_marks("No [marks] here [", &[citation(1)]), []);
    }
}
