//! From the bytes of other encodings to UTF-8, which all readers take.

use super::Loader;
use crate::error::{Error, Result};

/// How the bytes of an input stand for characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8; or UTF-16 where the bytes begin with its mark.
    #[default]
    Unicode,
    /// Windows-1252, one byte a character.
    Windows1252,
}

/// What is done to the next bytes.
#[derive(Debug)]
pub(super) enum Decoding {
    /// Nothing was read yet, but perhaps the first byte of a mark.
    Begin(Option<u8>),
    Utf8,
    Utf16(Utf16),
    Windows1252,
}

/// The characters of Windows-1252 from 0x80 to 0x9F, where it is not ISO 8859-1; five bytes that it leaves open are control characters, as the
/// Encoding Standard of the WHATWG has them (index windows-1252).
const HIGH: [u16; 32] = [
    0x20ac, 0x0081, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008d, 0x017d, 0x008f, 0x0090,
    0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x009d, 0x017e, 0x0178,
];

/// Bytes that are decoded at once.
const PIECE: usize = 1 << 16;

/// UTF-16 in pieces that may end anywhere.
#[derive(Debug)]
pub(super) struct Utf16 {
    big_endian: bool,
    /// The first byte of two.
    half: Option<u8>,
    /// The first code unit of two.
    high: Option<u16>,
    /// Bytes read.
    read: u64,
}

impl Utf16 {
    fn push(&mut self, bytes: &[u8], out: &mut String) -> Result<()> {
        for byte in bytes {
            self.read += 1;
            let Some(first) = self.half.take() else {
                self.half = Some(*byte);
                continue;
            };
            let unit = if self.big_endian { u16::from_be_bytes([first, *byte]) } else { u16::from_le_bytes([first, *byte]) };
            let units = match (self.high.take(), unit) {
                (None, 0xd800..=0xdbff) => {
                    self.high = Some(unit);
                    continue;
                }
                (high, unit) => [high.unwrap_or(unit), unit],
            };
            let units = if units.first() == units.last() { units.get(1..).unwrap_or_default() } else { &units };
            match char::decode_utf16(units.iter().copied()).next() {
                Some(Ok(c)) => out.push(c),
                _ => return Err(broken(self.read.saturating_sub(2))),
            }
        }
        Ok(())
    }
}

fn broken(at: u64) -> Error {
    Error::new("not_utf16", "", format!("the text is not UTF-16 at byte {at}")).hint("save the file as UTF-8")
}

impl Decoding {
    pub fn new(encoding: Encoding) -> Decoding {
        match encoding {
            Encoding::Unicode => Decoding::Begin(None),
            Encoding::Windows1252 => Decoding::Windows1252,
        }
    }
}

impl Loader {
    /// Takes the next bytes, whatever their encoding.
    pub(super) fn take_encoded(&mut self, bytes: &[u8]) -> Result<()> {
        match &mut self.decoding {
            Decoding::Utf8 => self.take(bytes),
            Decoding::Begin(_) if bytes.is_empty() => self.take(bytes),
            Decoding::Begin(before) => {
                let before = before.take();
                let (first, second) = match before {
                    Some(first) => (Some(first), bytes.first().copied()),
                    None => (bytes.first().copied(), bytes.get(1).copied()),
                };
                let (decoding, rest) = match (first, second) {
                    (Some(byte @ (0xfe | 0xff)), None) => {
                        self.decoding = Decoding::Begin(Some(byte));
                        return Ok(());
                    }
                    (Some(a @ (0xfe | 0xff)), Some(b)) if a != b && b >= 0xfe => {
                        let utf16 = Utf16 { big_endian: a == 0xfe, half: None, high: None, read: 2 };
                        (Decoding::Utf16(utf16), if before.is_some() { 1 } else { 2 })
                    }
                    _ => (Decoding::Utf8, 0),
                };
                self.decoding = decoding;
                if let (Some(byte), Decoding::Utf8) = (before, &self.decoding) {
                    self.take(&[byte])?;
                }
                self.take_encoded(bytes.get(rest..).unwrap_or_default())
            }
            Decoding::Utf16(_) | Decoding::Windows1252 => bytes.chunks(PIECE).try_for_each(|piece| self.take_piece(piece)),
        }
    }

