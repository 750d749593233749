//! What groups and people remember between calls, as values of the state.
//!
//! - `group/<id>`: `round` (the running lap and the roster), `credits` or `counts`, by the ids of users and never by their places, and the last
//!   lead that was held (`held`); of a group that offers one after the other where the next run starts (`offers`), of one that offers to all at
//!   once who was ever asked (`audience`), so that it can be told when one of them is gone.
//! - `user/<id>`: the last assignment (`last`), the last automatic one (`automatic`), and for those whose assignments are limited the counts of the
//!   calendar's periods (`calendar`) and the instants of rolling windows (`recent`); the open offers that take one of the person's capacity
//!   (`offers`), and when they last claimed a lead (`claimed`).
//! - `held/<lead>`: since when the lead waits (`since`), in which group.
//!
//! What is missing, or is not what was written, counts as never written: a state that is half deleted costs turns, never a lead. Keys that are
//! not named here stay as they are.

use crate::json::Json;
use crate::offer::{Cursor, Person};
use crate::plan::state;
use crate::rotate::limits::{Instant, PeriodCount, Usage, Window};
use crate::rotate::{Member, Memory, Stamp, fewest_in_period, round_robin, weighted};

/// Numbers up to here are exact in JSON.
const EXACT: i64 = 9_007_199_254_740_991;

/// A whole number, given as one or as its text where it is too large for one.
fn whole(json: Option<&Json>) -> Option<i64> {
    match json? {
        #[expect(clippy::cast_possible_truncation, reason = "whole, and within 2^53")]
        Json::Number(number) if number.fract() == 0.0 && number.abs() <= EXACT as f64 => Some(*number as i64),
        Json::Text(text) => text.parse().ok(),
        _ => None,
    }
}

fn count(json: Option<&Json>) -> u64 {
    whole(json).and_then(|count| u64::try_from(count).ok()).unwrap_or(0)
}

fn number(value: i64) -> Json {
    if value.abs() <= EXACT { Json::from(value) } else { value.to_string().into() }
}

fn counted(value: u64) -> Json {
    i64::try_from(value).map_or_else(|_| value.to_string().into(), number)
}

/// A stamp: `{at, tick}`.
pub(super) fn stamp(json: Option<&Json>) -> Option<Stamp> {
    let json = json?;
    Some(Stamp { ms: whole(json.get("at"))?, tick: count(json.get("tick")) })
}

pub(super) fn stamp_json(stamp: Stamp) -> Json {
    Json::object([("at", number(stamp.ms)), ("tick", counted(stamp.tick))])
}

/// What was kept under other names.
pub(super) struct Others(Vec<(String, Json)>);

impl Others {
    fn of(kept: Option<&Json>, names: &[&str]) -> Others {
        let mut out = Vec::new();
        for (key, value) in kept.and_then(Json::as_object).unwrap_or_default() {
            if key != "format" && !names.contains(&key.as_str()) {
                out.push((key.clone(), value.clone()));
            }
        }
        Others(out)
    }

    /// Of a person.
    pub fn of_person(kept: Option<&Json>) -> Others {
        Others::of(kept, &["last", "automatic", "calendar", "recent", "offers", "claimed"])
    }

    /// Of a group.
    pub fn of_group(kept: Option<&Json>) -> Others {
        Others::of(kept, &["round", "credits", "period", "counts", "held", "offers", "audience"])
    }

    /// The value with these pairs behind the others.
    fn with(self, pairs: Vec<(&str, Json)>) -> Json {
        let mut out = state::value([]);
        if let Json::Object(list) = &mut out {
            list.extend(self.0);
            list.extend(pairs.into_iter().map(|(key, value)| (key.to_owned(), value)));
        }
        out
    }
}

/// What is remembered of a person.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct PersonMemory {
    pub last: Option<Stamp>,
    pub automatic: Option<Stamp>,
    pub usage: Usage,
    /// Open sequential offers: run and group.
    pub offers: Vec<(String, String)>,
    /// When they last claimed a lead that was offered.
    pub claimed: Option<i64>,
}

