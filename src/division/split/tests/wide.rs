//! Whole numbers of 640 bits, for sums of squared fractions.

use std::ops::{Add, Mul};

const DIGITS: usize = 16;
const BASE: i128 = 1 << 40;

/// Sixteen digits, the highest first so that numbers compare as they stand; all but the highest are from 0 to the base.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wide([i128; DIGITS]);

impl Wide {
    fn carried(mut digits: [i128; DIGITS]) -> Wide {
        for at in (1..DIGITS).rev() {
            let over = digits[at].div_euclid(BASE);
            digits[at] -= over * BASE;
            digits[at - 1] += over;
        }
        Wide(digits)
    }
}

impl From<i128> for Wide {
    fn from(number: i128) -> Wide {
        let mut digits = [0; DIGITS];
        digits[DIGITS - 1] = number;
        Wide::carried(digits)
    }
}

impl Add for Wide {
    type Output = Wide;

    fn add(self, other: Wide) -> Wide {
        Wide::carried(std::array::from_fn(|at| self.0[at] + other.0[at]))
    }
}

impl Mul for Wide {
    type Output = Wide;

    /// Of numbers whose product fits; a factor below zero is turned round first.
    fn mul(self, other: Wide) -> Wide {
        let turned = |wide: Wide| if wide.0[0] < 0 { (-1, Wide::carried(wide.0.map(|digit| -digit))) } else { (1, wide) };
        let ((a_sign, a), (b_sign, b)) = (turned(self), turned(other));
        let mut digits = [0; DIGITS];
        for (i, x) in a.0.iter().rev().enumerate().filter(|(_, x)| **x != 0) {
            for (j, y) in b.0.iter().rev().enumerate().filter(|(_, y)| **y != 0) {
                digits[DIGITS - 1 - i - j] += x * y;
            }
        }
        Wide::carried(Wide::carried(digits).0.map(|digit| digit * a_sign * b_sign))
    }
}
