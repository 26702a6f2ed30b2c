//! The web UI: `/` and its files under `/assets`, embedded compressed when the crate was built. Holds no data of anybody.

use std::sync::LazyLock;

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder,
    http::{
        StatusCode,
        header::{self, HeaderMap, HeaderName},
    },
    web,
};
use rag_engine::accounts::digest;
use uuid::Uuid;

use crate::problem::{ApiError, ApiResult, Code};

/// Policy of the page: everything comes from this server, nothing is inline, only `DOMPurify` makes HTML from text, and only
/// `pdf-worker` names a script, the one that reads PDF files.
const POLICY: &str = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; trusted-types dompurify pdf-worker";
/// The names of files below `/assets` contain a hash of their content.
const FOREVER: &str = "public, max-age=31536000, immutable";

/// A file of the UI. An empty compressed form means that the plain form is not longer.
#[derive(Debug)]
struct UiFile {
    /// Path below `/`, such as `assets/index-B2x.js`.
    path: &'static str,
    plain: &'static [u8],
    gzip: &'static [u8],
    brotli: &'static [u8],
}

/// Written by the build script.
static FILES: &[UiFile] = include!(concat!(env!("OUT_DIR"), "/ui_files.rs"));

/// Entity tag of the page.
static PAGE_TAG: LazyLock<String> = LazyLock::new(|| {
    let page = FILES.iter().find(|file| file.path == "index.html");
    let text = page.map(|file| String::from_utf8_lossy(file.plain)).unwrap_or_default();
    let hash = digest(&text).first_chunk().copied().map_or_else(Uuid::nil, Uuid::from_bytes);
    format!("\"{}\"", hash.simple())
});

/// `GET /`: the page.
pub(crate) async fn page(req: HttpRequest) -> ApiResult<HttpResponse> {
    let Some(file) = FILES.iter().find(|file| file.path == "index.html") else {
        return Err(ApiError::new(
            Code::NotFound,
            "This server was built without the web UI. Install Node.js with npm, run `make ui` and build the server again. \
             GET /openapi.json lists all paths of the API.",
        ));
    };
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header(("cross-origin-opener-policy", "same-origin"))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .insert_header((header::ETAG, PAGE_TAG.as_str()));
    if header_text(req.headers(), &header::IF_NONE_MATCH).contains(PAGE_TAG.as_str()) {
        return Ok(response.status(StatusCode::NOT_MODIFIED).finish());
    }
    Ok(send(file, &req, &mut response))
}

/// `GET /assets/{name}`: a file of the page.
pub(crate) async fn asset(req: HttpRequest, name: web::Path<String>) -> ApiResult<HttpResponse> {
    let wanted = format!("assets/{name}");
    let file = FILES.iter().find(|file| file.path == wanted).ok_or_else(|| {
        ApiError::new(Code::NotFound, "The web UI has no file of this name. Reload the page.")
    })?;
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CACHE_CONTROL, FOREVER));
    Ok(send(file, &req, &mut response))
}

/// The smallest form of a file that the client accepts.
fn send(file: &UiFile, req: &HttpRequest, response: &mut HttpResponseBuilder) -> HttpResponse {
    let (encoding, bytes) = file.smallest(header_text(req.headers(), &header::ACCEPT_ENCODING));
    if let Some(encoding) = encoding {
        response.insert_header((header::CONTENT_ENCODING, encoding));
    }
    response.insert_header((header::VARY, "accept-encoding")).content_type(media_type(file.path)).body(bytes)
}

impl UiFile {
    fn smallest(&self, accepted: &str) -> (Option<&'static str>, &'static [u8]) {
        let forms = [("br", self.brotli), ("gzip", self.gzip)];
        let form = forms.into_iter().find(|(name, bytes)| !bytes.is_empty() && accepts(accepted, name));
        form.map_or((None, self.plain), |(name, bytes)| (Some(name), bytes))
    }
}

/// Whether `Accept-Encoding` names an encoding and does not refuse it by a weight of 0.
fn accepts(accepted: &str, encoding: &str) -> bool {
    accepted.split(',').any(|item| {
        let (name, weight) = item.split_once(';').unwrap_or((item, "q=1"));
        let weight = weight.trim().strip_prefix("q=").and_then(|weight| weight.parse::<f32>().ok());
        name.trim().eq_ignore_ascii_case(encoding) && weight.is_none_or(|weight| weight > 0.0)
    })
}

fn header_text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> &'h str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        "ttf" => "font/ttf",
        // Character maps and fonts of the PDF viewer have no type of their own.
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_gets_the_smallest_form_that_it_accepts() {
        let file = UiFile { path: "assets/a.js", plain: b"plain", gzip: b"gz", brotli: b"br" };
        assert_eq!(file.smallest("gzip, deflate, br"), (Some("br"), &b"br"[..]));
        assert_eq!(file.smallest("gzip;q=0.5, br;q=0"), (Some("gzip"), &b"gz"[..]));
        assert_eq!(file.smallest("identity"), (None, &b"plain"[..]));
        assert_eq!(file.smallest(""), (None, &b"plain"[..]));
        let font = UiFile { gzip: b"", brotli: b"", ..file };
        assert_eq!(font.smallest("gzip, br"), (None, &b"plain"[..]));
    }

    #[test]
    fn every_embedded_file_has_a_media_type() {
        for file in FILES {
            let has_none = [".bcmap", ".pfb"].iter().any(|end| file.path.ends_with(end));
            assert_eq!(media_type(file.path) == "application/octet-stream", has_none, "{}", file.path);
        }
    }
}
