//! Recognises secrets in a text by rule: keys, passwords, card and account numbers. Uses no database and no model.

/// Prefixes of keys that well-known services issue.
const KEY_PREFIXES: &[&str] = &[
    "sk-",
    "sk_live_",
    "rk_live_",
    "ghp_",
    "gho_",
    "ghs_",
    "github_pat_",
    "glpat-",
    "xoxb-",
    "xoxp-",
    "AKIA",
    "ASIA",
    "AIza",
    "ya29.",
    "eyJ",
    "rag_",
];
/// Words that precede a secret, in lower case; in English and German.
const SECRET_WORDS: &[&str] = &[
    "password",
    "passwort",
    "kennwort",
    "passphrase",
    "passcode",
    "pin",
    "puk",
    "tan",
    "cvv",
    "cvc",
    "otp",
    "secret",
    "token",
    "api-key",
    "apikey",
    "geheimzahl",
    "zugangscode",
    "seed",
    "ssn",
    "passwd",
    "pwd",
    "kreditkarte",
];
/// Words that may stand between such a word and the secret.
const LINKS: &[&str] = &["is", "was", "ist", "war", "lautet", "code", "number", "key", "=", ":"];
/// Minimum length of a word that counts as a key because of its letters and digits, in characters.
const MIN_KEY_CHARS: usize = 20;
/// Number of digits of a payment card.
const CARD_DIGITS: std::ops::RangeInclusive<usize> = 13..=19;

/// Returns the kind of secret that the text contains; `None` if the rules find none.
pub(super) fn find_secret(text: &str) -> Option<&'static str> {
    if text.contains("-----BEGIN") && text.contains("PRIVATE KEY") {
        return Some("a private key");
    }
    if has_card_number(text) {
        return Some("a card number");
    }
    if has_social_security_number(text) {
        return Some("a social security number");
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    if has_account_number(&words) {
        return Some("an account number");
    }
    if words.iter().any(|word| looks_like_key(trimmed(word))) {
        return Some("a key");
    }
    names_password(&words).then_some("a password")
}

fn trimmed(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

/// Returns whether a word has a known prefix, or is long and mixes letters and digits as no natural language does.
fn looks_like_key(word: &str) -> bool {
    let rest = KEY_PREFIXES.iter().find_map(|prefix| word.strip_prefix(prefix));
    if rest.is_some_and(|rest| rest.chars().filter(char::is_ascii_alphanumeric).count() >= 10) {
        return true;
    }
    let is_of_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '=');
    if word.chars().count() < MIN_KEY_CHARS || !word.chars().all(is_of_key) {
        return false;
    }
    let digits = word.chars().filter(char::is_ascii_digit).count();
    digits >= 3 && word.chars().any(|c| c.is_ascii_alphabetic())
}

/// Returns whether the text contains a run of digits, with spaces or dashes between them, that passes the check of payment cards
/// (Luhn).
fn has_card_number(text: &str) -> bool {
    let mut run: Vec<u32> = Vec::new();
    let mut gap = 0;
    for c in text.chars().chain(['x']) {
        match c.to_digit(10) {
            Some(digit) => {
                run.push(digit);
                gap = 0;
            }
            None if matches!(c, ' ' | '-') && gap == 0 && !run.is_empty() => gap = 1,
            None => {
                if CARD_DIGITS.contains(&run.len()) && passes_luhn(&run) {
                    return true;
                }
                run.clear();
                gap = 0;
            }
        }
    }
    false
}

fn passes_luhn(digits: &[u32]) -> bool {
    let sum: u32 = (0_u32..)
        .zip(digits.iter().rev())
        .map(|(place, &digit)| match (place % 2, digit * 2) {
            (0, _) => digit,
            (_, double) if double > 9 => double - 9,
            (_, double) => double,
        })
        .sum();
    // Zeros alone pass the check, but are not a card number.
    sum > 0 && sum.is_multiple_of(10)
}

