//! Two columns of numbers, days or instants against each other.

use std::cmp::Ordering;
use std::rc::Rc;

use super::selection_vector::SelectionVector;
use super::simd::pack;
use super::window::{Window, chunk_of, values};
use crate::query::node::Relation;

/// Values of one field beside those of another.
pub(super) struct PairColumnTest<'t, T> {
    left: &'t [Rc<Vec<T>>],
    right: &'t [Rc<Vec<T>>],
    relation: Relation,
    /// The least value; what is below it is null, as is what compares with nothing.
    least: T,
}

impl<'t, T: Copy + PartialOrd> PairColumnTest<'t, T> {
    pub(super) fn new(left: &'t [Rc<Vec<T>>], right: &'t [Rc<Vec<T>>], relation: Relation, least: T) -> Self {
        PairColumnTest { left, right, relation, least }
    }

    pub(super) fn narrow(&self, words: &mut [u64], flip: u64, at: Window) {
        let (left, right) = (values(self.left, at), values(self.right, at));
        for ((word, left), right) in words.iter_mut().zip(left.chunks(64)).zip(right.chunks(64)) {
            if *word != 0 {
                *word &= self.word(left, right) ^ flip;
            }
        }
    }

    /// The same where few rows are open.
    pub(super) fn keep(&self, rows: &mut SelectionVector, flip: u64) {
        rows.by_chunk(|chunk, part| {
            let (left, right) = (chunk_of(self.left, chunk), chunk_of(self.right, chunk));
            part.keep(flip, |row| left.get(row).zip(right.get(row)).is_some_and(|(a, b)| self.holds(*a, *b)));
        });
    }

    fn holds(&self, a: T, b: T) -> bool {
        a >= self.least && b >= self.least && a.partial_cmp(&b).is_some_and(|order| self.relation.allows(order))
    }

    fn word(&self, left: &[T], right: &[T]) -> u64 {
        let allowed = |order| u8::from(self.relation.allows(order));
        let (less, equal, greater) = (allowed(Ordering::Less), allowed(Ordering::Equal), allowed(Ordering::Greater));
        let mut bytes = [0u8; 64];
        for ((byte, a), b) in bytes.iter_mut().zip(left).zip(right) {
            let holds = u8::from(a < b) & less | u8::from(a == b) & equal | u8::from(a > b) & greater;
            *byte = holds & u8::from((*a >= self.least) & (*b >= self.least));
        }
        pack(&bytes)
    }
}
