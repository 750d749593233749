//! A number to the shortest text that reads back as it.

use std::cmp::Ordering;

use super::natural::Natural;
use super::{FRACTION_BITS, LEAST_EXPONENT, parts};

/// A number as JavaScript's `String(number)` writes it.
pub fn text(number: f64) -> String {
    let mut out = String::new();
    write(number, &mut out);
    out
}

/// Appends a number as JavaScript's `String(number)` writes it (ECMA-262, Number::toString): the fewest digits that read back as the same
/// number, with an exponent from 1e21 and below 1e-6.
pub fn write(number: f64, out: &mut String) {
    if !number.is_finite() {
        return out.push_str(if number.is_nan() {
            "NaN"
        } else if number > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        });
    }
    if number < 0.0 {
        out.push('-');
    }
    let (digits, power) = shortest(number.abs());
    let digits = digits.to_string();
    // The names of the standard: `k` digits, and the point behind the n-th.
    let k = digits.len();
    let n = power.saturating_add(i32::try_from(k).unwrap_or(i32::MAX));
    let zeros = |out: &mut String, count: i32| (0..count).for_each(|_| out.push('0'));
    let put = |out: &mut String, behind: usize| {
        let (whole, part) = digits.split_at_checked(behind).unwrap_or((&digits, ""));
        out.push_str(whole);
        if !part.is_empty() {
            out.push('.');
            out.push_str(part);
        }
    };
    if (1..=21).contains(&n) {
        put(out, n.unsigned_abs() as usize);
        zeros(out, power);
    } else if (-5..=0).contains(&n) {
        out.push_str("0.");
        zeros(out, -n);
        put(out, k);
    } else {
        put(out, 1);
        out.push_str(if n > 0 { "e+" } else { "e-" });
        out.push_str(&(n - 1).unsigned_abs().to_string());
    }
}

/// The fewest digits that read back as this number, which has no sign and is finite, and the power of ten that they are multiplied with.
/// Of several such the nearest to the number counts, and of two the even one. There is no 0 at the end but in 0.
pub fn shortest(number: f64) -> (u64, i32) {
    if number == 0.0 {
        return (0, 0);
    }
    // Prices and the like: no two texts of up to 15 digits are the same number, so that one which reads back is the one.
    let (mut ten, mut most) = (1.0, 9_007_199_254_740_992.0);
    for power in 0..9 {
        let whole = (number * ten).round_ties_even();
        if whole >= most {
            break;
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and below 2^53")]
        if whole / ten == number {
            return without_zeros(whole as u64, -power);
        }
        (ten, most) = (ten * 10.0, 1e15);
    }
    long(number)
}

fn without_zeros(mut digits: u64, mut power: i32) -> (u64, i32) {
    while digits > 0 && digits.is_multiple_of(10) {
        digits /= 10;
        power += 1;
    }
    (digits, power)
}

/// [`shortest`] digit by digit: Steele and White 1990, "How to print floating-point numbers accurately" (Dragon4).
#[cold]
#[inline(never)]
fn long(number: f64) -> (u64, i32) {
    let bits = number.to_bits();
    let (mantissa, exponent) = parts(bits);
    // Below a power of two numbers stand twice as close.
    let narrow = u32::from(mantissa == 1 << FRACTION_BITS && exponent > LEAST_EXPONENT);
    // The number is `rest ÷ unit`; half the way to the number below is `below ÷ unit`, to the one above `above ÷ unit`.
    let (mut rest, mut unit, mut below) = (Natural::new(mantissa << (1 + narrow)), Natural::new(1 << (1 + narrow)), Natural::new(1));
    if exponent < 0 {
        unit.shift_left(exponent.unsigned_abs());
    } else {
        rest.shift_left(exponent.unsigned_abs());
        below.shift_left(exponent.unsigned_abs());
    }
    // The power of ten of the first digit by the logarithm of the power of two below the number, hence right or one too small:
    // 315653 ÷ 2^20 is above log10(2) by less than what any power of two from -1074 to 1023 is away from the power of ten above it.
    let width = 64 - mantissa.leading_zeros().cast_signed();
    let mut power = ((width - 1 + exponent) * 315_653) >> 20;
    unit.times_ten_to(power.max(0).unsigned_abs());
    for scaled in [&mut rest, &mut below] {
        scaled.times_ten_to(power.min(0).unsigned_abs());
    }
    let mut above = below.clone();
    above.multiply_add(1 + narrow, 0);
    let mut next = unit.clone();
    next.multiply_add(10, 0);
    if rest.compare(&next).is_ge() {
        unit = next;
        power += 1;
    }
    let even = mantissa % 2 == 0;
    let within = |order: Ordering| order.is_lt() || even && order.is_eq();
    let mut digits = 0u64;
    let mut sum = rest.clone();
    loop {
        let mut digit = 0;
        while rest.compare(&unit).is_ge() {
            rest.subtract(&unit);
            digit += 1;
        }
        digits = digits * 10 + digit;
        sum.set(&rest);
        sum.add(&above);
        // Whether the digits so far read back as the number as they are, and with one more in the last place.
        let (low, high) = (within(rest.compare(&below)), within(unit.compare(&sum)));
        if low || high {
            rest.multiply_add(2, 0);
            let nearer_high = match rest.compare(&unit) {
                Ordering::Less => false,
                Ordering::Equal => digit % 2 == 1,
                Ordering::Greater => true,
            };
            return without_zeros(digits + u64::from(high && (!low || nearer_high)), power);
        }
        for scaled in [&mut rest, &mut below, &mut above] {
            scaled.multiply_add(10, 0);
        }
        power -= 1;
    }
}
