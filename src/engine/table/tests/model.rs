//! The model: leads in a list, each a map of cells; every input goes through `Json::parse` and `cell_from_json`.

use std::rc::Rc;

use crate::json::Json;
use crate::query::schema::Case;
use crate::query::{Cell, Field, FieldIx, FieldType, Schema, UnitTree};
use crate::table::{Budget, LoadMode, LoadOptions, Loader, RowIx, Snapshot, Table, cell_from_json};
use crate::time::Zone;

/// One field of every type; the id is `id`.
pub fn schema() -> Rc<Schema> {
    let field = |name: &str, kind| Field {
        label: (name == "score").then(|| "The Score".into()),
        case: if name == "code" { Case::Sensitive } else { Case::Ignored },
        choices: if kind == FieldType::Choice { vec!["new".into(), "won".into()] } else { Vec::new() },
        ..Field::new(name, kind)
    };
    let fields = vec![
        field("name", FieldType::Text),
        field("id", FieldType::Text),
        field("code", FieldType::Text),
        field("score", FieldType::Number),
        field("hot", FieldType::Boolean),
        field("day", FieldType::Date),
        field("made", FieldType::Datetime),
        field("status", FieldType::Choice),
        field("owner", FieldType::User),
        field("unit", FieldType::Unit),
        field("tags", FieldType::Tags),
        field("access", FieldType::Units),
    ];
    let units = UnitTree::build(vec![("u1".into(), None, None, None), ("u2".into(), None, None, Some("u1".into()))]).unwrap();
    Rc::new(Schema::new(fields, Zone::utc(), 1, units))
}

pub const ID: FieldIx = FieldIx(1);

/// One lead: its id, and a cell for each field.
#[derive(Clone, Debug, PartialEq)]
pub struct Lead {
    pub id: String,
    pub cells: Vec<Cell<'static>>,
}

/// Problems as (row, field, code).
pub type Found = Vec<(u32, u32, &'static str)>;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Model {
    pub leads: Vec<Lead>,
    pub found: Found,
    /// Rows of the next input that are no leads.
    pub aside: Vec<bool>,
}

impl Model {
    /// Applies rows given as JSON objects.
    pub fn apply(&mut self, rows: &[Json], purpose: LoadMode) {
        let schema = schema();
        let mut seen = Vec::new();
        for (nth, row) in (0u32..).zip(rows) {
            if self.aside.get(nth as usize) == Some(&true) {
                self.found.push((nth, 1, "not_a_row"));
                continue;
            }
            let none = Json::Null;
            let id = row.get("id").unwrap_or(&none);
            let id = match cell_from_json(&schema.fields[1], &schema, id) {
                Ok(Cell::Text(id)) if !id.is_empty() => id.into_owned(),
                Ok(_) => {
                    self.found.push((nth, 1, "id_missing"));
                    continue;
                }
                Err(_) => {
                    self.found.push((nth, 1, "id_invalid"));
                    continue;
                }
            };
            let (cells, mut found) = read(row, nth);
            let again = seen.contains(&id);
            if again {
                found.push((nth, 1, "duplicate_id"));
            }
            found.sort_by_key(|found| found.1);
            self.found.extend(found);
            seen.push(id.clone());
            match self.leads.iter_mut().find(|lead| lead.id == id) {
                Some(lead) if purpose == LoadMode::Upsert => {
                    lead.cells.iter_mut().zip(cells).for_each(|(old, new)| *old = new.unwrap_or(std::mem::take(old)));
                }
                Some(lead) => lead.cells = cells.into_iter().map(Option::unwrap_or_default).collect(),
                None => self.leads.push(Lead { id, cells: cells.into_iter().map(Option::unwrap_or_default).collect() }),
            }
        }
    }
}

/// The cells of a row, none where nothing is said, and what is wrong with them.
pub fn read(row: &Json, nth: u32) -> (Vec<Option<Cell<'static>>>, Found) {
    let schema = schema();
    let mut found = Vec::new();
    let mut cells = Vec::new();
    for (ix, field) in (0u32..).zip(&schema.fields) {
        let given = row.as_object().unwrap().iter().find(|(key, _)| *key == field.name).map(|(_, value)| value);
        // What cannot be read is as if it were not there, and so are lists of nothing but elements that are empty.
        cells.push(given.and_then(|json| {
            let cell = cell_from_json(field, &schema, json).map(|cell| Some(cell).filter(|cell| !cell.is_null() || clears(field, json)));
            cell.unwrap_or_else(|problem| {
                let words = problem.cell.items().count().max(1);
                let known = problem.cell.items().filter(|word| schema.units.find(word).is_some()).count();
                let times = if problem.cell.items().count() > 0 { words - known } else { 1 };
                found.extend(std::iter::repeat_n((nth, ix, problem.code), times));
                Some(problem.cell).filter(|cell| !cell.is_null())
            })
        }));
    }
    (cells, found)
}

/// Whether a value of a field that makes a null says that there is nothing.
fn clears(field: &Field, json: &Json) -> bool {
    match json {
        Json::List(items) => !field.kind.is_list() || items.is_empty(),
        Json::Text(text) if field.kind.is_list() => ["", "[]", "{}"].contains(&text.replace(char::is_whitespace, "").as_str()),
        _ => true,
    }
}

/// All leads of a table, in order.
pub fn leads(table: &Snapshot) -> Vec<Lead> {
    let fields = table.schema().fields.len() as u32;
    let cells = |row: RowIx| (0..fields).map(|ix| table.cell(row, FieldIx(ix)).into_owned()).collect();
    table.live_rows().map(|row| Lead { id: table.id(row).into_owned(), cells: cells(row) }).collect()
}

/// The problems of a table.
pub fn found(table: &Table) -> Found {
    table.problems().list().iter().map(|problem| (problem.row, problem.field.0, problem.code)).collect()
}

pub fn loader(options: LoadOptions) -> Loader {
    Loader::new(schema(), ID, options, LoadMode::Load, Budget::default()).unwrap()
}

pub fn load(text: &str) -> crate::error::Result<Table> {
    let mut loader = loader(LoadOptions::default());
    loader.push(text.as_bytes())?;
    loader.finish()
}

/// Whether everything that a table says of itself is consistent.
pub fn sound(table: &Table) {
    let leads = leads(table);
    assert_eq!(table.size(), leads.len());
    for row in table.live_rows() {
        assert_eq!(table.find(&table.id(row)), Some(row));
    }
    let mut ids: Vec<&str> = leads.iter().map(|lead| lead.id.as_str()).collect();
    ids.sort_unstable();
    let rows = table.rows_by_id().unwrap();
    assert!(rows.iter().map(|row| table.id(RowIx(*row))).eq(ids.iter().copied()));
}
