//! Texts of dates by a strptime pattern, compiled once and used once a cell.

use words::Word;

use super::{Civil, Day, Instant, Local, Moment, text};

/// A compiled strptime pattern.
///
/// | directive | reads |
/// |---|---|
/// | `%Y` `%y` | a year of four digits; of two, where 69 to 99 are 1969 to 1999 and 00 to 68 are 2000 to 2068 |
/// | `%m` `%b` `%B` `%h` | the month as a number; by its English name, short or full, in any case |
/// | `%d` `%e` `%j` | the day of the month; the day of the year |
/// | `%a` `%A` | the English name of a weekday, which is not checked against the date |
/// | `%H` `%I` `%p` | the hour of 24; of 12, which needs `AM` or `PM` |
/// | `%M` `%S` | minute and second |
/// | `%f` `%L` | any number of digits of a fraction of a second, truncated to milliseconds; exactly three |
/// | `%z` | an offset: `+hh:mm`, `+hhmm`, `+hh` or `Z` |
/// | `%s` `%Q` | seconds, milliseconds since 1970-01-01T00:00Z |
/// | `%F` `%D` `%T` `%R` | `%Y-%m-%d`, `%m/%d/%y`, `%H:%M:%S`, `%H:%M` |
/// | `%%` | a percent sign |
///
/// White space in a pattern matches any run of white space, also an empty one. A number other than a year may
/// lack its leading zeros or have spaces in their place. All other characters match themselves, and the whole
/// text must be used. `UTC`, `GMT` and `Z` beside a time say that it is one of UTC, unless the pattern has `%z`; other names of
/// zones and written offsets are refused, because the time would be read as another one than they say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format {
    items: Vec<Item>,
    result: Outcome,
}

