//! Finding the byte that ends a cell, many bytes at a time.

const LOW: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// Marks the bytes of `word` that are 0. The lowest mark is right, those above it may be false (Warren, "Hacker's Delight", 6-1).
#[inline(always)]
fn zero(word: u64) -> u64 {
    word.wrapping_sub(LOW) & !word & HIGH
}

/// The place of the first byte from `at` on that is marked: `marks` does eight bytes, `wide` does sixteen, `is` one.
#[inline(always)]
fn first(
    bytes: &[u8],
    mut at: usize,
    wide: impl Fn(u64, u64) -> Option<u32>,
    marks: impl Fn(u64) -> u64,
    is: impl Fn(u8) -> bool,
) -> usize {
    while let Some(sixteen) = bytes.get(at..).and_then(<[u8]>::first_chunk::<16>) {
        let word = u128::from_le_bytes(*sixteen);
        #[expect(clippy::cast_possible_truncation, reason = "the two halves")]
        if let Some(found) = wide(word as u64, (word >> 64) as u64) {
            return at + found as usize;
        }
        at += 16;
    }
    if let Some(eight) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let found = marks(u64::from_le_bytes(*eight));
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().position(|byte| is(*byte)).unwrap_or(rest.len())
}

/// Sixteen bytes as two times eight.
#[inline(always)]
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
fn twice(low: u64, high: u64, marks: impl Fn(u64) -> u64) -> Option<u32> {
    match (marks(low), marks(high)) {
        (0, 0) => None,
        (0, found) => Some(8 + found.trailing_zeros() / 8),
        (found, _) => Some(found.trailing_zeros() / 8),
    }
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use core::arch::wasm32::{u8x16_bitmask, u8x16_eq, u8x16_lt, u8x16_splat, u64x2, v128, v128_or};

/// The place of the first lane that is set.
#[inline(always)]
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
fn lane(found: v128) -> Option<u32> {
    match u8x16_bitmask(found) {
        0 => None,
        bits => Some(bits.trailing_zeros()),
    }
}

/// Where the run without quotes, backslashes and control characters ends that begins at `at`.
#[inline]
pub fn plain_end(bytes: &[u8], at: usize) -> usize {
    let marks = |word: u64| {
        let (quote, slash) = (word ^ (LOW * b'"' as u64), word ^ (LOW * b'\\' as u64));
        zero(quote) | zero(slash) | word.wrapping_sub(LOW * 0x20) & !word & HIGH
    };
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    let wide = |low, high| {
        let word = u64x2(low, high);
        let ends = v128_or(u8x16_eq(word, u8x16_splat(b'"')), u8x16_eq(word, u8x16_splat(b'\\')));
        lane(v128_or(ends, u8x16_lt(word, u8x16_splat(0x20))))
    };
    #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
    let wide = |low, high| twice(low, high, marks);
    first(bytes, at, wide, marks, |byte| matches!(byte, b'"' | b'\\' | 0..0x20))
}

/// Where the run of ASCII ends that begins at `at`.
#[inline]
pub fn ascii_end(bytes: &[u8], at: usize) -> usize {
    let marks = |word: u64| word & HIGH;
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    let wide = |low, high| lane(u64x2(low, high));
    #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
    let wide = |low, high| twice(low, high, marks);
    first(bytes, at, wide, marks, |byte| !byte.is_ascii())
}

/// Where the cell of CSV without quotes ends that begins at `at`.
#[inline]
pub fn bare_end(bytes: &[u8], at: usize, delimiter: u8) -> usize {
    let marks =
        |word: u64| zero(word ^ (LOW * u64::from(delimiter))) | zero(word ^ (LOW * b'\n' as u64)) | zero(word ^ (LOW * b'\r' as u64));
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    let wide = |low, high| {
        let word = u64x2(low, high);
        let ends = v128_or(u8x16_eq(word, u8x16_splat(b'\n')), u8x16_eq(word, u8x16_splat(b'\r')));
        lane(v128_or(ends, u8x16_eq(word, u8x16_splat(delimiter))))
    };
    #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
    let wide = |low, high| twice(low, high, marks);
    first(bytes, at, wide, marks, |byte| byte == delimiter || matches!(byte, b'\n' | b'\r'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_first_end_is_found(bytes in prop::collection::vec(prop_oneof![20 => 0x20u8..=0xff, 1 => any::<u8>(), 1 => Just(b'"')], 0..80), at in 0usize..90) {
            let from = at.min(bytes.len());
            let plain = bytes[from..].iter().position(|b| *b == b'"' || *b == b'\\' || *b < 0x20).map_or(bytes.len(), |found| from + found);
            prop_assert_eq!(plain_end(&bytes, from), plain);
            let ascii = bytes[from..].iter().position(|b| !b.is_ascii()).map_or(bytes.len(), |found| from + found);
            prop_assert_eq!(ascii_end(&bytes, from), ascii);
            let bare = bytes[from..].iter().position(|b| *b == b'|' || *b == b'\n' || *b == b'\r').map_or(bytes.len(), |found| from + found);
            prop_assert_eq!(bare_end(&bytes, from, b'|'), bare);
        }
    }
}
