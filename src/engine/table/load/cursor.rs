//! A place in a text of JSON, and the steps over its words, numbers and texts.

use crate::json::scan::plain_end;

/// Why reading stopped.
#[derive(Debug)]
pub enum Stop {
    /// The text ends here; there may be more to come.
    More,
    /// This is not what should stand here.
    Bad(usize, &'static str),
    /// Nested too deep.
    Deep(usize),
    /// A quoted cell of CSV that begins here has no end, or at the second place something behind it that should not be there.
    Quote(usize, Option<usize>),
}

/// What a step gives back.
pub(super) type Step<T> = Result<T, Stop>;

/// A place in a text.
pub(super) struct Cursor<'a> {
    pub text: &'a str,
    pub bytes: &'a [u8],
    pub at: usize,
}

impl Cursor<'_> {
    #[inline]
    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    #[inline]
    pub(super) fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    /// The next byte that is not white space.
    #[inline]
    pub(super) fn token(&mut self) -> Step<u8> {
        match self.peek() {
            Some(byte) if byte > b' ' => Ok(byte),
            _ => {
                self.skip_space();
                self.peek().ok_or(Stop::More)
            }
        }
    }

    #[cold]
    pub(super) fn bad<T>(&self, message: &'static str) -> Step<T> {
        Err(Stop::Bad(self.at, message))
    }

    pub(super) fn word(&mut self, word: &'static str) -> Step<()> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        if rest.starts_with(word.as_bytes()) {
            self.at += word.len();
            Ok(())
        } else if word.as_bytes().starts_with(rest) {
            Err(Stop::More)
        } else {
            self.bad("this is not a JSON value")
        }
    }

    #[inline]
    fn digits(&mut self) -> Step<()> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        match self.peek() {
            None => Err(Stop::More),
            Some(_) if self.at == start => self.bad("this is not a JSON value"),
            Some(_) => Ok(()),
        }
    }

    #[inline]
    pub(super) fn number(&mut self) -> Step<()> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let start = self.at;
        self.digits()?;
        if self.at > start + 1 && self.bytes.get(start) == Some(&b'0') {
            return self.bad("a number must not begin with 0");
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    /// Past the closing quote of the string whose inside begins here; whether there are escapes in it.
    #[inline]
    pub(super) fn string(&mut self) -> Step<bool> {
        let mut escaped = false;
        loop {
            self.at = plain_end(self.bytes, self.at);
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(escaped);
                }
                Some(b'\\') => {
                    escaped = true;
                    self.escape()?;
                }
                Some(_) => return self.bad("a control character in a text must be escaped"),
                None => return Err(Stop::More),
            }
        }
    }

    #[cold]
    fn escape(&mut self) -> Step<()> {
        match self.bytes.get(self.at + 1) {
            None => Err(Stop::More),
            Some(b'u') => match self.bytes.get(self.at + 2..self.at + 6) {
                None => Err(Stop::More),
                Some(hex) if hex.iter().all(u8::is_ascii_hexdigit) => {
                    self.at += 6;
                    Ok(())
                }
                Some(_) => self.bad("`\\u` needs four hexadecimal digits"),
            },
            Some(b'n' | b't' | b'r' | b'b' | b'f' | b'"' | b'\\' | b'/') => {
                self.at += 2;
                Ok(())
            }
            Some(_) => self.bad("this escape is not JSON"),
        }
    }
}