const PERIODS: [(Window, &str); 4] = [(Window::Hour, "hour"), (Window::Day, "day"), (Window::Week, "week"), (Window::Month, "month")];

impl PersonMemory {
    pub fn read(json: Option<&Json>) -> PersonMemory {
        let Some(json) = json else { return PersonMemory::default() };
        let mut out = PersonMemory {
            last: stamp(json.get("last")),
            automatic: stamp(json.get("automatic")),
            claimed: whole(json.get("claimed").and_then(|claimed| claimed.get("at"))),
            ..PersonMemory::default()
        };
        for offer in json.get("offers").and_then(Json::as_list).unwrap_or_default() {
            let text = |key: &str| offer.get(key).and_then(Json::as_text).map(str::to_owned);
            out.offers.extend(text("run").zip(text("group")));
        }
        for (period, (_, name)) in out.usage.calendar.iter_mut().zip(PERIODS) {
            let kept = json.get("calendar").and_then(|calendar| calendar.get(name));
            if let Some(start) = whole(kept.and_then(|kept| kept.get("start"))) {
                *period = PeriodCount { start, count: count(kept.and_then(|kept| kept.get("count"))) };
            }
        }
        for item in json.get("recent").and_then(Json::as_list).unwrap_or_default() {
            if let Some(ms) = whole(item.get("at")) {
                out.usage.recent.push(Instant { ms, count: count(item.get("count")) });
            }
        }
        crate::sort::by_key(&mut out.usage.recent, |instant| instant.ms);
        out
    }

    /// The value, with what else was there. Counts are written for those whose assignments are limited.
    pub fn write(&self, others: Others, limited: bool) -> Json {
        let mut pairs: Vec<(&str, Json)> = Vec::new();
        pairs.extend(self.last.map(|last| ("last", stamp_json(last))));
        pairs.extend(self.automatic.map(|automatic| ("automatic", stamp_json(automatic))));
        if limited {
            let mut calendar = Vec::new();
            for (period, (_, name)) in self.usage.calendar.iter().zip(PERIODS) {
                let value = Json::object([("start", number(period.start)), ("count", counted(period.count))]);
                calendar.push((name.to_owned(), value));
            }
            pairs.push(("calendar", Json::Object(calendar)));
            if !self.usage.recent.is_empty() {
                let mut recent = Vec::new();
                for instant in &self.usage.recent {
                    recent.push(Json::object([("at", number(instant.ms)), ("count", counted(instant.count))]));
                }
                pairs.push(("recent", Json::List(recent)));
            }
        }
        if !self.offers.is_empty() {
            let mut offers = Vec::new();
            for (run, group) in &self.offers {
                offers.push(Json::object([("run", run.as_str().into()), ("group", group.as_str().into())]));
            }
            pairs.push(("offers", Json::List(offers)));
        }
        pairs.extend(self.claimed.map(|at| ("claimed", Json::object([("at", number(at))]))));
        others.with(pairs)
    }
}

/// What a group's method remembers. `member` knows users by their ids; whoever it does not know is left out.
pub(super) fn group(json: Option<&Json>, member: &dyn Fn(&str) -> Option<Member>) -> Memory {
    let Some(json) = json else { return Memory::None };
    let by_user = |key: &str| json.get(key).and_then(Json::as_object);
    if let Some(round) = json.get("round") {
        let mut roster = Vec::new();
        for item in round.get("roster").and_then(Json::as_list).unwrap_or_default() {
            let Some(user) = item.get("user").and_then(Json::as_text).and_then(member) else { continue };
            roster.push(round_robin::Turn {
                member: user,
                served: u32::try_from(count(item.get("served"))).unwrap_or(0),
                owed: u8::try_from(count(item.get("owed"))).unwrap_or(0),
                made_good: item.get("madeGood") == Some(&Json::Bool(true)),
            });
        }
        return Memory::RoundRobin(round_robin::Memory { lap: u32::try_from(count(round.get("lap"))).unwrap_or(1), roster });
    }
    if let Some(credits) = by_user("credits") {
        let mut out = Vec::new();
        for (user, credit) in credits {
            out.extend(member(user).zip(whole(Some(credit))).map(|(member, credit)| weighted::Credit { member, credit }));
        }
        return Memory::Weighted(weighted::Memory { credits: out });
    }
    if let (Some(period), Some(counts)) = (whole(json.get("period").and_then(|period| period.get("start"))), by_user("counts")) {
        let mut out = Vec::new();
        for (user, assigned) in counts {
            out.extend(member(user).map(|member| fewest_in_period::Count { member, count: count(Some(assigned)) }));
        }
        return Memory::FewestInPeriod(fewest_in_period::Memory { period, counts: out });
    }
    Memory::None
}

