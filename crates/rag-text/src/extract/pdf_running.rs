//! Removes running heads and page numbers: lines that return at the top or bottom of pages.

use std::collections::HashMap;

use super::pdf_lines::Line;

/// Number of lines at each end of a page that can be running heads.
const ZONE_LINES: usize = 3;
/// Share of the height of the text at each end in which they stand.
const ZONE_SHARE: f64 = 0.08;
/// Pages with fewer lines are not looked at.
const MIN_LINES: usize = 2;
/// Number of pages on which a line returns to be a running head.
const MIN_PAGES: usize = 3;
/// Share of the pages on which it returns: one in this number.
const MAX_PAGES_PER_HEAD: usize = 5;

/// The pages without running heads and page numbers.
pub(super) fn remove(pages: &mut [Vec<Line>]) {
    let zones: Vec<Vec<(usize, bool)>> = pages.iter().map(|lines| ends_of(lines)).collect();
    let mut pages_of: HashMap<(String, bool), usize> = HashMap::new();
    let mut offsets: HashMap<(i64, bool), usize> = HashMap::new();
    for (number, (lines, zone)) in (0_i64..).zip(pages.iter().zip(&zones)) {
        let mut keys: Vec<(String, bool)> =
            zone.iter().filter_map(|(at, top)| Some((key(&lines.get(*at)?.text)?, *top))).collect();
        keys.sort();
        keys.dedup();
        for key in keys {
            *pages_of.entry(key).or_default() += 1;
        }
        for (at, top) in zone {
            if let Some(shown) = lines.get(*at).and_then(|line| page_number(&line.text)) {
                *offsets.entry((shown - number, *top)).or_default() += 1;
            }
        }
    }
    let count = pages.len();
    for (number, (lines, zone)) in (0_i64..).zip(pages.iter_mut().zip(&zones)) {
        let is_running = |at: usize, top: bool| {
            let text = lines.get(at).map_or("", |line| line.text.as_str());
            let returns = key(text).and_then(|key| pages_of.get(&(key, top))).copied().unwrap_or(0);
            // The first page often shows its title where others show it as their head.
            let is_head =
                returns >= MIN_PAGES && returns * MAX_PAGES_PER_HEAD >= count && (number > 0 || !top);
            let is_number = page_number(text)
                .and_then(|shown| offsets.get(&(shown - number, top)))
                .is_some_and(|pages| *pages > 1);
            is_head || is_number
        };
        let mut removed: Vec<usize> =
            zone.iter().filter(|(at, top)| is_running(*at, *top)).map(|(at, _)| *at).collect();
        removed.sort_unstable();
        removed.dedup();
        for at in removed.into_iter().rev() {
            lines.remove(at);
        }
    }
}

/// The places of the lines at the top (`true`) and bottom of a page.
fn ends_of(lines: &[Line]) -> Vec<(usize, bool)> {
    let mut order: Vec<(f64, usize)> = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| !line.text.trim().is_empty())
        .map(|(at, line)| (line.y, at))
        .collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (Some((first, _)), Some((last, _))) = (order.first().copied(), order.last().copied()) else {
        return Vec::new();
    };
    if order.len() < MIN_LINES {
        return Vec::new();
    }
    let reach = (last - first) * ZONE_SHARE;
    let top = order.iter().take(ZONE_LINES).filter(|(y, _)| *y <= first + reach).map(|(_, at)| (*at, true));
    let bottom =
        order.iter().rev().take(ZONE_LINES).filter(|(y, _)| *y >= last - reach).map(|(_, at)| (*at, false));
    top.chain(bottom).collect()
}

/// The text by which a head is recognised on other pages: without its numbers; `None` for long lines and blank ones.
fn key(text: &str) -> Option<String> {
    let mut key = String::new();
    for c in text.chars().filter(|c| !c.is_whitespace()) {
        if !c.is_numeric() {
            key.extend(c.to_lowercase());
        } else if !key.ends_with('#') {
            key.push('#');
        }
    }
    // A number alone can be the cell of a table.
    (!key.is_empty() && key != "#" && text.chars().count() <= 120).then_some(key)
}

/// The number of a page, of a line that shows nothing else: `12`, `- 12 -`, `Page 12 of 30`.
fn page_number(text: &str) -> Option<i64> {
    let text = text.trim().to_lowercase();
    let is_word = |word: &str| matches!(word, "page" | "seite" | "p." | "pg" | "p" | "s.");
    let mut words =
        text.split(|c: char| c.is_whitespace() || "-–—|[]()".contains(c)).filter(|word| !word.is_empty());
    let first = words.next()?;
    let number = if is_word(first) { words.next()? } else { first };
    let number = number.split('/').next()?.parse().ok().filter(|number| (0..100_000).contains(number))?;
    let rest: Vec<&str> = words.collect();
    match rest.as_slice() {
        [] => Some(number),
        ["of" | "von" | "/" | "de", total] if total.parse::<u32>().is_ok() => Some(number),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, y: f64) -> Line {
        Line { text: text.to_owned(), x: 50.0, end_x: 300.0, y, size: 10.0, is_turned: false }
    }

    #[test]
    fn heads_and_page_numbers_go_and_the_title_and_text_stay() {
        let mut pages: Vec<Vec<Line>> = (1..=4)
            .map(|page| {
                vec![
                    line("The handbook", 20.0),
                    line(&format!("Text of page {page} that is its own."), 100.0),
                    line("more text", 112.0),
                    line(&format!("the end of it {}", "x".repeat(page)), 700.0),
                    line(&format!("Page {page} of 4"), 780.0),
                ]
            })
            .collect();
        remove(&mut pages);
        let texts: Vec<Vec<&str>> =
            pages.iter().map(|lines| lines.iter().map(|line| line.text.as_str()).collect()).collect();
        assert_eq!(
            texts[0],
            ["The handbook", "Text of page 1 that is its own.", "more text", "the end of it x"]
        );
        assert_eq!(texts[2], ["Text of page 3 that is its own.", "more text", "the end of it xxx"]);
    }

    #[test]
    fn numbers_that_do_not_count_pages_stay() {
        let page = |number: &str, text: &str| vec![line(text, 300.0), line(number, 700.0)];
        let mut pages = vec![page("12", "one"), page("97", "two"), page("3", "three")];
        remove(&mut pages);
        assert!(pages.iter().all(|lines| lines.len() == 2));
    }
}
