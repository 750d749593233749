//! A reader over JSON bytes: tokens on demand, nothing kept.

use std::borrow::Cow;

use super::scan::plain_end;
use crate::error::{Error, Result};
use crate::number;

/// A cursor over JSON bytes that were checked to be UTF-8 or come from a `str`.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// A text token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text<'a> {
    /// The text; each lone surrogate in it became U+FFFD.
    pub text: Cow<'a, str>,
    /// Whether there was a lone surrogate.
    pub lone_surrogate: bool,
}

impl<'a> Reader<'a> {
    /// Starts at the first byte.
    pub fn new(bytes: &'a [u8]) -> Self {
        Reader { bytes, at: 0 }
    }

    /// How many bytes were read.
    pub fn at(&self) -> usize {
        self.at
    }

    /// The next byte, not consumed.
    ///
    /// Put in where it is called, also by what is compiled for size: a call takes as many bytes, and there is one for each byte that is read.
    #[inline(always)]
    pub fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Consumes one byte.
    #[inline]
    pub fn bump(&mut self) {
        self.at += 1;
    }

    /// Consumes `count` bytes.
    #[inline]
    pub fn skip(&mut self, count: usize) {
        self.at += count;
    }

    /// Passes over white space.
    #[inline]
    pub fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    /// Passes over white space and, if it comes next, `byte`.
    #[inline]
    pub fn eat(&mut self, byte: u8) -> bool {
        self.skip_space();
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// Passes over white space and `byte`, which must come next.
    ///
    /// # Errors
    /// `json_invalid`.
    #[inline]
    pub fn expect(&mut self, byte: u8) -> Result<()> {
        if self.eat(byte) { Ok(()) } else { Err(self.missing("", byte)) }
    }

    /// After an element: whether another follows (a comma) or `close` ends the list.
    ///
    /// # Errors
    /// `json_invalid`.
    #[inline]
    pub fn more(&mut self, close: u8) -> Result<bool> {
        if self.eat(b',') {
            Ok(true)
        } else if self.eat(close) {
            Ok(false)
        } else {
            Err(self.missing("`,` or ", close))
        }
    }

    /// Consumes the literal `word`.
    ///
    /// # Errors
    /// `json_invalid`.
    pub fn word(&mut self, word: &str) -> Result<()> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        if rest.starts_with(word.as_bytes()) {
            self.at += word.len();
            Ok(())
        } else {
            Err(self.fail("this is not a JSON value"))
        }
    }

    /// Consumes a number. One that no `f64` can hold (an infinity) is an error.
    ///
    /// # Errors
    /// `json_invalid`.
    pub fn number(&mut self) -> Result<f64> {
        match self.scan_number()? {
            (number, length) if number.is_finite() => {
                self.at += length;
                Ok(number)
            }
            (_, length) => {
                self.at += length;
                Err(self.fail("this number is too large"))
            }
        }
    }

    /// Consumes a number by JSON's grammar and gives back its text.
    ///
    /// # Errors
    /// `json_invalid`.
    pub fn number_text(&mut self) -> Result<&'a str> {
        let (_, length) = self.scan_number()?;
        let text = self.bytes.get(self.at..self.at + length).and_then(|text| std::str::from_utf8(text).ok());
        self.at += length;
        Ok(text.unwrap_or_default())
    }

    fn scan_number(&self) -> Result<(f64, usize)> {
        number::scan(self.bytes.get(self.at..).unwrap_or_default()).ok_or_else(|| self.fail("this is not a JSON value"))
    }

    /// Consumes a text with its quotes.
    ///
    /// # Errors
    /// `json_invalid`.
    pub fn text(&mut self) -> Result<Text<'a>> {
        if self.peek() != Some(b'"') {
            return Err(self.fail("a text in double quotes is missing"));
        }
        self.at += 1;
        let plain = self.plain()?;
        if self.peek() == Some(b'"') {
            self.at += 1;
            return Ok(Text { text: Cow::Borrowed(plain), lone_surrogate: false });
        }
        let mut out = plain.to_owned();
        let mut lone_surrogate = false;
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(Text { text: Cow::Owned(out), lone_surrogate });
                }
                Some(b'\\') => {
                    self.at += 1;
                    match self.escape()? {
                        Some(c) => out.push(c),
                        None => {
                            lone_surrogate = true;
                            out.push('\u{fffd}');
                        }
                    }
                }
                _ => {}
            }
            out.push_str(self.plain()?);
        }
    }

    /// The run up to the next quote or backslash.
    fn plain(&mut self) -> Result<&'a str> {
        let start = self.at;
        self.at = plain_end(self.bytes, start);
        match self.peek() {
            Some(b'"' | b'\\') => {}
            Some(_) => return Err(self.fail("a control character in a text must be escaped")),
            None => return Err(self.fail("a text has no end")),
        }
        let run = self.bytes.get(start..self.at).unwrap_or_default();
        std::str::from_utf8(run).map_err(|_| self.fail("a text is not UTF-8"))
    }

    /// The character behind a backslash; `None` is a lone surrogate.
    fn escape(&mut self) -> Result<Option<char>> {
        let byte = self.peek();
        self.at += 1;
        let c = match byte {
            Some(b'n') => '\n',
            Some(b't') => '\t',
            Some(b'r') => '\r',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b @ (b'"' | b'\\' | b'/')) => char::from(b),
            Some(b'u') => {
                let high = self.hex()?;
                if !(0xd800..0xdc00).contains(&high) {
                    return Ok(char::from_u32(high));
                }
                let follows = self.bytes.get(self.at..self.at + 2) == Some(b"\\u");
                let back = self.at;
                if follows {
                    self.at += 2;
                    let low = self.hex()?;
                    if (0xdc00..0xe000).contains(&low) {
                        return Ok(char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00)));
                    }
                    self.at = back;
                }
                return Ok(None);
            }
            _ => return Err(self.fail("this escape is not JSON")),
        };
        Ok(Some(c))
    }

    fn hex(&mut self) -> Result<u32> {
        let digits = self.bytes.get(self.at..self.at + 4).filter(|d| d.iter().all(u8::is_ascii_hexdigit));
        let value = digits.and_then(|d| std::str::from_utf8(d).ok()).and_then(|d| u32::from_str_radix(d, 16).ok());
        match value {
            Some(value) => {
                self.at += 4;
                Ok(value)
            }
            None => Err(self.fail("`\\u` needs four hexadecimal digits")),
        }
    }

    #[cold]
    fn missing(&self, before: &str, byte: u8) -> Error {
        self.fail(&format!("{before}`{}` is missing", char::from(byte)))
    }

    /// The error for what stands here.
    #[cold]
    pub fn fail(&self, message: &str) -> Error {
        Error::new("json_invalid", "", format!("{message}, at byte {}", self.at.min(self.bytes.len())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_surrogates() {
        fn text(json: &str) -> Text<'_> {
            Reader::new(json.as_bytes()).text().unwrap()
        }
        assert_eq!(text(r#""a\u0041\ud83d\ude00\/""#).text, "aA😀/");
        for (json, out) in [(r#""\ud83dx""#, "\u{fffd}x"), (r#""\ude00""#, "\u{fffd}"), (r#""\ud83d\u0041""#, "\u{fffd}A")] {
            let text = text(json);
            assert_eq!((text.text.as_ref(), text.lone_surrogate), (out, true));
        }
        for bad in [r#""\x""#, r#""\u12""#, r#""abc"#, "\"\u{1}\""] {
            assert_eq!(Reader::new(bad.as_bytes()).text().unwrap_err().code, "json_invalid");
        }
    }
}
