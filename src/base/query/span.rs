//! Orderings as closed spans: every comparison of numbers, days and instants is membership in a few of them.

/// A value that has neighbours, so that `<` can be written as `<=`.
pub(super) trait Ordinal: Copy + PartialOrd {
    /// The least value; the one below it stands for null in a column.
    const LEAST: Self;
    /// The greatest value.
    const GREATEST: Self;
    /// The next lower value.
    fn before(self) -> Self;
    /// The next higher value.
    fn after(self) -> Self;
}

macro_rules! whole {
    ($type:ty) => {
        impl Ordinal for $type {
            const LEAST: Self = <$type>::MIN + 1;
            const GREATEST: Self = <$type>::MAX;
            fn before(self) -> Self {
                self.saturating_sub(1)
            }
            fn after(self) -> Self {
                self.saturating_add(1)
            }
        }
    };
}
whole!(i32);
whole!(i64);

impl Ordinal for f64 {
    const LEAST: Self = f64::MIN;
    const GREATEST: Self = f64::MAX;
    fn before(self) -> Self {
        self.next_down()
    }
    fn after(self) -> Self {
        self.next_up()
    }
}

/// What an ordering asks of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// In one of the operands.
    In,
    /// Below the operand.
    Below,
    /// Not above it.
    UpTo,
    /// Above it.
    Above,
    /// Not below it.
    From,
    /// From the lowest end of the two operands to the highest.
    Between,
    /// Outside of that.
    Outside,
}

/// The spans of values that stand in this order to the operands, sorted and apart. An operand is itself a span: one value, or all
/// instants of a day (which has none where the clock skipped it; its first is then above its last).
pub(super) fn spans<T: Ordinal>(order: Order, operands: &[(T, T)]) -> Vec<(T, T)> {
    let lowest = operands.iter().map(|s| s.0).fold(T::GREATEST, |a, b| if b < a { b } else { a });
    let highest = operands.iter().map(|s| s.1).fold(T::LEAST, |a, b| if b > a { b } else { a });
    let all = match order {
        Order::In => operands.to_vec(),
        Order::Below => vec![(T::LEAST, lowest.before())],
        Order::UpTo => vec![(T::LEAST, highest)],
        Order::Above => vec![(highest.after(), T::GREATEST)],
        Order::From => vec![(lowest, T::GREATEST)],
        Order::Between => vec![(lowest, highest)],
        Order::Outside => vec![(T::LEAST, lowest.before()), (highest.after(), T::GREATEST)],
    };
    apart(all)
}

/// Sorted, without empty ones, those that overlap joined.
fn apart<T: Ordinal>(mut all: Vec<(T, T)>) -> Vec<(T, T)> {
    all.retain(|(first, last)| first <= last);
    crate::sort::by(&mut all, |a, b| a.0.partial_cmp(&b.0).unwrap_or(std::cmp::Ordering::Equal));
    let mut out: Vec<(T, T)> = Vec::with_capacity(all.len());
    for (first, last) in all {
        match out.last_mut() {
            Some(span) if first <= span.1 => {
                if last > span.1 {
                    span.1 = last;
                }
            }
            _ => out.push((first, last)),
        }
    }
    out
}

/// Whether `value` lies in one of `spans`, which are sorted and apart.
pub fn inside<T: Copy + PartialOrd>(spans: &[(T, T)], value: T) -> bool {
    let at = spans.partition_point(|span| span.1 < value);
    spans.get(at).is_some_and(|span| span.0 <= value && value <= span.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_spans() {
        let day = [(10i64, 19i64)];
        assert_eq!(spans(Order::Below, &day), [(i64::MIN + 1, 9)]);
        assert_eq!(spans(Order::UpTo, &day), [(i64::MIN + 1, 19)]);
        assert_eq!(spans(Order::Above, &day), [(20, i64::MAX)]);
        assert_eq!(spans(Order::From, &day), [(10, i64::MAX)]);
        assert_eq!(spans(Order::Between, &[(30, 39), (10, 19)]), [(10, 39)]);
        assert_eq!(spans(Order::Outside, &[(30, 39), (10, 19)]), [(i64::MIN + 1, 9), (40, i64::MAX)]);
        assert_eq!(spans(Order::In, &[(3, 3), (1, 1), (3, 4), (9, 8)]), [(1, 1), (3, 4)]);
    }

    #[test]
    fn a_skipped_day_has_no_instant_and_everything_is_outside_of_it() {
        assert_eq!(spans(Order::In, &[(10i64, 9i64)]), []);
        assert_eq!(spans(Order::Outside, &[(10i64, 9i64)]), [(i64::MIN + 1, 9), (10, i64::MAX)]);
    }

    #[test]
    fn nothing_that_stands_for_null_is_inside() {
        for order in [Order::Below, Order::UpTo, Order::Above, Order::From, Order::Outside] {
            assert!(!inside(&spans(order, &[(0.0, 0.0)]), f64::NAN));
            assert!(!inside(&spans(order, &[(0, 0)]), i32::MIN));
        }
        assert!(inside(&spans(Order::Below, &[(0.0, 0.0)]), -5e-324));
        assert!(!inside(&spans(Order::Below, &[(0.0, 0.0)]), -0.0));
        assert!(inside(&spans(Order::From, &[(0.0, 0.0)]), -0.0));
    }
}
