//! The interface between the chunker and a model's tokenizer; holds no model.

use std::ops::Range;

/// A tokenizer that returns the start and end of the tokens of a text.
pub trait Tokenize: Send + Sync {
    /// The byte spans of the tokens of `text`, in order; without the special tokens that the model adds.
    fn spans(&self, text: &str) -> Vec<Range<usize>>;
}

/// A tokenizer without a model: every run of letters or digits and every other visible character is a token.
#[derive(Debug, Clone, Copy, Default)]
pub struct WordTokens;

impl Tokenize for WordTokens {
    fn spans(&self, text: &str) -> Vec<Range<usize>> {
        let mut spans: Vec<Range<usize>> = Vec::new();
        let mut in_word = false;
        for (at, c) in text.char_indices() {
            let end = at + c.len_utf8();
            match spans.last_mut() {
                Some(last) if in_word && c.is_alphanumeric() => last.end = end,
                _ if c.is_whitespace() => {}
                _ => spans.push(at..end),
            }
            in_word = c.is_alphanumeric();
        }
        spans
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_marks_are_tokens() {
        let text = "Don't stop, été!";
        let tokens: Vec<_> = WordTokens.spans(text).into_iter().map(|span| &text[span]).collect();
        assert_eq!(tokens, ["Don", "'", "t", "stop", ",", "été", "!"]);
    }
}
