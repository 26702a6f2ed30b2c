//! Reads Markdown as blocks: headings with their path, list items, tables row by row, code verbatim.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::{
    block::BlockKind,
    extract::{
        Collector, Source, html,
        links::{OpenLink, end_link},
        markdown_front,
        table::Table,
    },
    refusal::Refusal,
};

/// Reads a Markdown document.
pub(crate) fn read(source: &Source<'_>, collector: &mut Collector<'_, '_>) -> Result<(), Refusal> {
    extract(&source.text()?, collector)
}

/// Hands the blocks of a Markdown text to `collector`.
pub(crate) fn extract(markdown: &str, collector: &mut Collector<'_, '_>) -> Result<(), Refusal> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_DEFINITION_LIST
        | Options::ENABLE_GFM
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS
        | Options::ENABLE_PLUSES_DELIMITED_METADATA_BLOCKS;
    let mut walk = Walk {
        collector,
        text: String::new(),
        lists: Vec::new(),
        quotes: 0,
        marker: None,
        verbatim: None,
        table: None,
        links: Vec::new(),
        footnote: None,
    };
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
    table: Option<Table>,
    /// The targets of open links, and where their texts begin.
    links: Vec<OpenLink>,
    /// The label of a footnote whose text has not begun.
    footnote: Option<String>,
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
            Event::InlineHtml(html) => self.inline_html(&html),
            Event::SoftBreak => self.text.push(' '),
            Event::HardBreak => self.text.push('\n'),
            Event::FootnoteReference(label) => self.text.extend(["[", &label, "]"]),
            Event::TaskListMarker(is_done) => self.text.push_str(if is_done { "[x] " } else { "[ ] " }),
            Event::Rule => {}
        }
        Ok(())
    }

    /// Breaks and descriptions of pictures; other tags are left out, and the text between them is text.
    fn inline_html(&mut self, html: &str) {
        if html.starts_with("<br") {
            self.text.push('\n');
        } else if html.starts_with("<img") {
            let alt = html.split_once("alt=").and_then(|(_, rest)| {
                let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
                rest.get(1..)?.split(quote).next()
            });
            self.text.push_str(alt.unwrap_or_default());
        } else if ["<del>", "</del>", "<s>", "</s>"].contains(&html) {
            self.text.push_str("~~");
        }
    }

    fn start(&mut self, tag: &Tag<'_>) -> Result<(), Refusal> {
        match tag {
            Tag::Paragraph | Tag::Heading { .. } | Tag::DefinitionListTitle => self.flush()?,
            Tag::Table(_) => {
                self.flush()?;
                self.table = Some(Table::default());
            }
            Tag::TableHead | Tag::TableRow => {
                if let Some(table) = &mut self.table {
                    table.start_row(matches!(tag, Tag::TableHead));
                }
            }
            Tag::FootnoteDefinition(label) => {
                self.flush()?;
                self.footnote = Some(format!("[{label}] "));
            }
            Tag::DefinitionListDefinition if !self.text.trim().is_empty() => {
                self.text.push_str(if self.text.ends_with([':', '?']) { " " } else { ": " });
            }
            Tag::Link { dest_url, .. } => self.links.push((dest_url.to_string(), self.text.len())),
            Tag::Strikethrough => self.text.push_str("~~"),
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
            | TagEnd::DefinitionListDefinition
            | TagEnd::HtmlBlock
            | TagEnd::CodeBlock
            | TagEnd::MetadataBlock(_) => self.flush(),
            TagEnd::Heading(level) => self.add(BlockKind::Heading { level: heading_level(level) }),
            TagEnd::Table => match self.table.take() {
                Some(table) => self.collector.table(table, None),
                None => Ok(()),
            },
            TagEnd::Link => {
                end_link(&mut self.text, self.links.pop());
                Ok(())
            }
            TagEnd::Strikethrough => {
                self.text.push_str("~~");
                Ok(())
            }
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
                let cell = std::mem::take(&mut self.text);
                if let Some(table) = &mut self.table {
                    table.cell(&cell, 1, 1);
                }
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
                if let Some(title) = markdown_front::title(&front_matter) {
                    self.collector.title(title);
                }
                self.collector.add(BlockKind::Paragraph, &markdown_front::facts(&front_matter), None)
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
        self.links.iter_mut().for_each(|link| link.1 = 0);
        if text.trim().is_empty() {
            return Ok(());
        }
        if let Some(label) = self.footnote.take() {
            text.insert_str(0, &label);
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
        assert_eq!(blocks(text), ["table [] a | b\n1 | x (http://y)", "code [] fn main() {\n    x();\n}"]);
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

    #[test]
    fn task_lists_definitions_footnotes_and_struck_text_are_read() {
        let text = "- [x] done\n- [ ] open\n\nTerm\n: its meaning\n\nA fact[^1] at ~~9~~ 8 euros.\n\n[^1]: The source.\n\n[docs](https://a.example/x) <https://b.example> ![a logo](l.png)\n";
        assert_eq!(
            blocks(text),
            [
                "listitem [] - [x] done",
                "listitem [] - [ ] open",
                "paragraph [] Term: its meaning",
                "paragraph [] A fact[1] at ~~9~~ 8 euros.",
                "paragraph [] [1] The source.",
                "paragraph [] docs (https://a.example/x) https://b.example a logo",
            ]
        );
    }

    #[test]
    fn empty_cells_keep_their_columns() {
        let text = "| | b | c |\n|---|---|---|\n| 1 | | x<br>y |\n";
        assert_eq!(blocks(text), ["table []  | b | c\n1 |  | x y"]);
    }
}
