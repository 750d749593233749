//! Dealing the rows of one class: who gets the first, who the second.

/// How the rows of one class follow one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// In turns, so that at every point each has about the same portion of what is theirs.
    Deal,
    /// In runs: all rows of the first receiver, then all of the second.
    Block,
}

/// Receivers with the same number of rows: their turns coincide.
struct Group {
    /// The next turn as a fraction of 2⁶⁴, rounded down, and the remainder in parts of `quota`.
    key: u64,
    over: u64,
    /// What every turn adds to both.
    step: u64,
    rest: u64,
    quota: u64,
    turns: u64,
    members: Vec<u32>,
}

impl Group {
    fn new(quota: u64, members: Vec<u32>) -> Group {
        let whole = |numerator: u128| (numerator / u128::from(quota)) as u64;
        let rest = |numerator: u128| (numerator % u128::from(quota)) as u64;
        Group { key: whole(1 << 63), over: rest(1 << 63), step: whole(1 << 64), rest: rest(1 << 64), quota, turns: quota, members }
    }

    /// Moves on to the next turn.
    #[inline]
    fn advance(&mut self) {
        self.turns -= 1;
        self.key = self.key.wrapping_add(self.step);
        self.over += self.rest;
        if self.over >= self.quota {
            self.over -= self.quota;
            self.key = self.key.wrapping_add(1);
        }
    }
}

/// Calls `each` with the receiver of every row of a class, in row order.
///
/// `quotas` says who gets how many, in receivers' order; rows beyond their sum are left. With [`Order::Deal`]
/// the j-th row of a receiver who gets q has the turn key (2j − 1) / 2q, and rows go by key, then by receivers'
/// order: everybody's rows lie evenly between the first and the last.
///
/// Keys are compared as fractions of 2⁶⁴ rounded down. That is exact below 2³¹ rows each: two different keys
/// are at least 1 / 2qq′ > 2⁻⁶³ apart, so they differ after rounding too.
///
/// ```
/// use evenhand::split::{Order, deal};
///
/// let mut rows = String::new();
/// deal(&[(0, 6), (1, 3), (2, 1)], Order::Deal, |receiver| rows.push(['A', 'B', 'C'][receiver as usize]));
/// assert_eq!(rows, "ABAABCAABA");
/// ```
pub fn deal(quotas: &[(u32, u64)], order: Order, mut each: impl FnMut(u32)) {
    if order == Order::Block {
        return quotas.iter().for_each(|(receiver, quota)| (0..*quota).for_each(|_| each(*receiver)));
    }
    let mut sorted: Vec<(u64, u32)> = quotas.iter().filter(|(_, quota)| *quota > 0).map(|(receiver, quota)| (*quota, *receiver)).collect();
    sorted.sort_unstable();
    let mut groups: Vec<Group> = sorted
        .chunk_by(|a, b| a.0 == b.0)
        .filter_map(|same| Some(Group::new(same.first()?.0, same.iter().map(|(_, receiver)| *receiver).collect())))
        .collect();
    let mut tied = Vec::new();
    while let Some(key) = groups.iter().map(|group| group.key).min() {
        let mut first = groups.iter_mut().filter(|group| group.key == key);
        let (one, more) = (first.next(), first.next());
        if let (Some(one), None) = (one, more) {
            one.members.iter().for_each(|receiver| each(*receiver));
            one.advance();
        } else {
            tied.clear();
            for group in groups.iter_mut().filter(|group| group.key == key) {
                tied.extend_from_slice(&group.members);
                group.advance();
            }
            tied.sort_unstable();
            tied.iter().for_each(|receiver| each(*receiver));
        }
        groups.retain(|group| group.turns > 0);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn dealt(quotas: &[(u32, u64)], order: Order) -> Vec<u32> {
        let mut rows = Vec::new();
        deal(quotas, order, |receiver| rows.push(receiver));
        rows
    }

    /// The definition: all turns, sorted by exact key and then receiver.
    fn by_definition(quotas: &[(u32, u64)]) -> Vec<u32> {
        let mut turns: Vec<(u128, u128, u32)> = quotas
            .iter()
            .flat_map(|(receiver, quota)| (1..=*quota).map(move |turn| (u128::from(2 * turn - 1), u128::from(2 * quota), *receiver)))
            .collect();
        turns.sort_by(|a, b| (a.0 * b.1).cmp(&(b.0 * a.1)).then(a.2.cmp(&b.2)));
        turns.into_iter().map(|(_, _, receiver)| receiver).collect()
    }

    #[test]
    fn equal_quotas_are_plain_turns() {
        assert_eq!(dealt(&[(0, 4), (1, 3), (2, 3)], Order::Deal), [0, 1, 2, 0, 1, 2, 0, 1, 2, 0]);
        assert_eq!(dealt(&[(0, 2), (1, 2), (2, 1), (3, 1)], Order::Deal), by_definition(&[(0, 2), (1, 2), (2, 1), (3, 1)]));
        let fifty: Vec<u32> = (0..50).map(|row| row % 3).collect();
        assert_eq!(dealt(&[(0, 17), (1, 17), (2, 16)], Order::Deal), fifty);
    }

    #[test]
    fn block_gives_runs() {
        assert_eq!(dealt(&[(4, 2), (1, 3)], Order::Block), [4, 4, 1, 1, 1]);
    }

    proptest! {
        #[test]
        fn turns_go_by_key_then_receiver(quotas in prop::collection::vec(0_u64..40, 0..60)) {
            let quotas: Vec<(u32, u64)> = quotas.into_iter().enumerate().map(|(at, quota)| (at as u32, quota)).collect();
            prop_assert_eq!(dealt(&quotas, Order::Deal), by_definition(&quotas));
        }

        #[test]
        fn large_quotas_too(a in 1_u64..3000, b in 1_u64..3000, c in 1_u64..3000, d in 1_u64..5) {
            let quotas = [(0, a), (1, b), (2, c), (3, a), (7, d)];
            prop_assert_eq!(dealt(&quotas, Order::Deal), by_definition(&quotas));
        }
    }
}
