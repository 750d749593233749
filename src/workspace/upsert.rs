//! What an upsert did, or would do, as the public API tells it.

use std::rc::Rc;

use crate::json::Json;
use crate::plan::timeline;
use crate::query::{Cell, FieldIx, Schema};
use crate::table::{Item, NO_ROW, Outcome, Preview, Problem, Problems, Upserted};

/// What an upsert would do, told row by row.
#[derive(Debug)]
pub struct UpsertPreview {
    preview: Preview,
    schema: Rc<Schema>,
}

const OUTCOMES: [(&str, Outcome); 5] = [
    ("added", Outcome::Added),
    ("updated", Outcome::Updated),
    ("unchanged", Outcome::Unchanged),
    ("skipped", Outcome::Skipped),
    ("ambiguous", Outcome::Ambiguous),
];

/// The counts of an upsert.
pub(super) fn counts(done: Upserted) -> Json {
    Json::object([
        ("added", done.added.into()),
        ("updated", done.updated.into()),
        ("unchanged", done.unchanged.into()),
        ("skipped", done.skipped.into()),
        ("ambiguous", done.ambiguous.into()),
        ("problems", Json::from(i64::try_from(done.problems).unwrap_or(i64::MAX))),
    ])
}

impl UpsertPreview {
    pub(super) fn new(preview: Preview, schema: &Rc<Schema>) -> UpsertPreview {
        UpsertPreview { preview, schema: Rc::clone(schema) }
    }

    /// How many leads and rows there are of each outcome.
    pub fn counts(&self) -> Json {
        counts(self.preview.counts)
    }

    /// What did not fit; the first 10,000.
    pub fn problems(&self) -> Json {
        problems(&self.preview.problems, &self.schema)
    }

    /// The places of the entries with an outcome, or of all: what [`UpsertPreview::entry`] takes. Nothing for a word that is no outcome.
    pub fn places(&self, outcome: Option<&str>) -> Option<Vec<u32>> {
        let wanted = match outcome {
            Some(word) => Some(OUTCOMES.iter().find(|(name, _)| *name == word)?.1),
            None => None,
        };
        let mut out = Vec::new();
        for (at, item) in (0u32..).zip(self.preview.items()) {
            if wanted.is_none_or(|wanted| wanted == item.outcome) {
                out.push(at);
            }
        }
        Some(out)
    }

    /// A lead, at its first row in the input, or a row that is left out.
    pub fn entry(&self, place: u32) -> Option<Json> {
        let item = self.preview.items().get(place as usize)?;
        let name = OUTCOMES.iter().find(|(_, outcome)| *outcome == item.outcome).map_or("", |(name, _)| name);
        let lead = self.preview.lead(item);
        let mut out = vec![
            ("outcome".to_owned(), Json::from(name)),
            ("row".to_owned(), (item.input_row as usize).into()),
            ("lead".to_owned(), if lead.is_empty() { Json::Null } else { lead.into() }),
        ];
        match item.outcome {
            Outcome::Added | Outcome::Updated => self.add_changes(item, &mut out),
            Outcome::Ambiguous => out.push(("leads".to_owned(), self.preview.leads(item).into())),
            Outcome::Unchanged | Outcome::Skipped => {}
        }
        Some(Json::Object(out))
    }

    fn add_changes(&self, item: &Item, out: &mut Vec<(String, Json)>) {
        let (mut before, mut after) = (Vec::new(), Vec::new());
        for change in self.preview.changes(item) {
            let name = self.schema.name(change.field);
            before.push((name.to_owned(), self.cell(&change.before, change.field)));
            after.push((name.to_owned(), self.cell(&change.after, change.field)));
        }
        if item.outcome == Outcome::Updated {
            out.push(("before".to_owned(), Json::Object(before)));
        }
        out.push(("after".to_owned(), Json::Object(after)));
    }

    /// A cell as [`super::Workspace::get`] tells it.
    fn cell(&self, cell: &Cell<'_>, field: FieldIx) -> Json {
        if cell.is_null() && self.schema.kind(field).is_list() { Json::List(Vec::new()) } else { timeline::json(cell) }
    }
}

/// Problems as the public API tells them.
pub(super) fn problems(found: &Problems, schema: &Schema) -> Json {
    let problem = |problem: &Problem| {
        Json::object([
            ("row", if problem.row == NO_ROW { Json::Null } else { (problem.row as usize).into() }),
            ("field", schema.name(problem.field).into()),
            ("code", problem.code.into()),
            ("value", problem.value.as_ref().into()),
        ])
    };
    Json::List(found.list().iter().map(problem).collect())
}
