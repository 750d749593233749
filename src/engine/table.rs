//! Leads in columns: loading, changing, and reading them back.
//!
//! A [`Table`] is made by a [`Loader`], which takes bytes of JSON, NDJSON or CSV in pieces, or batches of columns, and stages rows
//! until the load is known to be good; only then does it become a table or is it merged into one. A failed load, upsert or
//! edit leaves a table as it was. [`Table::snapshot`] costs next to nothing and stays readable while the table changes.
//!
//! # How a cell is read
//! The field's type reads each cell once. A cell that does not fit becomes null and is a [`Problem`]; with
//! [`LoadOptions::strict`] it is the error `cell_invalid` instead.
//!
//! | type | takes | problem |
//! |---|---|---|
//! | text | text (`""` is a value), numbers in their shortest form | `not_text`, `number_out_of_range`, `text_too_long`, `lone_surrogate` |
//! | number | numbers, text of a JSON number (spaces around it allowed), or as the field's number format says | `not_a_number`, `number_out_of_range` (infinite, or whole and beyond 2^53) |
//! | boolean | `true`, `false`, 0, 1, text `true` `false` `yes` `no` `t` `f` `y` `n` `1` `0` `checked` `unchecked` in any case | `not_a_boolean` |
//! | date | text of a day: the field's format, or RFC 3339 | `not_a_date` |
//! | datetime | text: the field's format, or RFC 3339, without offset local time in the zone, a bare day its start; whole milliseconds since 1970 | `not_a_datetime` |
//! | choice, user, unit | as text, without the blanks around it; `""` is null | as text; `unknown_choice`, `unknown_user`, `ambiguous_user`, `unknown_unit` are kept |
//! | tags, units | lists of texts and numbers; text split at commas (`\,` is a comma), parts trimmed; empty and null elements fall out | `not_a_list`, and as above |
//!
//! A user's alias becomes the user's id. A lone surrogate becomes U+FFFD. A text longer than 64 KiB is null. Null, `NaN` and a missing key are one thing, but an
//! upsert leaves the fields of missing keys as they are, and those whose cells cannot be read.
//!
//! # Rows
//! Rows are counted from 0 in the order of the input; lines of CSV with nothing but delimiters and blanks do not count. A row without an id is refused
//! (`id_missing`), as is one whose id has a lone surrogate, is too long or is no text or number (`id_invalid`). An id that comes again is
//! reported (`duplicate_id`): in a load the last row holds, at the place of the first; in an upsert both are applied, one after the
//! other. A row of CSV with fewer or more cells than the header is kept and reported (`ragged_row`); cells that are
//! missing count as missing keys, empty surplus cells are no problem.
//!
//! # CSV
//! RFC 4180 with a comma, semicolon, tab or `|`, whichever makes most of the header known. An empty cell is null; `""` in quotes is
//! the empty text in a text field and null in all others. Lines end with LF, CRLF or CR. A line `sep=;` before the header names the delimiter.
//!
//! # Encodings
//! UTF-8, with or without a mark; UTF-16 with one; Windows-1252 where [`LoadOptions::encoding`] says so.

mod budget;
mod change;
mod chunk;
pub mod codes;
pub mod column;
mod dict;
mod edit;
mod index;
mod layout;
mod list;
mod load;
mod mask;
mod memo;
mod ops;
mod order;
pub mod pack;
mod problem;
mod run;
pub mod sketch;
mod snapshot;
mod stage;
mod text;
mod upsert;

#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::ops::Deref;
use std::rc::Rc;

pub use crate::query::convert::{CellProblem, cell_from_json};
pub use budget::Budget;
pub use codes::CodeSlice;
pub use column::Column;
pub use edit::{Edit, Values};
pub use layout::{CHUNK, RowIx};
pub use list::MOST_HAVING;
pub use load::{BatchColumn, Encoding, KnownUsers, LoadFormat, LoadMode, LoadOptions, Loader, Texts};
pub use mask::Mask;
pub use mask::bit;
pub use memo::{Lookup, Memo};
pub use problem::{NO_ROW, Problem, Problems};
pub use snapshot::{Row, Snapshot};
pub use stage::Columns;
pub use upsert::{Change, Item, OnBlank, OnKnown, OnUnknown, Outcome, Preview, UpsertOptions, Upserted};

