//! Tests of 64 values at a time.
//!
//! A test of one value that has no branch becomes a loop over 64 of them which fills 64 bytes with 0 or 1; compilers turn that into
//! vector instructions on every target.

use super::simd::{ByteSet, pack};
use crate::query::span::inside;

/// Words of 64 rows that are evaluated together: few enough for the working memory of a deep tree to stay small.
pub(super) const BLOCK: usize = 32;

/// The bits of 64 values for which a test without branches holds.
#[inline]
pub(super) fn each<T: Copy>(values: &[T; 64], test: impl Fn(T) -> bool) -> u64 {
    let mut bytes = [0u8; 64];
    for (byte, value) in bytes.iter_mut().zip(values) {
        *byte = u8::from(test(*value));
    }
    pack(&bytes)
}

/// Keeps, of the open rows, those that the test holds for (or does not, with all bits of `flip` set). `one` and `many` are
/// the same test, of one value and of 64.
#[inline]
pub(super) fn narrow<T: Copy>(words: &mut [u64], values: &[T], flip: u64, one: impl Fn(T) -> bool, many: impl Fn(&[T; 64]) -> u64) {
    let (blocks, rest) = values.as_chunks::<64>();
    let (full, last) = words.split_at_mut(blocks.len().min(words.len()));
    for (word, block) in full.iter_mut().zip(blocks) {
        if *word != 0 {
            *word &= many(block) ^ flip;
        }
    }
    if let Some((word, behind)) = last.split_first_mut() {
        let hits = (0u32..).zip(rest).fold(0, |hits, (bit, value)| hits | u64::from(one(*value)) << (bit % 64));
        *word &= hits ^ flip;
        behind.fill(0);
    }
}

/// Keeps the open rows for which a test of the row (counted from the first of `words`) holds.
pub(super) fn narrow_rows(words: &mut [u64], flip: u64, test: impl Fn(usize) -> bool) {
    for (at, word) in words.iter_mut().enumerate() {
        let mut left = *word;
        let mut hits = 0;
        while left != 0 {
            let bit = left.trailing_zeros();
            left &= left - 1;
            hits |= u64::from(test(at * 64 + bit as usize)) << bit;
        }
        *word &= hits ^ flip;
    }
}

/// Most spans that are compared one by one instead of being searched.
const FEW_SPANS: usize = 8;

/// A span test; false for NaN and for what stands for null.
pub(super) fn narrow_spans<T: Copy + PartialOrd>(words: &mut [u64], values: &[T], flip: u64, spans: &[(T, T)]) {
    match *spans {
        [(first, last)] => {
            let test = |value: T| (value >= first) & (value <= last);
            narrow(words, values, flip, test, |block| each(block, test));
        }
        _ => {
            let test = |value: T| inside(spans, value);
            narrow(words, values, flip, test, |block| if spans.len() <= FEW_SPANS { within(block, spans) } else { each(block, test) });
        }
    }
}

/// Whether each of 64 values is in one of a few spans.
#[inline]
fn within<T: Copy + PartialOrd>(block: &[T; 64], spans: &[(T, T)]) -> u64 {
    let mut bytes = [0u8; 64];
    for (first, last) in spans {
        for (byte, value) in bytes.iter_mut().zip(block) {
            *byte |= u8::from((value >= first) & (value <= last));
        }
    }
    pack(&bytes)
}

/// Whether each of 64 codes is one of a few.
#[inline]
fn among<T: Copy + PartialEq>(block: &[T; 64], few: &[T]) -> u64 {
    let mut bytes = [0u8; 64];
    for wanted in few {
        for (byte, code) in bytes.iter_mut().zip(block) {
            *byte |= u8::from(code == wanted);
        }
    }
    pack(&bytes)
}

/// Most codes that are compared one by one instead of being looked up.
const FEW_CODES: usize = 12;

/// Which codes of a dictionary are wanted.
pub(super) struct Codebook {
    /// 1 for each wanted code.
    wanted: Vec<u8>,
    /// The same of the codes that are one byte.
    bytes: ByteSet,
    /// The wanted codes of two bytes, if the wanted ones are few.
    few: Option<Vec<u16>>,
}

