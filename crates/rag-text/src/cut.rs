//! Cuts a text that is too long to be handled in one piece; never inside a character.

/// Maximum number of bytes of text that are processed at a time.
pub(crate) const WINDOW_BYTES: usize = 64 * 1024;

/// The first window of `text` and the rest, cut after a line, a sentence or a word, in this order of preference.
pub(crate) fn window(text: &str, max_bytes: usize) -> (&str, &str) {
    if text.len() <= max_bytes {
        return (text, "");
    }
    let (head, _) = text.split_at(text.floor_char_boundary(max_bytes.max(4)));
    text.split_at(best_cut(head).unwrap_or(head.len()))
}

/// The windows of `text`, in order; joined they are `text`.
pub(crate) fn windows(mut text: &str, max_bytes: usize) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        let (head, rest) = window(text, max_bytes);
        text = rest;
        (!head.is_empty()).then_some(head)
    })
}

/// The best place to cut in the second half of `head`; if there is none, the last space of the first half.
fn best_cut(head: &str) -> Option<usize> {
    let (first, late) = head.split_at(head.floor_char_boundary(head.len() / 2));
    let cut = late.rfind('\n').map(|at| at + 1).or_else(|| sentence_end(late)).or_else(|| behind_space(late));
    cut.map(|at| at + first.len()).or_else(|| behind_space(first))
}

fn behind_space(text: &str) -> Option<usize> {
    let (at, space) = text.char_indices().rev().find(|(_, c)| c.is_whitespace())?;
    Some(at + space.len_utf8())
}

fn sentence_end(text: &str) -> Option<usize> {
    let spaced = [". ", "! ", "? "].iter().filter_map(|end| text.rfind(end).map(|at| at + end.len())).max();
    let full_width =
        ['。', '！', '？'].iter().filter_map(|end| text.rfind(*end).map(|at| at + end.len_utf8())).max();
    spaced.max(full_width)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_rejoin_and_prefer_lines_then_sentences_then_words() {
        let text = "one two. three four\nfive six seven. eight nine";
        assert_eq!(
            windows(text, 21).collect::<Vec<_>>(),
            ["one two. three four\n", "five six seven. ", "eight nine"]
        );
        assert_eq!(windows("aaa bbb ccc", 8).collect::<Vec<_>>(), ["aaa bbb ", "ccc"]);
    }

    #[test]
    fn a_text_without_any_space_is_cut_between_characters() {
        let text = "ééééé";
        assert_eq!(windows(text, 5).collect::<Vec<_>>(), ["éé", "éé", "é"]);
    }
}
