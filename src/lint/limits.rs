//! Limits of people that can never bind.

use super::Linter;
use crate::config::{Limit, Period};

impl Linter<'_> {
    pub(super) fn limits(&mut self) {
        for (ix, user) in self.model.users.iter().enumerate() {
            for (at, limit) in user.limits.iter().enumerate() {
                let stricter = user.limits.iter().enumerate().find(|(other, by)| {
                    // Of two that are alike the second is too many.
                    *other != at && covers(by, limit) && !(covers(limit, by) && at < *other)
                });
                if let Some((other, _)) = stricter {
                    let path = crate::error::pointer(&Self::at("users", ix, "limits"), at);
                    let message = format!("this limit of `{}` never binds: its limit {} is always reached first", user.id, other + 1);
                    self.warn("limit_never_binds", path, message, "leave one of the two out, or change its count");
                }
            }
        }
    }
}

/// Whether `limit` is reached only where `by` is reached too. A calendar's week lies in two months, and a day may have 25 hours and,
/// where a zone moves by half an hour, two more that are cut.
fn covers(by: &Limit, limit: &Limit) -> bool {
    if by.rolling != limit.rolling {
        return false;
    }
    let within = by.per >= limit.per && (by.rolling || by.per != Period::Month || limit.per != Period::Week);
    if within {
        return by.count <= limit.count;
    }
    let most = match (by.per, limit.per, by.rolling) {
        (Period::Hour, Period::Day, true) => 24,
        (Period::Hour, Period::Day, false) => 27,
        (Period::Day, Period::Week, _) => 7,
        (Period::Day, Period::Month, true) => 30,
        (Period::Day, Period::Month, false) => 31,
        _ => return false,
    };
    by.count.checked_mul(most).is_some_and(|most| most < limit.count)
}
