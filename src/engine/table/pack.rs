//! Ids and codes of rows in few bytes: what an encoded plan is made of.
//!
//! An id is written as its difference from the one before, so that ids that are counted up cost next to nothing. How many bytes of ids may
//! come out of one byte is bounded ([`MOST_PER_BYTE`]): who reads what others wrote works no more than that for it.

use super::column::CodedColumn;
use crate::error::Result;

/// Most ids that one mark stands for.
const MOST_RUN: usize = 16;
/// Most bytes of ids that one packed byte stands for.
pub const MOST_PER_BYTE: usize = 256;
/// Rows that are worked through in one go: an engine that compiles twice takes its better code from the next ones on.
pub const PIECE: usize = 4096;
/// Most bytes that an id shares with the one before.
const MOST_SHARED: usize = MOST_PER_BYTE - 1;

/// Counts the number at the end of an id up by one; what has as many digits and no successor begins again at 0.
#[inline]
fn step(id: &mut [u8]) {
    for byte in id.iter_mut().rev() {
        match byte {
            b'0'..=b'8' => {
                *byte += 1;
                return;
            }
            b'9' => *byte = b'0',
            _ => return,
        }
    }
}

/// Appends a number in base 128, the lowest digits first.
fn number(mut n: usize, out: &mut Vec<u8>) {
    while n >= 0x80 {
        out.push((n as u8) | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

/// How many ids of a length one mark may stand for.
fn most_run(length: usize) -> usize {
    (MOST_PER_BYTE / length.max(1)).min(MOST_RUN)
}

/// Packs ids, in any order.
///
/// An odd number `2n - 1` stands for `n` ids, each the one before counted up by one. An even number `2k` stands for an id that shares its
/// first `k` bytes with the one before counted up by one; the length of the rest and the rest follow.
#[derive(Debug, Default)]
pub struct IdPacker {
    out: Vec<u8>,
    last: Vec<u8>,
    run: usize,
}

impl IdPacker {
    /// Adds an id.
    #[inline]
    pub fn push(&mut self, id: &[u8]) {
        step(&mut self.last);
        if self.last == id && most_run(id.len()) > 0 {
            self.run += 1;
            if self.run >= most_run(id.len()) {
                self.flush();
            }
            return;
        }
        self.flush();
        let shared = self.last.iter().zip(id).take(MOST_SHARED).take_while(|(a, b)| a == b).count();
        let rest = id.get(shared..).unwrap_or_default();
        number(shared * 2, &mut self.out);
        number(rest.len(), &mut self.out);
        self.out.extend_from_slice(rest);
        self.last.truncate(shared);
        self.last.extend_from_slice(rest);
    }

    fn flush(&mut self) {
        if self.run > 0 {
            number(self.run * 2 - 1, &mut self.out);
            self.run = 0;
        }
    }

    /// The packed ids.
    #[must_use]
    pub fn finish(mut self) -> Vec<u8> {
        self.flush();
        self.out
    }
}

/// Unpacks ids, one after the other.
#[derive(Clone, Debug)]
pub struct IdUnpacker<'a> {
    rest: &'a [u8],
    last: Vec<u8>,
    run: usize,
}

impl<'a> IdUnpacker<'a> {
    /// Before the first of them.
    #[must_use]
    pub fn new(packed: &'a [u8]) -> IdUnpacker<'a> {
        IdUnpacker { rest: packed, last: Vec::new(), run: 0 }
    }

    /// Whether nothing is left.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.run == 0 && self.rest.is_empty()
    }

    /// Passes so many ids over; false where they are not there.
    pub fn pass(&mut self, mut count: usize) -> bool {
        while count > 0 {
            let now = count.min(PIECE);
            if !self.pass_piece(now) {
                return false;
            }
            count -= now;
        }
        true
    }

    #[inline(never)]
    fn pass_piece(&mut self, count: usize) -> bool {
        (0..count).all(|_| !self.is_done() && self.next().is_some())
    }

    /// The next id; nothing at the end, and where this is not what a packer writes.
    #[inline]
    #[expect(clippy::should_implement_trait, reason = "each id is only lent until the next")]
    pub fn next(&mut self) -> Option<&str> {
        step(&mut self.last);
        if self.run > 0 {
            self.run -= 1;
            return std::str::from_utf8(&self.last).ok();
        }
        let mark = self.number()?;
        if mark % 2 == 1 {
            self.run = mark / 2;
            if self.run >= most_run(self.last.len()) {
                return None;
            }
        } else {
            let shared = Some(mark / 2).filter(|shared| *shared <= MOST_SHARED && *shared <= self.last.len())?;
            let length = self.number()?;
            let (suffix, rest) = self.rest.split_at_checked(length)?;
            self.rest = rest;
            self.last.truncate(shared);
            self.last.extend_from_slice(suffix);
        }
        std::str::from_utf8(&self.last).ok()
    }

    fn number(&mut self) -> Option<usize> {
        let mut out = 0usize;
        for shift in [0, 7, 14, 21] {
            let (byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            out |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(out).filter(|_| *byte > 0 || shift == 0);
            }
        }
        None
    }
}

/// Places in lists of values that are short enough to be told by 16 bits, in the order in which rows come to them first.
#[derive(Debug, Default)]
pub struct Numbered {
    /// For each row one more than the place of its value; 0 where it has none.
    pub codes: Vec<u16>,
    /// The values, as the caller numbers them.
    pub values: Vec<u32>,
}

/// Numbers values as rows come to them.
struct Numbering {
    known: Vec<u16>,
    out: Numbered,
}

impl Numbering {
    fn new(values: usize, rows: usize) -> Result<Numbering> {
        let mut out = Numbering { known: Vec::new(), out: Numbered::default() };
        out.known.try_reserve_exact(values)?;
        out.known.resize(values, 0);
        out.out.codes.try_reserve_exact(rows)?;
        Ok(out)
    }

    /// Adds a row; false where there are too many values.
    #[inline]
    fn push(&mut self, value: u32) -> bool {
        let Some(known) = self.known.get_mut(value as usize) else { return false };
        if *known == 0 {
            let Ok(next) = u16::try_from(self.out.values.len() + 1) else { return false };
            self.out.values.push(value);
            *known = next;
        }
        self.out.codes.push(*known);
        true
    }
}

impl CodedColumn {
    /// The codes of rows, numbered; nothing where there are too many.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub fn numbered(&self, rows: &[u32]) -> Result<Option<Numbered>> {
        let mut out = Numbering::new(self.dict.len() + 1, rows.len())?;
        Ok(rows.chunks(PIECE).all(|rows| self.number(rows, &mut out)).then_some(out.out))
    }

    #[inline(never)]
    fn number(&self, rows: &[u32], out: &mut Numbering) -> bool {
        rows.iter().all(|row| out.push(self.code(*row)))
    }

    /// The codes of rows that become one of some values each, and the places of those: nothing for a row that keeps what it has. `places` are
    /// the codes of the values in this column, `which` the values of the rows, the first if nothing is said. Nothing where there are too many.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub fn changed(&self, rows: &[u32], which: Option<&[u32]>, places: &[Option<u32>]) -> Result<Option<(Numbered, Numbered)>> {
        let mut from = Numbering::new(self.dict.len() + 1, rows.len())?;
        let mut to = Numbering::new(places.len(), rows.len())?;
        for (nth, rows) in rows.chunks(PIECE).enumerate() {
            let which = which.map(|which| which.get(nth * PIECE..).unwrap_or_default());
            if !self.change(rows, which, places, &mut from, &mut to) {
                return Ok(None);
            }
        }
        Ok(Some((from.out, to.out)))
    }

    #[inline(never)]
    fn change(&self, rows: &[u32], which: Option<&[u32]>, places: &[Option<u32>], from: &mut Numbering, to: &mut Numbering) -> bool {
        for (at, row) in rows.iter().enumerate() {
            let value = which.map_or(0, |which| which.get(at).copied().unwrap_or(u32::MAX));
            let code = self.code(*row);
            let same = places.get(value as usize).is_none_or(|place| *place == Some(code));
            if same {
                from.out.codes.push(0);
                to.out.codes.push(0);
            } else if !from.push(code) || !to.push(value) {
                return false;
            }
        }
        true
    }
}

