//! A fake reranker for the tests of other crates: counts shared words, without files or network; never for production.

use std::collections::HashSet;

use crate::{EmbedError, Reranker};

/// Scores a text by the share of its distinct words that are in the query: 0 to 1.
#[derive(Debug, Clone, Copy, Default)]
pub struct OverlapReranker;

impl Reranker for OverlapReranker {
    fn name(&self) -> &'static str {
        "overlap"
    }

    fn rerank(&self, query: &str, texts: &[&str]) -> Result<Vec<f32>, EmbedError> {
        let query = words(query);
        let share = |text: &&str| {
            let words = words(text);
            count(words.intersection(&query).count()) / count(words.len().max(1))
        };
        Ok(texts.iter().map(share).collect())
    }
}

fn words(text: &str) -> HashSet<String> {
    let words = text.split(|c: char| !c.is_alphanumeric());
    words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

fn count(count: usize) -> f32 {
    f32::from(u16::try_from(count).unwrap_or(u16::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_with_the_greater_share_of_the_query_is_first() {
        let scores = OverlapReranker.rerank("red harbour", &["The red harbour", "Harbour!", ""]).unwrap();
        assert_eq!(scores, [2.0 / 3.0, 1.0, 0.0]);
    }
}
