//! A tally: what it holds, how it is written, and how it is read back.

use crate::access::Reason;
use crate::error::{Error, Result};
use crate::json::Json;
use crate::plan::drops::DropCode;
use crate::split::Set;

/// The name of the form.
const FORMAT: &str = "evenhand/tally@1";

/// What a shard adds to a split.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tally {
    /// A digest of what was asked.
    pub question: String,
    /// A digest of the shard's rows with their classes and holders.
    pub rows: String,
    /// Everybody whom tags and loads name.
    pub people: Vec<String>,
    /// What rows are like, besides their class.
    pub tags: Vec<Tag>,
    /// The classes, in canonical order.
    pub classes: Vec<Counted>,
    /// Open leads of people in the whole table, by their place.
    pub open: Vec<(u32, u64)>,
    /// Rows that were left out before counting.
    pub dropped: Vec<Dropped>,
}

/// Rows that were left out for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dropped {
    /// The reason.
    pub code: DropCode,
    /// How many.
    pub count: u64,
    /// The first of them.
    pub lead: String,
}

/// A row that refuses all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// Why it is left out.
    pub code: DropCode,
    /// Which it is, where a shard could tell before all were divided.
    pub lead: Option<String>,
}

impl Refusal {
    /// The reason that is told.
    pub fn reason(&self) -> Reason {
        let reason = Reason::new(self.code.name(), None, self.code.message());
        match &self.lead {
            Some(lead) => reason.with("lead", lead.as_str()),
            None => reason,
        }
    }
}

/// What a row is like. People are told by their place among the tally's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tag {
    /// Who has it, in the slot that is dealt, and then in the other slots that change.
    pub holders: Vec<Option<u32>>,
    /// Whether it is open: as it is, once somebody else has it, and if whoever has it keeps it.
    pub open: [bool; 3],
    /// Who was told of it before.
    pub told: Vec<u32>,
}

/// A class in a shard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Counted {
    /// Who may take its rows.
    pub eligible: Set,
    /// The receiver who has them, where rows stay if they can.
    pub owner: Option<u32>,
    /// Its rows: so many with a tag, then so many with another. In row order where that makes a difference.
    pub runs: Vec<(u32, u64)>,
}

impl Counted {
    /// How many rows it has.
    pub fn count(&self) -> u64 {
        self.runs.iter().map(|(_, rows)| rows).sum()
    }
}

/// The error for bytes that are not what they should be.
pub(crate) fn malformed(code: &'static str, what: &str) -> Error {
    Error::new(code, "", format!("these bytes cannot be read: {what}"))
}

/// Whole numbers of at most 53 bits are exact as JSON.
pub(crate) fn whole(number: u64) -> Json {
    Json::from(i64::try_from(number).unwrap_or(i64::MAX))
}

/// The receivers of a set as hexadecimal digits, the first four in the first digit.
pub(crate) fn set_to_json(set: &Set) -> Json {
    let digits = set.words().iter().flat_map(|word| (0..16).map(move |digit| word >> (4 * digit) & 15));
    let digits: String = digits.filter_map(|digit| char::from_digit(u32::try_from(digit).ok()?, 16)).collect();
    digits.trim_end_matches('0').into()
}

/// Places that may be nobody's.
pub(crate) fn place_to_json(place: Option<u32>) -> Json {
    Json::from(place.map(i64::from))
}

/// A reader of one kind of bytes, which names the kind in its errors.
#[derive(Clone, Copy)]
pub(crate) struct Form {
    /// The code of its errors.
    pub code: &'static str,
    /// The name that the bytes give themselves.
    pub format: &'static str,
}

impl Form {
    pub fn fault(self, what: &str) -> Error {
        malformed(self.code, what)
    }

    /// Reads bytes that must be the canonical form of what they hold.
    pub fn parse(self, bytes: &[u8]) -> Result<Json> {
        let text = std::str::from_utf8(bytes).map_err(|_| self.fault("they are not UTF-8"))?;
        let json = Json::parse(text).map_err(|error| self.fault(&error.message))?;
        if json.get("format").and_then(Json::as_text) != Some(self.format) {
            return Err(self.fault(&format!("they do not call themselves `{}`", self.format)));
        }
        let json = json.into_canonical();
        if json.write() == text { Ok(json) } else { Err(self.fault("they are not in canonical form")) }
    }

