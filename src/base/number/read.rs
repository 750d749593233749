//! Text to the nearest number.

use std::cmp::Ordering;

use super::natural::Natural;
use super::{FRACTION_BITS, parts};

/// No more digits than these tell a number from its neighbours: half way between two there are at most 767. What is behind them says
/// only that there is more.
const MOST_DIGITS: i32 = 770;

/// The number that a text is by JSON's grammar; infinite if it is too large for an `f64`.
pub fn parse(text: &str) -> Option<f64> {
    scan(text.as_bytes()).filter(|(_, length)| *length == text.len()).map(|(number, _)| number)
}

/// The number that a text begins with by JSON's grammar, and how many bytes it has; infinite if it is too large for an `f64`.
pub fn scan(bytes: &[u8]) -> Option<(f64, usize)> {
    let mut at = 0;
    let peek = |at: usize| bytes.get(at).copied();
    let negative = peek(at) == Some(b'-');
    at += usize::from(negative);
    let start = at;
    // The first digits as a whole number, and the power of ten that it is to be multiplied with.
    let (mut digits, mut power, mut few, mut point) = (0u64, 0i32, true, None);
    loop {
        match peek(at) {
            Some(byte @ b'0'..=b'9') => {
                match digits.checked_mul(10).and_then(|digits| digits.checked_add(u64::from(byte - b'0'))) {
                    Some(more) => digits = more,
                    None => few = false,
                }
                power -= i32::from(point.is_some());
            }
            Some(b'.') if point.is_none() && at > start => point = Some(at),
            _ => break,
        }
        at += 1;
    }
    let end = at;
    let whole = point.unwrap_or(end);
    if whole == start || whole > start + 1 && peek(start) == Some(b'0') || point.is_some_and(|point| point + 1 == end) {
        return None;
    }
    if let Some(b'e' | b'E') = peek(at) {
        at += 1;
        let sign = peek(at).filter(|byte| matches!(byte, b'+' | b'-'));
        at += usize::from(sign.is_some());
        let (first, mut exponent) = (at, 0i32);
        while let Some(byte @ b'0'..=b'9') = peek(at) {
            exponent = exponent.saturating_mul(10).saturating_add(i32::from(byte - b'0'));
            at += 1;
        }
        if at == first {
            return None;
        }
        power = power.saturating_add(if sign == Some(b'-') { -exponent } else { exponent });
    }
    let quick = if few { quick(digits, power) } else { None };
    let number = quick.unwrap_or_else(|| slow(bytes.get(start..end).unwrap_or_default(), power));
    Some((if negative { -number } else { number }, at))
}

/// The number nearest to `digits × 10^power`.
pub fn from_decimal(digits: u64, power: i32) -> f64 {
    quick(digits, power).unwrap_or_else(|| slow(digits.to_string().as_bytes(), power))
}

/// The same where one division or multiplication of integers of 128 bits gives it.
#[inline]
fn quick(digits: u64, power: i32) -> Option<f64> {
    if digits == 0 {
        return Some(0.0);
    }
    let ten = 10u64.checked_pow(power.unsigned_abs())?;
    #[expect(clippy::cast_precision_loss, reason = "below 2^53, and 10^19 = 5^19 × 2^19: both are exact, and the result is rounded once")]
    if digits < 1 << 53 {
        return Some(if power < 0 { digits as f64 / ten as f64 } else { digits as f64 * ten as f64 });
    }
    if power >= 0 {
        #[expect(clippy::cast_precision_loss, reason = "an exact product is rounded, once and to even")]
        return Some((u128::from(digits) * u128::from(ten)) as f64);
    }
    // The quotient has at least 64 bits; the last of them stands for all that follow.
    let shift = 64 + digits.leading_zeros();
    let (top, ten) = (u128::from(digits) << shift, u128::from(ten));
    #[expect(clippy::cast_precision_loss, reason = "rounded once and to even")]
    let quotient = ((top / ten) | u128::from(top % ten != 0)) as f64;
    Some(quotient * f64::from_bits(u64::from(1023 - shift) << FRACTION_BITS))
}

/// The number nearest to digits (a point among them is passed over) times `10^power`, the even one of two, by comparison with what is half
/// way between numbers: Clinger 1990, "How to read floating point numbers accurately", algorithm R.
#[cold]
#[inline(never)]
fn slow(text: &[u8], mut power: i32) -> f64 {
    let (mut digits, mut count, mut more) = (Natural::new(0), 0i32, false);
    let mut near = 0.0;
    for byte in text.iter().filter(|byte| **byte != b'.') {
        let digit = u32::from(byte.wrapping_sub(b'0'));
        if count == MOST_DIGITS {
            more |= digit > 0;
            power = power.saturating_add(1);
        } else if count > 0 || digit > 0 {
            digits.multiply_add(10, digit);
            count += 1;
            if count <= 18 {
                near = near * 10.0 + f64::from(digit);
            }
        }
    }
    if more {
        digits.multiply_add(10, 1);
        power = power.saturating_sub(1);
        count += 1;
    }
    // The number is at least 10^(count + power - 1) and below 10^(count + power).
    match power.saturating_add(count) {
        _ if count == 0 => return 0.0,
        310.. => return f64::INFINITY,
        ..=-325 => return 0.0,
        _ => {}
    }
    // A number near by: each step is rounded.
    let mut left = power + (count - 18).max(0);
    while left != 0 {
        let step = left.clamp(-18, 18);
        #[expect(clippy::cast_precision_loss, reason = "10^18 is exact")]
        let ten = 10u64.pow(step.unsigned_abs()) as f64;
        near = if step < 0 { near / ten } else { near * ten };
        left -= step;
    }
    let mut bits = near.min(f64::MAX).to_bits();
    digits.times_ten_to(power.max(0).unsigned_abs());
    // Whether the number with these bits is large enough: what is half way up to the next is not below what is sought.
    let enough = |bits: u64| {
        let (mantissa, exponent) = parts(bits);
        let (mut sought, mut half) = (digits.clone(), Natural::new(2 * mantissa + 1));
        half.times_ten_to(power.min(0).unsigned_abs());
        if exponent > 0 {
            half.shift_left(exponent.unsigned_abs() - 1)
        } else {
            sought.shift_left(exponent.unsigned_abs() + 1)
        }
        match sought.compare(&half) {
            Ordering::Less => true,
            Ordering::Equal => mantissa % 2 == 0,
            Ordering::Greater => false,
        }
    };
    while bits > 0 && enough(bits - 1) {
        bits -= 1;
    }
    while bits < f64::INFINITY.to_bits() && !enough(bits) {
        bits += 1;
    }
    f64::from_bits(bits)
}
