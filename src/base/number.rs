//! Numbers as text: read exactly, and written as JavaScript writes them.
//!
//! Of two shortest texts that are equally near to a number, JavaScript's `String(number)` takes the one with the even last digit and
//! Rust's own formatting the larger one. Everything that a host compares, signs or stores is therefore written here, and nowhere with `{}`.
//!
//! Usual numbers (up to 15 digits) take one or two operations of `f64`, the others integers of any length. core's ways are quicker for the
//! latter, and bring some 12 KB of tables that do not compress.

mod natural;
mod read;
mod write;

pub use read::{from_decimal, parse, scan};
pub use write::{shortest, text, write};

/// Bits of the fraction of an `f64`.
const FRACTION_BITS: u32 = 52;
/// The exponent of the least number that an `f64` tells from 0.
const LEAST_EXPONENT: i32 = -1074;

/// The whole number and the power of two whose product is the number with these bits, which has no sign.
fn parts(bits: u64) -> (u64, i32) {
    let fraction = bits & ((1 << FRACTION_BITS) - 1);
    match (bits >> FRACTION_BITS) as i32 {
        0 => (fraction, LEAST_EXPONENT),
        exponent => (fraction | 1 << FRACTION_BITS, exponent - 1 + LEAST_EXPONENT),
    }
}

#[cfg(test)]
mod tests;
