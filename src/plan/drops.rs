//! Rows that were left out, each with its reason.

use std::borrow::Cow;

use crate::btree::BTreeMap;

use crate::access::{Reason, RowSet};
use crate::error::Result;
use crate::json::Json;
use crate::table::{RowIx, Snapshot};

macro_rules! codes {
    ($($variant:ident $name:literal $message:literal,)*) => {
        /// Why a row was left out. Where several hold, the first of this list is told.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum DropCode {
            $(#[doc = $message] $variant,)*
        }

        impl DropCode {
            /// All of them, in order.
            pub const ALL: &'static [DropCode] = &[$(DropCode::$variant,)*];

            /// The stable code.
            pub fn name(self) -> &'static str {
                match self {
                    $(DropCode::$variant => $name,)*
                }
            }

            /// What people read.
            pub fn message(self) -> &'static str {
                match self {
                    $(DropCode::$variant => $message,)*
                }
            }
        }
    };
}

codes! {
    UnknownLead "unknown_lead" "there is no such lead",
    DuplicateId "duplicate_id" "the lead is named a second time",
    Stale "stale" "the lead was changed since it was seen",
    NotPermitted "not_permitted" "the permission does not cover this lead",
    NotReassignable "not_reassignable" "the lead is in a state in which it cannot be reassigned",
    Locked "locked" "an offer of the lead is running",
    Boundary "boundary" "the lead would cross into another organisation",
    ReceiverInactive "receiver_inactive" "the receiver is not active",
    ReceiverNotPermitted "receiver_not_permitted" "the receiver may not have this lead",
    NotAHolder "not_a_holder" "the user holds no slot of the lead",
    AlreadyClaimed "already_claimed" "somebody has the lead already",
    NobodyEligible "nobody_eligible" "none of the receivers may have this lead",
    NoCapacity "no_capacity" "the receivers who may have this lead are full",
    Held "held" "the lead waits for somebody who may have it",
    NeedsReview "needs_review" "a rule that is required found nobody for this lead",
    NoRule "no_rule" "no rule is for this lead",
    ChangedSince "changed_since" "the lead was changed after the plan",
    NotUndoable "not_undoable" "this change cannot be taken back any more",
    LeadNotLoaded "lead_not_loaded" "the lead is not in the table",
    NoChange "no_change" "the lead is as asked already",
    NotOffered "not_offered" "the lead is not offered to this person",
    OfferExpired "offer_expired" "the time to answer the offer is over",
    RunEnded "run_ended" "the run of offers is over",
    UnknownRun "unknown_run" "there is no such run of offers",
}

/// What was left out.
#[derive(Clone, Debug)]
pub(crate) enum DroppedLead<'a> {
    /// A row of the table.
    Row(RowIx),
    /// A name that is not in the table, or that the actor may not know to be.
    Id(&'a str),
}

impl<'a> DroppedLead<'a> {
    /// The lead's id.
    pub fn id(&self, table: &'a Snapshot) -> Cow<'a, str> {
        match self {
            DroppedLead::Row(row) => table.id(*row),
            DroppedLead::Id(id) => Cow::Borrowed(*id),
        }
    }
}

/// One row that was left out.
#[derive(Clone, Debug)]
pub(crate) struct Drop<'a> {
    pub left: DroppedLead<'a>,
    pub code: DropCode,
}

/// What was left out for one reason.
#[derive(Clone, Debug, Default)]
struct Group {
    ids: Vec<String>,
    rows: Vec<u32>,
}

impl Group {
    fn len(&self) -> usize {
        self.ids.len() + self.rows.len()
    }

    fn get(&self, at: usize) -> Option<DroppedLead<'_>> {
        match self.ids.get(at) {
            Some(id) => Some(DroppedLead::Id(id)),
            None => self.rows.get(at - self.ids.len()).map(|row| DroppedLead::Row(RowIx(*row))),
        }
    }
}

/// All rows that were left out: by code, and in the order of the rows for each.
#[derive(Clone, Debug, Default)]
pub(crate) struct Drops {
    groups: BTreeMap<DropCode, Group>,
}

impl Drops {
    /// A name of no lead.
    pub fn unknown(&mut self, id: String) {
        self.named(id, DropCode::UnknownLead);
    }

    /// A named lead.
    pub fn named(&mut self, id: String, code: DropCode) {
        self.groups.entry(code).or_default().ids.push(id);
    }

