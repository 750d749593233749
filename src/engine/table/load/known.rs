//! Keys that are expected where they stood in the row before.

use super::keys::Target;

/// A key that was seen at a place in a row: its raw text, and where its value goes.
#[derive(Debug)]
pub(super) struct Known {
    /// With its closing quote and the colon.
    pub raw: Box<str>,
    /// The first eight bytes of `raw`, what of them counts, and the last eight, for a comparison without a loop.
    head: u64,
    mask: u64,
    tail: u64,
    pub target: Option<Target>,
}

/// Eight bytes as a number.
#[inline]
fn eight(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk::<8>().map(|bytes| u64::from_le_bytes(*bytes))
}

impl Known {
    pub fn new(key: &str, target: Option<Target>) -> Known {
        let raw: Box<str> = format!("{key}\":").into();
        let mut head = [0; 8];
        head.iter_mut().zip(raw.bytes()).for_each(|(to, from)| *to = from);
        let mask = if raw.len() >= 8 { u64::MAX } else { (1 << (raw.len() * 8)) - 1 };
        let tail = raw.len().checked_sub(8).and_then(|at| eight(raw.as_bytes(), at)).unwrap_or(0);
        Known { raw, head: u64::from_le_bytes(head), mask, tail, target }
    }

    /// Whether this key and a colon stand at `at`; if not sure, then not.
    #[inline]
    pub fn stands(&self, bytes: &[u8], at: usize) -> bool {
        let length = self.raw.len();
        if eight(bytes, at).is_none_or(|word| word & self.mask != self.head) {
            false
        } else if length <= 8 {
            true
        } else if length <= 16 {
            eight(bytes, at + length - 8) == Some(self.tail)
        } else {
            bytes.get(at..at + length) == Some(self.raw.as_bytes())
        }
    }
}
