//! Natural numbers of any length, with the few operations that text of numbers needs.

use std::cmp::Ordering;

/// A natural number: words of 32 bits, the least first, without zeros at the end.
#[derive(Clone, Debug)]
pub(super) struct Natural(Vec<u32>);

impl Natural {
    #[expect(clippy::cast_possible_truncation, reason = "the two halves")]
    pub(super) fn new(value: u64) -> Natural {
        let mut out = Natural(vec![value as u32, (value >> 32) as u32]);
        out.trim();
        out
    }

    /// Becomes `other`, in the memory that it has.
    pub(super) fn set(&mut self, other: &Natural) {
        self.0.clone_from(&other.0);
    }

    fn trim(&mut self) {
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }

    /// Becomes `self × by + plus`.
    #[expect(clippy::cast_possible_truncation, reason = "the lower half stays, the upper one is carried")]
    pub(super) fn multiply_add(&mut self, by: u32, plus: u32) {
        let mut carry = u64::from(plus);
        for word in &mut self.0 {
            carry += u64::from(*word) * u64::from(by);
            *word = carry as u32;
            carry >>= 32;
        }
        if carry > 0 {
            self.0.push(carry as u32);
        }
    }

    pub(super) fn times_ten_to(&mut self, power: u32) {
        for _ in 0..power / 9 {
            self.multiply_add(1_000_000_000, 0);
        }
        self.multiply_add(10u32.pow(power % 9), 0);
    }

    /// Becomes `self × 2^bits`.
    pub(super) fn shift_left(&mut self, bits: u32) {
        let mut words = vec![0; bits as usize / 32];
        words.append(&mut self.0);
        self.0 = words;
        self.multiply_add(1 << (bits % 32), 0);
    }

    /// Becomes `self + other`.
    #[expect(clippy::cast_possible_truncation, reason = "the lower half stays, the upper one is carried")]
    pub(super) fn add(&mut self, other: &Natural) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        let mut carry = 0;
        let mut words = other.0.iter();
        for word in &mut self.0 {
            carry += u64::from(*word) + u64::from(words.next().copied().unwrap_or(0));
            *word = carry as u32;
            carry >>= 32;
        }
        if carry > 0 {
            self.0.push(carry as u32);
        }
    }

    /// Becomes `self − other`, which must not be the larger.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the lower half stays, the upper one is the borrow")]
    pub(super) fn subtract(&mut self, other: &Natural) {
        let mut borrow = 0;
        let mut words = other.0.iter();
        for word in &mut self.0 {
            borrow += i64::from(*word) - i64::from(words.next().copied().unwrap_or(0));
            *word = borrow as u32;
            borrow >>= 32;
        }
        self.trim();
    }

    pub(super) fn compare(&self, other: &Natural) -> Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }
}
