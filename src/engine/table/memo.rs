//! Answers about rows that follow from the classes of a few of their values, remembered: what is asked again costs a look at each.
//!
//! A column of words holds numbers of its values, and so the class of a value is looked up by number; the classes of a row's fields
//! together name its answer. What the classes and answers are is for the caller to say. They hold for one revision of the table.

use hashbrown::HashTable;

use super::{Column, RowIx, Snapshot, Table};
use crate::error::{Error, Result};
use crate::query::FieldIx;

/// Bytes of one question, about.
const QUESTION: usize = 512;
/// Bytes of one answer, about.
const ANSWER: usize = 32;
/// Bytes after which everything is let go, about.
const MOST: usize = 1 << 20;
/// Fields that a key has room for.
const MOST_FIELDS: usize = 8;

/// What was worked out for a table.
#[derive(Debug, Default)]
pub struct Memo {
    revision: u64,
    questions: HashTable<(u64, Option<Question>)>,
    held: usize,
}

/// What was worked out for a question.
#[derive(Debug)]
struct Question {
    fields: Vec<Classes>,
    /// By the places of the classes of all fields.
    answers: HashTable<(u64, Option<u32>)>,
}

/// The classes of the values of one field.
#[derive(Debug)]
struct Classes {
    field: FieldIx,
    /// By the number of a value, the place of its class in `classes`, counted from 1; 0 where it is not known yet.
    places: Vec<u8>,
    classes: Vec<u64>,
}

/// What is known about a lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// There is no such lead.
    NoLead,
    /// Nothing yet of what is in this row.
    New(RowIx),
    /// The answer.
    Known(Option<u32>),
}

/// Spreads a key over all bits.
#[inline]
fn hash(key: u64) -> u64 {
    let mixed = key.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ (mixed >> 32)
}

impl Classes {
    /// The number of a row's value, in a column that has them.
    #[inline]
    fn code(&self, table: &Snapshot, RowIx(row): RowIx) -> Option<usize> {
        match table.column(self.field) {
            Column::Coded(column) => Some(column.code(row) as usize),
            _ => None,
        }
    }

    /// The place of the class of a row's value; nothing if there are too many classes, or none of it.
    fn place(
        &mut self,
        table: &Snapshot,
        row: RowIx,
        held: &mut usize,
        class: impl FnOnce(FieldIx) -> Result<Option<u64>>,
    ) -> Result<Option<u8>> {
        let code = self.code(table, row);
        if let Some(place @ 1..) = code.and_then(|code| self.places.get(code)).copied() {
            return Ok(Some(place));
        }
        let Some(class) = class(self.field)? else { return Ok(None) };
        let known = self.classes.iter().position(|other| *other == class);
        let Ok(place) = u8::try_from(known.unwrap_or(self.classes.len()) + 1) else { return Ok(None) };
        if known.is_none() {
            self.classes.push(class);
        }
        if let Some(code) = code {
            if code >= self.places.len() {
                let more = code + 1 + code / 2 - self.places.len();
                self.places.try_reserve_exact(more)?;
                self.places.resize(self.places.len() + more, 0);
                *held += more;
            }
            self.places.get_mut(code).into_iter().for_each(|slot| *slot = place);
        }
        Ok(Some(place))
    }
}

impl Memo {
    /// One for the table as it is, of which nothing is known yet.
    pub fn new(table: &Snapshot) -> Memo {
        Memo { revision: table.revision(), ..Memo::default() }
    }

    /// What is known of the answer to a question about the lead with that id.
    pub fn look_up(&self, table: &Table, question: u64, id: &[u8]) -> Lookup {
        let Some(row) = table.index.find(table.ids(), id).map(RowIx) else { return Lookup::NoLead };
        match self.answer(table, question, row) {
            Some(answer) => Lookup::Known(answer),
            None => Lookup::New(row),
        }
    }

    #[inline]
    fn answer(&self, table: &Snapshot, question: u64, row: RowIx) -> Option<Option<u32>> {
        if self.revision != table.revision() {
            return None;
        }
        let (_, known) = self.questions.find(hash(question), |(known, _)| *known == question)?;
        let known = known.as_ref()?;
        let mut key = 0;
        for classes in &known.fields {
            let place = classes.places.get(classes.code(table, row)?).filter(|place| **place > 0)?;
            key = key << 8 | u64::from(*place);
        }
        known.answers.find(hash(key), |(known, _)| *known == key).map(|(_, answer)| *answer)
    }

