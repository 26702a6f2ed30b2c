//! Reads HTML as blocks: the article if it is most of the page, else the whole body; never runs scripts.

use std::{
    ops::RangeInclusive,
    panic::{AssertUnwindSafe, catch_unwind},
};

use dom_query::Document;
use dom_smoothie::Readability;

use crate::{
    block::BlockKind,
    extract::{Collector, Source, html_links, html_walk, html_work},
    refusal::Refusal,
};

/// The share of the page's text, in percent, at which the article replaces the page: with less, the article is incomplete;
/// with more, there is no clutter, and the page keeps its headings better.
const ARTICLE_PERCENT: RangeInclusive<usize> = 40..=90;

/// Pages with less text than this, in bytes, are not searched for an article.
const ARTICLE_BYTES: usize = 2000;

/// Reads an HTML page.
pub(crate) fn read(source: &Source<'_>, collector: &mut Collector<'_, '_>) -> Result<(), Refusal> {
    extract(&source.text()?, collector)
}

/// Hands the blocks of an HTML page to `collector`.
fn extract(html: &str, collector: &mut Collector<'_, '_>) -> Result<(), Refusal> {
    html_work::check(html)?;
    let document = Document::from(html);
    collector.links(html_links::links(&document));
    let page = blocks_in(&document);
    drop(document);
    let article = catch_unwind(AssertUnwindSafe(|| article(html, length(&page)))).ok().flatten();
    let (title, article) = article.unwrap_or_default();
    collector.title(&title);
    let share = length(&article) * 100 / length(&page).max(1);
    let chosen = if ARTICLE_PERCENT.contains(&share) { article } else { page };
    chosen.iter().try_for_each(|(kind, text)| collector.add(*kind, text, None))
}

/// The blocks of a page or a part of one, without menus unless there is nothing else.
pub(crate) fn blocks_of(html: &str) -> Result<Vec<(BlockKind, String)>, Refusal> {
    html_work::check(html)?;
    Ok(blocks_in(&Document::from(html)))
}

fn blocks_in(document: &Document) -> Vec<(BlockKind, String)> {
    match html_walk::blocks(document, false) {
        blocks if blocks.is_empty() => html_walk::blocks(document, true),
        blocks => blocks,
    }
}

/// The title of a page and the blocks of its main content; no blocks if the page has little text.
fn article(html: &str, page_bytes: usize) -> Option<(String, Vec<(BlockKind, String)>)> {
    let mut readability = Readability::new(html, None, None).ok()?;
    let title = readability.get_article_title().to_string();
    if page_bytes < ARTICLE_BYTES {
        return Some((title, Vec::new()));
    }
    let content = readability.parse().map(|article| article.content.to_string()).unwrap_or_default();
    Some((title, blocks_of(&content).unwrap_or_default()))
}

