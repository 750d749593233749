use proptest::prelude::*;

use super::super::parse_moment;
use super::*;

#[test]
fn patterns_and_texts() {
    for (pattern, text, same) in [
        ("%d %b, %Y %H:%M:%S", "21 Nov, 2026 20:54:18", "2026-11-21T20:54:18"),
        ("%d %b, %Y %H:%M:%S", "1 may, 2026 2:4:8", "2026-05-01T02:04:08"),
        ("%d %B %Y", "21 SEPTEMBER 2026", "2026-09-21"),
        ("%d %h %Y", "21 Sep 2026", "2026-09-21"),
        ("%b%d%Y", "march312026", "2026-03-31"),
        ("%b%d%Y", "Mar312026", "2026-03-31"),
        ("%m/%d/%Y %I:%M %p", "11/21/2026 8:54 PM", "2026-11-21T20:54"),
        ("%m/%d/%Y %I:%M%p", "11/21/2026 12:05am", "2026-11-21T00:05"),
        ("%m/%d/%Y %I:%M%p", "11/21/2026 12:05Pm", "2026-11-21T12:05"),
        ("%m/%d/%Y, %I:%M:%S %p", "1/2/2026, 1:02:03\u{202f}AM", "2026-01-02T01:02:03"),
        ("%m/%d/%Y %I %p", "11/21/2026 9 AM", "2026-11-21T09:00"),
        ("%d.%m.%y", "21.11.26", "2026-11-21"),
        ("%d.%m.%y", "21.11.68", "2068-11-21"),
        ("%d.%m.%y", "21.11.69", "1969-11-21"),
        ("%e.%m.%Y", " 1. 2.2026", "2026-02-01"),
        ("%Y-%j", "2026-001", "2026-01-01"),
        ("%Y-%j", "2024-366", "2024-12-31"),
        ("%Y-%j", "2026-60", "2026-03-01"),
        ("%A, %d %B %Y", "saturday, 21 November 2026", "2026-11-21"),
        ("%a %d %b %Y", "Mon 21 Nov 2026", "2026-11-21"),
        ("%F %T", "2026-11-21 20:54:18", "2026-11-21T20:54:18"),
        ("%FT%T.%fZ", "2026-11-21T20:54:18.123456789Z", "2026-11-21T20:54:18.123Z"),
        ("%F %T.%L", "2026-11-21 20:54:18.007", "2026-11-21T20:54:18.007"),
        ("%F %T.%f", "2026-11-21 20:54:18.5", "2026-11-21T20:54:18.5"),
        ("%D %R", "11/21/26 20:54", "2026-11-21T20:54"),
        ("%Y%m%d%H%M%S", "20261121205418", "2026-11-21T20:54:18"),
        ("%FT%T%z", "2026-11-21T20:54:18Z", "2026-11-21T20:54:18Z"),
        ("%FT%T%z", "2026-11-21T20:54:18+01:00", "2026-11-21T19:54:18Z"),
        ("%a, %d %b %Y %T %z", "Sat, 21 Nov 2026 20:54:18 -0530", "2026-11-22T02:24:18Z"),
        ("%FT%T%z", "2026-11-21T20:54:60+01", "2026-11-21T19:54:59Z"),
        ("%s", "1795294458", "2026-11-21T20:54:18Z"),
        ("%s", "-1", "1969-12-31T23:59:59Z"),
        ("%Q", "1795294458123", "2026-11-21T20:54:18.123Z"),
        ("%Q", "-1", "1969-12-31T23:59:59.999Z"),
        ("%F %R UTC", "2026-11-21 20:54 UTC", "2026-11-21T20:54Z"),
        ("%F %R Zulu", "2026-11-21 20:54 Zulu", "2026-11-21T20:54Z"),
        ("%d.%m.%Y, %H:%M Uhr", "21.11.2026, 20:54 Uhr", "2026-11-21T20:54"),
        ("%a, %d %b %Y %T GMT", "Sat, 21 Nov 2026 20:54:18 GMT", "2026-11-21T20:54:18Z"),
        ("%a %b %d %Y %T GMT%z", "Sat Nov 21 2026 20:54:18 GMT+0100", "2026-11-21T19:54:18Z"),
        ("%FT%TZ", "2026-11-21T20:54:18Z", "2026-11-21T20:54:18Z"),
        ("%d-%m-%Y", "21-11-2026", "2026-11-21"),
        ("%s.%f", "-0.5", "1969-12-31T23:59:59.500Z"),
        ("%%%Y/%m/%d%%", "%2026/11/21%", "2026-11-21"),
        ("le %d.%m.%Y à %Hh%M", "le 21.11.2026 à 20h54", "2026-11-21T20:54"),
        (" %d %m %Y ", "21  \t11 2026\n", "2026-11-21"),
        ("%d %m %Y", "21112026", "2026-11-21"),
    ] {
        let format = Format::new(pattern).unwrap();
        assert_eq!(format.parse(text), Some(parse_moment(same).unwrap()), "{pattern} {text}");
    }
}

