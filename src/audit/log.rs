//! The log: who received what when, and who could have.

use std::rc::Rc;

use super::options::Options;
use crate::btree::{BTreeMap, BTreeSet};
use crate::error::{Error, Result};
use crate::query::{Cell, Field, FieldIx, FieldType, Schema, UnitTree};
use crate::split::scale_weights;
use crate::table::{Budget, LoadMode, Loader, Problems, RowIx, Table};

/// The parts of a row, as the fields of a table.
pub(super) const FIELDS: [(&str, FieldType); 6] = [
    ("lead", FieldType::Text),
    ("time", FieldType::Datetime),
    ("receiver", FieldType::Text),
    ("rule", FieldType::Text),
    ("group", FieldType::Text),
    ("available", FieldType::Tags),
];
const TIME: FieldIx = FieldIx(1);
const RECEIVER: FieldIx = FieldIx(2);
const RULE: FieldIx = FieldIx(3);
const GROUP: FieldIx = FieldIx(4);
const AVAILABLE: FieldIx = FieldIx(5);

/// A lead is divided into so many units: the least common multiple of 1 to 24, as in a split.
pub(super) const UNIT: u64 = 5_354_228_880;

/// Bytes for a row while it is measured, with some people who were available.
const ROW: usize = 512;

/// One assignment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub at: i64,
    pub to: u32,
    /// Who was available.
    pub set: u32,
    /// Whether that was known, and not inferred.
    pub known: bool,
    /// Whether it counts in chances.
    pub is_draw: bool,
}

/// People who were available at once.
#[derive(Clone, Debug)]
pub(super) struct Candidates {
    /// Ascending.
    pub members: Vec<u32>,
    /// Their exact shares of a lead, in units.
    units: Vec<u64>,
    /// The sum of their weights.
    pub weight: u64,
}

/// Leads that are held against each other, in the order of their times and of the log.
#[derive(Debug)]
pub(super) struct Part {
    pub group: Option<String>,
    /// Whether `group` is a rule's name.
    pub is_rule: bool,
    pub entries: Vec<Entry>,
}