fn length(blocks: &[(BlockKind, String)]) -> usize {
    blocks.iter().map(|(_, text)| text.len()).sum()
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
                    text.<script>alert(1)</script></p><ul><li>one<li>two<ul><li>deep</ul></ul><ol start=4><li><p>four\
                    </ol><pre><code>let x = 1;\n  y</code></pre><blockquote><p>said</p></blockquote></body>";
        let (outline, found) = collect(|c| extract(html, c)).unwrap();
        assert_eq!(outline.title.as_deref(), Some("The page"));
        assert_eq!(
            shown(&found),
            [
                "h1 [] Top",
                "paragraph [Top] Some bold text.",
                "listitem [Top] - one",
                "listitem [Top] - two",
                "listitem [Top] - deep",
                "listitem [Top] 4. four",
                "code [Top] let x = 1;\n  y",
                "quote [Top] said",
            ]
        );
    }

    #[test]
    fn tables_become_rows() {
        let html = "<table><caption>Cities</caption>\n <tr><th>City</th> <th>People</th></tr>\n\
                    <tr><td><p>Bern</p></td> <td>134 <br>000</td></tr></table><p>after";
        assert_eq!(
            blocks(html),
            ["paragraph [] Cities", "table [] City | People\nBern | 134 000", "paragraph [] after"]
        );
    }

    #[test]
    fn a_table_that_arranges_the_page_is_not_a_table() {
        let html = "<table><tr><td><h2>News</h2>text</td><td><table><tr><td>a</td><td>b</td></tr></table></td></tr></table>";
        assert_eq!(blocks(html), ["h2 [] News", "paragraph [News] text", "table [News] a | b"]);
    }

    #[test]
    fn an_article_is_kept_without_its_surroundings() {
        let paragraph = "<p>The river rose again in the night, and the people of the valley carried what they could, \
                         their books, their clocks and their animals, up to the church on the hill.</p>";
        let menu =
            "<nav><ul><li><a href='/a'>Subscribe now</a></li><li><a href='/b'>Cookies</a></li></ul></nav>";
        let more = "<div class='sidebar'><a href='/c'>Related: ten tricks</a></div>".repeat(20);
        let html = format!(
            "<html><body>{menu}<article><h2>Flood</h2>{}</article>{more}</body></html>",
            paragraph.repeat(12)
        );
        let text = blocks(&html).join("\n");
        assert!(text.contains("river rose") && text.contains("h2 [] Flood"), "{text}");
        assert!(!text.contains("Cookies") && !text.contains("tricks"), "{text}");
    }

    #[test]
    fn a_banner_that_asks_for_consent_is_left_out_unless_it_is_most_of_the_page() {
        let banner = "<div id=\"cookie-banner\" class=\"cookie-consent\"><h2>We value your privacy</h2><p>We use cookies.</p></div>";
        let text = "The pump runs at noon, and the basalt door is open until the ferry leaves the harbour of Velmar.";
        assert_eq!(blocks(&format!("<body>{banner}<p>{text}</p></body>")), [format!("paragraph [] {text}")]);
        assert_eq!(blocks(banner).len(), 2);
        for kept in [
            format!("<section id=cookies><p>{text}</p></section><p>{text}</p><p>{text}</p>"),
            format!("<h2 id=cookie-consent>{text}</h2><p>{text}</p><p>{text}</p>"),
            format!("<div class=informed-consent><p>{text}</p></div><p>{text}</p><p>{text}</p>"),
        ] {
            assert_eq!(blocks(&kept).len(), 3, "{kept}");
        }
    }

    #[test]
    fn a_page_of_nothing_but_a_menu_is_read() {
        assert_eq!(blocks("<nav><a href=/>Home</a></nav>"), ["paragraph [] Home"]);
    }

    #[test]
    fn entities_blanks_and_pictures_are_resolved() {
        let html = "<p>a &amp; b&nbsp;&lt;c&gt;   d\n e <img src='data:image/png;base64,AAAA' alt='a logo'>f<p hidden>no</p>";
        assert_eq!(blocks(html), ["paragraph [] a & b\u{a0}<c> d e a logo f"]);
    }

    #[test]
    fn inline_elements_neither_cut_nor_glue_words() {
        for (html, text) in [
            ("<p>Donau<wbr>dampf<wbr>schiff is long.</p>", "Donaudampfschiff is long."),
            ("<p>Set <var>n</var>s to <x-mark>5</x-mark>0.</p>", "Set ns to 50."),
            (
                "<p>10<sup>6</sup> m<sup>2</sup>, the 1<sup>st</sup> H<sub>2</sub>O<sup><a href='#n'>3</a></sup></p>",
                "10^6 m^2, the 1st H2O[3]",
            ),
            (
                "<p>so <math><mfrac><mi>a</mi><mi>b</mi></mfrac><mo>+</mo><msup><mi>x</mi><mn>2</mn></msup></math></p>",
                "so a/b+x^2",
            ),
            ("<p>now <del>9</del> 8 euros</p>", "now ~~9~~ 8 euros"),
            (
                "<p><a href='https://a.example/x'>docs</a>, <a href='mailto:a@b.example'>mail</a></p>",
                "docs (https://a.example/x), mail (a@b.example)",
            ),
            ("<dl><dt>Term</dt><dd>its meaning</dd></dl>", "Term: its meaning"),
            ("<p>a<span hidden>b</span><span style='display: none'>c</span></p>", "a"),
        ] {
            assert_eq!(blocks(html), [format!("paragraph [] {text}")], "{html}");
        }
        assert_eq!(
            blocks("<x-card>one</x-card><x-card>two</x-card>"),
            ["paragraph [] one", "paragraph [] two"]
        );
    }

    #[test]
    fn needed_content_is_kept_and_the_rest_left_out() {
        let html = "<h3><button aria-controls=p1 aria-expanded=false>Returns?</button></h3><div id=p1 hidden>Within 30 days.</div>\
                    <details><summary>More</summary>Shown.</details><aside class='admonition warning'>Hot surface.</aside>\
                    <aside>Related</aside><div hidden=until-found>Found.</div><footer>Imprint <address>Road 1, Bern</address></footer>";
        assert_eq!(
            blocks(html),
            [
                "h3 [] Returns?",
                "paragraph [Returns?] Within 30 days.",
                "paragraph [Returns?] More",
                "paragraph [Returns?] Shown.",
                "paragraph [Returns?] Hot surface.",
                "paragraph [Returns?] Found.",
                "paragraph [Returns?] Road 1, Bern",
            ]
        );
    }

    #[test]
    fn cells_keep_their_columns_through_spans_and_empty_headers() {
        let html = "<table><thead><tr><th rowspan=2></th><th colspan=2>2020</th></tr><tr><th>Q1</th><th>Q2</th></tr></thead>\
                    <tr><td>Bern</td><td></td><td><p>1</p><p>2</p></td></tr></table>";
        assert_eq!(blocks(html), ["table []  | 2020 Q1 | 2020 Q2\nBern |  | 1 2"]);
    }
}