/// Finds numbers of the form `123-45-6789`.
fn has_social_security_number(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_digit() && c != '-').any(|word| {
        let parts: Vec<usize> = word.split('-').map(str::len).collect();
        parts == [3, 2, 4] && word.chars().filter(char::is_ascii_digit).count() == 9
    })
}

/// Finds an IBAN, with or without spaces, that passes its check (ISO 7064, modulo 97).
fn has_account_number(words: &[&str]) -> bool {
    (0..words.len()).any(|start| {
        let mut joined = String::new();
        words.iter().skip(start).take(9).any(|word| {
            joined.push_str(trimmed(word));
            (15..=34).contains(&joined.len()) && is_iban(&joined)
        })
    })
}

fn is_iban(text: &str) -> bool {
    let Some((head, tail)) = text.split_at_checked(4) else { return false };
    let well_formed = head.chars().take(2).all(|c| c.is_ascii_uppercase())
        && head.chars().skip(2).all(|c| c.is_ascii_digit())
        && tail.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
    let digits = tail.chars().chain(head.chars()).filter_map(|c| c.to_digit(36));
    let left = digits.fold(0_u32, |left, digit| {
        let shift = if digit > 9 { 100 } else { 10 };
        (left * shift + digit) % 97
    });
    well_formed && left == 1
}

/// Finds a word for a secret, followed by a word that can be one: `my password is hunter2`, `PIN: 4711`.
fn names_password(words: &[&str]) -> bool {
    words.iter().enumerate().any(|(place, word)| {
        let (name, joined) = word.split_once([':', '=']).unwrap_or((word, ""));
        let name = trimmed(name).to_lowercase();
        if !SECRET_WORDS.contains(&name.as_str()) {
            return false;
        }
        let mut after = words.iter().skip(place + 1).copied();
        let said = if joined.is_empty() {
            let mut linked = word.ends_with([':', '=']);
            after
                .find(|word| {
                    let is_link = LINKS.contains(&word.to_lowercase().trim_end_matches([':', '=']).trim())
                        || LINKS.contains(word);
                    linked |= is_link;
                    !is_link
                })
                .filter(|_| linked)
        } else {
            Some(joined)
        };
        said.is_some_and(|said| can_be_secret(trimmed(said)))
    })
}

/// Returns whether a word that follows a word for a secret can be the secret: it contains a digit, a sign, or capitals after its
/// first letter.
fn can_be_secret(word: &str) -> bool {
    let has_capital_within =
        word.chars().skip(1).any(char::is_uppercase) && word.chars().any(char::is_lowercase);
    word.chars().count() >= 3 && (word.chars().any(|c| !c.is_alphabetic()) || has_capital_within)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_found() {
        for text in [
            "My card is 4111 1111 1111 1111, use it",
            "5500-0000-0000-0004",
            "the key is sk-proj4f9A8b7C6d5E4f3",
            "AKIAIOSFODNN7EXAMPLE is for the bucket",
            "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
            "token: eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9",
            "-----BEGIN RSA PRIVATE KEY----- MII",
            "my password is hunter2",
            "Mein Passwort lautet Sommer2024!",
            "PIN: 4711",
            "password=Tr0ub4dor",
            "The PIN code is 0815",
            "my social security number is 078-05-1120",
            "IBAN DE89 3704 0044 0532 0130 00",
            "GB29NWBK60161331926819",
            "a3f9c1d27b8e45f60912abcd",
        ] {
            assert!(find_secret(text).is_some(), "{text}");
        }
    }

    #[test]
    fn other_numbers_and_words_are_no_secrets() {
        for text in [
            "My phone number is +49 30 123456",
            "I was born on 12 May 1987",
            "The password policy is strict",
            "I forgot my password",
            "I need a new password for work",
            "The meeting is in room 4711",
            "Order 1234567890123 arrives on Monday",
            "The token economy is overrated",
            "Donaudampfschifffahrtsgesellschaftskapitän",
            "see https://example.org/some/long/path/to/a/page",
            "0000 0000 0000 0000",
        ] {
            assert_eq!(find_secret(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in "\\PC{0,80}") {
            let _ = find_secret(&text);
        }
    }
}
