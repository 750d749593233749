//! Rows that were left out, each with its reason.

use crate::access::Reason;
use crate::json::Json;
use crate::table::RowIx;

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
    ChangedSince "changed_since" "the lead was changed after the plan",
    NotUndoable "not_undoable" "this change cannot be taken back any more",
    LeadNotLoaded "lead_not_loaded" "the lead is not in the table",
    NoChange "no_change" "the lead is as asked already",
}

/// What was left out.
#[derive(Clone, Debug)]
pub(crate) enum Left {
    /// A row of the table.
    Row(RowIx),
    /// A name that is not in the table, or that the actor may not know to be.
    Id(String),
}

/// One row that was left out.
#[derive(Clone, Debug)]
pub(crate) struct Drop {
    pub left: Left,
    pub code: DropCode,
}

/// All rows that were left out, in the order in which the questions were asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Drops {
    list: Vec<Drop>,
}

impl Drops {
    /// A name of no lead.
    pub fn unknown(&mut self, id: String) {
        self.list.push(Drop { left: Left::Id(id), code: DropCode::UnknownLead });
    }

    /// A named lead.
    pub fn named(&mut self, id: String, code: DropCode) {
        self.list.push(Drop { left: Left::Id(id), code });
    }

    /// A row.
    pub fn row(&mut self, row: RowIx, code: DropCode) {
        self.list.push(Drop { left: Left::Row(row), code });
    }

    /// All of them.
    pub fn list(&self) -> &[Drop] {
        &self.list
    }

    /// The reason for which all rows are refused, where one refused row refuses all; a row that is as asked is none.
    pub fn first_refusal(&self) -> Vec<Reason> {
        let first = self.list.iter().filter(|drop| drop.code != DropCode::NoChange).min_by_key(|drop| drop.code);
        first.map(|drop| Reason::new(drop.code.name(), None, drop.code.message())).into_iter().collect()
    }

    /// How many there are of each code, in the order of codes.
    pub fn counts(&self) -> Vec<(DropCode, usize)> {
        let count = |code: DropCode| self.list.iter().filter(|drop| drop.code == code).count();
        let mut seen: Vec<DropCode> = Vec::new();
        for drop in &self.list {
            if !seen.contains(&drop.code) {
                seen.push(drop.code);
            }
        }
        seen.sort_unstable();
        seen.into_iter().map(|code| (code, count(code))).collect()
    }

    /// Takes out of `rows` those for which `keep` is false.
    pub fn sieve(&mut self, rows: &mut Vec<u32>, code: DropCode, mut keep: impl FnMut(RowIx) -> bool) {
        rows.retain(|row| {
            let stays = keep(RowIx(*row));
            if !stays {
                self.row(RowIx(*row), code);
            }
            stays
        });
    }

    /// Forgets all of them.
    pub fn clear(&mut self) {
        self.list.clear();
    }
}

impl Drop {
    /// The row left out as the public API shows it.
    pub fn to_json(&self, lead: &str) -> Json {
        Json::object([("lead", lead.into()), ("code", self.code.name().into()), ("message", self.code.message().into())])
    }
}