    /// Learns the answer to a question about a row, and gives it back; what was of another revision, or too much, is let go before. `fields` are those
    /// that decide it, if there are such, and `class` is that of the row's value in one of them, if it has any.
    ///
    /// # Errors
    /// `out_of_memory`, and those of `class` and `answer`.
    pub fn learn(
        &mut self,
        table: &Snapshot,
        question: u64,
        row: RowIx,
        fields: impl FnOnce() -> Option<Vec<FieldIx>>,
        class: impl Fn(FieldIx) -> Result<Option<u64>>,
        answer: impl FnOnce() -> Result<Option<u32>>,
    ) -> Result<Option<u32>> {
        if self.revision != table.revision() || self.held > MOST {
            *self = Memo::new(table);
        }
        if self.questions.find(hash(question), |(known, _)| *known == question).is_none() {
            self.held += QUESTION;
            self.questions.try_reserve(1, |(question, _)| hash(*question)).map_err(|_| Error::out_of_memory())?;
            let made = fields().filter(|fields| fields.len() <= MOST_FIELDS).map(|fields| Question {
                fields: fields.into_iter().map(|field| Classes { field, places: Vec::new(), classes: Vec::new() }).collect(),
                answers: HashTable::new(),
            });
            self.questions.insert_unique(hash(question), (question, made), |(question, _)| hash(*question));
        }
        let Memo { questions, held, .. } = self;
        let Some((_, Some(known))) = questions.find_mut(hash(question), |(known, _)| *known == question) else { return answer() };
        let mut key = 0;
        for classes in &mut known.fields {
            match classes.place(table, row, held, &class)? {
                Some(place) => key = key << 8 | u64::from(place),
                None => return answer(),
            }
        }
        if let Some((_, answer)) = known.answers.find(hash(key), |(known, _)| *known == key) {
            return Ok(*answer);
        }
        let answer = answer()?;
        *held += ANSWER;
        known.answers.try_reserve(1, |(key, _)| hash(*key)).map_err(|_| Error::out_of_memory())?;
        known.answers.insert_unique(hash(key), (key, answer), |(key, _)| hash(*key));
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use proptest::prelude::*;

    use super::*;
    use crate::query::{Cells as _, Field, FieldType, Schema, UnitTree};
    use crate::table::{Budget, LoadMode, LoadOptions, Loader, Row};
    use crate::time::Zone;

    fn table(rows: &[(u8, u8)]) -> Table {
        let fields = vec![Field::new("id", FieldType::Text), Field::new("a", FieldType::Choice), Field::new("b", FieldType::Tags)];
        let schema = Rc::new(Schema::new(fields, Zone::utc(), 1, UnitTree::default()));
        let mut loader = Loader::new(schema, FieldIx(0), LoadOptions::default(), LoadMode::Load, Budget::default()).unwrap();
        let text = rows.iter().enumerate().map(|(at, (a, b))| format!("r{at},w{a},w{b}\n")).collect::<String>();
        loader.push(format!("id,a,b\n{text}").as_bytes()).unwrap();
        loader.finish().unwrap()
    }

    proptest! {
        #[test]
        fn what_is_remembered_is_what_was_worked_out(
            rows in prop::collection::vec((0u8..9, 0u8..3), 1..20),
            asked in prop::collection::vec((any::<prop::sample::Index>(), 0u64..4), 1..60),
            later in any::<prop::sample::Index>(),
        ) {
            let mut table = table(&rows);
            let mut memo = Memo::new(&table);
            for (nth, (at, question)) in asked.iter().enumerate() {
                if nth == later.index(asked.len()) {
                    let mut loader = table.loader(LoadOptions::default()).unwrap();
                    loader.push(b"id,a\nr0,w7\n").unwrap();
                    table.upsert(loader).unwrap();
                }
                let at = at.index(rows.len());
                // The first question is decided by both fields, the second by words alone, the third by none that is known, the last by none: it is
                // the same for all leads.
                let fields = [Some(vec![FieldIx(1), FieldIx(2)]), Some(vec![FieldIx(1)]), None, Some(vec![])][*question as usize].clone();
                let row = RowIx(u32::try_from(at).unwrap());
                let lead = Row { table: &table, row };
                let class = |field: FieldIx| match lead.cell(field) {
                    crate::query::Cell::Text(text) => Ok(Some(text.len() as u64 + u64::from(text.as_bytes()[1] % 4))),
                    cell => Ok(cell.items().next().map(|item| u64::from(item.as_bytes()[1]))),
                };
                let classes: Option<Vec<_>> = fields.as_deref().map(|fields| fields.iter().map(|field| class(*field).unwrap()).collect());
                let sum = |classes: &Vec<Option<u64>>| classes.iter().fold(*question as u32, |sum, class| sum * 31 + class.unwrap_or(9) as u32);
                let wanted = classes.as_ref().map(sum);
                let found = match memo.look_up(&table, *question, format!("r{at}").as_bytes()) {
                    Lookup::Known(answer) => answer,
                    Lookup::New(other) => {
                        prop_assert_eq!(other, row);
                        memo.learn(&table, *question, row, || fields.clone(), class, || Ok(wanted)).unwrap()
                    }
                    Lookup::NoLead => return Err(TestCaseError::fail("the lead is there")),
                };
                prop_assert_eq!(found, wanted);
                if *question == 1 {
                    prop_assert_eq!(memo.look_up(&table, *question, format!("r{at}").as_bytes()), Lookup::Known(wanted));
                }
                prop_assert_eq!(memo.look_up(&table, *question, b"nobody"), Lookup::NoLead);
            }
        }
    }
}
