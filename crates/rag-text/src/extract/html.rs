//! HTML as blocks: the article when it is most of the page, else the whole body; never runs anything.

use std::{
    ops::RangeInclusive,
    panic::{AssertUnwindSafe, catch_unwind},
};

use dom_smoothie::Readability;
use htmd::{
    HtmlToMarkdown,
    options::{BulletListMarker, Options},
};

use crate::{
    extract::{Collector, markdown},
    refusal::Refusal,
};

/// Elements whose text is not meant to be read.
const HIDDEN: [&str; 10] =
    ["script", "style", "noscript", "template", "svg", "head", "iframe", "object", "button", "select"];

/// Elements that surround what a page is about.
const CLUTTER: [&str; 3] = ["nav", "footer", "aside"];

/// The share of the page's text, in percent, at which the article stands for the page: with less it missed something,
/// with more there was no clutter and the page keeps its headings better.
const ARTICLE_PERCENT: RangeInclusive<usize> = 40..=90;

/// Hands the blocks of an HTML page to `collector`.
pub(crate) fn extract(html: &str, collector: &mut Collector<'_, '_>) -> Result<(), Refusal> {
    let page = match to_markdown(html, &CLUTTER)? {
        blank if blank.trim().is_empty() => to_markdown(html, &[])?,
        page => page,
    };
    let article = catch_unwind(AssertUnwindSafe(|| article(html))).ok().flatten();
    let (title, content) = article.unwrap_or_default();
    collector.title(&title);
    let article = to_markdown(&content, &[])?;
    let share = article.len() * 100 / page.len().max(1);
    markdown::extract(if ARTICLE_PERCENT.contains(&share) { &article } else { &page }, collector)
}

/// The title and the HTML of the main content.
fn article(html: &str) -> Option<(String, String)> {
    let mut readability = Readability::new(html, None, None).ok()?;
    let title = readability.get_article_title().to_string();
    let content = readability.parse().map(|article| article.content.to_string()).unwrap_or_default();
    Some((title, content))
}

fn to_markdown(html: &str, skipped: &[&str]) -> Result<String, Refusal> {
    let options =
        Options { bullet_list_marker: BulletListMarker::Dash, ul_bullet_spacing: 1, ..Options::default() };
    let converter = HtmlToMarkdown::builder().options(options).skip_tags([&HIDDEN, skipped].concat()).build();
    converter.convert(html).map_err(Refusal::broken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::testing::{collect, shown};

    fn blocks(html: &str) -> Vec<String> {
        shown(&collect(|c| extract(html, c)).unwrap().1)
    }

    #[test]
    fn a_small_page_is_read_whole() {
        let html = "<html><head><title>The page</title><style>p{}</style></head><body><h1>Top</h1><p>Some <b>bold</b> \
                    text.<script>alert(1)</script></p><ul><li>one<li>two</ul><pre><code>let x = 1;\n  y</code></pre></body>";
        let (outline, found) = collect(|c| extract(html, c)).unwrap();
        assert_eq!(outline.title.as_deref(), Some("The page"));
        assert_eq!(
            shown(&found),
            [
                "h1 [] Top",
                "paragraph [Top] Some bold text.",
                "listitem [Top] - one",
                "listitem [Top] - two",
                "code [Top] let x = 1;\n  y",
            ]
        );
    }

    #[test]
    fn tables_become_rows() {
        let html =
            "<table><tr><th>City</th><th>People</th></tr><tr><td>Bern</td><td>134 000</td></tr></table>";
        assert_eq!(blocks(html), ["table [] City | People\nBern | 134 000"]);
    }

    #[test]
    fn an_article_is_kept_without_the_menu() {
        let paragraph = "<p>The river rose again in the night, and the people of the valley carried what they could, \
                         their books, their clocks and their animals, up to the church on the hill.</p>";
        let menu =
            "<nav><ul><li><a href='/a'>Subscribe now</a></li><li><a href='/b'>Cookies</a></li></ul></nav>";
        let html = format!(
            "<html><body>{menu}<article><h2>Flood</h2>{}</article></body></html>",
            paragraph.repeat(12)
        );
        let text = blocks(&html).join("\n");
        assert!(text.contains("river rose") && !text.contains("Cookies"), "{text}");
    }

    #[test]
    fn entities_and_blanks_are_resolved() {
        assert_eq!(blocks("<p>a &amp; b&nbsp;&lt;c&gt;   d\n e</p>"), ["paragraph [] a & b\u{a0}<c> d e"]);
    }
}
