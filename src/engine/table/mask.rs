//! Sets of rows, one bit each.

use super::Budget;
use super::layout::RowIx;
use crate::error::Result;

/// A selection of the rows of one table. Bits behind the last row are 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mask {
    /// 64 rows a word, the lowest bit first.
    pub words: Vec<u64>,
    /// How many rows there are to choose from.
    pub rows: u32,
}

/// The bits of the last word that stand for rows.
fn last_word(rows: u32) -> u64 {
    match rows % 64 {
        0 => u64::MAX,
        bits => (1 << bits) - 1,
    }
}

/// All bits set, for that many rows.
pub fn full(rows: u32, budget: &Budget) -> Result<Vec<u64>> {
    let words = (rows as usize).div_ceil(64);
    let mut list = Vec::new();
    budget.exact(&mut list, words)?;
    list.resize(words, u64::MAX);
    list.last_mut().into_iter().for_each(|word| *word = last_word(rows));
    Ok(list)
}

impl Mask {
    /// No row.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub fn none(rows: u32) -> Result<Mask> {
        let mut words = Vec::new();
        words.try_reserve_exact((rows as usize).div_ceil(64))?;
        words.resize((rows as usize).div_ceil(64), 0);
        Ok(Mask { words, rows })
    }

    /// Every row.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub fn all(rows: u32) -> Result<Mask> {
        let mut mask = Mask::none(rows)?;
        mask.words.fill(u64::MAX);
        mask.words.last_mut().into_iter().for_each(|word| *word = last_word(rows));
        Ok(mask)
    }

    /// These rows; those that are not of the table are left out.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub fn from_rows(rows: u32, chosen: impl IntoIterator<Item = RowIx>) -> Result<Mask> {
        let mut mask = Mask::none(rows)?;
        chosen.into_iter().for_each(|row| mask.insert(row));
        Ok(mask)
    }

    /// The same from a list of their numbers.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub fn from_list(rows: u32, chosen: &[u32]) -> Result<Mask> {
        Mask::from_rows(rows, chosen.iter().map(|row| RowIx(*row)))
    }

    /// Adds a row.
    #[inline]
    pub fn insert(&mut self, RowIx(row): RowIx) {
        if row < self.rows {
            self.words.get_mut(row as usize / 64).into_iter().for_each(|word| *word |= 1 << (row % 64));
        }
    }

    /// Whether a row is chosen.
    #[inline]
    pub fn contains(&self, RowIx(row): RowIx) -> bool {
        bit(&self.words, row as usize)
    }

    /// How many rows are chosen.
    pub fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Keeps the rows that are in both.
    pub fn and(&mut self, other: &[u64]) {
        for (at, word) in self.words.iter_mut().enumerate() {
            *word &= other.get(at).copied().unwrap_or(0);
        }
    }

    /// Adds the rows of another selection of the same table.
    pub fn or(&mut self, other: &[u64]) {
        self.words.iter_mut().zip(other).for_each(|(word, other)| *word |= other);
        self.words.get_mut(self.rows as usize / 64).into_iter().for_each(|word| *word &= last_word(self.rows));
    }

    /// Takes the rows of another selection of the same table away.
    pub fn minus(&mut self, other: &[u64]) {
        self.words.iter_mut().zip(other).for_each(|(word, other)| *word &= !other);
    }

    /// The chosen rows as a list, ascending: written here, since this loop is compiled for speed.
    ///
    /// # Errors
    /// `out_of_memory`.
    #[inline(never)]
    pub fn listed(&self) -> Result<Vec<u32>> {
        let mut out = Vec::new();
        out.try_reserve_exact(self.count())?;
        for (at, word) in (0u32..).zip(&self.words) {
            let mut left = *word;
            while left != 0 {
                out.push(at * 64 + left.trailing_zeros());
                left &= left - 1;
            }
        }
        Ok(out)
    }

    /// The chosen rows, ascending.
    pub fn iter(&self) -> impl Iterator<Item = RowIx> + '_ {
        (0u32..).zip(&self.words).flat_map(|(at, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                let bit = left.trailing_zeros();
                left &= left.wrapping_sub(1);
                (bit < 64).then_some(RowIx(at * 64 + bit))
            })
        })
    }
}

/// Whether a bit is set; none is behind the words.
#[inline]
pub fn bit(words: &[u64], at: usize) -> bool {
    words.get(at / 64).is_some_and(|word| word >> (at % 64) & 1 == 1)
}

/// The first bit that is set among these places, or their end.
#[inline]
pub fn first_bit(words: &[u64], among: std::ops::Range<usize>) -> usize {
    let mut from = among.start;
    while from < among.end {
        match words.get(from / 64).map(|word| word >> (from % 64)) {
            None => return among.end,
            Some(0) => from = (from / 64 + 1) * 64,
            Some(rest) => return among.end.min(from + rest.trailing_zeros() as usize),
        }
    }
    among.end
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_mask_is_a_set(rows in 0u32..200, a: BTreeSet<u8>, b: BTreeSet<u8>) {
            let set = |list: &BTreeSet<u8>| list.iter().map(|row| u32::from(*row)).filter(|row| *row < rows).collect::<BTreeSet<u32>>();
            let of = |list: &BTreeSet<u8>| Mask::from_rows(rows, list.iter().map(|row| RowIx(u32::from(*row)))).unwrap();
            let list = |mask: &Mask| mask.iter().map(|row| row.0).collect::<Vec<_>>();
            let (x, y) = (set(&a), set(&b));
            let (mut and, mut or, mut minus) = (of(&a), of(&a), of(&a));
            and.and(&of(&b).words);
            or.or(&of(&b).words);
            minus.minus(&of(&b).words);
            prop_assert_eq!(list(&and), x.intersection(&y).copied().collect::<Vec<_>>());
            prop_assert_eq!(list(&or), x.union(&y).copied().collect::<Vec<_>>());
            prop_assert_eq!(list(&minus), x.difference(&y).copied().collect::<Vec<_>>());
            prop_assert_eq!(of(&a).listed().unwrap(), list(&of(&a)));
            prop_assert_eq!(of(&a).count(), x.len());
            prop_assert!((0..256).all(|row| of(&a).contains(RowIx(row)) == x.contains(&row)));
            prop_assert!((0..=rows as usize).all(|from| first_bit(&of(&a).words, from..rows as usize)
                == (from..rows as usize).find(|at| bit(&of(&a).words, *at)).unwrap_or(rows as usize)));
            let mut left = Mask::all(rows).unwrap();
            prop_assert_eq!(left.count(), rows as usize);
            left.minus(&of(&a).words);
            prop_assert_eq!(left.count(), rows as usize - x.len());
        }
    }
}
