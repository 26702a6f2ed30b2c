//! Checks an embedding server's answer: one finite vector of the right length for each text.

use serde::Deserialize;

use crate::{EmbedError, vector};

#[derive(Deserialize)]
struct EmbeddingsAnswer {
    data: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    index: usize,
    embedding: Vec<f32>,
}

/// Maximum length of a valid answer, in bytes: 32 for each number and some for the rest.
pub(super) fn limit_bytes(count: usize, dimensions: usize) -> usize {
    count.saturating_mul(dimensions.saturating_mul(32).saturating_add(256)).saturating_add(64 * 1024)
}

/// The vectors in the order of the texts, scaled to unit length.
pub(super) fn parse(body: &[u8], count: usize, dimensions: usize) -> Result<Vec<Vec<f32>>, EmbedError> {
    let bad = |what: String| EmbedError::BadAnswer(what);
    // The parser's message can quote the answer: report only the position.
    let mut answer: EmbeddingsAnswer = serde_json::from_slice(body).map_err(|error| {
        bad(format!("not an embeddings answer ({:?} error at byte {})", error.classify(), error.column()))
    })?;
    answer.data.sort_by_key(|item| item.index);
    if !answer.data.iter().map(|item| item.index).eq(0..count) {
        return Err(bad(format!("{} vectors for {count} texts, or not one for each", answer.data.len())));
    }
    let checked = answer.data.into_iter().map(|Item { index, mut embedding }| {
        if embedding.len() != dimensions {
            return Err(bad(format!(
                "vector {index} has {} dimensions instead of {dimensions}",
                embedding.len()
            )));
        }
        if !vector::normalise(&mut embedding) {
            return Err(bad(format!("vector {index} is zero or not finite")));
        }
        Ok(embedding)
    });
    checked.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_are_put_into_the_order_of_their_index_and_scaled() {
        let body = br#"{"data":[{"index":1,"embedding":[0,2]},{"index":0,"embedding":[3,0]}],"model":"m"}"#;
        assert_eq!(parse(body, 2, 2).unwrap(), [[1.0, 0.0], [0.0, 1.0]]);
    }

    #[test]
    fn answers_that_do_not_fit_are_refused() {
        for (body, flaw) in [
            (r#"{"data":[{"index":0,"embedding":[1,0]}]}"#, "1 vectors for 2 texts"),
            (r#"{"data":[{"index":0,"embedding":[1,0]},{"index":0,"embedding":[1,0]}]}"#, "not one for each"),
            (
                r#"{"data":[{"index":0,"embedding":[1,0]},{"index":1,"embedding":[1]}]}"#,
                "1 dimensions instead of 2",
            ),
            (
                r#"{"data":[{"index":0,"embedding":[1,0]},{"index":1,"embedding":[0,0]}]}"#,
                "zero or not finite",
            ),
            (
                r#"{"data":[{"index":0,"embedding":[1,0]},{"index":1,"embedding":[1e39,0]}]}"#,
                "zero or not finite",
            ),
            (
                r#"{"data":[{"index":0,"embedding":[1,0]},{"index":1,"embedding":[null,"secret"]}]}"#,
                "not an embeddings",
            ),
            ("secret", "not an embeddings answer"),
        ] {
            let error = parse(body.as_bytes(), 2, 2).unwrap_err().to_string();
            assert!(error.contains(flaw), "{error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
