//! Ids with the prefixes by which OpenAI's clients distinguish kinds: `vs_`, `file-`, `resp_`.

use uuid::Uuid;

use crate::problem::{ApiError, ApiResult};

/// Prefix of vector stores, which are our collections.
pub(super) const VECTOR_STORE: &str = "vs_";
/// Prefix of files.
pub(super) const FILE: &str = "file-";

/// Returns the id with its prefix.
pub(super) fn prefixed(prefix: &str, id: impl Into<Uuid>) -> String {
    format!("{prefix}{}", id.into().simple())
}

/// Parses the id in a path or body, with or without its prefix; any other text is answered with 404.
pub(super) fn parse_id<T: From<Uuid>>(prefix: &str, text: &str, what: &'static str) -> ApiResult<T> {
    let bare = text.strip_prefix(prefix).unwrap_or(text);
    bare.parse::<Uuid>().map(T::from).map_err(|_syntax| ApiError::not_found(what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_as_it_is_written() {
        let id: Uuid = "01900000-0000-7000-8000-000000000000".parse().unwrap();
        assert_eq!(prefixed(FILE, id), "file-01900000000070008000000000000000");
        for text in [prefixed(FILE, id), id.to_string()] {
            assert_eq!(parse_id::<Uuid>(FILE, &text, "file").unwrap(), id);
        }
        assert!(parse_id::<Uuid>(FILE, "file-abc", "file").is_err());
    }
}
