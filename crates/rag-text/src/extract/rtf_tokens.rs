//! Divides rich text into tokens; knows no meaning of control words.

/// A token of rich text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Token<'t> {
    Open,
    Close,
    /// A control word with its number.
    Word(&'t str, Option<i32>),
    /// A control symbol, such as `~` of `\~`.
    Symbol(u8),
    /// A byte of text, from `\'hh`.
    Byte(u8),
    /// Bytes of text.
    Text(&'t [u8]),
}

/// The tokens of a file.
pub(crate) struct Tokens<'t> {
    rest: &'t [u8],
}

impl<'t> Tokens<'t> {
    pub(crate) fn new(bytes: &'t [u8]) -> Self {
        Self { rest: bytes }
    }

    fn take(&mut self, count: usize) -> &'t [u8] {
        let (taken, rest) = self.rest.split_at(count.min(self.rest.len()));
        self.rest = rest;
        taken
    }

    fn control(&mut self) -> Option<Token<'t>> {
        let first = *self.rest.first()?;
        if first == b'\'' {
            self.take(1);
            let digits = std::str::from_utf8(self.take(2)).unwrap_or_default();
            return Some(u8::from_str_radix(digits, 16).map_or(Token::Text(b""), Token::Byte));
        }
        if !first.is_ascii_alphabetic() {
            self.take(1);
            return Some(if matches!(first, b'\\' | b'{' | b'}') {
                Token::Byte(first)
            } else {
                Token::Symbol(first)
            });
        }
        let letters = self.rest.iter().take(32).take_while(|byte| byte.is_ascii_alphabetic()).count();
        let word = std::str::from_utf8(self.take(letters)).unwrap_or_default();
        let sign = usize::from(self.rest.first() == Some(&b'-'));
        let digits = self.rest.iter().skip(sign).take(10).take_while(|byte| byte.is_ascii_digit()).count();
        let number = if digits > 0 {
            std::str::from_utf8(self.take(sign + digits)).ok().and_then(|text| text.parse().ok())
        } else {
            None
        };
        if self.rest.first() == Some(&b' ') {
            self.take(1);
        }
        if word == "bin" {
            self.take(number.and_then(|count: i32| usize::try_from(count).ok()).unwrap_or(0));
        }
        Some(Token::Word(word, number))
    }
}

impl<'t> Iterator for Tokens<'t> {
    type Item = Token<'t>;

    fn next(&mut self) -> Option<Token<'t>> {
        loop {
            match self.rest.first()? {
                b'{' => {
                    self.take(1);
                    return Some(Token::Open);
                }
                b'}' => {
                    self.take(1);
                    return Some(Token::Close);
                }
                b'\\' => {
                    self.take(1);
                    return self.control();
                }
                b'\r' | b'\n' => drop(self.take(1)),
                _ => {
                    let length = self.rest.iter().take_while(|byte| !b"{}\\\r\n".contains(byte)).count();
                    return Some(Token::Text(self.take(length)));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_numbers_and_bytes_are_told_apart() {
        let tokens: Vec<_> = Tokens::new(b"{\\rtf1\\u-3913 ?a\\'e4\\~\\{b\n\\bin3 {}{\\par}").collect();
        assert_eq!(
            tokens,
            [
                Token::Open,
                Token::Word("rtf", Some(1)),
                Token::Word("u", Some(-3913)),
                Token::Text(b"?a"),
                Token::Byte(0xe4),
                Token::Symbol(b'~'),
                Token::Byte(b'{'),
                Token::Text(b"b"),
                Token::Word("bin", Some(3)),
                Token::Word("par", None),
                Token::Close,
            ]
        );
    }
}