/// Appends codes up to 15 as four bits each, the first in the lower half of its byte.
pub fn pack_halves(codes: &[u16], out: &mut Vec<u8>) {
    let (pairs, rest) = codes.as_chunks::<2>();
    out.extend(pairs.iter().map(|[low, high]| (*low as u8 & 15) | ((*high as u8) << 4)));
    out.extend(rest.iter().map(|low| *low as u8 & 15));
}

/// Appends codes up to 255 as a byte each.
pub fn pack_bytes(codes: &[u16], out: &mut Vec<u8>) {
    out.extend(codes.iter().map(|code| *code as u8));
}

/// Appends codes as two bytes each, the lower first.
pub fn pack_pairs(codes: &[u16], out: &mut Vec<u8>) {
    out.extend(codes.iter().flat_map(|code| code.to_le_bytes()));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn unpacked(packed: &[u8]) -> Option<Vec<String>> {
        let (mut reader, mut out) = (IdUnpacker::new(packed), Vec::new());
        while !reader.is_done() {
            out.push(reader.next()?.to_owned());
        }
        Some(out)
    }

    fn packed(ids: &[String]) -> Vec<u8> {
        let mut packer = IdPacker::default();
        ids.iter().for_each(|id| packer.push(id.as_bytes()));
        packer.finish()
    }

    #[test]
    fn ids_that_are_counted_up_take_next_to_nothing() {
        let ids: Vec<String> = (1..100_000).map(|nth| format!("lead-{nth:07}")).collect();
        let packed = packed(&ids);
        assert!(packed.len() < 100_000 / 15, "{}", packed.len());
        assert_eq!(unpacked(&packed).unwrap(), ids);
    }

    #[test]
    fn no_byte_stands_for_more_than_its_share() {
        let long = "x".repeat(MOST_PER_BYTE * 3);
        let ids: Vec<String> = (0..50).map(|nth| format!("{long}{nth:03}")).collect();
        let packed = packed(&ids);
        assert!(ids.iter().map(String::len).sum::<usize>() <= packed.len() * MOST_PER_BYTE);
        assert_eq!(unpacked(&packed).unwrap(), ids);
        // A mark for more ids than a packer ever writes.
        assert_eq!(unpacked(&[0, 2, b'a', b'1', 2 * 17 - 1]), None);
        assert_eq!(unpacked(&[0, 2, b'a', b'1', 2 * 16 - 1]).unwrap().len(), 17);
        // More shared bytes than there are, a rest that is cut off, a number in two forms, half of a letter.
        for wrong in [&[2u8, 0][..], &[0, 2, b'a'], &[0x80, 0], &[0, 1, 0xc3]] {
            assert_eq!(unpacked(wrong), None);
        }
    }

    proptest! {
        #[test]
        fn ids_come_back_in_their_order(ids in prop::collection::vec("[a-b]{0,2}[089]{0,3}|lead-[0-9]{2}|é{1,3}[0-9]?|[a-z0-9]{300}", 0..40), runs in prop::collection::vec((0u32..300, 0u32..40), 0..6)) {
            let mut all: Vec<String> = ids;
            for (from, length) in runs {
                all.extend((from..from + length).map(|nth| format!("n{nth:03}")));
            }
            prop_assert_eq!(unpacked(&packed(&all)), Some(all));
        }

        #[test]
        fn any_bytes_are_read_without_harm(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut reader = IdUnpacker::new(&bytes);
            let (mut count, mut length) = (0usize, 0usize);
            while let Some(id) = reader.next() {
                count += 1;
                length += id.len();
            }
            prop_assert!(count <= bytes.len() * MOST_RUN && length <= bytes.len() * MOST_PER_BYTE);
        }

        #[test]
        fn codes_are_packed_in_place(codes in prop::collection::vec(0u16..16, 0..40)) {
            let mut out = Vec::new();
            pack_halves(&codes, &mut out);
            let back: Vec<u16> = out.iter().flat_map(|byte| [u16::from(byte & 15), u16::from(byte >> 4)]).take(codes.len()).collect();
            prop_assert_eq!(back, codes);
        }
    }
}
