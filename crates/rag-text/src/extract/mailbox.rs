//! Divides a mailbox into its messages, at the lines that begin with `From ` and end with a date; reads no message.

/// The names of the days of the week and of the months in an envelope line, in any case of letters.
const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Maximum number of words after the day of the week: month, day, time, year and two for the time zone.
const MAX_DATE_WORDS: usize = 6;

/// The parts of a date after the day of the week, each of which occurs once.
const DATE_PARTS: [fn(&str) -> bool; 4] = [is_month, is_day, is_time, is_year];

/// The messages of a mailbox that are not blank, without their envelope lines, in order.
pub(super) fn messages(mailbox: &[u8]) -> Vec<&[u8]> {
    let mut messages = Vec::new();
    let (mut start, mut at) = (0, 0);
    let mut is_after_blank = true;
    let mut lines = mailbox.split_inclusive(|byte| *byte == b'\n').peekable();
    while let Some(line) = lines.next() {
        let next = lines.peek().copied().unwrap_or_default();
        if is_after_blank && let Some(envelope) = line.strip_prefix(b"From ") {
            // The format of the file was detected by its first line.
            let is_first = || mailbox.get(..at).unwrap_or_default().trim_ascii().is_empty();
            if is_envelope(envelope, next) || is_first() {
                messages.push(mailbox.get(start..at).unwrap_or_default());
                start = at + line.len();
            }
        }
        is_after_blank = line.trim_ascii().is_empty();
        at += line.len();
    }
    messages.push(mailbox.get(start..).unwrap_or_default());
    messages.retain(|message| !message.trim_ascii().is_empty());
    messages
}

/// The message as it was before it was put into the mailbox: a line that begins like an envelope line has a mark before it there.
pub(super) fn unmarked(message: &[u8]) -> Vec<u8> {
    let lines = message
        .split_inclusive(|byte| *byte == b'\n')
        .map(|line| line.strip_prefix(b">").filter(|rest| rest.starts_with(b"From ")).unwrap_or(line));
    lines.collect::<Vec<_>>().concat()
}

/// Whether the text after `From ` begins a message. Some programs write nothing there; then the `next` line must be a header field.
fn is_envelope(envelope: &[u8], next: &[u8]) -> bool {
    let envelope = String::from_utf8_lossy(envelope);
    if envelope.trim().is_empty() { is_field(next) } else { ends_with_date(&envelope) }
}

fn is_field(line: &[u8]) -> bool {
    let name = line.iter().position(|byte| *byte == b':').and_then(|end| line.get(..end));
    name.is_some_and(|name| {
        !name.is_empty() && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
    })
}

/// Whether a line ends with a date and a time, as in `ada@a.example Sat Nov 28 10:11:12 2026`; with a time zone or without, in any order.
fn ends_with_date(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().map(|word| word.trim_end_matches(',')).collect();
    let Some(weekday) = words.iter().rposition(|word| is_one_of(word, &WEEKDAYS)) else { return false };
    let date = words.get(weekday + 1..).unwrap_or_default();
    let is_once = |is_part: fn(&str) -> bool| date.iter().filter(|word| is_part(word)).count() == 1;
    let is_date_word = |word: &str| is_zone(word) || DATE_PARTS.into_iter().any(|is_part| is_part(word));
    date.len() <= MAX_DATE_WORDS
        && DATE_PARTS.into_iter().all(is_once)
        && date.iter().all(|word| is_date_word(word))
}

fn is_one_of(word: &str, names: &[&str]) -> bool {
    names.iter().any(|name| word.eq_ignore_ascii_case(name))
}

fn is_month(word: &str) -> bool {
    is_one_of(word, &MONTHS)
}

fn is_day(word: &str) -> bool {
    word.len() <= 2 && word.parse::<u8>().is_ok_and(|day| (1..=31).contains(&day))
}

fn is_time(word: &str) -> bool {
    let is_number = |part: &str| (1..=2).contains(&part.len()) && is_digits(part);
    (1..=2).contains(&word.matches(':').count()) && word.split(':').all(is_number)
}

fn is_year(word: &str) -> bool {
    word.len() == 4 && is_digits(word)
}

/// Whether a word is a time zone, as in `+0100`, `CET` and `(CET)`.
fn is_zone(word: &str) -> bool {
    word.starts_with(['+', '-', '(']) || word.bytes().all(|byte| byte.is_ascii_uppercase())
}

fn is_digits(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_envelope_line_ends_with_a_date() {
        for line in [
            "ada@a.example Sat Nov 28 10:11:12 2026",
            "- Sat Nov  7 10:11:12 2026\r\n",
            "1234@xxx Sat Nov 28 10:11:12 +0000 2026\n",
            "ada@a.example Sat Nov 28 10:11:12 2026 +0100",
            "ada@a.example Sat Nov 28 9:05 CET 2026",
            "ada at a.example Sat, 28 Nov 2026 10:11:12 +0100 (CET)",
        ] {
            assert!(is_envelope(line.as_bytes(), b""), "{line}");
        }
        for line in [
            "next week on the office is closed ..",
            "Sat Nov 28 on the office is closed",
            "Sat Nov 28 10:11 2026 on we are closed",
            "the message of Nov 28 10:11:12 2026",
            "Sat",
            "",
        ] {
            assert!(!is_envelope(line.as_bytes(), b"Dear all,"), "{line}");
        }
        assert!(is_envelope(b"\r\n", b"X-Status: 1\n") && !is_envelope(b"\n", b"we sail: soon\n"));
    }

    #[test]
    fn a_mailbox_is_divided_at_envelope_lines_after_blank_lines() {
        let mailbox =
            b"\nFrom x\nA: 1\n\nFrom here on\n>From there\n\nFrom y Sat Nov 28 10:11:12 2026\nB: 2\n\n";
        let messages = messages(mailbox);
        assert_eq!(messages, [&b"A: 1\n\nFrom here on\n>From there\n\n"[..], &b"B: 2\n\n"[..]]);
        assert_eq!(unmarked(messages[0]), b"A: 1\n\nFrom here on\nFrom there\n\n");
    }
}