    fn take_piece(&mut self, bytes: &[u8]) -> Result<()> {
        let mut text = String::new();
        // Two bytes of UTF-16, and one of Windows-1252, have at most three of UTF-8.
        self.stage.budget.grow_text(&mut text, bytes.len() * 3 + 4)?;
        match &mut self.decoding {
            Decoding::Utf16(utf16) => utf16.push(bytes, &mut text)?,
            _ => {
                for byte in bytes {
                    let high = byte.checked_sub(0x80).and_then(|at| HIGH.get(at as usize)).copied();
                    text.push(high.map_or(char::from(*byte), |unit| char::from_u32(u32::from(unit)).unwrap_or_default()));
                }
            }
        }
        let done = self.take(text.as_bytes());
        self.stage.budget.release(text.capacity());
        done
    }

    /// Takes what no other byte can follow any more.
    pub(super) fn end_text(&mut self) -> Result<()> {
        match &mut self.decoding {
            Decoding::Begin(before) => match before.take() {
                Some(byte) => self.take(&[byte]),
                None => Ok(()),
            },
            Decoding::Utf16(Utf16 { half, high, read, .. }) if half.is_some() || high.is_some() => {
                Err(broken(*read - u64::from(half.is_some()) - 2 * u64::from(high.is_some())))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::query::FieldIx;
    use crate::table::tests::model::{load, loader};
    use crate::table::{LoadOptions, RowIx};

    /// The names of the leads in these bytes, cut at a place.
    fn names(bytes: &[u8], cut: usize, encoding: Encoding) -> Result<Vec<String>> {
        let mut loader = loader(LoadOptions { encoding, ..LoadOptions::default() });
        let (one, other) = bytes.split_at(cut.min(bytes.len()));
        loader.push(one)?;
        loader.push(other)?;
        let table = loader.finish()?;
        Ok((0..table.rows()).map(|row| table.cell(RowIx(row), FieldIx(0)).text().unwrap_or_default().to_owned()).collect())
    }

    proptest! {
        #[test]
        fn utf_16_is_its_text(names_given in prop::collection::vec("[a-zé😀\u{ffff}]{1,6}", 1..5), big: bool) {
            let text: String = names_given.iter().enumerate().fold("id,name\n".to_owned(), |text, (at, name)| format!("{text}{at},{name}\n"));
            prop_assert!(load(&text).is_ok());
            let units = std::iter::once(0xfeff).chain(text.encode_utf16());
            let bytes: Vec<u8> = units.flat_map(|unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect();
            for cut in 0..bytes.len() {
                prop_assert_eq!(names(&bytes, cut, Encoding::Unicode).unwrap(), names_given.clone());
            }
        }
    }

    #[test]
    fn what_is_no_utf_16_is_told_with_its_place() {
        for (bytes, at) in [
            (&b"\xff\xfei\0d"[..], 4),
            (b"\xff\xfe\x00\xd8", 2),
            (b"\xff\xfe\x00\xd8a", 2),
            (b"\xff\xfe\x00\xd8a\0", 4),
            (b"\xfe\xff\xdc\x00", 2),
        ] {
            for cut in 0..bytes.len() {
                let error = names(bytes, cut, Encoding::Unicode).unwrap_err();
                assert_eq!(
                    (error.code, error.message.as_str()),
                    ("not_utf16", format!("the text is not UTF-16 at byte {at}").as_str()),
                    "{bytes:?}"
                );
            }
        }
        for bytes in [&b"\xff"[..], b"\xfe", b"\xff\xff", b"\xfe\xfe", b"\xffid"] {
            assert_eq!(names(bytes, 1, Encoding::Unicode).unwrap_err().code, "not_utf8");
        }
    }

    #[test]
    fn windows_1252_has_its_own_characters() {
        let all = names(b"id,name\n1,\x80\x93M\xfcller\x94\x99\xff", 12, Encoding::Windows1252).unwrap();
        assert_eq!(all, ["€“Müller”™ÿ"]);
        let mut expected = HIGH.map(|unit| char::from_u32(u32::from(unit)).unwrap());
        expected.sort_unstable();
        assert!(expected.windows(2).all(|pair| pair[0] != pair[1]) && !expected.contains(&'\0'));
    }
}
