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
/// use evenhand_base::time::{Day, Local, Moment, parse_moment};
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

/// The last two digits of a number.
fn two(value: u32) -> [u8; 2] {
    [b'0' + (value / 10 % 10) as u8, b'0' + (value % 10) as u8]
}

/// `2026-11-21`, after clamping to the legal range.
fn day_bytes(day: Day) -> [u8; 10] {
    let Civil { year, month, day } = day.clamp(Day::MIN, Day::MAX).to_civil();
    let year = year.unsigned_abs();
    let ([y0, y1], [y2, y3], [m0, m1], [d0, d1]) = (two(year / 100), two(year), two(month.into()), two(day.into()));
    [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1]
}

/// ASCII as a string.
fn ascii(bytes: &[u8]) -> String {
    std::str::from_utf8(bytes).unwrap_or_default().to_owned()
}

impl Day {
    /// Writes `2026-11-21`. A day outside of the legal range is written as the end of it that is nearer.
    pub fn write(self) -> String {
        ascii(&day_bytes(self))
    }
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
    /// use evenhand_base::time::Instant;
    ///
    /// let instant = Instant::parse("2026-11-21T21:54:18.0009+01:00").unwrap();
    /// assert_eq!(instant.write(), "2026-11-21T20:54:18.000Z");
    /// ```
    pub fn write(self) -> String {
        let Local { day, ms } = Local::of(self.0.clamp(Instant::MIN.0, Instant::MAX.0));
        let ms = ms.unsigned_abs();
        let [y0, y1, y2, y3, _, m0, m1, _, d0, d1] = day_bytes(day);
        let ([h0, h1], [i0, i1]) = (two(ms / 3_600_000), two(ms / 60_000 % 60));
        let ([s0, s1], [f0, f1], f2) = (two(ms / 1000 % 60), two(ms / 10), b'0' + (ms % 10) as u8);
        ascii(&[y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1, b'T', h0, h1, b':', i0, i1, b':', s0, s1, b'.', f0, f1, f2, b'Z'])
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts_of_instants() {
        for (text, written) in [
            ("2026-11-21T20:54:18.000Z", "2026-11-21T20:54:18.000Z"),
            ("2026-11-21T20:54:18Z", "2026-11-21T20:54:18.000Z"),
            ("2026-11-21t20:54:18z", "2026-11-21T20:54:18.000Z"),
            ("2026-11-21 20:54:18+00", "2026-11-21T20:54:18.000Z"),
            ("2026-11-21T20:54Z", "2026-11-21T20:54:00.000Z"),
            ("2026-11-21T20:54:18.5Z", "2026-11-21T20:54:18.500Z"),
            ("2026-11-21T20:54:18.1239999999999999999999Z", "2026-11-21T20:54:18.123Z"),
            ("2026-11-21T20:54:18.9999-05:00", "2026-11-22T01:54:18.999Z"),
            ("2026-11-21T20:54:18+0530", "2026-11-21T15:24:18.000Z"),
            ("2026-11-21T20:54:18-00:00", "2026-11-21T20:54:18.000Z"),
            ("2026-01-01T00:00:00+23:59", "2025-12-31T00:01:00.000Z"),
            ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.000Z"),
            ("0001-01-01T00:00:00.000Z", "0001-01-01T00:00:00.000Z"),
            ("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"),
            ("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(Instant::parse(text).unwrap().write(), written, "{text}");
        }
        assert_eq!(Instant::parse("2026-11-21T20:54:18.007Z"), Some(Instant(1_795_294_458_007)));
        assert_eq!(Instant::parse("0001-01-01T00:00:00Z"), Some(Instant::MIN));
        assert_eq!(Instant::parse("9999-12-31T23:59:59.999Z"), Some(Instant::MAX));
    }

    #[test]
    fn texts_without_an_offset() {
        let local = |ms| Some(Moment::Local(Local { day: Day(20_778), ms }));
        for (text, moment) in [
            ("2026-11-21", Some(Moment::Day(Day(20_778)))),
            ("2026-11-21T10:00", local(36_000_000)),
            ("2026-11-21 10:00", local(36_000_000)),
            ("2026-11-21T10:00:01", local(36_001_000)),
            ("2026-11-21 23:59:59.123456", local(86_399_123)),
        ] {
            assert_eq!(parse_moment(text), moment, "{text}");
            assert_eq!(Instant::parse(text), None, "{text}");
        }
    }

    #[test]
    fn texts_that_are_none() {
        for text in [
            "",
            "Z",
            "2026",
            "2026-11",
            "2026-11-21T",
            "2026-11-21Z",
            "2026-11-21T10",
            "2026-11-21T10Z",
            "2026-11-21T10:0",
            "2026-11-21T10:00:",
            "2026-11-21T10:00:0",
            "2026-11-21T10:00:00.",
            "2026-11-21T10:00:00.Z",
            "2026-11-21T10:00.5Z",
            "2026-11-21T10:00:00,5Z",
            "2026-11-21T24:00:00Z",
            "2026-11-21T10:60:00Z",
            "2026-11-21T10:00:61Z",
            "2026-02-30T10:00:00Z",
            "2026-11-21T10:00:00+24:00",
            "2026-11-21T10:00:00+01:60",
            "2026-11-21T10:00:00+1",
            "2026-11-21T10:00:00+01:",
            "2026-11-21T10:00:00+01:0",
            "2026-11-21T10:00:00+010",
            "2026-11-21T10:00:00+01:00:00",
            "2026-11-21T10:00:00ZZ",
            "2026-11-21T10:00:00Z ",
            " 2026-11-21T10:00:00Z",
            "2026-11-21  10:00",
            "2026-11-21_10:00:00Z",
            "2026-11-21T-1:00:00Z",
            "2026-11-21T1O:00:00Z",
            "+2026-11-21T10:00:00Z",
            "20261121T100000Z",
            "2026-11-21T10:00:00\u{2212}01:00",
            "2026-11-21T10:00:0\u{660}Z",
            "0001-01-01T00:00:00+00:01",
            "9999-12-31T23:59:59-00:01",
            "0000-01-01T00:00:00Z",
            "10000-01-01T00:00:00Z",
        ] {
            assert_eq!(parse_moment(text), None, "{text}");
        }
    }

    #[test]
    fn writing_clamps_to_what_can_be_written() {
        for (ms, text) in [(i64::MIN, "0001-01-01T00:00:00.000Z"), (i64::MAX, "9999-12-31T23:59:59.999Z")] {
            assert_eq!(Instant(ms).write(), text);
            assert_eq!(Instant::new(ms), None);
        }
        assert_eq!(Instant::new(Instant::MAX.0 + 1), None);
        assert_eq!(Instant::new(Instant::MIN.0 - 1), None);
        assert_eq!(Instant::new(0), Some(Instant(0)));
    }

    /// The same grammar, cut at its marks instead of read by its bytes.
    fn naive(text: &str) -> Option<Moment> {
        let number = |text: &str, length: usize| {
            (text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse::<i64>().unwrap())
        };
        let parts = |text: &str, mark: char, lengths: &[usize]| {
            let parts: Vec<_> = text.split(mark).collect();
            (parts.len() == lengths.len()).then_some(())?;
            parts.iter().zip(lengths).map(|(part, &length)| number(part, length)).collect::<Option<Vec<_>>>()
        };
        let (date, time) = match text.split_once(['T', 't', ' ']) {
            Some((date, time)) => (date, Some(time)),
            None => (text, None),
        };
        let date = parts(date, '-', &[4, 2, 2])?;
        let day = Day::from_civil(Civil { year: date[0] as i32, month: date[1] as u8, day: date[2] as u8 })?;
        let Some(time) = time else { return Some(Moment::Day(day)) };
        let (clock, offset) = match time.find(['Z', 'z', '+', '-']) {
            Some(mark) => (&time[..mark], Some(&time[mark..])),
            None => (time, None),
        };
        let (clock, fraction) = match clock.split_once('.') {
            Some((clock, fraction)) => (clock, Some(fraction)),
            None => (clock, None),
        };
        let clock = match fraction {
            None => parts(clock, ':', &[2, 2]).map(|clock| [clock, vec![0]].concat()).or_else(|| parts(clock, ':', &[2, 2, 2]))?,
            Some(fraction) => {
                number(fraction, fraction.len().max(1))?;
                parts(clock, ':', &[2, 2, 2])?
            }
        };
        let ms = number(&format!("{:0<3}", fraction.unwrap_or(""))[..3], 3)?;
        (clock[0] < 24 && clock[1] < 60 && clock[2] < 61).then_some(())?;
        let ms = ((clock[0] * 60 + clock[1]) * 60 + clock[2].min(59)) * 1000 + ms;
        let Some(offset) = offset else { return Some(Moment::Local(Local { day, ms: ms as i32 })) };
        let east = if offset.eq_ignore_ascii_case("z") {
            0
        } else {
            matches!(offset.chars().next(), Some('+' | '-')).then_some(())?;
            let east = parts(&offset[1..], ':', &[2, 2])
                .or_else(|| Some([parts(offset.get(1..3)?, ':', &[2])?, parts(&offset[3..], ':', &[2])?].concat()))
                .or_else(|| parts(&offset[1..], ':', &[2]).map(|hours| [hours, vec![0]].concat()))?;
            (east[0] < 24 && east[1] < 60).then_some(())?;
            (east[0] * 60 + east[1]) * if offset.starts_with('-') { -1 } else { 1 }
        };
        Instant::new(i64::from(day.0) * DAY_MS + ms - east * 60_000).map(Moment::Instant)
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(ms in Instant::MIN.0..=Instant::MAX.0) {
            prop_assert_eq!(Instant::parse(&Instant(ms).write()), Some(Instant(ms)));
            let day = Local::of(ms).day;
            prop_assert_eq!(Day::parse(&day.write()), Some(day));
        }

        #[test]
        fn agrees_with_the_naive_reader(
            text in "[0-2][0-9]{3}-[01][0-9]-[0-3][0-9]([Tt ][0-2][0-9]:[0-5][0-9](:[0-6][0-9](\\.[0-9]{1,12})?)?(Z|z|[+-][0-2][0-9](:?[0-6][0-9])?)?)?",
            at in 0..40usize,
            with in "[0-9TZ:.+ -]?",
        ) {
            prop_assert_eq!(parse_moment(&text), naive(&text));
            let at = at.min(text.len());
            let broken = format!("{}{}{}", &text[..at], with, text.get(at + 1..).unwrap_or(""));
            prop_assert_eq!(parse_moment(&broken), naive(&broken), "{}", broken);
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,40}") {
            prop_assert_eq!(parse_moment(&text), None);
        }
    }
}