/// Where a group's next run of offers starts.
pub(super) fn cursor(json: Option<&Json>, person: &mut dyn FnMut(&str) -> Person) -> Cursor {
    let Some(json) = json.and_then(|json| json.get("offers")) else { return Cursor::default() };
    let mut next = Vec::new();
    for item in json.get("next").and_then(Json::as_list).unwrap_or_default() {
        next.extend(item.as_text().map(&mut *person));
    }
    Cursor { started: count(json.get("started")), last: json.get("last").and_then(Json::as_text).map(person), next }
}

/// Whom a group has offered leads, all at once.
pub(super) fn audience(json: Option<&Json>, person: &mut dyn FnMut(&str) -> Person) -> Vec<Person> {
    let mut out = Vec::new();
    for item in json.and_then(|json| json.get("audience")).and_then(Json::as_list).unwrap_or_default() {
        out.extend(item.as_text().map(&mut *person));
    }
    out
}

/// The value of a group with another lead that was held last.
pub(super) fn held_json(kept: Option<&Json>, held: Option<Stamp>) -> Json {
    Others::of(kept, &["held"]).with(held.map(|held| ("held", stamp_json(held))).into_iter().collect())
}

/// The value of a group, with what else was there.
pub(super) fn group_json(
    others: Others,
    memory: &Memory,
    (cursor, audience): (Option<&Cursor>, &[Person]),
    held: Option<Stamp>,
    name: &dyn Fn(Member) -> String,
) -> Json {
    let mut pairs: Vec<(&str, Json)> = Vec::new();
    match memory {
        Memory::None => {}
        Memory::RoundRobin(round) => {
            let mut roster = Vec::new();
            for turn in &round.roster {
                let mut item = vec![("user".to_owned(), name(turn.member).into())];
                if turn.served > 0 {
                    item.push(("served".to_owned(), counted(turn.served.into())));
                }
                if turn.owed > 0 {
                    item.push(("owed".to_owned(), counted(turn.owed.into())));
                }
                if turn.made_good {
                    item.push(("madeGood".to_owned(), true.into()));
                }
                roster.push(Json::Object(item));
            }
            pairs.push(("round", Json::object([("lap", counted(round.lap.into())), ("roster", Json::List(roster))])));
        }
        Memory::Weighted(weighted) => {
            let mut credits = Vec::new();
            for credit in &weighted.credits {
                credits.push((name(credit.member), number(credit.credit)));
            }
            pairs.push(("credits", Json::Object(credits)));
        }
        Memory::FewestInPeriod(fewest) => {
            let mut counts = Vec::new();
            for count in &fewest.counts {
                counts.push((name(count.member), counted(count.count)));
            }
            pairs.push(("period", Json::object([("start", number(fewest.period))])));
            pairs.push(("counts", Json::Object(counts)));
        }
    }
    let people = |people: &[Person]| {
        let mut out = Vec::new();
        for person in people {
            out.push(Json::from(name(Member(person.0))));
        }
        Json::List(out)
    };
    if !audience.is_empty() {
        pairs.push(("audience", people(audience)));
    }
    if let Some(cursor) = cursor {
        let last = cursor.last.map(|last| name(Member(last.0)));
        let offers = [("started", counted(cursor.started)), ("last", last.into()), ("next", people(&cursor.next))];
        pairs.push(("offers", Json::object(offers)));
    }
    pairs.extend(held.map(|held| ("held", stamp_json(held))));
    others.with(pairs)
}
