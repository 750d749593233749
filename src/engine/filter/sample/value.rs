//! Values of every type: what cells hold, and what somebody might write into a rule.

use proptest::prelude::*;
use proptest::sample::select;

use super::{NOW, ZONES};
use crate::json::Json;
use crate::query::{Cell, FieldType, Schema};
use crate::time::{Base, Day, Instant, Unit, Zone};

const TEXTS: [&str; 40] = [
    "a\u{1}",
    "abababa",
    "abababab",
    "abababababababababababababababababababababababababababab",
    "",
    "a",
    "A",
    "ab",
    "aB",
    "Ab",
    "b",
    "ba",
    "abab",
    "İ",
    "i",
    "i\u{307}",
    "I",
    "ß",
    "SS",
    "ẞ",
    "Σ",
    "ς",
    "é",
    "É",
    "%",
    "a_b",
    "5",
    "a,b",
    " ",
    "𝔘x",
    "e\u{301}",
    "\u{301}",
    "Álvaro",
    "A\u{301}LVARO",
    "Ørsted",
    "각",
    "가",
    "+5 (5) 5",
    "５5",
    "٥-5",
];
/// What short texts are made of, beside letters beyond ASCII. A lone `~` would be a placeholder.
const LETTERS: [char; 20] = ['a', 'A', 'b', 'B', 'z', 'Z', 'i', 'I', 's', 'S', '5', ' ', ',', '\\', '%', '_', '\'', '"', 'ẞ', '𐐀'];
pub(super) const WORDS: [&str; 8] = ["new", "New", "open", "closed", "a,b", "ß", "ẞ", "5"];
pub(super) const USERS: [&str; 5] = ["u1", "u2", "u3", "u4", "ghost"];
pub(super) const UNITS: [&str; 6] = ["hq", "north", "n1", "n2", "south", "ghost"];
const NUMBERS: [f64; 10] = [-1.5, -0.0, 0.0, 1.0, 2.0, 2.5, 5.0, 40.0, 9_007_199_254_740_992.0, 5e-324];
const DAYS: [&str; 6] = ["2026-03-07", "2026-03-08", "2026-03-09", "2026-10-31", "2026-11-01", "2026-11-02"];
const TIMES: [&str; 10] = [
    "2026-03-08T01:59:59.999-05:00",
    "2026-03-08T03:00-04:00",
    "2026-03-08T02:30",
    "2026-03-08T05:00Z",
    "2026-03-08T04:59:59.999Z",
    "2026-03-09T03:59:59.999Z",
    "2026-03-09T04:00Z",
    "2026-11-01T01:30",
    "2026-11-01T06:30Z",
    "2026-11-02T05:00Z",
];

fn short(length: std::ops::Range<usize>) -> impl Strategy<Value = String> {
    let letter = prop_oneof![4 => select(&LETTERS[..]), 1 => prop::char::range('À', 'ԯ')];
    prop::collection::vec(letter, length).prop_map(String::from_iter)
}

pub(super) fn text() -> impl Strategy<Value = String> {
    prop_oneof![3 => select(&TEXTS[..]).prop_map(str::to_owned), 1 => short(0..5)]
}

/// A word of a pool, or now and then any other.
fn word(pool: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop_oneof![7 => select(pool).prop_map(str::to_owned), 1 => short(1..4)]
}

/// What a cell may hold, of every magnitude.
fn number() -> impl Strategy<Value = f64> {
    use prop::num::f64::{NEGATIVE, NORMAL, POSITIVE};
    let any = (NORMAL | POSITIVE | NEGATIVE).prop_map(|n| if n.abs() > 9_007_199_254_740_992.0 { 1.0 / n } else { n });
    let hundredths = (-20_000i32..20_000).prop_map(|n| f64::from(n) / 100.0);
    prop_oneof![6 => select(&NUMBERS[..]), 1 => (-50i32..50).prop_map(f64::from), 1 => hundredths, 1 => any]
}

/// Days about the changes of the clock, within a year of them, and anywhere.
fn day() -> impl Strategy<Value = Day> {
    let near = (-400i32..400).prop_map(|n| Day(Day::parse(DAYS[0]).unwrap().0 + n));
    let any = prop_oneof![4 => (Day::MIN.0..=Day::MAX.0).prop_map(Day), 1 => Just(Day::MIN), 1 => Just(Day::MAX)];
    prop_oneof![6 => select(&DAYS[..]).prop_map(|day| Day::parse(day).unwrap()), 1 => near, 1 => yearly_day(), 1 => any]
}

/// Days about the ends of years and of Februaries.
pub(super) fn yearly_day() -> impl Strategy<Value = Day> {
    const MARKS: [&str; 8] =
        ["2000-02-28", "2000-02-29", "2026-02-28", "2027-03-01", "2027-12-31", "2028-02-29", "2028-03-01", "2028-12-30"];
    (select(&MARKS[..]), -2i32..=2).prop_map(|(day, more)| Day(Day::parse(day).unwrap().0 + more))
}

/// A day of every year.
pub(super) fn yearly() -> impl Strategy<Value = Json> {
    yearly_day().prop_map(|day| day.write()[5..].into())
}