#[derive(Debug)]
pub(super) struct Log {
    /// Ascending.
    pub people: Vec<String>,
    /// Whole numbers that stand to each other as the weights do.
    pub weights: Vec<u64>,
    pub sets: Vec<Candidates>,
    pub parts: Vec<Part>,
    pub left_out: [(&'static str, usize); 3],
    pub problems: Problems,
}

/// A row that can be measured.
struct Taken {
    part: u32,
    at: i64,
    to: u32,
    available: Option<Vec<u32>>,
}

fn table(bytes: &[u8], options: &Options, budget: Budget) -> Result<Table> {
    let mut fields = Vec::new();
    for (name, kind) in FIELDS {
        let formats = options.time_format.clone().filter(|_| kind == FieldType::Datetime).into_iter().collect();
        fields.push(Field { formats, ..Field::new(name, kind) });
    }
    let schema = Rc::new(Schema::new(fields, options.zone.clone(), options.week_start, UnitTree::default()));
    let mut loader = Loader::new(schema, FieldIx(0), options.load.clone(), LoadMode::Log, budget)?;
    loader.push(bytes)?;
    loader.finish()
}

/// The names in a cell.
fn names<'a>(cell: &'a Cell<'_>) -> Vec<&'a str> {
    match cell {
        Cell::Text(name) if !name.trim().is_empty() => vec![name.trim()],
        Cell::List(names) => names.iter().map(|name| name.trim()).filter(|name| !name.is_empty()).collect(),
        _ => Vec::new(),
    }
}

impl Log {
    /// # Errors
    /// Those of [`super::audit`].
    pub fn read(bytes: &[u8], options: &Options, budget: Budget) -> Result<Log> {
        let table = table(bytes, options, budget)?;
        let mut people = BTreeSet::default();
        for name in &options.people {
            people.insert(name.clone());
        }
        for row in table.live_rows().filter(|_| options.people.is_empty()) {
            for field in [RECEIVER, AVAILABLE] {
                for name in names(&table.cell(row, field)) {
                    if !people.contains(name) {
                        people.insert(name.to_owned());
                    }
                }
            }
        }
        let people: Vec<String> = people.into_iter().collect();
        let mut decimals = vec![1.0; people.len()];
        for (person, weight) in &options.weights {
            if let Ok(at) = people.binary_search(person) {
                decimals.get_mut(at).into_iter().for_each(|place| *place = *weight);
            }
        }
        let mut log = Log {
            people,
            weights: scale_weights(&decimals)?,
            sets: Vec::new(),
            parts: Vec::new(),
            left_out: [("withoutTime", 0), ("withoutReceiver", 0), ("notAmongPeople", 0)],
            problems: table.problems().clone(),
        };
        crate::memory::ensure_memory((table.rows() as usize).saturating_mul(ROW))?;
        let taken = log.take(&table)?;
        log.sort(taken, options);
        Ok(log)
    }

    /// The rows that can be measured, and the parts that they belong to.
    fn take(&mut self, table: &Table) -> Result<Vec<Taken>> {
        let mut parts: BTreeMap<String, u32> = BTreeMap::default();
        let (mut taken, mut rows) = (Vec::new(), 0);
        let [mut no_time, mut no_receiver, mut strangers] = [0, 0, 0];
        for row in table.live_rows() {
            rows += 1;
            let receiver = table.cell(row, RECEIVER);
            let Cell::Instant(at) = table.cell(row, TIME) else {
                no_time += 1;
                continue;
            };
            let Some(name) = names(&receiver).first().copied() else {
                no_receiver += 1;
                continue;
            };
            let Some(to) = self.person(name) else {
                strangers += 1;
                continue;
            };
            let cell = table.cell(row, AVAILABLE);
            let mut available: Vec<u32> = Vec::new();
            for person in names(&cell).into_iter().filter_map(|name| self.person(name)) {
                if let Err(at) = available.binary_search(&person) {
                    available.insert(at, person);
                }
            }
            let (group, is_rule) = part_of(table, row);
            let key = format!("{}{}", if is_rule { 'r' } else { 'g' }, group.as_deref().unwrap_or_default());
            let next = u32::try_from(self.parts.len()).unwrap_or(u32::MAX);
            let part = *parts.entry(key).or_insert(next);
            if part == next {
                self.parts.push(Part { group, is_rule, entries: Vec::new() });
            }
            taken.push(Taken { part, at: at.0, to, available: (!available.is_empty()).then_some(available) });
        }
        self.left_out = [("withoutTime", no_time), ("withoutReceiver", no_receiver), ("notAmongPeople", strangers)];
        if !taken.is_empty() {
            return Ok(taken);
        }
        let fault = |code, message: &str, hint| Err(Error::new(code, "/log", message).hint(hint));
        let columns = "name the columns of the log with `columns`, and the way times are written with `timeFormat`";
        match rows {
            0 => fault("log_empty", "the log has no rows", "give a row for each assignment: lead, time, receiver"),
            _ if no_time > 0 => fault("log_without_times", "no row of the log has a receiver and a time that can be read", columns),
            _ if no_receiver > 0 => fault("log_without_receivers", "no row of the log has a receiver", columns),
            _ => fault("log_without_receivers", "no row of the log is of one of `people`", "name receivers as the log writes them"),
        }
    }

    fn person(&self, name: &str) -> Option<u32> {
        self.people.binary_search_by(|known| known.as_str().cmp(name)).ok().and_then(|at| u32::try_from(at).ok())
    }

    /// Puts each row where it belongs, in the order of times, with the people who were available.
    fn sort(&mut self, mut taken: Vec<Taken>, options: &Options) {
        crate::sort::by(&mut taken, |a, b| a.part.cmp(&b.part).then(a.at.cmp(&b.at)));
        let mut everybody: Vec<u32> = Vec::new();
        if !options.people.is_empty() {
            everybody.extend((0u32..).zip(&self.people).map(|(person, _)| person));
        }
        let mut known_sets = BTreeMap::default();
        // Whether a row is its receiver's first or last one of the part.
        let (mut first, mut last) = (vec![false; taken.len()], vec![false; taken.len()]);
        let mut seen: Vec<Option<(u32, usize)>> = vec![None; self.people.len()];
        for (place, row) in taken.iter().enumerate() {
            let Some(before) = seen.get_mut(row.to as usize) else { continue };
            match before.filter(|(part, _)| *part == row.part) {
                Some((_, before)) => last.get_mut(before).into_iter().for_each(|last| *last = false),
                None => first.get_mut(place).into_iter().for_each(|first| *first = true),
            }
            last.get_mut(place).into_iter().for_each(|last| *last = true);
            *before = Some((row.part, place));
        }
        let mut there: Vec<u32> = Vec::new();
        for (row, (first, last)) in taken.into_iter().zip(first.into_iter().zip(last)) {
            if let (true, Err(at)) = (first, there.binary_search(&row.to)) {
                there.insert(at, row.to);
            }
            let known = row.available.is_some() || !everybody.is_empty();
            let mut members = match row.available {
                Some(available) => available,
                None if known => everybody.clone(),
                None => there.clone(),
            };
            let mut is_draw = known || !(first || last);
            if let Err(at) = members.binary_search(&row.to) {
                // Somebody decided otherwise.
                members.insert(at, row.to);
                is_draw = false;
            }
            let set = self.set(&mut known_sets, members);
            if let (true, Ok(at)) = (last, there.binary_search(&row.to)) {
                there.remove(at);
            }
            let entry = Entry { at: row.at, to: row.to, set, known, is_draw };
            self.parts.get_mut(row.part as usize).into_iter().for_each(|part| part.entries.push(entry));
        }
        crate::sort::by(&mut self.parts, |a, b| (&a.group, a.is_rule).cmp(&(&b.group, b.is_rule)));
    }

    fn set(&mut self, known: &mut BTreeMap<Vec<u32>, u32>, members: Vec<u32>) -> u32 {
        if let Some(set) = known.get(&members) {
            return *set;
        }
        let weight = members.iter().map(|person| self.weight(*person)).sum();
        // Rounded down, and the missing units by the largest remainders; members are in order.
        let (mut units, mut rest, mut missing) = (Vec::new(), Vec::new(), UNIT);
        for (at, person) in members.iter().enumerate() {
            let product = u128::from(self.weight(*person)) * u128::from(UNIT);
            let whole = u64::try_from(product / u128::from(weight)).unwrap_or(UNIT);
            units.push(whole);
            missing = missing.saturating_sub(whole);
            rest.push((product % u128::from(weight), at));
        }
        crate::sort::by(&mut rest, |a, b| b.0.cmp(&a.0));
        for (_, at) in rest.iter().take(usize::try_from(missing).unwrap_or(0)) {
            units.get_mut(*at).into_iter().for_each(|units| *units += 1);
        }
        let set = u32::try_from(self.sets.len()).unwrap_or(u32::MAX);
        self.sets.push(Candidates { members: members.clone(), units, weight });
        known.insert(members, set);
        set
    }

    pub fn weight(&self, person: u32) -> u64 {
        self.weights.get(person as usize).copied().unwrap_or(1)
    }

    pub fn name(&self, person: u32) -> &str {
        self.people.get(person as usize).map_or("", String::as_str)
    }

    pub fn candidates(&self, entry: &Entry) -> Option<&Candidates> {
        self.sets.get(entry.set as usize)
    }

    /// The share of a lead that is a person's, in units; none if they were not available.
    pub fn share(&self, entry: &Entry, person: u32) -> Option<u64> {
        let set = self.candidates(entry)?;
        set.units.get(set.members.binary_search(&person).ok()?).copied()
    }
}

/// The group of a row, or else its rule.
fn part_of(table: &Table, row: RowIx) -> (Option<String>, bool) {
    for (field, is_rule) in [(GROUP, false), (RULE, true)] {
        if let Some(name) = names(&table.cell(row, field)).first() {
            return (Some((*name).to_owned()), is_rule);
        }
    }
    (None, false)
}
