//! RFC 3339 and the local texts beside it, read byte by byte and without allocating: it runs once a cell.

use super::{Civil, DAY_MS, Day, Instant, Local, Moment};

/// The value of `N` ASCII digits, at most nine.
#[inline]
fn digits<const N: usize>(text: [u8; N]) -> Option<u32> {
    let (mut value, mut valid) = (0u32, true);
    for byte in text {
        let digit = byte.wrapping_sub(b'0');
        valid &= digit <= 9;
        value = value.wrapping_mul(10).wrapping_add(u32::from(digit));
    }
    valid.then_some(value)
}

/// A leading `2026-11-21` and what follows it.
#[inline]
pub(super) fn day(text: &[u8]) -> Option<(Day, &[u8])> {
    let &[y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1, ref rest @ ..] = text else { return None };
    let (year, month, day) = (digits([y0, y1, y2, y3])?, digits([m0, m1])?, digits([d0, d1])?);
    Some((Day::from_civil(Civil { year: year as i32, month: month as u8, day: day as u8 })?, rest))
}

/// Milliseconds since midnight. A leap second reads as the second before it.
#[inline]
pub(super) fn clock(hour: u32, minute: u32, second: u32, ms: u32) -> Option<i32> {
    let valid = hour <= 23 && minute <= 59 && second <= 60 && ms <= 999;
    valid.then(|| (((hour * 60 + minute) * 60 + second.min(59)) * 1000 + ms) as i32)
}

/// The digits after a decimal point, truncated to milliseconds, and what follows them.
#[inline]
pub(super) fn fraction(text: &[u8]) -> Option<(u32, &[u8])> {
    let [b'0'..=b'9', ..] = text else { return None };
    let (mut ms, mut weight, mut rest) = (0, 100, text);
    while let [digit @ b'0'..=b'9', tail @ ..] = rest {
        ms += u32::from(digit - b'0') * weight;
        weight /= 10;
        rest = tail;
    }
    Some((ms, rest))
}

/// A leading `Z`, `+hh:mm`, `+hhmm` or `+hh` as seconds east of UTC, and what follows it.
#[inline]
pub(super) fn offset(text: &[u8]) -> Option<(i32, &[u8])> {
    let (sign, h0, h1, rest) = match *text {
        [b'Z' | b'z', ref rest @ ..] => return Some((0, rest)),
        [b'+', h0, h1, ref rest @ ..] => (1, h0, h1, rest),
        [b'-', h0, h1, ref rest @ ..] => (-1, h0, h1, rest),
        _ => return None,
    };
    let (minutes, rest) = match *rest {
        [b':', m0, m1, ref rest @ ..] | [m0 @ b'0'..=b'9', m1, ref rest @ ..] => (digits([m0, m1])?, rest),
        _ => (0, rest),
    };
    let hours = digits([h0, h1])?;
    (hours <= 23 && minutes <= 59).then_some((sign * (hours * 3600 + minutes * 60) as i32, rest))
}

/// Reads the text of a date or datetime cell.
///
/// That is RFC 3339, `2026-11-21T20:54:18.000Z` or with an offset; the same without an offset, which is a local
/// time; or a bare day. Seconds and their fraction may be left out, the fraction may have any number of digits and
/// is truncated to milliseconds, a space may stand for the `T`, and an offset may be `+hh:mm`, `+hhmm` or `+hh`.
/// The whole text must be used, and an instant must be in the legal range. A leap second (`:60`) reads as `:59`.
///
/// ```
/// use evenhand::time::{Day, Local, Moment, parse_moment};
///
/// assert_eq!(parse_moment("1970-01-03"), Some(Moment::Day(Day(2))));
/// assert_eq!(parse_moment("1970-01-01T00:01"), Some(Moment::Local(Local { day: Day(0), ms: 60_000 })));
/// assert_eq!(parse_moment("tomorrow"), None);
/// ```
#[inline]
pub fn parse_moment(text: &str) -> Option<Moment> {
    let (day, rest) = day(text.as_bytes())?;
    let &[separator, h0, h1, b':', m0, m1, ref rest @ ..] = rest else {
        return rest.is_empty().then_some(Moment::Day(day));
    };
    if !matches!(separator, b'T' | b't' | b' ') {
        return None;
    }
    let (hour, minute) = (digits([h0, h1])?, digits([m0, m1])?);
    let (second, ms, rest) = match *rest {
        [b':', s0, s1, b'.', ref rest @ ..] => {
            let (ms, rest) = fraction(rest)?;
            (digits([s0, s1])?, ms, rest)
        }
        [b':', s0, s1, ref rest @ ..] => (digits([s0, s1])?, 0, rest),
        _ => (0, 0, rest),
    };
    let ms = clock(hour, minute, second, ms)?;
    if rest.is_empty() {
        return Some(Moment::Local(Local { day, ms }));
    }
    match offset(rest)? {
        (seconds, []) => at_offset(day, ms, seconds).map(Moment::Instant),
        _ => None,
    }
}

/// The instant of a wall time that many seconds east of UTC.
#[inline]
pub(super) fn at_offset(day: Day, ms: i32, seconds: i32) -> Option<Instant> {
    Instant::new(i64::from(day.0) * DAY_MS + i64::from(ms) - i64::from(seconds) * 1000)
}

/// Appends the last `places` digits of `value`.
fn push_digits(out: &mut String, value: u32, places: u32) {
    for place in (0..places).rev() {
        out.push(char::from(b'0' + (value / 10u32.pow(place) % 10) as u8));
    }
}

/// Appends `2026-11-21`, after clamping to the legal range.
pub(super) fn push_day(out: &mut String, day: Day) {
    let Civil { year, month, day } = day.clamp(Day::MIN, Day::MAX).to_civil();
    push_digits(out, year as u32, 4);
    out.push('-');
    push_digits(out, month.into(), 2);
    out.push('-');
    push_digits(out, day.into(), 2);
}

impl Instant {
    /// Reads RFC 3339 with an offset or `Z`, and the variants that [`parse_moment`] lists; `None` for a local time.
    #[inline]
    pub fn parse(text: &str) -> Option<Instant> {
        match parse_moment(text)? {
            Moment::Instant(instant) => Some(instant),
            Moment::Local(_) | Moment::Day(_) => None,
        }
    }

    /// Writes RFC 3339 in UTC with milliseconds: `2026-11-21T20:54:18.000Z`. An instant outside of the legal range
    /// is written as the end of it that is nearer.
    ///
    /// ```
    /// use evenhand::time::Instant;
    ///
    /// let instant = Instant::parse("2026-11-21T21:54:18.0009+01:00").unwrap();
    /// assert_eq!(instant.write(), "2026-11-21T20:54:18.000Z");
    /// ```
    pub fn write(self) -> String {
        let Local { day, ms } = Local::of(self.0.clamp(Instant::MIN.0, Instant::MAX.0));
        let ms = ms.unsigned_abs();
        let mut out = String::with_capacity(24);
        push_day(&mut out, day);
        for (mark, value, places) in [('T', ms / 3_600_000, 2), (':', ms / 60_000 % 60, 2), (':', ms / 1000 % 60, 2), ('.', ms % 1000, 3)] {
            out.push(mark);
            push_digits(&mut out, value, places);
        }
        out.push('Z');
        out
    }
}