    pub fn text(self, json: &Json, key: &str) -> Result<String> {
        json.get(key).and_then(Json::as_text).map(str::to_owned).ok_or_else(|| self.fault(&format!("`{key}` is missing")))
    }

    pub fn list<'a>(self, json: &'a Json, key: &str) -> Result<&'a [Json]> {
        json.get(key).and_then(Json::as_list).ok_or_else(|| self.fault(&format!("`{key}` is missing")))
    }

    /// Reads every element of a list.
    pub fn each<T>(self, json: &Json, key: &str, read: impl Fn(&Json) -> Result<T>) -> Result<Vec<T>> {
        let list = self.list(json, key)?;
        let mut out = Vec::new();
        out.try_reserve_exact(list.len())?;
        for item in list {
            out.push(read(item)?);
        }
        Ok(out)
    }

    pub fn code(self, name: &str) -> Result<DropCode> {
        DropCode::ALL.iter().copied().find(|code| code.name() == name).ok_or_else(|| self.fault("a row is left out for an unknown reason"))
    }

    pub fn count(self, json: &Json) -> Result<u64> {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be whole and in range")]
        let count = json.as_number().filter(|n| n.fract() == 0.0 && (0.0..9.0e15).contains(n)).map(|n| n as u64);
        count.ok_or_else(|| self.fault("a count is not a whole number"))
    }

    pub fn place(self, json: &Json, below: usize) -> Result<u32> {
        let place = self.count(json)?;
        let known = u32::try_from(place).ok().filter(|place| (*place as usize) < below);
        known.ok_or_else(|| self.fault("a place is out of range"))
    }

    pub fn maybe_place(self, json: &Json, below: usize) -> Result<Option<u32>> {
        if json.is_null() { Ok(None) } else { self.place(json, below).map(Some) }
    }

    /// Reads pairs that stand one after the other in a list.
    pub fn pairs(self, json: &Json, key: &str, below: usize) -> Result<Vec<(u32, u64)>> {
        let list = self.list(json, key)?;
        let mut out = Vec::new();
        out.try_reserve_exact(list.len() / 2)?;
        let mut sum = 0_u64;
        for pair in list.chunks(2) {
            let [place, count] = pair else { return Err(self.fault("a pair is cut off")) };
            let count = self.count(count)?;
            sum = sum.checked_add(count).filter(|sum| *sum < 1 << 53).ok_or_else(|| self.fault("a sum is out of range"))?;
            out.push((self.place(place, below)?, count));
        }
        Ok(out)
    }

    pub fn set(self, json: &Json, key: &str) -> Result<Set> {
        let digits = self.text(json, key)?;
        let mut words = Vec::new();
        words.try_reserve_exact(digits.len().div_ceil(16))?;
        for part in digits.as_bytes().chunks(16) {
            let mut word = 0_u64;
            for (at, digit) in part.iter().enumerate() {
                let digit = char::from(*digit).to_digit(16).ok_or_else(|| self.fault("a set is not written in hexadecimal digits"))?;
                word |= u64::from(digit) << (4 * at);
            }
            words.push(word);
        }
        let set = Set::from(words);
        if set_to_json(&set).as_text() == Some(digits.as_str()) { Ok(set) } else { Err(self.fault("a set is not in canonical form")) }
    }
}

const TALLY: Form = Form { code: "tally_malformed", format: FORMAT };

/// Pairs one after the other.
pub(crate) fn pairs_to_json(pairs: &[(u32, u64)]) -> Json {
    Json::List(pairs.iter().flat_map(|(place, count)| [Json::from(i64::from(*place)), whole(*count)]).collect())
}