#[test]
fn texts_of_another_format() {
    for (pattern, texts) in [
        (
            "%d %b, %Y %H:%M:%S",
            &[
                "",
                "21 Nov, 2026",
                "21 Nov, 2026 20:54",
                "21 Nov, 2026 20:54:18 ",
                " x",
                "21 Nov, 2026 20:54:18Z",
                "21 Nov 2026 20:54:18",
                "21 Nov, 26 20:54:18",
                "31 Nov, 2026 20:54:18",
                "0 Nov, 2026 20:54:18",
                "21 Nev, 2026 20:54:18",
                "21 Nov, 2026 24:00:00",
                "21 Nov, 2026 20:60:00",
                "21 Nov, 2026 20:00:61",
                "21 Nov, 20261 0:00:00",
                "21 Novem, 2026 20:54:18",
                "é",
                "21 é",
            ][..],
        ),
        (
            "%m/%d/%Y %I:%M %p",
            &[
                "11/21/2026 0:00 AM",
                "11/21/2026 13:00 PM",
                "11/21/2026 1:00",
                "11/21/2026 1:00 XM",
                "11/21/2026 1:00 P",
                "13/01/2026 1:00 PM",
            ],
        ),
        ("%d.%m.%y", &["21.11.2026", "21.11.6"]),
        ("%Y-%j", &["2026-366", "2026-0", "0000-1", "9999-366", "2026-1000"]),
        ("%FT%T%z", &["2026-11-21T20:54:18", "2026-11-21T20:54:18+24:00", "2026-11-21T20:54:18 Z", "0001-01-01T00:00:00+00:01"]),
        ("%F %T.%L", &["2026-11-21 20:54:18.1", "2026-11-21 20:54:18.1234", "2026-11-21 20:54:18."]),
        ("%s", &["", "-", "--1", "1.5", "9999999999999999", "999999999999999", "+1"]),
        // The seconds take all digits, so that none are left for the milliseconds.
        ("%s%L", &["1795294458007"]),
        ("%F", &["2026-11-21T00:00", "2026-11-21 ", "0000-01-01", "٢٠٢٦-01-01"]),
    ] {
        let format = Format::new(pattern).unwrap();
        for text in texts {
            assert_eq!(format.parse(text), None, "{pattern} {text}");
        }
    }
}

