//! Reads Markdown as blocks: headings with their path, list items, tables row by row, code verbatim.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::{
    block::BlockKind,
    extract::{Collector, html},
    refusal::Refusal,
};

/// Hands the blocks of a Markdown text to `collector`.
pub(crate) fn extract(markdown: &str, collector: &mut Collector<'_, '_>) -> Result<(), Refusal> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS
        | Options::ENABLE_PLUSES_DELIMITED_METADATA_BLOCKS;
    let mut walk =
        Walk { collector, text: String::new(), lists: Vec::new(), quotes: 0, marker: None, verbatim: None };
    Parser::new_ext(markdown, options).try_for_each(|event| walk.event(event))?;
    walk.flush()
}

/// The state of one pass over the events; it keeps no tree, so nesting costs nothing.
struct Walk<'c, 's, 'f> {
    collector: &'c mut Collector<'s, 'f>,
    text: String,
    /// The next number of every open list, `None` for bullets.
    lists: Vec<Option<u64>>,
    quotes: usize,
    /// The marker of a list item whose text has not begun.
    marker: Option<String>,
    verbatim: Option<Verbatim>,
}

/// The places where text is not prose.
#[derive(Clone, Copy, PartialEq)]
enum Verbatim {
    Code,
    FrontMatter,
    Html,
}