impl Tally {
    /// A tally of no rows.
    pub fn empty(question: String) -> Tally {
        Tally {
            question,
            rows: String::new(),
            people: Vec::new(),
            tags: Vec::new(),
            classes: Vec::new(),
            open: Vec::new(),
            dropped: Vec::new(),
        }
    }

    /// The tally as bytes.
    pub fn encode(&self) -> Vec<u8> {
        let tag = |tag: &Tag| {
            Json::object([
                ("holders", Json::List(tag.holders.iter().map(|place| place_to_json(*place)).collect())),
                ("open", tag.open.to_vec().into()),
                ("told", tag.told.iter().map(|place| i64::from(*place)).collect::<Vec<_>>().into()),
            ])
        };
        let class = |class: &Counted| {
            Json::object([
                ("eligible", set_to_json(&class.eligible)),
                ("owner", place_to_json(class.owner)),
                ("runs", pairs_to_json(&class.runs)),
            ])
        };
        let dropped = |dropped: &Dropped| {
            Json::object([("code", dropped.code.name().into()), ("count", whole(dropped.count)), ("lead", dropped.lead.as_str().into())])
        };
        let json = Json::object([
            ("format", FORMAT.into()),
            ("question", self.question.as_str().into()),
            ("rows", self.rows.as_str().into()),
            ("people", self.people.clone().into()),
            ("tags", Json::List(self.tags.iter().map(tag).collect())),
            ("classes", Json::List(self.classes.iter().map(class).collect())),
            ("open", pairs_to_json(&self.open)),
            ("dropped", Json::List(self.dropped.iter().map(dropped).collect())),
        ]);
        json.into_canonical().write().into_bytes()
    }

    /// Reads a tally.
    ///
    /// # Errors
    /// `tally_malformed`.
    pub fn decode(bytes: &[u8]) -> Result<Tally> {
        let json = TALLY.parse(bytes)?;
        let people = TALLY
            .each(&json, "people", |name| name.as_text().map(str::to_owned).ok_or_else(|| TALLY.fault("somebody's id is not a text")))?;
        let tags = TALLY.each(&json, "tags", |tag| {
            let open = TALLY.each(tag, "open", |open| match open {
                Json::Bool(open) => Ok(*open),
                _ => Err(TALLY.fault("`open` is neither true nor false")),
            })?;
            Ok(Tag {
                holders: TALLY.each(tag, "holders", |place| TALLY.maybe_place(place, people.len()))?,
                open: open.try_into().map_err(|_| TALLY.fault("`open` has not three values"))?,
                told: TALLY.each(tag, "told", |place| TALLY.place(place, people.len()))?,
            })
        })?;
        let classes = TALLY.each(&json, "classes", |class| {
            Ok(Counted {
                eligible: TALLY.set(class, "eligible")?,
                owner: TALLY.maybe_place(class.get("owner").unwrap_or(&Json::Null), usize::MAX)?,
                runs: TALLY.pairs(class, "runs", tags.len())?,
            })
        })?;
        if !classes.is_sorted_by(|a: &Counted, b| order(&a.eligible, a.owner).lt(&order(&b.eligible, b.owner))) {
            return Err(TALLY.fault("its classes are not in order"));
        }
        let dropped = TALLY.each(&json, "dropped", |dropped| {
            let code = TALLY.code(&TALLY.text(dropped, "code")?)?;
            let count = TALLY.count(dropped.get("count").unwrap_or(&Json::Null))?;
            Ok(Dropped { code, count, lead: TALLY.text(dropped, "lead")? })
        })?;
        let open = TALLY.pairs(&json, "open", people.len())?;
        Ok(Tally { question: TALLY.text(&json, "question")?, rows: TALLY.text(&json, "rows")?, people, tags, classes, open, dropped })
    }

    /// Somebody's id.
    pub fn name(&self, place: u32) -> &str {
        self.people.get(place as usize).map_or("", String::as_str)
    }
}

/// Classes are ordered by set, then by owner, none last.
pub(crate) fn order(eligible: &Set, owner: Option<u32>) -> (&Set, bool, Option<u32>) {
    (eligible, owner.is_none(), owner)
}
