//! The only module that writes to the terminal. A reader that has closed its end (`rag .. | head`) is not an error.

use std::{
    fmt::Display,
    io::{self, IsTerminal, Write},
};

use rag_engine::names;
use serde::Serialize;

use crate::failure::{Exit, Failure, Outcome};

/// Writes a line to standard output.
pub(crate) fn line(text: impl AsRef<str>) {
    piece(text);
    piece("\n");
}

/// Writes text to standard output and flushes it.
pub(crate) fn piece(text: impl AsRef<str>) {
    let mut out = io::stdout().lock();
    // An error means that the reader is gone, so it cannot be reported either.
    let _ = out.write_all(text.as_ref().as_bytes()).and_then(|()| out.flush());
}

/// Writes a line to standard error.
pub(crate) fn note(text: impl AsRef<str>) {
    let _ = writeln!(io::stderr().lock(), "{}", text.as_ref());
}

/// Asks a question whose answer `y` allows something that cannot be undone. `is_sure` answers it beforehand.
pub(crate) fn confirm(question: &str, is_sure: bool) -> Outcome<()> {
    if is_sure {
        return Ok(());
    }
    if !io::stdin().is_terminal() {
        return Err(Failure::new(
            Exit::Usage,
            format!("confirmation is required, but standard input is not a terminal: {question}"),
        )
        .hint("add --yes to do it without a question"));
    }
    let _ = write!(io::stderr().lock(), "{question} [y/N] ");
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    if matches!(answer.trim(), "y" | "Y" | "yes") {
        return Ok(());
    }
    Err(Failure::new(Exit::Failed, "nothing was deleted"))
}

/// Writes one JSON object.
pub(crate) fn json(value: &impl Serialize) {
    match serde_json::to_string_pretty(value) {
        Ok(text) => line(text),
        Err(error) => note(format!("error: the result cannot be written as JSON: {error}")),
    }
}

/// Writes a failure and its cure to standard error.
pub(crate) fn failure(failure: &Failure) {
    // They can quote names of files and answers of other servers, and have line ends of their own.
    note(printable(&format!("error: {}", failure.message)));
    if let Some(hint) = &failure.hint {
        note(printable(&format!("hint: {hint}")));
    }
}

/// Returns the text without the characters that change what a terminal shows; it keeps its lines.
fn printable(text: &str) -> String {
    text.chars().filter(|c| !names::is_deceptive(*c) && *c != '\r').collect()
}

/// Returns the text on one line, without the characters that change what a terminal shows.
pub(crate) fn plain(text: &str) -> String {
    names::clean(text)
}

/// Returns whether standard error is a terminal.
pub(crate) fn is_watched() -> bool {
    io::stderr().is_terminal()
}

/// Returns the text on one line, cut to `most` characters.
pub(crate) fn short(text: &str, most: usize) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let words = plain(&words);
    if words.chars().count() <= most {
        return words;
    }
    words.chars().take(most.saturating_sub(2)).chain("..".chars()).collect()
}

/// Returns the place of a passage: title, page, and the headings below the title.
pub(crate) fn place(title: &str, page: Option<i32>, headings: &[String]) -> String {
    let page = page.map(|page| format!(", page {page}")).unwrap_or_default();
    let skipped = usize::from(headings.first().is_some_and(|heading| heading == title));
    let headings = headings.get(skipped..).unwrap_or_default().join(" > ");
    let comma = if headings.is_empty() { "" } else { ", " };
    short(&format!("{title}{page}{comma}{headings}"), 140)
}

/// Formats a number with what it counts, in the singular for 1: `1 document`, `2 documents`.
pub(crate) fn count(number: impl Display, singular: &str) -> String {
    let number = number.to_string();
    let ending = if number == "1" { "" } else { "s" };
    format!("{number} {singular}{ending}")
}

/// Formats a number of bytes with a unit.
pub(crate) fn bytes(count: u64) -> String {
    let units = [("GB", 30_u32), ("MB", 20), ("kB", 10)];
    match units.iter().find(|(_, shift)| count >> shift > 0) {
        Some((unit, shift)) => format!("{} {unit}", count >> shift),
        None => format!("{count} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_others_cannot_steer_the_terminal() {
        let name = "a\u{1b}[2J\r\n\u{202e}fdp.exe";
        assert_eq!(plain(name), "a[2Jfdp.exe");
        assert_eq!(short(name, 100), "a[2J fdp.exe");
        assert_eq!(printable(name), "a[2J\nfdp.exe");
    }
}
