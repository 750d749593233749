//! Weights: decimals on the way in, whole numbers without a common divisor inside.

use crate::error::{Error, Result};
use crate::number;

/// The largest number that divides both; `gcd(0, b)` is `b`.
pub(super) fn gcd(mut a: i128, mut b: i128) -> i128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.abs()
}

/// Turns weights into whole numbers that stand to each other as the weights do and have no common divisor.
///
/// A weight is a decimal of at most six places from 0.000001 to 1,000,000. A float stands for the decimal
/// that reads back as it: the float nearest to a tenth is 0.1 exactly.
///
/// # Errors
/// `weight_out_of_range` for the first weight that is none of these, with `/<index>` as its path.
///
/// ```
/// use evenhand_division::split::scale_weights;
///
/// assert_eq!(scale_weights(&[0.1, 0.25, 1.0]).unwrap(), [2, 5, 20]);
/// assert_eq!(scale_weights(&[0.0]).unwrap_err().code, "weight_out_of_range");
/// ```
pub fn scale_weights(decimals: &[f64]) -> Result<Vec<u64>> {
    let mut out = Vec::new();
    out.try_reserve_exact(decimals.len())?;
    let mut common = 0;
    for (at, weight) in decimals.iter().enumerate() {
        let Some(millionths) = millionths(*weight) else {
            let message = format!("weight `{}` is not a decimal of at most six places from 0.000001 to 1000000", number::text(*weight));
            return Err(Error::new("weight_out_of_range", format!("/{at}"), message).hint("leave out who shall receive nothing"));
        };
        common = gcd(common, i128::from(millionths));
        out.push(millionths);
    }
    let common = u64::try_from(common).unwrap_or(1).max(1);
    out.iter_mut().for_each(|weight| *weight /= common);
    Ok(out)
}

/// The weight in millionths, if it is a decimal of at most six places in range.
///
/// The product is off by less than a half, so rounding finds the only candidate; the quotient of two whole
/// numbers below 2⁵³ is the float nearest to that decimal, which is what the decimal reads back as.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be a whole number from 1 to 10¹²")]
fn millionths(weight: f64) -> Option<u64> {
    let candidate = (weight * 1e6).round();
    ((1.0..=1e12).contains(&candidate) && candidate / 1e6 == weight).then_some(candidate as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_keep_their_ratio() {
        assert_eq!(scale_weights(&[5.0, 3.0, 1.0]).unwrap(), [5, 3, 1]);
        assert_eq!(scale_weights(&[10.0, 20.0]).unwrap(), [1, 2]);
        assert_eq!(scale_weights(&[0.000001, 1_000_000.0]).unwrap(), [1, 1_000_000_000_000]);
        assert_eq!(scale_weights(&[0.3, 0.7, 1.1]).unwrap(), [3, 7, 11]);
        assert_eq!(scale_weights(&[999_999.999999, 0.1]).unwrap(), [999_999_999_999, 100_000]);
        assert_eq!(scale_weights(&[]).unwrap(), [0_u64; 0]);
    }

    #[test]
    fn every_decimal_of_six_places_is_recognised() {
        let mut state = 7_u64;
        for _ in 0..20_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let expected = (state >> 20) % 1_000_000_000_000 + 1;
            let decimal: f64 = format!("{}.{:06}", expected / 1_000_000, expected % 1_000_000).parse().unwrap();
            assert_eq!(millionths(decimal), Some(expected));
        }
    }

    #[test]
    fn other_weights_are_refused() {
        for bad in [0.0, -1.0, 0.0000001, 0.1234567, 1_000_000.5, 1e9, f64::NAN, f64::INFINITY, 1.0 / 3.0] {
            let error = scale_weights(&[1.0, bad]).unwrap_err();
            assert_eq!((error.code, error.diagnostics[0].path.as_str()), ("weight_out_of_range", "/1"), "{bad}");
        }
    }
}
