//! Shows the values of cells as text: numbers, moments, truth values and errors; knows no formats of numbers.

use std::ops::Range;

use calamine::{DataType, ExcelDateTime};

/// Numbers that are shown without an exponent; smaller and larger ones would have many zeros.
const PLAIN: Range<f64> = 1e-9..1e21;

/// A value as a person sees it; `None` for an empty cell.
pub(super) fn shown(value: &impl DataType) -> Option<String> {
    let text = if let Some(number) = value.get_int() {
        number.to_string()
    } else if let Some(number) = value.get_float() {
        number_text(number)
    } else if let Some(moment) = value.get_datetime() {
        moment_text(&moment)
    } else if let Some(is_true) = value.get_bool() {
        is_true.to_string()
    } else if let Some(error) = value.get_error() {
        error.to_string()
    } else {
        value.as_string().or_else(|| value.get_datetime_iso().map(str::to_owned)).unwrap_or_default()
    };
    (!text.trim().is_empty()).then_some(text)
}

/// A number with the 15 digits that a spreadsheet shows, so without the errors of binary fractions: `0.3`, not `0.30000000000000004`.
fn number_text(number: f64) -> String {
    // Whole numbers, such as those of accounts, keep all digits.
    let shown = if number.fract() == 0.0 { number } else { rounded(number) };
    if shown == 0.0 || PLAIN.contains(&shown.abs()) { shown.to_string() } else { format!("{shown:e}") }
}

fn rounded(number: f64) -> f64 {
    format!("{number:.14e}").parse().unwrap_or(number)
}

fn moment_text(moment: &ExcelDateTime) -> String {
    if moment.is_duration() {
        return number_text(moment.as_f64());
    }
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    match (moment.as_f64() < 1.0, (hour, minute, second)) {
        (true, _) => format!("{hour:02}:{minute:02}:{second:02}"),
        (_, (0, 0, 0)) => date,
        (_, (_, _, 0)) => format!("{date} {hour:02}:{minute:02}"),
        _ => format!("{date} {hour:02}:{minute:02}:{second:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_fifteen_digits_and_whole_numbers_all() {
        let cases = [
            (0.1 + 0.2, "0.3"),
            (-0.1, "-0.1"),
            (1.1 * 1.1, "1.21"),
            (2.5, "2.5"),
            (1.38e-10, "1.38e-10"),
            (0.000_000_012_345, "0.000000012345"),
            (0.123_456_789_012_345, "0.123456789012345"),
            (1_234_567.000_000_1, "1234567.0000001"),
            (42.0, "42"),
            (0.0, "0"),
            (4_003_600_000_000_014.0, "4003600000000014"),
            (1e20, "100000000000000000000"),
            (6.022e23, "6.022e23"),
        ];
        for (number, text) in cases {
            assert_eq!(number_text(number), text);
        }
    }
}
