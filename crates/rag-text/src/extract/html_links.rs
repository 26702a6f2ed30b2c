//! Collects the targets of the links of an HTML page; resolves and follows none.

use dom_query::{Document, NodeRef};

use crate::block::Links;

/// Maximum number of targets that are collected.
const MAX_TARGETS: usize = 5_000;
/// Maximum size of all targets, in bytes: they fit into the last line of the child's output.
const MAX_TARGETS_BYTES: usize = 256 << 10;
/// Maximum length of a target, in bytes.
const MAX_TARGET_BYTES: usize = 2_000;

/// Returns the targets in the order of the page; none if the page asks programs not to follow its links.
pub(super) fn links(document: &Document) -> Links {
    let (mut links, mut bytes) = (Links::default(), 0);
    for node in document.root().descendants_it() {
        match node.node_name().as_deref() {
            Some("meta") if forbids(&node) => return Links::default(),
            Some("base") if links.base.is_none() => links.base = target(&node),
            Some("a" | "area") => {
                let Some(target) = target(&node).filter(|target| !target.starts_with('#')) else { continue };
                bytes += target.len();
                if links.targets.len() < MAX_TARGETS && bytes <= MAX_TARGETS_BYTES {
                    links.targets.push(target);
                }
            }
            _ => {}
        }
    }
    links
}

fn target(node: &NodeRef<'_>) -> Option<String> {
    let target = node.attr("href")?.trim().to_owned();
    (1..=MAX_TARGET_BYTES).contains(&target.len()).then_some(target)
}

/// Whether a `meta` element asks programs not to follow the links.
fn forbids(node: &NodeRef<'_>) -> bool {
    let is_for_robots = node.attr("name").is_some_and(|name| name.eq_ignore_ascii_case("robots"));
    let content = node.attr("content").unwrap_or_default().to_ascii_lowercase();
    is_for_robots && content.split(',').any(|word| matches!(word.trim(), "nofollow" | "none"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(html: &str) -> (Option<String>, Vec<String>) {
        let Links { base, targets } = links(&Document::from(html));
        (base, targets)
    }

    #[test]
    fn the_targets_come_in_the_order_of_the_page() {
        let html = "<base href=/docs/><nav><a href='a?x=1&amp;y=2'>A</a></nav><p><a name=here>no</a><a href=' b '>B<a href='#top'>C</a>\
                    <!-- <a href=hidden> --><script>'<a href=script>'</script><map><area href=c></map><base href=late>";
        let (base, targets) = found(html);
        assert_eq!(base.as_deref(), Some("/docs/"));
        assert_eq!(targets, ["a?x=1&y=2", "b", "c"]);
    }

    #[test]
    fn a_page_can_forbid_to_follow_its_links() {
        for content in ["nofollow", "NOINDEX, NoFollow", "none"] {
            let html = format!("<meta name=Robots content='{content}'><a href=a>A</a>");
            assert!(found(&html).1.is_empty(), "{content}");
        }
        assert_eq!(found("<meta name=robots content=noindex><a href=a>A</a>").1, ["a"]);
    }

    #[test]
    fn the_number_of_targets_is_bounded() {
        let many = "<a href=x>x</a>".repeat(6_000);
        assert_eq!(found(&many).1.len(), MAX_TARGETS);
        let long = format!("<a href={}>x</a>", "x".repeat(1_999)).repeat(200);
        assert!(found(&long).1.iter().map(String::len).sum::<usize>() <= MAX_TARGETS_BYTES);
    }
}
