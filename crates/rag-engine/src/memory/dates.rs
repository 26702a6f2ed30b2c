//! Reads the time that a question names, by rule, in English and German, relative to a given time. Models invent dates; rules do
//! not.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, Utc, Weekday};

/// A span of time; `until` is excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeSpan {
    /// Start of the span, included.
    pub from: DateTime<Utc>,
    /// End of the span, excluded.
    pub until: DateTime<Utc>,
}

impl TimeSpan {
    /// Returns whether `time` is within the span.
    pub(super) fn holds(&self, time: DateTime<Utc>) -> bool {
        (self.from..self.until).contains(&time)
    }
}

const MONTHS: [[&str; 4]; 12] = [
    ["january", "jan", "januar", "jänner"],
    ["february", "feb", "februar", "feber"],
    ["march", "mar", "märz", "maerz"],
    ["april", "apr", "april", "apr"],
    ["may", "may", "mai", "mai"],
    ["june", "jun", "juni", "jun"],
    ["july", "jul", "juli", "jul"],
    ["august", "aug", "august", "aug"],
    ["september", "sept", "september", "sep"],
    ["october", "oct", "oktober", "okt"],
    ["november", "nov", "november", "nov"],
    ["december", "dec", "dezember", "dez"],
];
const WEEKDAYS: [[&str; 3]; 7] = [
    ["monday", "montag", "mondays"],
    ["tuesday", "dienstag", "tuesdays"],
    ["wednesday", "mittwoch", "wednesdays"],
    ["thursday", "donnerstag", "thursdays"],
    ["friday", "freitag", "fridays"],
    ["saturday", "samstag", "sonnabend"],
    ["sunday", "sonntag", "sundays"],
];
const NUMBERS: [[&str; 5]; 12] = [
    ["one", "a", "an", "einem", "einer"],
    ["two", "zwei", "couple", "paar", "2"],
    ["three", "drei", "3", "3", "3"],
    ["four", "vier", "4", "4", "4"],
    ["five", "fünf", "5", "5", "5"],
    ["six", "sechs", "6", "6", "6"],
    ["seven", "sieben", "7", "7", "7"],
    ["eight", "acht", "8", "8", "8"],
    ["nine", "neun", "9", "9", "9"],
    ["ten", "zehn", "10", "10", "10"],
    ["eleven", "elf", "11", "11", "11"],
    ["twelve", "zwölf", "12", "12", "12"],
];
/// Words that, before a unit or a weekday, mean the most recent one that has passed.
const LAST: [&str; 9] =
    ["last", "previous", "past", "letzte", "letzten", "letzter", "letztes", "vergangene", "vergangenen"];
const THIS: &[&str] = &["this", "current", "diese", "diesen", "dieser", "dieses", "diesem"];
/// Words that, before a month or a year, show that a date is meant: `may` and `mar` have other meanings, too.
const WITHIN: [&str; 12] =
    ["in", "im", "during", "since", "seit", "until", "of", "last", "letzten", "this", "on", "am"];

/// A unit of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Day,
    Week,
    Month,
    Year,
}

/// Returns the span that the question names; `None` if it names none. Weeks start on Monday; all times are UTC.
pub fn read_time(question: &str, now: DateTime<Utc>) -> Option<TimeSpan> {
    let words: Vec<String> = question
        .split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase())
        .filter(|word| !word.is_empty())
        .collect();
    let today = now.date_naive();
    (0..words.len()).find_map(|place| {
        let word = |offset: usize| words.get(place + offset).map_or("", String::as_str);
        let before = place.checked_sub(1).and_then(|place| words.get(place)).map_or("", String::as_str);
        whole_date(word(0))
            .or_else(|| date_with_month(&word, before, today))
            .or_else(|| named_day(&word, today))
            .or_else(|| ago(&word, today))
            .or_else(|| relative(&word, today))
            .or_else(|| year(word(0), before))
    })
}

fn span(from: NaiveDate, until: NaiveDate) -> Option<TimeSpan> {
    let midnight = |date: NaiveDate| date.and_hms_opt(0, 0, 0).map(|time| time.and_utc());
    Some(TimeSpan { from: midnight(from)?, until: midnight(until)? })
}

fn one_day(date: NaiveDate) -> Option<TimeSpan> {
    span(date, date.succ_opt()?)
}

/// Reads `2023-05-17` and `17.5.2023`.
fn whole_date(word: &str) -> Option<TimeSpan> {
    let parsed =
        NaiveDate::parse_from_str(word, "%Y-%m-%d").or_else(|_| NaiveDate::parse_from_str(word, "%d.%m.%Y"));
    one_day(parsed.ok().filter(|date| (1900..=2200).contains(&date.year()))?)
}

fn month_number(word: &str) -> Option<u32> {
    (1..).zip(&MONTHS).find(|(_, names)| names.contains(&word)).map(|(number, _)| number)
}

