//! Reads subtitles: the spoken text without times, joined to paragraphs that end with a sentence.

use super::source::Source;
use crate::{block::BlockKind, extract::Collector, refusal::Refusal};

/// Length at which a paragraph ends after the next sentence, and at which it ends anyway, in bytes.
const PARAGRAPH_BYTES: usize = 400;
const MAX_PARAGRAPH_BYTES: usize = 2000;

/// Hands the spoken text of subtitles to `collector`.
pub(crate) fn read(source: &Source<'_>, collector: &mut Collector<'_, '_>) -> Result<(), Refusal> {
    let text = source.text()?;
    let mut paragraph = String::new();
    let mut last_line = String::new();
    for cue in text.split("\n\n").filter_map(spoken) {
        let mut lines = cue.lines().peekable();
        while let Some(line) = lines.next() {
            // The number and times of the next cue, without the blank line that belongs before them.
            if is_times(line)
                || lines.peek().is_some_and(|next| is_times(next)) && line.trim().parse::<u32>().is_ok()
            {
                continue;
            }
            let (speaker, line) = plain_line(line);
            // Captions that roll show each line twice.
            if line.is_empty() || line == last_line {
                continue;
            }
            line.clone_into(&mut last_line);
            let ends = paragraph.ends_with(['.', '!', '?', '。', '…', '"', '”']);
            if speaker.is_some()
                || (paragraph.len() > PARAGRAPH_BYTES && ends)
                || paragraph.len() > MAX_PARAGRAPH_BYTES
            {
                collector.add(BlockKind::Paragraph, &std::mem::take(&mut paragraph), None)?;
            }
            if let Some(speaker) = speaker {
                paragraph.extend([&speaker, ": "]);
            } else if !paragraph.is_empty() {
                paragraph.push(' ');
            }
            paragraph.push_str(&line);
        }
    }
    collector.add(BlockKind::Paragraph, &paragraph, None)
}

fn is_times(line: &str) -> bool {
    line.starts_with(|c: char| c.is_ascii_digit()) && line.contains(" --> ")
}

/// The lines of a cue behind its times; `None` for styles and notes.
fn spoken(cue: &str) -> Option<&str> {
    let (at, _) = cue.match_indices(" --> ").find(|(at, _)| {
        cue.get(..*at).is_some_and(|before| before.ends_with(|c: char| c.is_ascii_digit()))
    })?;
    cue.get(at..)?.split_once('\n').map(|(_, lines)| lines)
}

/// The line without its tags, and the speaker that a tag names.
fn plain_line(line: &str) -> (Option<String>, String) {
    let (mut plain, mut speaker) = (String::new(), None);
    let mut rest = line;
    while let Some((before, tag)) = rest.split_once('<') {
        plain.push_str(before);
        let Some((tag, after)) = tag.split_once('>') else { break };
        if let Some(name) = tag.strip_prefix("v ") {
            speaker = Some(name.trim().to_owned());
        }
        rest = after;
    }
    plain.push_str(rest);
    let plain = plain.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", " ");
    let plain = if plain.starts_with("{\\") {
        plain.split_once('}').map_or("", |(_, text)| text).to_owned()
    } else {
        plain
    };
    (speaker, plain.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::testing::{collect, shown};

    fn blocks(text: &str) -> Vec<String> {
        shown(&collect(|c| read(&Source::Member(text.as_bytes()), c)).unwrap().1)
    }

    #[test]
    fn times_tags_and_repeated_lines_are_left_out() {
        let vtt = "WEBVTT\n\nNOTE a note\n\nSTYLE\n::cue {}\n\nid\n00:00.000 --> 00:01.000 align:start\n<v Ada>We <b>begin</b>\n\n00:01.000 --> 00:02.000\nWe begin\nwith &amp; this.\n\n00:02.000 --> 00:03.000\n<v Bob>Yes.";
        assert_eq!(blocks(vtt), ["paragraph [] Ada: We begin with & this.", "paragraph [] Bob: Yes."]);
        let srt = "1\r\n00:00:01,000 --> 00:00:02,000\r\n<i>Hello</i> {\r\n\r\n2\r\n00:00:02,000 --> 00:00:03,000\r\n{\\an8}there.\r\n3\r\n00:00:03,000 --> 00:00:04,000\r\nEnd.\r\n";
        assert_eq!(blocks(srt), ["paragraph [] Hello { there. End."]);
    }
}