/// What a pattern yields, known from the pattern alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Day,
    Local,
    AtOffset,
    Epoch,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Item {
    Space,
    Literal(char),
    /// A number into a part, of at least and at most so many digits.
    Number(Part, usize, usize),
    MonthName,
    WeekdayName,
    HalfDay,
    Fraction,
    Offset,
    /// A number with so many milliseconds to a unit.
    Epoch(i64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Year,
    ShortYear,
    Month,
    Day,
    DayOfYear,
    Hour,
    Minute,
    Second,
    Millisecond,
}

/// Which parts a pattern has, as bits.
mod has {
    pub const YEAR: u16 = 1;
    pub const MONTH: u16 = 2;
    pub const DAY: u16 = 4;
    pub const DATE: u16 = YEAR | MONTH | DAY;
    pub const WEEKDAY: u16 = 8;
    pub const HOUR: u16 = 16;
    pub const HOUR_OF_12: u16 = 32;
    pub const HALF_DAY: u16 = 64;
    pub const MINUTE: u16 = 128;
    pub const SECOND: u16 = 256;
    pub const FRACTION: u16 = 512;
    pub const OFFSET: u16 = 1024;
    pub const EPOCH: u16 = 2048;
    pub const UTC: u16 = 4096;
}

const OFFSET_WRITTEN: &str = "an offset that is written out would be passed over; use `%z` for an offset";

/// A longer pattern is a mistake, and each cell pays for its length.
const MAX_PATTERN: usize = 200;

impl Format {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// What is wrong with it, in words: an unknown directive, a part that is given twice, parts that make no
    /// date or no time together.
    ///
    /// ```
    /// use evenhand_base::time::{Day, Format, Moment};
    ///
    /// let format = Format::new("%d %b, %Y").unwrap();
    /// assert_eq!(format.parse("2 jan, 1970"), Some(Moment::Day(Day(1))));
    /// assert_eq!(Format::new("%d %b").unwrap_err(), "the pattern lacks a year (`%Y`)");
    /// ```
    pub fn new(pattern: &str) -> Result<Format, String> {
        if pattern.len() > MAX_PATTERN {
            return Err(format!("a pattern has at most {MAX_PATTERN} bytes"));
        }
        let mut items = Vec::new();
        let mut seen = 0;
        compile(pattern, &mut items, &mut seen)?;
        Ok(Format { items, result: outcome(seen)? })
    }

    /// Whether it reads a count of seconds or milliseconds, which may come as a number.
    pub fn counts(&self) -> bool {
        self.result == Outcome::Epoch
    }

    /// Reads a text of this format; `None` if it is not one, or not a time in the legal range.
    pub fn parse(&self, text: &str) -> Option<Moment> {
        let mut parts = Parts::default();
        let mut rest = text;
        for &item in &self.items {
            rest = parts.take(item, rest)?;
        }
        if !rest.is_empty() {
            return None;
        }
        let (date, clock) = (|| parts.date(), || parts.clock());
        Some(match self.result {
            Outcome::Day => Moment::Day(date()?),
            Outcome::Local => Moment::Local(Local { day: date()?, ms: clock()? }),
            Outcome::AtOffset => Moment::Instant(text::at_offset(date()?, clock()?, parts.offset)?),
            Outcome::Epoch => Moment::Instant(parts.epoch()?),
        })
    }
}

/// Appends the items of a pattern. The only recursion is into the composite directives, which hold no others.
fn compile(pattern: &str, items: &mut Vec<Item>, seen: &mut u16) -> Result<(), String> {
    let mut chars = pattern.chars();
    loop {
        let rest = chars.as_str();
        let Some(char) = chars.next() else { break };
        if char.is_ascii_alphabetic() {
            let end = rest.find(|char: char| !char.is_ascii_alphabetic()).unwrap_or(rest.len());
            let (letters, behind) = rest.split_at_checked(end).unwrap_or_default();
            match words::word(letters, behind.chars().next(), *seen & has::HOUR != 0) {
                Word::Utc if words::signed(behind) => return Err(OFFSET_WRITTEN.into()),
                Word::Utc => *seen |= has::UTC,
                Word::Zone => return Err(format!("`{letters}` may name a zone, and says no offset; use `%z` for an offset")),
                Word::Other => {}
            }
            items.extend(letters.chars().map(Item::Literal));
            chars = behind.chars();
            continue;
        }
        if *seen & has::HOUR != 0 && words::offset(rest) {
            return Err(OFFSET_WRITTEN.into());
        }
        if char.is_whitespace() {
            items.push(Item::Space);
            continue;
        }
        if char != '%' {
            items.push(Item::Literal(char));
            continue;
        }
        let Some(directive) = chars.next() else { return Err("the pattern ends in a lone `%`; write `%%` for a percent sign".into()) };
        let (item, part) = match directive {
            'Y' => (Item::Number(Part::Year, 4, 4), has::YEAR),
            'y' => (Item::Number(Part::ShortYear, 2, 2), has::YEAR),
            'm' => (Item::Number(Part::Month, 1, 2), has::MONTH),
            'b' | 'B' | 'h' => (Item::MonthName, has::MONTH),
            'd' | 'e' => (Item::Number(Part::Day, 1, 2), has::DAY),
            'j' => (Item::Number(Part::DayOfYear, 1, 3), has::MONTH | has::DAY),
            'a' | 'A' => (Item::WeekdayName, has::WEEKDAY),
            'H' => (Item::Number(Part::Hour, 1, 2), has::HOUR),
            'I' => (Item::Number(Part::Hour, 1, 2), has::HOUR | has::HOUR_OF_12),
            'p' => (Item::HalfDay, has::HALF_DAY),
            'M' => (Item::Number(Part::Minute, 1, 2), has::MINUTE),
            'S' => (Item::Number(Part::Second, 1, 2), has::SECOND),
            'f' => (Item::Fraction, has::FRACTION),
            'L' => (Item::Number(Part::Millisecond, 3, 3), has::FRACTION),
            'z' => (Item::Offset, has::OFFSET),
            's' => (Item::Epoch(1000), has::EPOCH),
            'Q' => (Item::Epoch(1), has::EPOCH | has::FRACTION),
            '%' => (Item::Literal('%'), 0),
            'F' => {
                compile("%Y-%m-%d", items, seen)?;
                continue;
            }
            'D' => {
                compile("%m/%d/%y", items, seen)?;
                continue;
            }
            'T' => {
                compile("%H:%M:%S", items, seen)?;
                continue;
            }
            'R' => {
                compile("%H:%M", items, seen)?;
                continue;
            }
            'Z' => return Err("`%Z` is not supported, because names of zones are ambiguous; use `%z` for an offset".into()),
            other => return Err(format!("`%{other}` is not a supported directive")),
        };
        if *seen & part != 0 {
            return Err(format!("`%{directive}` gives a part of the date or the time a second time"));
        }
        *seen |= part;
        items.push(item);
    }
    Ok(())
}

/// What a pattern with these parts yields, or what it lacks.
fn outcome(seen: u16) -> Result<Outcome, String> {
    let with = |part| seen & part != 0;
    if with(has::EPOCH) {
        let others = seen & !(has::EPOCH | has::FRACTION | has::WEEKDAY | has::UTC);
        let message = "`%s` and `%Q` are a whole time and stand without other parts";
        return if others == 0 { Ok(Outcome::Epoch) } else { Err(message.into()) };
    }
    let fault = if seen & has::DATE == 0 {
        "the pattern has no day; it needs a year, a month and a day (`%Y`, `%m`, `%d`)"
    } else if !with(has::YEAR) {
        "the pattern lacks a year (`%Y`)"
    } else if !with(has::MONTH) {
        "the pattern lacks a month (`%m` or `%b`)"
    } else if !with(has::DAY) {
        "the pattern lacks a day (`%d`)"
    } else if with(has::HOUR_OF_12) && !with(has::HALF_DAY) {
        "`%I` needs `%p`; use `%H` for hours of 24"
    } else if with(has::HALF_DAY) && !with(has::HOUR_OF_12) {
        "`%p` needs `%I`"
    } else if with(has::MINUTE) && !with(has::HOUR) {
        "`%M` needs an hour (`%H` or `%I`); a month is `%m`"
    } else if with(has::SECOND) && !with(has::MINUTE) {
        "`%S` needs a minute (`%M`)"
    } else if with(has::FRACTION) && !with(has::SECOND) {
        "a fraction of a second needs a second (`%S`)"
    } else if with(has::OFFSET) && !with(has::HOUR) {
        "`%z` needs an hour (`%H` or `%I`)"
    } else if with(has::UTC) && !with(has::HOUR) {
        "`UTC` needs an hour (`%H` or `%I`)"
    } else if with(has::OFFSET) || with(has::UTC) {
        return Ok(Outcome::AtOffset);
    } else if with(has::HOUR) {
        return Ok(Outcome::Local);
    } else {
        return Ok(Outcome::Day);
    };
    Err(fault.into())
}

/// What has been read so far.
#[derive(Default)]
struct Parts {
    year: u32,
    month: u32,
    day: u32,
    day_of_year: Option<u32>,
    hour: u32,
    afternoon: Option<bool>,
    minute: u32,
    second: u32,
    ms: u32,
    offset: i32,
    epoch: i64,
    before_epoch: bool,
}

impl Parts {
    /// Reads one item from the front of a text and gives back what follows it.
    fn take<'t>(&mut self, item: Item, text: &'t str) -> Option<&'t str> {
        match item {
            Item::Space => Some(text.trim_start()),
            Item::Literal(char) => text.strip_prefix(char),
            Item::Number(part, least, most) => {
                let (value, rest) = number(text.trim_start_matches(' '), least, most)?;
                self.set(part, value as u32);
                Some(rest)
            }
            Item::MonthName => {
                let (index, rest) = name(&MONTHS, text)?;
                self.month = index + 1;
                Some(rest)
            }
            Item::WeekdayName => Some(name(&WEEKDAYS, text)?.1),
            Item::HalfDay => {
                let (half, rest) = text.split_at_checked(2)?;
                self.afternoon = Some(half.eq_ignore_ascii_case("pm"));
                (half.eq_ignore_ascii_case("am") || half.eq_ignore_ascii_case("pm")).then_some(rest)
            }
            Item::Fraction => {
                let (ms, rest) = text::fraction(text.as_bytes())?;
                self.ms = ms;
                tail(text, rest)
            }
            Item::Offset => {
                let (seconds, rest) = text::offset(text.as_bytes())?;
                self.offset = seconds;
                tail(text, rest)
            }
            Item::Epoch(unit) => {
                let unsigned = text.strip_prefix('-');
                self.before_epoch = unsigned.is_some();
                let (count, rest) = number(unsigned.unwrap_or(text), 1, 15)?;
                self.epoch = count.checked_mul(unit)?;
                Some(rest)
            }
        }
    }

    fn set(&mut self, part: Part, value: u32) {
        match part {
            Part::Year => self.year = value,
            Part::ShortYear => self.year = if value < 69 { 2000 + value } else { 1900 + value },
            Part::Month => self.month = value,
            Part::Day => self.day = value,
            Part::DayOfYear => self.day_of_year = Some(value),
            Part::Hour => self.hour = value,
            Part::Minute => self.minute = value,
            Part::Second => self.second = value,
            Part::Millisecond => self.ms = value,
        }
    }

    fn date(&self) -> Option<Day> {
        let year = self.year as i32;
        let Some(day_of_year) = self.day_of_year else {
            return Day::from_civil(Civil { year, month: self.month as u8, day: self.day as u8 });
        };
        let day = Day::from_civil(Civil { year, month: 1, day: 1 })?.plus_days(i64::from(day_of_year) - 1)?;
        (day.to_civil().year == year).then_some(day)
    }

    fn clock(&self) -> Option<i32> {
        let hour = match self.afternoon {
            None => self.hour,
            Some(_) if self.hour == 0 || self.hour > 12 => return None,
            Some(afternoon) => self.hour % 12 + if afternoon { 12 } else { 0 },
        };
        text::clock(hour, self.minute, self.second, self.ms)
    }

    fn epoch(&self) -> Option<Instant> {
        let ms = self.epoch.checked_add(i64::from(self.ms))?;
        Instant::new(if self.before_epoch { -ms } else { ms })
    }
}

