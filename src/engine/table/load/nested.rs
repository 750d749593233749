//! Passing over arrays and objects, at any depth and without recursion.

use super::cursor::{Cursor, Step, Stop};

/// How deep arrays and objects may be nested in a row of leads: one bit of a word each.
pub(super) const MAX_DEPTH: usize = 128;

impl Cursor<'_> {
    /// Past the array or object that begins here. One bit a level says which of the two it is.
    pub fn nested(&mut self) -> Step<()> {
        let (mut objects, mut depth) = (0u128, 0usize);
        loop {
            // A value begins here.
            let mut closed = false;
            match self.token()? {
                open @ (b'[' | b'{') => {
                    if depth >= MAX_DEPTH {
                        return Err(Stop::Deep(self.at));
                    }
                    objects = objects << 1 | u128::from(open == b'{');
                    depth += 1;
                    self.at += 1;
                    let close = if open == b'{' { b'}' } else { b']' };
                    if self.token()? == close {
                        closed = true;
                    } else {
                        if open == b'{' {
                            self.nested_key()?;
                        }
                        continue;
                    }
                }
                _ => {
                    self.scalar()?;
                }
            }
            // A value has ended, or with `closed` an empty container is about to.
            loop {
                let object = objects & 1 == 1;
                let token = self.token()?;
                match token {
                    b',' if !closed => {
                        self.at += 1;
                        if object {
                            self.nested_key()?;
                        }
                        break;
                    }
                    b']' | b'}' if (token == b'}') == object => {
                        self.at += 1;
                        closed = false;
                        objects >>= 1;
                        depth -= 1;
                        if depth == 0 {
                            return Ok(());
                        }
                    }
                    _ => return self.bad("`,` or a closing bracket is missing"),
                }
            }
        }
    }

    fn nested_key(&mut self) -> Step<()> {
        if self.token()? != b'"' {
            return self.bad("a key in double quotes is missing");
        }
        self.at += 1;
        self.string()?;
        if self.token()? != b':' {
            return self.bad("`:` is missing");
        }
        self.at += 1;
        Ok(())
    }

    fn scalar(&mut self) -> Step<()> {
        match self.token()? {
            b'"' => {
                self.at += 1;
                self.string().map(drop)
            }
            b'0'..=b'9' | b'-' => self.number(),
            b'n' => self.word("null"),
            b't' => self.word("true"),
            b'f' => self.word("false"),
            _ => self.bad("this is not a JSON value"),
        }
    }
}