impl Codebook {
    /// From a truth value for each code, that of null first.
    pub(super) fn new(wanted: Vec<u8>) -> Codebook {
        // Up to 256 codes fit one byte each, and then no chunk has wider ones.
        let wide = wanted.len() > 256;
        let codes = (0..=u16::MAX).zip(&wanted).filter(|(_, wanted)| **wanted != 0).map(|(code, _)| code);
        let few = wide.then(|| codes.take(FEW_CODES + 1).collect::<Vec<u16>>()).filter(|few| few.len() <= FEW_CODES);
        Codebook { bytes: ByteSet::new(&wanted), wanted, few }
    }

    #[inline]
    pub(super) fn wants(&self, code: u32) -> bool {
        self.wanted.get(code as usize).is_some_and(|wanted| *wanted != 0)
    }

    /// Keeps the open rows whose code is wanted.
    pub(super) fn narrow8(&self, words: &mut [u64], codes: &[u8], flip: u64) {
        let bytes = self.bytes;
        narrow(words, codes, flip, |code| self.wants(u32::from(code)), |block| bytes.bits(block));
    }

    pub(super) fn narrow16(&self, words: &mut [u64], codes: &[u16], flip: u64) {
        let one = |code: u16| self.wants(u32::from(code));
        match &self.few {
            Some(few) => narrow(words, codes, flip, one, |block| among(block, few)),
            None => narrow(words, codes, flip, one, |block| each(block, one)),
        }
    }

    pub(super) fn narrow32(&self, words: &mut [u64], codes: &[u32], flip: u64) {
        let one = |code: u32| self.wants(code);
        narrow(words, codes, flip, one, |block| each(block, one));
    }
}

/// Where the part of a row begins among parts that stand end to end.
#[inline]
pub(super) fn start_of(ends: &[u32], row: usize) -> usize {
    row.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0) as usize
}

/// How many parts end at or before the place `at`: by strides that double, then by halves.
#[inline]
pub(super) fn later(ends: &[u32], at: usize) -> usize {
    let mut stride = 1;
    while ends.get(stride - 1).is_some_and(|end| *end as usize <= at) {
        stride *= 2;
    }
    let (from, to) = (stride / 2, stride.min(ends.len()));
    from + ends.get(from..to).unwrap_or_default().partition_point(|end| *end as usize <= at)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn kernels_equal_a_loop(values: Vec<i32>, open: Vec<u64>, a: i32, b: i32, c: i32, flip: bool) {
            let flip = if flip { u64::MAX } else { 0 };
            let values: Vec<i32> = values.iter().cycle().take(values.len() * 3).copied().collect();
            let mut open: Vec<u64> = open.into_iter().cycle().take(values.len().div_ceil(64)).collect();
            open.resize(values.len().div_ceil(64), u64::MAX);
            for spans in [vec![], vec![(a.min(b), a.max(b))], vec![(i32::MIN + 1, a.min(b)), (a.max(b), c.max(a).max(b))]] {
                let mut words = open.clone();
                narrow_spans(&mut words, &values, flip, &spans);
                for (row, value) in values.iter().enumerate() {
                    let hit = spans.iter().any(|(first, last)| first <= value && value <= last);
                    let was = open[row / 64] >> (row % 64) & 1 == 1;
                    prop_assert_eq!(words[row / 64] >> (row % 64) & 1 == 1, was && hit != (flip != 0));
                }
            }
        }

        #[test]
        fn codebooks_equal_a_loop(codes in prop::collection::vec(any::<u8>(), 0..300), wanted in prop::collection::vec(0u8..2, 0..256), every: bool) {
            let mut few: Vec<u8> = wanted.iter().take(9).copied().collect();
            // As of a dictionary with codes of two bytes.
            few.resize(300, 0);
            let book = Codebook::new(if every { wanted.clone() } else { few });
            let open = vec![u64::MAX; codes.len().div_ceil(64)];
            let (mut w8, mut w16, mut w32) = (open.clone(), open.clone(), open.clone());
            book.narrow8(&mut w8, &codes, 0);
            book.narrow16(&mut w16, &codes.iter().map(|c| u16::from(*c)).collect::<Vec<_>>(), 0);
            book.narrow32(&mut w32, &codes.iter().map(|c| u32::from(*c)).collect::<Vec<_>>(), 0);
            prop_assert_eq!(&w8, &w16);
            prop_assert_eq!(&w8, &w32);
            for (row, code) in codes.iter().enumerate() {
                let most = if every { 256 } else { 9 };
                let hit = usize::from(*code) < most && wanted.get(usize::from(*code)) == Some(&1);
                prop_assert_eq!(w8[row / 64] >> (row % 64) & 1 == 1, hit);
            }
        }
    }
}