#[test]
fn patterns_that_are_wrong() {
    for (pattern, message) in [
        ("", "the pattern has no day; it needs a year, a month and a day (`%Y`, `%m`, `%d`)"),
        ("%H:%M", "the pattern has no day; it needs a year, a month and a day (`%Y`, `%m`, `%d`)"),
        ("%m/%d", "the pattern lacks a year (`%Y`)"),
        ("%d %Y", "the pattern lacks a month (`%m` or `%b`)"),
        ("%b %Y", "the pattern lacks a day (`%d`)"),
        ("%F %H:%M %Z", "`%Z` is not supported, because names of zones are ambiguous; use `%z` for an offset"),
        ("%F %E", "`%E` is not a supported directive"),
        ("%F UTC", "`UTC` needs an hour (`%H` or `%I`)"),
        ("%F %T CET", "`CET` may name a zone, and says no offset; use `%z` for an offset"),
        ("%F %T BRT", "`BRT` may name a zone, and says no offset; use `%z` for an offset"),
        ("%F %R Eastern Time", "`Eastern` may name a zone, and says no offset; use `%z` for an offset"),
        ("%F %T A", "`A` may name a zone, and says no offset; use `%z` for an offset"),
        ("%F %T (Europe/Berlin)", "`Europe` may name a zone, and says no offset; use `%z` for an offset"),
        ("%F %T+02:00", "an offset that is written out would be passed over; use `%z` for an offset"),
        ("%F %T -0500", "an offset that is written out would be passed over; use `%z` for an offset"),
        ("%F %R UTC+2", "an offset that is written out would be passed over; use `%z` for an offset"),
        ("%-d.%m.%Y", "`%-` is not a supported directive"),
        ("%F %é", "`%é` is not a supported directive"),
        ("%F %", "the pattern ends in a lone `%`; write `%%` for a percent sign"),
        ("%d %d %m %Y", "`%d` gives a part of the date or the time a second time"),
        ("%F %j", "`%j` gives a part of the date or the time a second time"),
        ("%F %y", "`%y` gives a part of the date or the time a second time"),
        ("%F %H %I %p", "`%I` gives a part of the date or the time a second time"),
        ("%F %I:%M", "`%I` needs `%p`; use `%H` for hours of 24"),
        ("%F %H:%M %p", "`%p` needs `%I`"),
        ("%Y-%m-%d-%M", "`%M` needs an hour (`%H` or `%I`); a month is `%m`"),
        ("%F %H:%S", "`%S` needs a minute (`%M`)"),
        ("%F %H:%M.%f", "a fraction of a second needs a second (`%S`)"),
        ("%F%z", "`%z` needs an hour (`%H` or `%I`)"),
        ("%s %z", "`%s` and `%Q` are a whole time and stand without other parts"),
        ("%F %s", "`%s` and `%Q` are a whole time and stand without other parts"),
        ("%Q.%f", "`%f` gives a part of the date or the time a second time"),
        ("%s%Q", "`%Q` gives a part of the date or the time a second time"),
    ] {
        assert_eq!(Format::new(pattern).unwrap_err(), message, "{pattern}");
    }
    assert!(Format::new(&format!("%F{}", "x".repeat(300))).is_err());
}

/// Writes a wall time by a pattern, a directive at a time.
fn write(pattern: &str, day: Day, hour: u32, minute: u32, second: u32) -> String {
    let Civil { year, month, day: of_month } = day.to_civil();
    let (month_name, weekday) = (MONTHS[usize::from(month) - 1], WEEKDAYS[usize::from(day.weekday())]);
    let mut out = pattern.to_owned();
    for (directive, value) in [
        ("%Y", format!("{year:04}")),
        ("%m", format!("{month:02}")),
        ("%B", month_name.to_owned()),
        ("%b", month_name[..3].to_uppercase()),
        ("%d", format!("{of_month:02}")),
        ("%e", format!("{of_month:2}")),
        ("%A", weekday.to_owned()),
        ("%a", weekday[..3].to_owned()),
        ("%H", format!("{hour}")),
        ("%I", format!("{}", (hour + 11) % 12 + 1)),
        ("%p", if hour < 12 { "AM" } else { "pm" }.to_owned()),
        ("%M", format!("{minute:02}")),
        ("%S", format!("{second:02}")),
    ] {
        out = out.replace(directive, &value);
    }
    out
}

proptest! {
    #[test]
    fn what_is_written_by_a_pattern_is_read_again(
        pattern in prop::sample::select(&["%d %b, %Y %H:%M:%S", "%A %e %B %Y, %I:%M:%S %p", "%a%B%d%Y%H:%M:%S", "%Y%m%d %H.%M.%S"][..]),
        day in Day::MIN.0..=Day::MAX.0,
        (hour, minute, second) in (0..24u32, 0..60u32, 0..60u32),
    ) {
        let text = write(pattern, Day(day), hour, minute, second);
        let ms = ((hour * 60 + minute) * 60 + second) as i32 * 1000;
        prop_assert_eq!(Format::new(pattern).unwrap().parse(&text), Some(Moment::Local(Local { day: Day(day), ms })), "{}", text);
    }

    #[test]
    fn no_pattern_and_no_text_panics(pattern in "(%[a-zA-Z%]|\\PC){0,8}", text in "\\PC{0,30}") {
        if let Ok(format) = Format::new(&pattern) {
            format.parse(&text);
        }
        if let Ok(format) = Format::new(&format!("{pattern}%s")) {
            format.parse(&text);
        }
    }
}