/// Instants about the changes of the clock, about midnight, and anywhere.
fn instant(zone: &Zone) -> impl Strategy<Value = Instant> + use<> {
    let pool: Vec<i64> = TIMES.iter().filter_map(|text| Instant::parse(text)).map(|at| at.0).collect();
    let here: Vec<i64> = zone.table().filter_map(|(until, _)| until).chain([Instant::parse(NOW).unwrap().0]).collect();
    let ends = ZONES.iter().flat_map(|offsets| offsets.iter()).filter_map(|(until, _)| Instant::parse((*until)?));
    let there: Vec<i64> = ends.map(|at| at.0).collect();
    let marks = prop_oneof![2 => select(here), 1 => select(there)];
    let near = (marks, -3i64..=3, select(&[1, 1_800_000, 3_600_000, 86_400_000][..])).prop_map(|(mark, n, step)| mark + n * step);
    let zones = ZONES.iter().map(|offsets| super::zone(offsets)).chain([zone.clone()]).collect::<Vec<_>>();
    let midnight = (select(zones), day(), -1i64..=1).prop_map(|(zone, day, ms)| zone.start_of(day).0 + ms);
    prop_oneof![3 => select(pool), 1 => near, 1 => midnight, 1 => Instant::MIN.0..=Instant::MAX.0]
        .prop_map(|ms| Instant(ms.clamp(Instant::MIN.0, Instant::MAX.0)))
}

pub(super) fn cell(kind: FieldType, zone: &Zone) -> BoxedStrategy<Cell<'static>> {
    let one = |word: BoxedStrategy<String>| word.prop_map(|word| Cell::Text(word.into())).boxed();
    let list = |pool: &'static [&'static str]| {
        prop::collection::vec(word(pool), 1..4).prop_map(|items| Cell::List(items.into_iter().map(Into::into).collect())).boxed()
    };
    let some = match kind {
        FieldType::Text => one(text().boxed()),
        FieldType::Number => prop_oneof![9 => number(), 1 => Just(f64::NAN)].prop_map(Cell::Number).boxed(),
        FieldType::Boolean => any::<bool>().prop_map(Cell::Bool).boxed(),
        FieldType::Date => day().prop_map(Cell::Day).boxed(),
        FieldType::Datetime => instant(zone).prop_map(Cell::Instant).boxed(),
        FieldType::Choice => one(word(&WORDS).boxed()),
        FieldType::User => one(word(&USERS).boxed()),
        FieldType::Unit => one(word(&UNITS).boxed()),
        FieldType::Tags => list(&WORDS),
        FieldType::Units => list(&UNITS),
    };
    prop_oneof![1 => Just(Cell::Null), 4 => some].boxed()
}

/// A time relative to now.
fn relative() -> impl Strategy<Value = Json> {
    let (base, unit) = (select(&Base::ALL[..]), select(&Unit::ALL[..]));
    (base, prop_oneof![3 => -2i64..=2, 1 => -50i64..50], unit).prop_map(|((base, _), offset, (unit, _))| {
        Json::object([("relative", base.into()), ("offset", offset.into()), ("unit", unit.into())])
    })
}

/// A value for a field of this type, as somebody might write it.
pub(super) fn value(kind: FieldType, schema: &Schema) -> BoxedStrategy<Json> {
    let text_of = |pool| word(pool).prop_map(Json::from);
    let actor = Just(Json::object([("actor", true.into())]));
    match kind {
        FieldType::Text => prop_oneof![8 => text().prop_map(Json::from), 1 => Just(Json::Number(5.0)), 1 => Just("~".into())].boxed(),
        FieldType::Number => {
            (number(), any::<bool>()).prop_map(|(n, quoted)| if quoted { Json::Text(format!(" {n:e} ")) } else { Json::Number(n) }).boxed()
        }
        FieldType::Boolean => select(vec![Json::Bool(true), Json::Bool(false), "true".into(), "~".into()]).boxed(),
        FieldType::Date => prop_oneof![4 => day().prop_map(|day| day.write().into()), 1 => relative()].boxed(),
        FieldType::Datetime => {
            let days = day().prop_map(|day| day.write().into());
            let times = select(&TIMES[..]).prop_map(Json::from);
            // Among them what the wall shows twice, or never.
            let wall = (select(&DAYS[..]), 0..24, select(&["00", "30", "59:59.999"][..]))
                .prop_map(|(day, hour, rest)| Json::Text(format!("{day}T{hour:02}:{rest}")));
            #[expect(clippy::cast_precision_loss, reason = "legal instants are exact")]
            let number = instant(&schema.zone).prop_map(|at| Json::Number(at.0 as f64));
            let utc = instant(&schema.zone).prop_map(|at| at.write().into());
            prop_oneof![3 => days, 2 => times, 1 => wall, 1 => utc, 1 => number, 2 => relative()].boxed()
        }
        FieldType::Choice => {
            prop_oneof![6 => text_of(&WORDS), 1 => Just("lost".into()), 1 => Just(Json::Number(5.0)), 1 => Just("~".into())].boxed()
        }
        FieldType::Tags => prop_oneof![8 => text_of(&WORDS), 1 => actor].boxed(),
        FieldType::User => prop_oneof![5 => text_of(&USERS), 2 => actor].boxed(),
        FieldType::Unit | FieldType::Units => prop_oneof![5 => text_of(&UNITS), 1 => super::query::own_unit()].boxed(),
    }
}
