//! Why a row does not go back: whoever takes a plan back learns of each row that stays what keeps it there.

use std::rc::Rc;

use crate::access::{Action, Check, Lead, Reason, Request, To};
use crate::btree::BTreeMap;
use crate::config::Verb;
use crate::error::Result;
use crate::json::Json;
use crate::plan::decoded::DecodedChange;
use crate::plan::drops::{DropCode, Drops};
use crate::plan::planner::Planner;
use crate::query::{FieldIx, UnitIx};
use crate::table::{Row, RowIx};

/// One question of the way back that was answered with no.
#[derive(Clone, Debug)]
pub(super) enum Denied {
    /// The guard of the row could never hold.
    Guard(DropCode),
    /// The actor may not change the lead.
    Edit,
    /// It may not be taken from whoever holds the slot.
    Release(FieldIx),
    /// An offer of the slot is running.
    Lock(FieldIx),
    /// Its state lets it not change hands.
    State,
    /// It would go back over a boundary.
    Boundary(Option<UnitIx>),
    /// The unit's access may not be taken.
    Access(UnitIx),
}

impl Denied {
    /// The code of a row that is dropped for it.
    pub fn code(&self) -> DropCode {
        match self {
            Denied::Guard(code) => *code,
            Denied::Edit | Denied::Release(_) | Denied::Access(_) => DropCode::NotPermitted,
            Denied::Lock(_) => DropCode::Locked,
            Denied::State => DropCode::NotReassignable,
            Denied::Boundary(_) => DropCode::Boundary,
        }
    }

    fn question(&self) -> Check {
        match self {
            Denied::Guard(_) | Denied::Lock(_) => Check::Lock,
            Denied::Edit => Check::Edit,
            Denied::Release(_) | Denied::Access(_) => Check::Release,
            Denied::State => Check::Reassignable,
            Denied::Boundary(_) => Check::Boundary,
        }
    }
}

/// The reasons of all rows. Those of many are the same, and kept once.
#[derive(Default)]
pub(super) struct Told {
    pub by_row: BTreeMap<u32, Rc<Vec<Reason>>>,
    known: BTreeMap<String, Rc<Vec<Reason>>>,
}

impl Told {
    /// Leaves a row out.
    pub fn row(&mut self, drops: &mut Drops, row: RowIx, code: DropCode, reasons: Vec<Reason>) {
        let mut name = String::new();
        for reason in &reasons {
            name += &reason.to_json().write();
        }
        let kept = self.known.entry(name).or_insert_with(|| Rc::new(reasons));
        self.by_row.insert(row.0, Rc::clone(kept));
        drops.row(row, code);
    }
}

/// A row that is not as the plan left it: which fields are others now.
pub(super) fn changed(planner: &Planner<'_>, row: RowIx, change: &DecodedChange) -> Reason {
    let mut names = Vec::new();
    let shown = planner.auth.schema_of(&planner.context.actor);
    for set in &change.set {
        if !shown.hides(set.field) && planner.table.cell(row, set.field) != set.to {
            names.push(planner.model.schema.name(set.field));
        }
    }
    // Where the plan's own fields are as it left them, it is the version that tells of a change of others.
    names.extend(planner.model.lead.version.filter(|_| names.is_empty()).map(|field| planner.model.schema.name(field)));
    let message = match names.as_slice() {
        [] => "the lead is another one than the plan left".to_owned(),
        names => format!("`{}` is another one than the plan left", names.join("`, `")),
    };
    let mut fields = Vec::new();
    for name in names {
        fields.push(Json::from(name));
    }
    Reason::new("changed_since", None, message).with("fields", Json::List(fields))
}

/// A row of which the plan only started or ended an offer.
pub(super) fn of_run() -> Reason {
    Reason::new("not_undoable", None, "the plan started or ended an offer of the lead, and `cancel_run` ends a run")
}

/// A row in which the plan set nothing.
pub(super) fn nothing() -> Reason {
    Reason::new("no_change", None, "the plan set no field of the lead")
}

/// A row that goes back only with its copy.
pub(super) fn of_copy(copy: &str) -> Reason {
    Reason::new("not_undoable", None, format!("the lead goes back together with its copy `{copy}`, and the copy cannot")).with("copy", copy)
}

/// A copy that is not removed: it was changed, or is not the actor's to change.
pub(super) fn copy_stays(code: DropCode) -> Reason {
    let message = if code == DropCode::NotPermitted { "the copy may not be changed and taken away" } else { "the copy was changed" };
    Reason::new(code.name(), None, message)
}

/// What the questions that failed say of a row.
pub(super) fn denied(planner: &Planner<'_>, row: RowIx, denied: &[Denied]) -> Result<Vec<Reason>> {
    let cells = Row { table: planner.table, row };
    let actor = planner.id_of(planner.actor);
    let unit_id = |unit: &UnitIx| planner.model.schema.units.get(*unit).map_or("", |unit| unit.id.as_str());
    let asked = |ask: Action, slot: Option<FieldIx>, check: Check| {
        let now = Some(planner.context.now);
        let question = Request { slot, now, lead: Some(Lead::whole(&cells)), to: To::Anybody, ..Request::new(actor, ask) };
        let mut failed = planner.auth.can(&question)?.reasons;
        failed.retain(|reason| reason.code != "granted" && reason.question == Some(check));
        Ok::<_, crate::error::Error>(failed)
    };
    let mut out: Vec<Reason> = Vec::new();
    for no in denied {
        let mut found = match no {
            Denied::Guard(_) => vec![Reason::new("locked", Some(Check::Lock), "an offer of the lead is running")],
            Denied::Edit => asked(Action::Verb(Verb::LeadEdit), None, Check::Edit)?,
            Denied::Release(slot) => asked(Action::Verb(Verb::LeadRelease), Some(*slot), Check::Release)?,
            Denied::Lock(slot) => asked(Action::Reassign, Some(*slot), Check::Lock)?,
            Denied::State => asked(Action::Reassign, None, Check::Reassignable)?,
            Denied::Boundary(unit) => {
                let unit = unit.as_ref().map_or("", unit_id);
                let message = format!("the lead would go back to the unit `{unit}`, in another organisation");
                vec![Reason::new("boundary", Some(Check::Boundary), message).with("unit", unit)]
            }
            Denied::Access(unit) => {
                let message = format!("`{actor}` may not take access from the unit `{}`", unit_id(unit));
                vec![Reason::new("not_permitted", Some(Check::Release), message)]
            }
        };
        if found.is_empty() {
            // It is seen only as it will be, or asked of something else than the row as it is.
            found.push(Reason::new(no.code().name(), Some(no.question()), no.code().message()));
        }
        for reason in found {
            if !out.contains(&reason) {
                out.push(reason);
            }
        }
    }
    Ok(out)
}
