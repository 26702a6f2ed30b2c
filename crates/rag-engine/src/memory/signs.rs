//! Words with the signs that are a part of them: `C++`, `-5`, an emoji.

/// Returns the words in lower case, without punctuation around them. A dash or a slash between letters divides words; one before a
/// number is its sign.
pub(super) fn signed_words(text: &str) -> Vec<String> {
    text.to_lowercase()
        .split_whitespace()
        .flat_map(|word| {
            let word = word.trim_matches(is_punctuation);
            let sign = word.chars().next().filter(|c| is_dash(*c)).map_or(0, char::len_utf8);
            let (sign, rest) = word.split_at(sign);
            let mut parts: Vec<String> =
                rest.split(|c| is_dash(c) || matches!(c, '/' | '_')).map(str::to_owned).collect();
            if let Some(first) = parts.first_mut().filter(|first| first.starts_with(char::is_numeric)) {
                first.insert_str(0, if sign.is_empty() { "" } else { "-" });
            }
            parts
        })
        .filter(|word| !word.is_empty())
        .collect()
}

/// Returns whether the character ends a phrase or encloses one, and is never a part of a word.
fn is_punctuation(c: char) -> bool {
    matches!(
        c,
        '.' | ','
            | ';'
            | ':'
            | '!'
            | '?'
            | '"'
            | '\''
            | '('
            | ')'
            | '['
            | ']'
            | '{'
            | '}'
            | '«'
            | '»'
            | '„'
            | '“'
            | '”'
            | '‘'
            | '’'
            | '…'
            | '¿'
            | '¡'
            | '。'
            | '、'
            | '，'
            | '！'
            | '？'
            | '「'
            | '」'
            | '`'
            | '*'
    )
}

fn is_dash(c: char) -> bool {
    matches!(c, '-' | '–' | '—' | '−' | '‐' | '‑')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_of_words_and_numbers_stay_and_punctuation_goes() {
        for (text, words) in [
            ("I like C++, C# and C.", "i like c++ c# and c"),
            ("It is −5 degrees", "it is -5 degrees"),
            ("New-York, re-use", "new york re use"),
            ("A - B", "a b"),
            ("Dr. \"Solheim\"!", "dr solheim"),
            ("🙂 and 🔥", "🙂 and 🔥"),
            ("$5 or 5€ or 5%", "$5 or 5€ or 5%"),
            ("  \u{3000}¿Qué? ", "qué"),
        ] {
            assert_eq!(signed_words(text).join(" "), words, "{text}");
        }
    }
}