use crate::query::{FieldIx, Schema};
use index::{Finder, Index};

/// Leads, resident in columns.
///
/// All reading methods are those of [`Snapshot`], which a table dereferences to.
///
/// ```
/// use std::rc::Rc;
/// use evenhand_base::query::{FieldIx, FieldType, Field, Schema, UnitTree};
/// use evenhand_engine::table::{Budget, LoadOptions, Loader, LoadMode};
/// use evenhand_base::time::Zone;
///
/// let fields = vec![Field::new("id", FieldType::Text), Field::new("score", FieldType::Number)];
/// let schema = Rc::new(Schema::new(fields, Zone::utc(), 1, UnitTree::default()));
/// let mut loader = Loader::new(schema, FieldIx(0), LoadOptions::default(), LoadMode::Load, Budget::default())?;
/// loader.push(b"id,score\na,1\nb,")?;
/// loader.push(b"2.5\n")?;
/// let table = loader.finish()?;
/// assert_eq!(table.size(), 2);
/// let row = table.find("b").unwrap();
/// assert_eq!(table.cell(row, FieldIx(1)), evenhand_base::query::Cell::Number(2.5));
/// # Ok::<(), evenhand_base::error::Error>(())
/// ```
#[derive(Debug)]
pub struct Table {
    now: Snapshot,
    index: Index,
    problems: Problems,
    loaded: Columns,
    budget: Budget,
    ascending: bool,
    by_id: RefCell<Option<(u64, Rc<[u32]>)>>,
}

impl Deref for Table {
    type Target = Snapshot;

    fn deref(&self) -> &Snapshot {
        &self.now
    }
}

impl Table {
    /// A table without leads.
    pub fn new(schema: Rc<Schema>, id: FieldIx, budget: Budget) -> Table {
        Table {
            now: Snapshot::empty(schema, id),
            index: Index::default(),
            problems: Problems::default(),
            loaded: Columns::default(),
            budget,
            ascending: true,
            by_id: RefCell::new(None),
        }
    }

    /// A loader whose rows [`Table::upsert`] takes.
    ///
    /// # Errors
    /// As [`Loader::new`].
    pub fn loader(&self, options: LoadOptions) -> crate::error::Result<Loader> {
        self.loader_with(self.now.schema.clone(), options)
    }

    /// The same with a schema whose fields are the same ones, with other units than when the table was made. Cells that are there
    /// stay as they are: what was unknown when it was loaded is not read again.
    ///
    /// # Errors
    /// As [`Loader::new`].
    pub fn loader_with(&self, schema: Rc<Schema>, options: LoadOptions) -> crate::error::Result<Loader> {
        let budget = Budget::new(self.budget.most());
        budget.settle(self.bytes());
        Loader::new(schema, self.now.id, options, LoadMode::Upsert, budget)
    }

    /// The row of the lead with that id.
    pub fn find(&self, id: &str) -> Option<RowIx> {
        self.index.find(self.ids(), id.as_bytes()).map(RowIx)
    }

    /// Finds leads one after the other.
    pub fn finder(&self) -> Finder<'_> {
        Finder { table: self, next: 0 }
    }

    /// What did not fit, in the order of loading; later upserts add theirs, with row numbers of their own input. Only the
    /// first 10,000 are kept.
    pub fn problems(&self) -> &Problems {
        &self.problems
    }

    /// What became of the columns of the input that it was loaded from.
    pub fn loaded(&self) -> &Columns {
        &self.loaded
    }

    /// Bytes held, those that snapshots alone hold left out.
    pub fn bytes(&self) -> usize {
        let columns: usize = self.now.columns.iter().map(Column::bytes).sum();
        let live = self.now.live.as_ref().map_or(0, |live| live.capacity() * 8);
        columns + live + self.index.bytes() + self.problems.bytes() + self.loaded.bytes()
    }

    /// The table as it is now, readable when it has changed.
    pub fn snapshot(&self) -> Snapshot {
        self.now.clone()
    }
}
