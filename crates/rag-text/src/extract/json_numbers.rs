//! Keeps the digits of long numbers in JSON, which a parser would round; parses nothing else.

use std::borrow::Cow;

/// Maximum length of a number with a fraction whose digits a binary number keeps, in bytes.
const MAX_EXACT_BYTES: usize = 15;

/// The text with quotes around the numbers that a parser would show in another way than the text: such a number is a string then.
pub(super) fn quote_long(json: &str) -> Cow<'_, str> {
    let bytes = json.as_bytes();
    let mut quoted = String::new();
    let (mut copied, mut at) = (0, 0);
    while let Some(byte) = bytes.get(at) {
        let rest = bytes.get(at..).unwrap_or_default();
        match byte {
            b'"' => at += string_length(rest),
            b'-' | b'0'..=b'9' => {
                let length = rest.iter().take_while(|byte| is_of_number(**byte)).count();
                let number = json.get(at..at + length).unwrap_or_default();
                if is_changed(number) {
                    quoted.extend([json.get(copied..at).unwrap_or_default(), "\"", number, "\""]);
                    copied = at + length;
                }
                at += length;
            }
            _ => at += 1,
        }
    }
    if copied == 0 {
        return Cow::Borrowed(json);
    }
    quoted.push_str(json.get(copied..).unwrap_or_default());
    Cow::Owned(quoted)
}

/// The length of a string with its quotes; of all bytes if it has no end.
fn string_length(bytes: &[u8]) -> usize {
    // The first quote is no end.
    let mut is_escaped = true;
    let end = bytes.iter().position(|byte| {
        let is_end = *byte == b'"' && !is_escaped;
        is_escaped = *byte == b'\\' && !is_escaped;
        is_end
    });
    end.map_or(bytes.len(), |end| end + 1)
}

fn is_of_number(byte: u8) -> bool {
    byte.is_ascii_digit() || b"+-.eE".contains(&byte)
}

/// Whether a parser would change a number: one that is long, very large or very small, and not an integer of 64 bits.
fn is_changed(number: &str) -> bool {
    let is_integer = number.parse::<u64>().is_ok() || number.parse::<i64>().is_ok();
    let is_inexact = number.len() > MAX_EXACT_BYTES || number.contains(['e', 'E']);
    is_inexact && !is_integer && number.parse::<f64>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_that_a_parser_would_change_are_quoted() {
        for same in [
            r#"{"a": 1, "b": [-2.5, 18446744073709551615, -9223372036854775808], "c": "\\"}"#,
            r#"["12345678901234567890123", "\"12345678901234567890123"]"#,
            "{\"a\": \"123456789012345678901 without an end",
            "[1234567890-1234567890]",
            "",
        ] {
            assert_eq!(quote_long(same), same);
        }
        assert_eq!(
            quote_long(r#"{"é\"": 123456789012345678901, "b": [-3.14159265358979323846,1e400], "c": 2}"#),
            r#"{"é\"": "123456789012345678901", "b": ["-3.14159265358979323846","1e400"], "c": 2}"#
        );
    }
}
