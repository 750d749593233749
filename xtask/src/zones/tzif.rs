//! Compiled time zones (TZif version 2 and later, RFC 9636).

use crate::run::Result;

/// What the clocks of a zone do from 1970 on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Zone {
    /// How they go on after the last change.
    pub rule: Option<Rule>,
    /// The offset at the beginning of 1970, in seconds east of UTC.
    pub first: i64,
    /// Ascending: the second of each change since, and the offset from then on. The last may keep the offset: with it the rule begins.
    pub changes: Vec<(i64, i64)>,
}

/// Two changes in every year.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rule {
    /// The offset of standard time in seconds.
    pub standard: i64,
    /// The offset of summer time.
    pub summer: i64,
    /// When summer time begins, by the clock of standard time.
    pub start: When,
    /// When it ends, by the clock of summer time.
    pub end: When,
}

/// A time of the year.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct When {
    /// 1 to 12.
    pub month: i64,
    /// Which of the month's such weekdays; 5 is the last.
    pub week: i64,
    /// 0 is Sunday.
    pub weekday: i64,
    /// Seconds after that day's midnight; may be outside of it.
    pub seconds: i64,
}

struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or("it ends too early")?;
        self.0 = rest;
        Ok(taken)
    }

    fn integer<const N: usize>(&mut self) -> Result<i64> {
        let bytes = self.take(N)?;
        let negative = bytes.first().is_some_and(|byte| byte & 0x80 != 0);
        Ok(bytes.iter().fold(if negative { -1 } else { 0 }, |sum, byte| (sum << 8) | i64::from(*byte)))
    }

    /// The six counts of a header: UT flags, standard flags, leap seconds, changes, types, characters.
    fn header(&mut self) -> Result<[usize; 6]> {
        if self.take(4)? != b"TZif" || self.take(1)? < b"2".as_slice() {
            return Err("it is not TZif of version 2 or later".into());
        }
        self.take(15)?;
        let mut counts = [0; 6];
        for count in &mut counts {
            *count = usize::try_from(self.integer::<4>()?).map_err(|_| "a count is negative")?;
        }
        Ok(counts)
    }
}

/// Reads a zone.
pub fn read(bytes: &[u8]) -> Result<Zone> {
    let mut rest = Bytes(bytes);
    // The first block has 32-bit times, for readers of version 1.
    let [ut, standard, leaps, times, types, characters] = rest.header()?;
    rest.take(times * 5 + types * 6 + characters + leaps * 8 + standard + ut)?;
    let [ut, standard, leaps, times, types, characters] = rest.header()?;
    if leaps != 0 {
        return Err("it counts leap seconds".into());
    }
    let mut at = Vec::new();
    for _ in 0..times {
        at.push(rest.integer::<8>()?);
    }
    let which = rest.take(times)?;
    let mut offsets = Vec::new();
    for _ in 0..types {
        offsets.push(rest.integer::<4>()?);
        rest.take(2)?;
    }
    rest.take(characters + standard + ut)?;
    let footer = std::str::from_utf8(rest.0).map_err(|_| "its footer is not ASCII")?;
    let mut held = *offsets.first().ok_or("it has no offset")?;
    let last = at.last().copied();
    let mut first = None;
    let mut changes = Vec::new();
    for (at, which) in at.into_iter().zip(which) {
        let offset = *offsets.get(usize::from(*which)).ok_or("a change has no offset")?;
        if at > 0 {
            first.get_or_insert(held);
            if offset != held {
                changes.push((at, offset));
            }
        }
        held = offset;
    }
    let (after, rule) = footer_of(footer.trim()).ok_or_else(|| format!("its footer has a form that is not known: {footer}"))?;
    // A rule holds after the last change that is written down, also where that one kept the offset.
    if rule.is_some()
        && let Some(last) = last.filter(|last| *last > 0 && changes.last().is_none_or(|(at, _)| at < last))
    {
        changes.push((last, held));
    }
    if rule.is_none() && after != held {
        return Err("its footer has another offset than its last change".into());
    }
    Ok(Zone { rule, first: first.unwrap_or(held), changes })
}