fn year_number(word: &str) -> Option<i32> {
    word.parse().ok().filter(|year| (1900..=2200).contains(year) && word.len() == 4)
}

fn day_number(word: &str) -> Option<u32> {
    let digits = word.trim_end_matches(|c: char| !c.is_ascii_digit());
    let ending = word.get(digits.len()..)?;
    let is_day = matches!(ending, "" | "st" | "nd" | "rd" | "th");
    digits.parse().ok().filter(|day| is_day && (1..=31).contains(day))
}

/// Reads `17 May 2023`, `May 17th, 2023`, `17. Mai`, `May 2023` and `in May`; without a year, the most recent one that has begun.
fn date_with_month<'w>(word: &impl Fn(usize) -> &'w str, before: &str, today: NaiveDate) -> Option<TimeSpan> {
    if let (Some(day), Some(month)) = (day_number(word(0)), month_number(word(1))) {
        return day_of(day, month, year_number(word(2)), today);
    }
    let month = month_number(word(0))?;
    if let Some(day) = day_number(word(1)) {
        return day_of(day, month, year_number(word(2)), today);
    }
    let year = year_number(word(1));
    if year.is_none() && !WITHIN.contains(&before) {
        return None;
    }
    let begins_later = month > today.month();
    let year = year.unwrap_or(if begins_later { today.year() - 1 } else { today.year() });
    let from = NaiveDate::from_ymd_opt(year, month, 1)?;
    span(from, from.checked_add_months(Months::new(1))?)
}

fn day_of(day: u32, month: u32, year: Option<i32>, today: NaiveDate) -> Option<TimeSpan> {
    let date = |year| NaiveDate::from_ymd_opt(year, month, day);
    match year {
        Some(year) => one_day(date(year)?),
        None => one_day(date(today.year()).filter(|date| *date <= today).or_else(|| date(today.year() - 1))?),
    }
}

/// Reads `today`, `yesterday`, `vorgestern`, `last Monday`, `am Montag`.
fn named_day<'w>(word: &impl Fn(usize) -> &'w str, today: NaiveDate) -> Option<TimeSpan> {
    let back = |days| today.checked_sub_days(Days::new(days)).and_then(one_day);
    match word(0) {
        "today" | "tonight" | "heute" => return back(0),
        "yesterday" | "gestern" => return back(1),
        "vorgestern" => return back(2),
        _ => {}
    }
    let is_marked = LAST.contains(&word(0)) || matches!(word(0), "on" | "am");
    let weekday = WEEKDAYS.iter().position(|names| names.contains(&word(1))).filter(|_| is_marked)?;
    let weekday = Weekday::try_from(u8::try_from(weekday).ok()?).ok()?;
    let days = today.weekday().days_since(weekday);
    back(u64::from(if days == 0 { 7 } else { days }))
}

fn unit(word: &str) -> Option<Unit> {
    match word {
        "day" | "days" | "tag" | "tage" | "tagen" => Some(Unit::Day),
        "week" | "weeks" | "woche" | "wochen" => Some(Unit::Week),
        "month" | "months" | "monat" | "monate" | "monaten" | "monats" => Some(Unit::Month),
        "year" | "years" | "jahr" | "jahre" | "jahren" | "jahres" => Some(Unit::Year),
        _ => None,
    }
}

fn number(word: &str) -> Option<u32> {
    let named = (1..).zip(&NUMBERS).find(|(_, names)| names.contains(&word)).map(|(number, _)| number);
    named.or_else(|| word.parse().ok()).filter(|number| (1..=1_000).contains(number))
}

/// Returns the day, week, month or year that begins at, or contains, the day `count` units before `today`.
fn units_back(today: NaiveDate, count: u32, unit: Unit) -> Option<TimeSpan> {
    match unit {
        Unit::Day => one_day(today.checked_sub_days(Days::new(u64::from(count)))?),
        Unit::Week => {
            let monday =
                today.checked_sub_days(Days::new(u64::from(today.weekday().num_days_from_monday())))?;
            let from = monday.checked_sub_days(Days::new(7 * u64::from(count)))?;
            span(from, from.checked_add_days(Days::new(7))?)
        }
        Unit::Month => {
            let from = today.with_day(1)?.checked_sub_months(Months::new(count))?;
            span(from, from.checked_add_months(Months::new(1))?)
        }
        Unit::Year => {
            let year = today.year().checked_sub(i32::try_from(count).ok()?)?;
            span(NaiveDate::from_ymd_opt(year, 1, 1)?, NaiveDate::from_ymd_opt(year + 1, 1, 1)?)
        }
    }
}

