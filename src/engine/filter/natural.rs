//! The order in which people expect texts with numbers: `Unit 9` before `Unit 10`.
//!
//! A text becomes bytes that order so: each run of the digits 0 to 9 is written without its leading zeros behind their count, everything
//! else as it is. The count stands in the place of a digit, so that a number and any other character stand to each other as a digit does.
//! No locale is asked, and numbers may have any length.

/// The bytes of a text, itself as UTF-8, that order naturally. `7` and `007` have the same.
pub(super) fn natural(text: &[u8]) -> impl Iterator<Item = u8> {
    Natural { rest: text, count: [0; COUNT], told: COUNT, digits: 0 }
}

/// Bytes of the count of more than eight digits: `9`, and the count.
const COUNT: usize = 5;

struct Natural<'t> {
    rest: &'t [u8],
    count: [u8; COUNT],
    /// How much of the count was told.
    told: usize,
    /// How many bytes of the rest belong to the number that was begun.
    digits: usize,
}

impl Iterator for Natural<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        if let Some(byte) = self.count.get(self.told) {
            self.told += 1;
            return Some(*byte);
        }
        let (first, rest) = self.rest.split_first()?;
        if self.digits == 0 && first.is_ascii_digit() {
            let zeros = self.rest.iter().take_while(|byte| **byte == b'0').count();
            self.rest = self.rest.get(zeros..).unwrap_or_default();
            self.digits = self.rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            // A text has at most 64 KiB.
            let [a, b, c, d] = u32::try_from(self.digits).unwrap_or(u32::MAX).to_be_bytes();
            if self.digits > 8 {
                (self.count, self.told) = ([b'9', a, b, c, d], 1);
                return Some(b'9');
            }
            return Some(b'0' | d);
        }
        self.digits = self.digits.saturating_sub(1);
        self.rest = rest;
        Some(*first)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::cmp::Ordering;

    use proptest::prelude::*;

    use super::*;

    /// The order, read off the words: numbers by their value, all else by code point.
    pub(in crate::filter) fn order(a: &str, b: &str) -> Ordering {
        let (mut a, mut b) = (a, b);
        loop {
            let number = |text: &str| text.chars().take_while(char::is_ascii_digit).collect::<String>();
            let (x, y) = (number(a), number(b));
            let step = if x.is_empty() || y.is_empty() {
                match (a.chars().next(), b.chars().next()) {
                    (None, None) => return Ordering::Equal,
                    (x, y) => x.cmp(&y),
                }
            } else {
                let (x, y) = (x.trim_start_matches('0'), y.trim_start_matches('0'));
                x.len().cmp(&y.len()).then(x.cmp(y))
            };
            if step != Ordering::Equal {
                return step;
            }
            let skip =
                |text: &str, number: &str| if number.is_empty() { text.chars().next().map_or(0, char::len_utf8) } else { number.len() };
            (a, b) = (&a[skip(a, &x)..], &b[skip(b, &y)..]);
        }
    }

    #[test]
    fn numbers_are_compared_as_numbers() {
        let sorted = [
            "",
            "/",
            "0",
            "1",
            "2",
            "10",
            "100000000",
            "9999999999",
            "10000000000",
            ":",
            "a",
            "a0",
            "a1b",
            "a01c",
            "a2",
            "a12",
            "a:",
            "b",
            "é9",
            "é10",
        ];
        for pair in sorted.windows(2) {
            assert!(natural(pair[0].as_bytes()).lt(natural(pair[1].as_bytes())), "{pair:?}");
        }
        assert!(natural(b"a007.5").eq(natural(b"a7.05")));
        assert!(natural(b"000").eq(natural(b"0")));
    }

    proptest! {
        #[test]
        fn bytes_order_as_the_words_say(a in "[a/:0-3é]{0,12}", b in "[a/:0-3é]{0,12}", long in "[0-9]{9,40}", same: bool) {
            let a = if same { format!("{b}{long}") } else { a };
            let b = if same { format!("{b}{}", long.chars().rev().collect::<String>()) } else { b };
            prop_assert_eq!(natural(a.as_bytes()).cmp(natural(b.as_bytes())), order(&a, &b), "{} {}", a, b);
        }
    }
}
