//! Checks a reranking server's answer: one finite score for each text.

use serde::Deserialize;

use crate::EmbedError;

/// Cohere, Jina and vLLM wrap the list; Text Embeddings Inference does not.
#[derive(Deserialize)]
#[serde(untagged)]
enum RerankAnswer {
    Wrapped { results: Vec<Item> },
    Bare(Vec<Item>),
}

#[derive(Deserialize)]
struct Item {
    index: usize,
    #[serde(alias = "score")]
    relevance_score: f32,
}

/// Maximum length of a valid answer, in bytes, even if it repeats the texts of `text_bytes`: JSON can write six bytes for one.
pub(super) fn limit_bytes(count: usize, text_bytes: usize) -> usize {
    count.saturating_mul(512).saturating_add(text_bytes.saturating_mul(6)).saturating_add(64 * 1024)
}

/// The scores in the order of the texts.
pub(super) fn parse(body: &[u8], count: usize) -> Result<Vec<f32>, EmbedError> {
    // The parser's message can quote the answer.
    let answer = serde_json::from_slice(body)
        .map_err(|_quoting| EmbedError::BadAnswer("not a reranking answer".into()))?;
    let (RerankAnswer::Wrapped { results: mut items } | RerankAnswer::Bare(mut items)) = answer;
    items.sort_by_key(|item| item.index);
    if !items.iter().map(|item| item.index).eq(0..count) {
        let found = items.len();
        return Err(EmbedError::BadAnswer(format!("{found} scores for {count} texts, or not one for each")));
    }
    if let Some(item) = items.iter().find(|item| !item.relevance_score.is_finite()) {
        return Err(EmbedError::BadAnswer(format!("score {} is not finite", item.index)));
    }
    Ok(items.into_iter().map(|item| item.relevance_score).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_put_into_the_order_of_the_texts_whichever_way_they_are_sent() {
        for body in [
            r#"{"id":"x","results":[{"index":1,"relevance_score":0.9,"document":{"text":"b"}},{"index":0,"relevance_score":0}]}"#,
            r#"{"results":[{"index":1,"score":0.9},{"index":0,"score":0}],"model":"m"}"#,
            r#"[{"index":1,"score":0.9,"text":"b"},{"index":0,"score":0}]"#,
        ] {
            assert_eq!(parse(body.as_bytes(), 2).unwrap(), [0.0, 0.9], "{body}");
        }
        assert!(parse(br#"{"results":[]}"#, 0).unwrap().is_empty());
    }

    #[test]
    fn answers_that_do_not_fit_are_refused() {
        for (body, flaw) in [
            (r#"[{"index":0,"score":1}]"#, "1 scores for 2 texts"),
            (r#"[{"index":0,"score":1},{"index":0,"score":1}]"#, "not one for each"),
            (r#"[{"index":0,"score":1},{"index":2,"score":1}]"#, "not one for each"),
            (r#"[{"index":0,"score":1},{"index":-1,"score":1}]"#, "not a reranking answer"),
            (r#"[{"index":0,"score":1},{"index":1,"score":1e39}]"#, "score 1 is not finite"),
            (r#"[{"index":0,"score":1},{"index":1,"score":null}]"#, "not a reranking answer"),
            (r#"[{"index":0,"score":1},{"index":1,"score":NaN}]"#, "not a reranking answer"),
            (r#"{"data":[{"index":0,"text":"secret"}]}"#, "not a reranking answer"),
            ("secret", "not a reranking answer"),
        ] {
            let error = parse(body.as_bytes(), 2).unwrap_err().to_string();
            assert!(error.contains(flaw), "{body}: {error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