/// Standard offset and rule of a POSIX `TZ` text, such as `EST5EDT,M3.2.0,M11.1.0/2`.
fn footer_of(text: &str) -> Option<(i64, Option<Rule>)> {
    let mut parts = text.split(',');
    let (standard, rest) = offset(after_name(parts.next()?)?)?;
    let Some(start) = parts.next() else { return rest.is_empty().then_some((standard, None)) };
    let summer = match after_name(rest)? {
        "" => standard + 3600,
        given => offset(given).filter(|(_, rest)| rest.is_empty())?.0,
    };
    let rule = Rule { standard, summer, start: when(start)?, end: when(parts.next()?)? };
    parts.next().is_none().then_some((standard, Some(rule)))
}

/// What follows an abbreviation.
fn after_name(text: &str) -> Option<&str> {
    match text.strip_prefix('<') {
        Some(quoted) => quoted.split_once('>').map(|(_, rest)| rest),
        None => Some(text.trim_start_matches(|c: char| c.is_ascii_alphabetic())).filter(|rest| text.len() >= rest.len() + 3),
    }
}

/// An offset, which POSIX counts west of UTC, and what follows it.
fn offset(text: &str) -> Option<(i64, &str)> {
    let end = text.find(|c: char| !matches!(c, '0'..='9' | '+' | '-' | ':')).unwrap_or(text.len());
    let (written, rest) = text.split_at_checked(end)?;
    Some((-seconds(written)?, rest))
}

/// `h[:mm[:ss]]` with a sign.
fn seconds(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut sum = 0;
    let mut unit = 3600;
    for part in digits.split(':') {
        sum += part.parse::<u32>().ok().map(i64::from)? * unit;
        unit /= 60;
    }
    Some(sign * sum)
}

/// `Mm.w.d[/time]`.
fn when(text: &str) -> Option<When> {
    let (day, time) = text.split_once('/').unwrap_or((text, "2"));
    let mut parts = day.strip_prefix('M')?.split('.').map(|part| part.parse::<i64>().ok());
    let when = When { month: parts.next()??, week: parts.next()??, weekday: parts.next()??, seconds: seconds(time)? };
    let fits = (1..=12).contains(&when.month) && (1..=5).contains(&when.week) && (0..=6).contains(&when.weekday);
    (fits && parts.next().is_none()).then_some(when)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn footers() {
        let when = |month, week, weekday, seconds| When { month, week, weekday, seconds };
        assert_eq!(footer_of("<+0530>-5:30"), Some((19_800, None)));
        let new_york = Rule { standard: -18_000, summer: -14_400, start: when(3, 2, 0, 7200), end: when(11, 1, 0, 7200) };
        assert_eq!(footer_of("EST5EDT,M3.2.0,M11.1.0"), Some((-18_000, Some(new_york))));
        // Half an hour of summer time, hours outside of the day, and standard time in summer.
        let lord_howe = Rule { standard: 37_800, summer: 39_600, start: when(10, 1, 0, 7200), end: when(4, 1, 0, 7200) };
        assert_eq!(footer_of("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0"), Some((37_800, Some(lord_howe))));
        let nuuk = Rule { standard: -7200, summer: -3600, start: when(3, 5, 0, -3600), end: when(10, 5, 0, 0) };
        assert_eq!(footer_of("<-02>2<-01>,M3.5.0/-1,M10.5.0/0"), Some((-7200, Some(nuuk))));
        let dublin = Rule { standard: 3600, summer: 0, start: when(10, 5, 0, 7200), end: when(3, 5, 0, 3600) };
        assert_eq!(footer_of("IST-1GMT0,M10.5.0,M3.5.0/1"), Some((3600, Some(dublin))));
        for bad in
            ["", "E5", "EST", "EST5EDT", "EST5EDT,J60,J300", "EST5EDT,M3.2.0", "EST5EDT,M13.2.0,M11.1.0", "EST5EDT,M3.2.0,M11.1.0,M1.1.1"]
        {
            assert_eq!(footer_of(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_is_no_zone() {
        for bad in [&b""[..], b"TZif", b"TZif\0", b"PNG", b"TZif2"] {
            assert!(read(bad).is_err());
        }
    }
}
