//! A split of which a table holds only a part: what is asked of whoever knows of the rest, and what they answer.

use std::fmt;
use std::rc::Rc;

use crate::access::{Authorizer, Reason};
use crate::btree::BTreeMap;
use crate::dealing::classes::{Assignment, Classes, Holders};
use crate::error::Result;
use crate::json::Json;
use crate::plan::Plan;
use crate::plan::draft::SplitReport;
use crate::plan::notices::Notice;
use crate::query::FieldIx;
use crate::split as kernel;
use crate::table::Table;

/// Whoever knows of the rows that a table does not hold. Where there is nobody, it holds all of them.
pub(crate) trait SplitPart {
    /// Checks that this is a part of what is asked: of `question`, which is a digest of it.
    fn check(&self, _command: &Json, _auth: &Authorizer, _actor: &str, _question: &str) -> Result<()> {
        Ok(())
    }

    /// Open leads of each receiver among the rows that are divided. Nothing where no shares are worked out: then what receivers hold and what
    /// is remembered of them do not matter.
    fn inside(&self, _names: &[&str]) -> Option<Vec<u64>> {
        None
    }

    /// Says who gets which of the table's rows.
    fn deal(&self, table: &Table, rows: &[u32], split: SplitSpec<'_>) -> Result<Dealt>;

    /// What is told of a plan that is complete but for that.
    fn totals(&self, _plan: &Plan) -> Result<Totals> {
        Ok(Totals::Shard)
    }
}

// Whatever is behind it is not written out: the module would carry the code for nothing.
impl fmt::Debug for dyn SplitPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SplitPart")
    }
}

/// A split, in the words of the kernel.
pub(crate) struct SplitSpec<'a> {
    /// The slot that is dealt.
    pub slot: FieldIx,
    /// The receivers' ids.
    pub names: &'a [&'a str],
    /// The receivers, where shares are worked out.
    pub receivers: Vec<kernel::Receiver>,
    /// Whether somebody might be full before all rows are dealt.
    pub bounded: bool,
    /// The classes of the rows.
    pub classes: Classes,
    /// Who of the receivers has which row.
    pub holders: &'a Holders<'a>,
    /// Whether rows that are dealt to whoever has them stay in the plan.
    pub keep_unchanged: bool,
    /// How rows follow one another.
    pub order: kernel::Order,
    /// What is even.
    pub even: kernel::Even,
    /// Whether rows stay.
    pub keep: kernel::Keep,
}

/// Who gets which row.
pub(crate) struct Dealt {
    /// Row by row.
    pub to: Assignment,
    pub carry: Vec<i64>,
    /// Of the whole; a shard has none.
    pub report: Option<SplitReport>,
    /// Why nothing changes at all.
    pub refused: Option<Reason>,
    /// Whether rows were only tried, to see what would become of them: none is left out.
    pub is_trial: bool,
}

/// What is told of a split beyond its plan's rows.
#[derive(Clone, Debug, Default)]
pub(crate) enum Totals {
    /// Nothing: the rows tell all.
    #[default]
    Alone,
    /// All of it.
    Whole(Rc<Whole>),
    /// One shard's rows: what is told of the whole is not told here.
    Shard,
}

/// What is told of the whole of a split.
#[derive(Debug)]
pub(crate) struct Whole {
    /// By person.
    pub moved: BTreeMap<String, Moved>,
    /// They count leads and name none.
    pub notices: Vec<Notice>,
    /// By slot, for each person who gets a lead: the place of the last one.
    pub last: BTreeMap<FieldIx, BTreeMap<String, usize>>,
}

/// Counts that a plan moves.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Moved {
    /// Leads that they get.
    pub dealt: u64,
    /// Leads that they lose.
    pub released: u64,
    /// Open leads, of those that change, that they hold before.
    pub open_before: u64,
    /// Open leads, of those that change, that they hold afterwards.
    pub open_after: u64,
    /// Leads that are dealt to them and were theirs; counted over shards only.
    pub kept: u64,
}

impl Totals {
    /// The notices of the whole, or none for a shard; nothing where the rows tell.
    pub fn notices(&self) -> Option<Vec<Notice>> {
        match self {
            Totals::Alone => None,
            Totals::Whole(whole) => Some(whole.notices.clone()),
            Totals::Shard => Some(Vec::new()),
        }
    }

    /// For each person who gets a slot of a lead of the whole: the place of the last one. None for a shard; nothing where the
    /// rows tell.
    pub fn last_of_each(&self, slot: FieldIx) -> Option<BTreeMap<String, usize>> {
        match self {
            Totals::Alone => None,
            Totals::Whole(whole) => Some(whole.last.get(&slot).cloned().unwrap_or_default()),
            Totals::Shard => Some(BTreeMap::new()),
        }
    }
}
