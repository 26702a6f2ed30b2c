//! Separates a model's thoughts, written between tags, from its answer; knows nothing of events.

use crate::Delta;

const OPENING: [&str; 2] = ["<think>", "<thinking>"];
const CLOSING: [&str; 2] = ["</think>", "</thinking>"];

/// The place in the content.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Place {
    /// Nothing but white space so far, or since the last thoughts.
    #[default]
    Start,
    Thoughts,
    Answer,
}

/// Splits content that arrives in pieces. Tags count at the start of the content and after other thoughts. A closing tag without an
/// opening one makes everything before it thoughts: some servers put the opening tag into the prompt.
#[derive(Debug, Default)]
pub(crate) struct ThoughtSplitter {
    place: Place,
    has_seen_tag: bool,
    held: String,
    /// The last character of the answer so far.
    last: Option<char>,
}

impl ThoughtSplitter {
    /// The deltas that the piece completes. The start of what may be a tag is held back.
    pub(crate) fn push(&mut self, piece: &str) -> Vec<Delta> {
        self.held.push_str(piece);
        let mut deltas = Vec::new();
        while self.step(&mut deltas) {}
        deltas
    }

    /// The rest, which is no tag.
    pub(crate) fn finish(&mut self) -> Option<Delta> {
        let mut rest = std::mem::take(&mut self.held);
        if self.place == Place::Start {
            // As before a tag, white space before the answer is left out.
            rest = rest.trim_start().to_owned();
        }
        if rest.is_empty() {
            return None;
        }
        Some(if self.place == Place::Thoughts { Delta::Thought(rest) } else { Delta::Text(rest) })
    }

    /// Takes the next tag or text from what is held; `false` if more must arrive first.
    fn step(&mut self, deltas: &mut Vec<Delta>) -> bool {
        match self.place {
            Place::Start => self.start(),
            Place::Thoughts => {
                let Some((thought, rest)) = split_at_tag(&self.held, &CLOSING) else {
                    self.release(&CLOSING, deltas, Delta::Thought);
                    return false;
                };
                if !thought.is_empty() {
                    deltas.push(Delta::Thought(thought));
                }
                (self.held, self.place) = (rest, Place::Start);
                true
            }
            Place::Answer if self.has_seen_tag => {
                if !self.held.is_empty() {
                    deltas.push(Delta::Text(std::mem::take(&mut self.held)));
                }
                false
            }
            Place::Answer => {
                let Some((text, rest)) = split_at_tag(&self.held, &CLOSING) else {
                    self.release(&CLOSING, deltas, Delta::Text);
                    return false;
                };
                // A tag in a code span is quoted.
                if text.chars().next_back().or(self.last) == Some('`') {
                    let quoted = self.held.strip_suffix(&rest).unwrap_or_default().to_owned();
                    self.last = Some('>');
                    deltas.push(Delta::Text(quoted));
                    self.held = rest;
                    return true;
                }
                if !text.is_empty() {
                    deltas.push(Delta::Text(text));
                }
                deltas.push(Delta::WereThoughts);
                (self.held, self.place, self.has_seen_tag) = (rest, Place::Start, true);
                true
            }
        }
    }

    /// Leaves white space before the answer out, and decides whether thoughts or the answer begin.
    fn start(&mut self) -> bool {
        let text = self.held.trim_start();
        if text.is_empty() {
            self.held.clear();
            return false;
        }
        let opened = OPENING.iter().find_map(|tag| text.strip_prefix(tag));
        let may_open = OPENING.iter().any(|tag| tag.starts_with(text));
        if let Some(rest) = opened {
            (self.held, self.place, self.has_seen_tag) = (rest.to_owned(), Place::Thoughts, true);
        } else if may_open {
            return false;
        } else {
            (self.held, self.place) = (text.to_owned(), Place::Answer);
        }
        true
    }

    /// Releases all that is held but the start of what may be a tag.
    fn release(&mut self, tags: &[&str], deltas: &mut Vec<Delta>, delta: fn(String) -> Delta) {
        let starts = self.held.char_indices().map(|(at, _)| at);
        let is_start = |at: &usize| {
            self.held.get(*at..).is_some_and(|rest| tags.iter().any(|tag| tag.starts_with(rest)))
        };
        let at = starts.rev().take(CLOSING[1].len()).filter(is_start).last().unwrap_or(self.held.len());
        let kept = self.held.split_off(at);
        let released = std::mem::replace(&mut self.held, kept);
        if !released.is_empty() {
            self.last = released.chars().next_back();
            deltas.push(delta(released));
        }
    }
}

/// The text before the first of the tags and the text after it.
fn split_at_tag(text: &str, tags: &[&str]) -> Option<(String, String)> {
    let found = tags.iter().filter_map(|tag| Some((text.find(tag)?, tag.len()))).min()?;
    let (before, rest) = text.split_at_checked(found.0)?;
    Some((before.to_owned(), rest.get(found.1..)?.to_owned()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Answer and thoughts of content that arrives in these pieces.
    fn split<'a>(pieces: impl IntoIterator<Item = &'a str>) -> (String, String) {
        let mut splitter = ThoughtSplitter::default();
        let mut deltas: Vec<Delta> = pieces.into_iter().flat_map(|piece| splitter.push(piece)).collect();
        deltas.extend(splitter.finish());
        let (mut answer, mut thoughts) = (String::new(), String::new());
        for delta in deltas {
            match delta {
                Delta::Text(text) => answer.push_str(&text),
                Delta::Thought(text) => thoughts.push_str(&text),
                Delta::WereThoughts => thoughts.push_str(&std::mem::take(&mut answer)),
                Delta::End { .. } | Delta::Writer(_) => unreachable!(),
            }
        }
        (answer, thoughts)
    }

    #[test]
    fn thoughts_are_not_the_answer() {
        let cases = [
            ("<think>a</think>b", "b", "a"),
            ("\n<think>\na\n</think>\n\nb", "b", "\na\n"),
            ("<thinking>a</thinking> b", "b", "a"),
            ("a\n</think>\nb", "b", "a\n"),
            ("<think></think>b", "b", ""),
            ("<think>a</think><think>c</think>b", "b", "ac"),
            ("<think>a < b</think>a <b> c", "a <b> c", "a < b"),
            ("<think>never closed", "", "never closed"),
            ("The tag <think> begins thoughts.", "The tag <think> begins thoughts.", ""),
            ("Write `</think>` at the end.", "Write `</think>` at the end.", ""),
            ("a < b </thin", "a < b </thin", ""),
            ("<think>a</think>Use </think>.", "Use </think>.", "a"),
            ("", "", ""),
            ("  ", "", ""),
        ];
        for (content, answer, thoughts) in cases {
            assert_eq!(split([content]), (answer.to_owned(), thoughts.to_owned()), "{content}");
        }
    }

    proptest! {
        #[test]
        fn the_split_does_not_depend_on_the_pieces(
            parts in prop::collection::vec(prop::sample::select(vec!["<think>", "</think>", "<thinking>", "ä", " b", "\n", "<", "</th", "`"]), 0..8),
            cuts in prop::collection::vec(1_usize..6, 40),
        ) {
            let content = parts.concat();
            let mut pieces = Vec::new();
            let mut rest = content.as_str();
            for cut in cuts {
                let at = rest.char_indices().map(|(at, _)| at).nth(cut).unwrap_or(rest.len());
                let (piece, after) = rest.split_at(at);
                pieces.push(piece);
                rest = after;
            }
            pieces.push(rest);
            prop_assert_eq!(split(pieces), split([content.as_str()]));
        }
    }
}
