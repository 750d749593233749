//! Vectors of sixteen bytes, which the compiler makes of no loop: the bits of truth values, and sets of bytes.
//!
//! WebAssembly has an instruction for each step. Elsewhere the same is done byte by byte.

/// 64 truth values, each 0 or 1, as bits.
#[inline]
pub(super) fn pack(bytes: &[u8; 64]) -> u64 {
    sixteens(bytes, any_bit)
}

/// A set of bytes: a bit for each, found by its lower and its upper half.
///
/// Sixteen bytes are looked up at once in two tables of sixteen bytes, one for the bytes below 128 and one for the others. The lower
/// half of a byte picks one of the table's bytes, the upper half the bit in that (Langdale and Lemire, Parsing Gigabytes of JSON per
/// Second, 3.1.2).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ByteSet {
    below: [u8; 16],
    above: [u8; 16],
}

/// The bit of an upper half.
const BITS: [u8; 16] = [1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128];

impl ByteSet {
    /// The bytes at whose place there is a 1.
    pub(super) fn new(wanted: &[u8]) -> ByteSet {
        let mut set = ByteSet::default();
        for (high, sixteen) in wanted.chunks(16).take(16).enumerate() {
            let table = if high < 8 { &mut set.below } else { &mut set.above };
            table.iter_mut().zip(sixteen).for_each(|(bits, wanted)| *bits |= u8::from(*wanted != 0) << (high % 8));
        }
        set
    }

    /// The bits of those of 64 bytes that are in it.
    #[inline(always)]
    pub(super) fn bits(&self, bytes: &[u8; 64]) -> u64 {
        sixteens(bytes, |bytes| self.sixteen(bytes))
    }
}

/// Bits of 64 bytes from those of 16.
#[inline(always)]
fn sixteens(bytes: &[u8; 64], bits: impl Fn(&[u8; 16]) -> u16) -> u64 {
    let [a, b, c, d] = bytes.as_chunks::<16>().0 else { return 0 };
    u64::from(bits(a)) | u64::from(bits(b)) << 16 | u64::from(bits(c)) << 32 | u64::from(bits(d)) << 48
}

#[cfg(target_arch = "wasm32")]
mod vector {
    use core::arch::wasm32::{i8x16_bitmask, i8x16_swizzle, u8x16, u8x16_ne, u8x16_shr, u8x16_splat, v128, v128_and, v128_or, v128_xor};

    use super::{BITS, ByteSet};

    /// One load, once it is compiled.
    #[inline]
    fn load(bytes: &[u8; 16]) -> v128 {
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = *bytes;
        u8x16(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p)
    }

    #[inline]
    pub(super) fn any_bit(bytes: &[u8; 16]) -> u16 {
        i8x16_bitmask(u8x16_ne(load(bytes), u8x16_splat(0)))
    }

    impl ByteSet {
        #[inline(always)]
        pub(super) fn sixteen(&self, bytes: &[u8; 16]) -> u16 {
            let bytes = load(bytes);
            // A place from 16 on gives 0: of the two tables, only that of the byte's own half answers.
            let place = v128_and(bytes, u8x16_splat(0x8f));
            let other = v128_xor(place, u8x16_splat(0x80));
            let row = v128_or(i8x16_swizzle(load(&self.below), place), i8x16_swizzle(load(&self.above), other));
            let bit = i8x16_swizzle(load(&BITS), u8x16_shr(bytes, 4));
            i8x16_bitmask(u8x16_ne(v128_and(row, bit), u8x16_splat(0)))
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod vector {
    use super::{BITS, ByteSet};

    /// Eight bytes become eight bits by one multiplication: the factor has a bit for each byte that moves it to its place in the
    /// highest byte, and no two products meet (Warren, Hacker's Delight, 7-4).
    #[inline]
    pub(super) fn any_bit(bytes: &[u8; 16]) -> u16 {
        let [low, high] = bytes.as_chunks::<8>().0 else { return 0 };
        let eight = |bytes: &[u8; 8]| (u64::from_le_bytes(*bytes).wrapping_mul(0x0102_0408_1020_4080) >> 56) as u16;
        eight(low) | eight(high) << 8
    }

    impl ByteSet {
        #[inline]
        pub(super) fn sixteen(&self, bytes: &[u8; 16]) -> u16 {
            let mut hits = [0u8; 16];
            for (hit, byte) in hits.iter_mut().zip(bytes) {
                let table = if *byte < 128 { &self.below } else { &self.above };
                #[expect(clippy::indexing_slicing, reason = "half a byte is below 16")]
                let found = table[usize::from(byte & 15)] & BITS[usize::from(byte >> 4)];
                *hit = u8::from(found != 0);
            }
            any_bit(&hits)
        }
    }
}

use vector::any_bit;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn bytes_are_looked_up_as_in_a_list(wanted in prop::collection::vec(0u8..2, 0..=256), bytes in prop::array::uniform32(any::<u8>())) {
            let set = ByteSet::new(&wanted);
            let mut block = [0; 64];
            block.iter_mut().zip(bytes.iter().chain(&bytes).enumerate()).for_each(|(to, (at, byte))| *to = byte.wrapping_add(at as u8));
            let hit = |byte: u8| wanted.get(usize::from(byte)) == Some(&1);
            let truths = block.map(|byte| u8::from(hit(byte)));
            let bits = set.bits(&block);
            prop_assert_eq!(pack(&truths), bits);
            prop_assert!(block.iter().enumerate().all(|(at, byte)| (bits >> at & 1 == 1) == hit(*byte)));
        }
    }
}