    /// A row.
    pub fn row(&mut self, row: RowIx, code: DropCode) {
        self.groups.entry(code).or_default().rows.push(row.0);
    }

    /// Many rows.
    pub fn rows(&mut self, rows: Vec<u32>, code: DropCode) {
        if !rows.is_empty() {
            self.groups.entry(code).or_default().rows.extend(rows);
        }
    }

    /// Puts the rows that were left out for one reason in the order of the table.
    pub fn sort_rows(&mut self, code: DropCode) {
        if let Some(group) = self.groups.get_mut(&code) {
            crate::sort::all(&mut group.rows);
        }
    }

    /// The rows that were left out for one reason.
    pub fn rows_for(&self, code: DropCode) -> &[u32] {
        self.groups.get(&code).map_or(&[], |group| &group.rows)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.groups.values().map(Group::len).sum()
    }

    /// The rows that were left out, each once; nothing where a row was named twice.
    pub fn rows_once(&self) -> Option<impl Iterator<Item = u32> + Clone> {
        let repeated = self.groups.contains_key(&DropCode::DuplicateId);
        (!repeated).then(|| self.groups.values().flat_map(|group| group.rows.iter().copied()))
    }

    /// The one at a place.
    pub fn get(&self, mut at: usize) -> Option<Drop<'_>> {
        for (code, group) in &self.groups {
            match at.checked_sub(group.len()) {
                Some(rest) => at = rest,
                None => return group.get(at).map(|left| Drop { left, code: *code }),
            }
        }
        None
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = Drop<'_>> {
        self.groups.iter().flat_map(|(code, group)| (0..group.len()).filter_map(|at| group.get(at)).map(|left| Drop { left, code: *code }))
    }

    /// The reason for which all rows are refused, where one refused row refuses all; a row that is as asked is none.
    pub fn first_refusal(&self) -> Option<Drop<'_>> {
        self.iter().find(|drop| drop.code != DropCode::NoChange)
    }

    /// How many there are of each code, in the order of codes.
    pub fn counts(&self) -> Vec<(DropCode, usize)> {
        self.groups.iter().map(|(code, group)| (*code, group.len())).collect()
    }

    /// Takes out of `rows` those that an answer does not cover. Each row leaves for the first reason that holds, in the order of codes.
    pub fn drop_failing(&mut self, rows: &mut Vec<u32>, checks: RowChecks) {
        let mut checks = checks.list;
        checks.retain(|(_, covered)| *covered != RowSet::All);
        crate::sort::by_key(&mut checks, |(code, _)| *code);
        if checks.is_empty() {
            return;
        }
        rows.retain(|row| {
            let row = RowIx(*row);
            let failed = checks.iter().find(|(_, covered)| !covered.contains(row));
            if let Some((code, _)) = failed {
                self.row(row, *code);
            }
            failed.is_none()
        });
    }
}

/// What is asked of all rows: for each code the rows that pass.
#[derive(Debug, Default)]
pub(crate) struct RowChecks {
    list: Vec<(DropCode, RowSet)>,
}

impl RowChecks {
    /// Asks what goes by a code no longer.
    pub fn forget(&mut self, code: DropCode) {
        self.list.retain(|(known, _)| *known != code);
    }

    /// Only these rows pass.
    pub fn only(&mut self, code: DropCode, covered: RowSet) {
        self.list.push((code, covered));
    }

    /// The first code for which a row does not pass.
    pub fn failed(&self, row: RowIx) -> Option<DropCode> {
        self.list.iter().filter(|(_, covered)| !covered.contains(row)).map(|(code, _)| *code).min()
    }

    /// These rows do not pass.
    pub fn not(&mut self, code: DropCode, covered: RowSet, rows: u32) -> Result<()> {
        self.only(code, covered.complement(rows)?);
        Ok(())
    }
}

impl Drop<'_> {
    /// The row left out as the public API shows it.
    pub fn to_json(&self, lead: &str, reasons: &[Reason]) -> Json {
        let mut out = vec![
            ("lead".to_owned(), lead.into()),
            ("code".to_owned(), self.code.name().into()),
            ("message".to_owned(), self.code.message().into()),
        ];
        if !reasons.is_empty() {
            out.push(("reasons".to_owned(), Json::List(reasons.iter().map(Reason::to_json).collect())));
        }
        Json::Object(out)
    }
}