/// A leading number of at least and at most so many digits, no more than 15, and what follows it.
fn number(text: &str, least: usize, most: usize) -> Option<(i64, &str)> {
    let (mut value, mut length) = (0, 0);
    for byte in text.bytes().take(most).take_while(u8::is_ascii_digit) {
        value = value * 10 + i64::from(byte - b'0');
        length += 1;
    }
    Some((value, text.get(length..)?)).filter(|_| length >= least)
}

/// The end of `text` that is as long as `rest`.
fn tail<'t>(text: &'t str, rest: &[u8]) -> Option<&'t str> {
    text.get(text.len() - rest.len()..)
}

const MONTHS: [&str; 12] =
    ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];
const WEEKDAYS: [&str; 7] = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

/// Which of the names, whole or cut to three letters, a text begins with, and what follows it.
fn name<'t>(names: &[&str], text: &'t str) -> Option<(u32, &'t str)> {
    let after = |name: &str| {
        let (front, rest) = text.split_at_checked(name.len())?;
        front.eq_ignore_ascii_case(name).then_some(rest)
    };
    (0..).zip(names).find_map(|(index, name)| {
        let rest = after(name).or_else(|| after(name.get(..3)?))?;
        Some((index, rest))
    })
}

mod words;

#[cfg(test)]
mod tests;