impl Walk<'_, '_, '_> {
    fn event(&mut self, event: Event<'_>) -> Result<(), Refusal> {
        match event {
            Event::Start(tag) => return self.start(&tag),
            Event::End(tag) => return self.end(tag),
            Event::Text(text) | Event::Code(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                self.text.push_str(&text);
            }
            Event::Html(html) => self.text.push_str(&html),
            Event::InlineHtml(html) if html.starts_with("<br") => self.text.push('\n'),
            Event::SoftBreak => self.text.push(' '),
            Event::HardBreak => self.text.push('\n'),
            Event::FootnoteReference(label) => self.text.extend(["[", &label, "]"]),
            Event::InlineHtml(_) | Event::Rule | Event::TaskListMarker(_) => {}
        }
        Ok(())
    }

    fn start(&mut self, tag: &Tag<'_>) -> Result<(), Refusal> {
        match tag {
            Tag::Paragraph | Tag::Heading { .. } | Tag::Table(_) | Tag::FootnoteDefinition(_) => {
                self.flush()?;
            }
            Tag::BlockQuote(_) => {
                self.flush()?;
                self.quotes += 1;
            }
            Tag::List(first) => {
                self.flush()?;
                self.lists.push(*first);
            }
            Tag::Item => {
                self.flush()?;
                self.marker = Some(self.next_marker());
            }
            Tag::CodeBlock(_) => self.start_verbatim(Verbatim::Code)?,
            Tag::HtmlBlock => self.start_verbatim(Verbatim::Html)?,
            Tag::MetadataBlock(_) => self.start_verbatim(Verbatim::FrontMatter)?,
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, tag: TagEnd) -> Result<(), Refusal> {
        match tag {
            TagEnd::Paragraph
            | TagEnd::Item
            | TagEnd::FootnoteDefinition
            | TagEnd::HtmlBlock
            | TagEnd::CodeBlock
            | TagEnd::MetadataBlock(_) => self.flush(),
            TagEnd::Heading(level) => self.add(BlockKind::Heading { level: heading_level(level) }),
            TagEnd::Table => self.add(BlockKind::Table),
            TagEnd::BlockQuote(_) => {
                self.flush()?;
                self.quotes = self.quotes.saturating_sub(1);
                Ok(())
            }
            TagEnd::List(_) => {
                self.flush()?;
                self.lists.pop();
                Ok(())
            }
            TagEnd::TableCell => {
                self.text.push_str(" | ");
                Ok(())
            }
            TagEnd::TableRow | TagEnd::TableHead => {
                let row = self.text.trim_end_matches(" | ").len();
                self.text.truncate(row);
                self.text.push('\n');
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn start_verbatim(&mut self, verbatim: Verbatim) -> Result<(), Refusal> {
        self.flush()?;
        self.verbatim = Some(verbatim);
        Ok(())
    }

    fn next_marker(&mut self) -> String {
        match self.lists.last_mut() {
            Some(Some(number)) => {
                let marker = format!("{number}. ");
                *number = number.saturating_add(1);
                marker
            }
            _ => "- ".to_owned(),
        }
    }

    /// Ends the current block, of any kind.
    fn flush(&mut self) -> Result<(), Refusal> {
        match self.verbatim.take() {
            Some(Verbatim::Code) => self.add(BlockKind::Code),
            Some(Verbatim::FrontMatter) => {
                let front_matter = std::mem::take(&mut self.text);
                if let Some(title) = front_matter_title(&front_matter) {
                    self.collector.title(title);
                }
                Ok(())
            }
            Some(Verbatim::Html) => {
                let blocks = html::blocks_of(&std::mem::take(&mut self.text))?;
                blocks.iter().try_for_each(|(kind, text)| self.collector.add(*kind, text, None))
            }
            None if self.quotes > 0 => self.add(BlockKind::Quote),
            None if !self.lists.is_empty() => self.add(BlockKind::ListItem),
            None => self.add(BlockKind::Paragraph),
        }
    }

    fn add(&mut self, kind: BlockKind) -> Result<(), Refusal> {
        let mut text = std::mem::take(&mut self.text);
        if text.trim().is_empty() {
            return Ok(());
        }
        if kind == BlockKind::ListItem
            && let Some(marker) = self.marker.take()
        {
            text.insert_str(0, &marker);
        }
        self.collector.add(kind, &text, None)
    }
}

fn heading_level(level: pulldown_cmark::HeadingLevel) -> u8 {
    use pulldown_cmark::HeadingLevel::{H1, H2, H3, H4, H5, H6};
    match level {
        H1 => 1,
        H2 => 2,
        H3 => 3,
        H4 => 4,
        H5 => 5,
        H6 => 6,
    }
}

/// The value of `title` in YAML (`title: x`) or TOML (`title = "x"`), without its quotes.
fn front_matter_title(front_matter: &str) -> Option<&str> {
    let value = front_matter
        .lines()
        .find_map(|line| line.strip_prefix("title")?.trim_start().strip_prefix([':', '=']))?;
    Some(value.trim().trim_matches(['"', '\'']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::testing::{collect, shown};

    fn blocks(markdown: &str) -> Vec<String> {
        shown(&collect(|c| extract(markdown, c)).unwrap().1)
    }

    #[test]
    fn headings_paragraphs_and_lists_keep_their_place() {
        let text = "# Top\nsome\n*words* `x`\n\n## Sub\n- one\n  - deep\n- two\n\n  more\n\n3. three\n4. four\n\n> said\n";
        assert_eq!(
            blocks(text),
            [
                "h1 [] Top",
                "paragraph [Top] some words x",
                "h2 [Top] Sub",
                "listitem [Top/Sub] - one",
                "listitem [Top/Sub] - deep",
                "listitem [Top/Sub] - two",
                "listitem [Top/Sub] more",
                "listitem [Top/Sub] 3. three",
                "listitem [Top/Sub] 4. four",
                "quote [Top/Sub] said",
            ]
        );
    }

    #[test]
    fn tables_and_code_stay_readable() {
        let text = "| a | b |\n|---|---|\n| 1 | [x](http://y) |\n\n```rust\nfn main() {\n    x();\n}\n```\n";
        assert_eq!(blocks(text), ["table [] a | b\n1 | x", "code [] fn main() {\n    x();\n}"]);
    }

    #[test]
    fn the_front_matter_gives_the_title() {
        for text in ["---\ntitle: \"A story\"\n---\n# H\ntext", "+++\ntitle = 'A story'\n+++\ntext"] {
            let (outline, blocks) = collect(|c| extract(text, c)).unwrap();
            assert_eq!(outline.title.as_deref(), Some("A story"));
            assert!(!shown(&blocks).join("").contains("title"));
        }
    }

    #[test]
    fn html_blocks_lose_their_tags_and_comments() {
        let text = "<div>\n<b>bold</b> text\n</div>\n\n<!-- hidden -->\n\n<script>\nlet x;\n</script>\n\nend<br>line";
        assert_eq!(blocks(text), ["paragraph [] bold text", "paragraph [] end\nline"]);
    }

    #[test]
    fn deep_nesting_ends_well() {
        for text in [">".repeat(20_000), "- ".repeat(20_000), "[".repeat(50_000), "*a _b ".repeat(10_000)] {
            let _ = collect(|c| extract(&format!("{text} end"), c));
        }
    }
}