/// Reads `3 days ago`, `a couple of weeks ago`, `vor drei Monaten`.
fn ago<'w>(word: &impl Fn(usize) -> &'w str, today: NaiveDate) -> Option<TimeSpan> {
    let at = |start: usize| {
        let skipped = usize::from(word(start) == "a" && word(start + 1) == "couple");
        let count = number(word(start + skipped))?;
        let of = usize::from(word(start + skipped + 1) == "of");
        Some((count, unit(word(start + skipped + of + 1))?, start + skipped + of + 2))
    };
    if word(0) == "vor" {
        let (count, unit, _) = at(1)?;
        return units_back(today, count, unit);
    }
    let (count, unit, end) = at(0)?;
    (word(end) == "ago").then(|| units_back(today, count, unit))?
}

/// Reads `last week`, `this month`, `letztes Jahr`, `in the last 3 weeks`.
fn relative<'w>(word: &impl Fn(usize) -> &'w str, today: NaiveDate) -> Option<TimeSpan> {
    if LAST.contains(&word(0)) {
        if let (Some(count), Some(unit)) = (number(word(1)), unit(word(2))) {
            let from = match unit {
                Unit::Day => today.checked_sub_days(Days::new(u64::from(count))),
                Unit::Week => today.checked_sub_days(Days::new(7 * u64::from(count))),
                Unit::Month => today.checked_sub_months(Months::new(count)),
                Unit::Year => today.checked_sub_months(Months::new(12 * count)),
            };
            return span(from?, today.succ_opt()?);
        }
        return units_back(today, 1, unit(word(1))?);
    }
    THIS.contains(&word(0)).then(|| units_back(today, 0, unit(word(1))?))?
}

/// Reads `in 2023`.
fn year(word: &str, before: &str) -> Option<TimeSpan> {
    let year =
        year_number(word).filter(|_| WITHIN.contains(&before) || before == "year" || before == "jahr")?;
    span(NaiveDate::from_ymd_opt(year, 1, 1)?, NaiveDate::from_ymd_opt(year + 1, 1, 1)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A Wednesday.
    fn now() -> DateTime<Utc> {
        "2024-03-13T15:30:00Z".parse().unwrap()
    }

    fn read(question: &str) -> Option<(String, String)> {
        let day = |time: DateTime<Utc>| time.format("%Y-%m-%d").to_string();
        read_time(question, now()).map(|span| (day(span.from), day(span.until)))
    }

    #[test]
    fn times_are_read_in_english_and_german() {
        for (question, from, until) in [
            ("What did I do yesterday?", "2024-03-12", "2024-03-13"),
            ("Was habe ich gestern gegessen?", "2024-03-12", "2024-03-13"),
            ("What was said last week?", "2024-03-04", "2024-03-11"),
            ("Was war letzte Woche?", "2024-03-04", "2024-03-11"),
            ("Where was I last month?", "2024-02-01", "2024-03-01"),
            ("Wo war ich im Mai 2023?", "2023-05-01", "2023-06-01"),
            ("Where did I go in May?", "2023-05-01", "2023-06-01"),
            ("Where did I go in February?", "2024-02-01", "2024-03-01"),
            ("Who called 3 days ago?", "2024-03-10", "2024-03-11"),
            ("Wer rief vor zwei Wochen an?", "2024-02-26", "2024-03-04"),
            ("Who called a couple of months ago?", "2024-01-01", "2024-02-01"),
            ("What happened on 17 May 2023?", "2023-05-17", "2023-05-18"),
            ("What happened on May 17th, 2023?", "2023-05-17", "2023-05-18"),
            ("Was geschah am 17. Mai 2023?", "2023-05-17", "2023-05-18"),
            ("Was geschah am 17.05.2023?", "2023-05-17", "2023-05-18"),
            ("What was on 2023-05-17?", "2023-05-17", "2023-05-18"),
            ("What did I buy last Monday?", "2024-03-11", "2024-03-12"),
            ("What did I buy last Wednesday?", "2024-03-06", "2024-03-07"),
            ("Was war letzten Montag?", "2024-03-11", "2024-03-12"),
            ("What did I read in 2022?", "2022-01-01", "2023-01-01"),
            ("What changed last year?", "2023-01-01", "2024-01-01"),
            ("What did I eat this week?", "2024-03-11", "2024-03-18"),
            ("What did I do in the last 3 weeks?", "2024-02-21", "2024-03-14"),
            ("Did I run on February 29, 2024?", "2024-02-29", "2024-03-01"),
        ] {
            assert_eq!(read(question), Some((from.to_owned(), until.to_owned())), "{question}");
        }
    }

    #[test]
    fn other_words_name_no_time() {
        for question in [
            "Where do I live?",
            "May I park here?",
            "What is room 2023?",
            "What did I march for?",
            "How long is the last chapter?",
            "",
        ] {
            assert_eq!(read(question), None, "{question}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_question_is_read(question in "\\PC{0,60}", seconds in 0_i64..8_000_000_000) {
            let now = DateTime::from_timestamp(seconds, 0).unwrap();
            if let Some(span) = read_time(&question, now) {
                proptest::prop_assert!(span.from < span.until);
            }
        }
    }
}
