//! One question about all rows of a table at once.
//!
//! Most answers are the same for every row, and then no row is read: a grant without a condition is a matter of units, and a
//! receiver's view is evaluated in part, with the slot, the patches and whatever else changes put in.

use super::assemble::{Over, is_null, not_null};
use super::boundary::Crossing;
use super::lead::PatchedLead;
use super::reach::{Relation, between};
use super::receive::{Changes, Reassignment};
use super::{Authorizer, Change, Principal, Reason};
use crate::config::{BoundaryMode, UserIx, Verb};
use crate::error::Result;
use crate::filter::RowSet;
use crate::filter::{self, Context};
use crate::query::assume::{all, always, any, assume, is_false, is_true, never};
use crate::query::node::{Expr, Predicate, Term};
use crate::query::{Bindings, Cell, Cells, FieldIx, Query, UnitIx};
use crate::table::{Mask, Row, RowIx, Snapshot};
use crate::time::Instant;

/// What a question is asked about, by whom and when.
#[derive(Clone, Copy)]
pub struct RowRequest<'a> {
    /// The leads.
    pub table: &'a Snapshot,
    /// Who asks.
    pub actor: UserIx,
    /// For conditions relative to now.
    pub now: Option<Instant>,
}

impl Authorizer {
    /// Rows that the actor may see.
    ///
    /// # Errors
    /// `now_required` where a condition reads the time, `out_of_memory`; so for every question of this kind.
    pub fn view(&self, asking: &RowRequest<'_>) -> Result<RowSet> {
        self.covers(asking, Verb::LeadView)
    }

    /// Rows that the grants of a verb about leads cover. `lead.view` is a question of its own.
    ///
    /// # Errors
    /// As [`Authorizer::view`].
    pub fn covers(&self, asking: &RowRequest<'_>, verb: Verb) -> Result<RowSet> {
        self.select(asking, |asker| Ok(asker.sides(verb, Over::Lead)?.both()))
    }

    /// Rows whose slot may be taken from whoever holds it; also those where nobody does.
    ///
    /// # Errors
    /// As [`Authorizer::view`].
    pub fn release(&self, asking: &RowRequest<'_>, slot: FieldIx) -> Result<RowSet> {
        self.select(asking, |asker| {
            let held = asker.sides(Verb::LeadRelease, Over::Holder(slot))?.both();
            // Whoever holds it or nobody: then no row need be looked at.
            Ok(if held == not_null(slot) { always() } else { any([is_null(slot), held]) })
        })
    }

    /// Rows from which a unit's access may be taken.
    ///
    /// # Errors
    /// As [`Authorizer::view`].
    pub fn release_unit(&self, asking: &RowRequest<'_>, unit: UnitIx) -> Result<RowSet> {
        self.select(asking, |asker| Ok(asker.sides(Verb::LeadRelease, Over::Fixed(asker.unit_standing(unit)))?.both()))
    }

    /// Rows that may be given to somebody.
    ///
    /// # Errors
    /// As [`Authorizer::view`].
    pub fn give(&self, asking: &RowRequest<'_>, to: UserIx) -> Result<RowSet> {
        self.select(asking, |asker| asker.give_node(asker.standing_of(self.id_of(to))))
    }

    /// Rows that may be given to a unit.
    ///
    /// # Errors
    /// As [`Authorizer::view`].
    pub fn give_unit(&self, asking: &RowRequest<'_>, unit: UnitIx) -> Result<RowSet> {
        self.select(asking, |asker| asker.give_node(asker.unit_standing(unit)))
    }

    /// Rows whose state lets them change hands: all that nobody owns, and those that the lifecycle lets go.
    ///
    /// # Errors
    /// As [`Authorizer::view`].
    pub fn reassignable(&self, asking: &RowRequest<'_>) -> Result<RowSet> {
        let Some(condition) = &self.model.lifecycle.reassignable else { return Ok(RowSet::All) };
        self.find(asking, any([is_null(self.model.lead.owner), condition.root().clone()]))
    }

    /// Rows whose running offer locks a slot.
    ///
    /// # Errors
    /// As [`Authorizer::view`].
    pub fn locked(&self, asking: &RowRequest<'_>, slot: FieldIx) -> Result<RowSet> {
        match self.model.lead.run {
            Some(run) if self.locks(slot) => {
                let empty = Term {
                    field: run,
                    operator: crate::query::Operator::NotEmpty,
                    negated: true,
                    check: Predicate::Empty,
                    expected: crate::json::Json::Null,
                    zone: crate::query::DayZone::Organisation,
                };
                self.find(asking, all([not_null(run), Expr::Test(Box::new(empty))]))
            }
            _ => Ok(RowSet::None),
        }
    }

    /// Rows that would cross a boundary on their way to a unit, whatever the boundary then does.
    ///
    /// # Errors
    /// As [`Authorizer::view`].
    pub fn crossing(&self, asking: &RowRequest<'_>, toward: Option<UnitIx>) -> Result<RowSet> {
        self.find(asking, self.crossing_node(toward))
    }

    /// Rows that a boundary keeps from a receiver, unless they are transferred.
    ///
    /// # Errors
    /// As [`Authorizer::view`].
    pub fn barred(&self, asking: &RowRequest<'_>, to: UserIx) -> Result<RowSet> {
        match self.model.lifecycle.boundary.as_ref().map(|boundary| boundary.mode) {
            Some(BoundaryMode::Deny | BoundaryMode::Duplicate) => {
                self.crossing(asking, self.model.users.get(to).and_then(|user| user.unit))
            }
            _ => Ok(RowSet::None),
        }
    }

    /// Rows that somebody can have in a slot. `changes` is what changes besides the slot; where that is the unit, the caller says what
    /// becomes of access.
    ///
    /// # Errors
    /// As [`Authorizer::view`].
    pub fn receive(&self, asking: &RowRequest<'_>, slot: FieldIx, to: UserIx, changes: &[(FieldIx, Change)]) -> Result<RowSet> {
        let may = self.may_hold_rows(asking, slot, to, changes)?;
        if may == RowSet::None { Ok(may) } else { Ok(may.and(self.accepts(asking, to)?)) }
    }

    /// The same whether or not they accept it. Boundaries are asked about apart ([`Authorizer::barred`]).
    ///
    /// # Errors
    /// As [`Authorizer::view`].
    pub fn may_hold_rows(&self, asking: &RowRequest<'_>, slot: FieldIx, to: UserIx, changes: &[(FieldIx, Change)]) -> Result<RowSet> {
        let (Some(asker), None) = (self.asker(to, asking.now), self.unfit(slot, to, asking.now)?) else { return Ok(RowSet::None) };
        let fixed = self.find(asking, self.pool_node(to, asking.now)?)?;
        if fixed == RowSet::None {
            return Ok(fixed);
        }
        let handover = Reassignment { slot, actor: self.id_of(asking.actor), now: asking.now, changes };
        let view = Query::from(asker.sides(Verb::LeadView, Over::Lead)?.both());
        let plain = self.sees(asking, asker, &view, &self.changes(&asker.user.id, &handover, Crossing::None))?;
        let mode = self.model.lifecycle.boundary.as_ref().map(|boundary| boundary.mode);
        let moved = |field: Option<FieldIx>| field.is_some_and(|field| changes.iter().any(|(changed, _)| *changed == field));
        let side = self.side_of(asker.user.unit);
        let sees = match side.filter(|_| mode == Some(BoundaryMode::GrantAccess) && !moved(self.model.lead.unit)) {
            Some(side) => {
                let there = self.crossing(asking, asker.user.unit)?;
                if there == RowSet::None {
                    plain
                } else {
                    let granted = self.changes(&asker.user.id, &handover, Crossing::Granting(side));
                    plain.but(&there, self.sees(asking, asker, &view, &granted)?)
                }
            }
            None => plain,
        };
        Ok(fixed.and(sees))
    }

    /// What a lead must meet as it is, so that somebody can have it in a slot: the same as [`Authorizer::receive`], for whoever asks of many
    /// receivers at once. Nothing where the answer depends on a value that the change itself replaces.
    ///
    /// # Errors
    /// As [`Authorizer::view`].
    pub fn receiving(&self, asking: &RowRequest<'_>, slot: FieldIx, to: UserIx, changes: &[(FieldIx, Change)]) -> Result<Option<Expr>> {
        let (Some(asker), None) = (self.asker(to, asking.now), self.unfit(slot, to, asking.now)?) else { return Ok(Some(never())) };
        let grants = self.model.lifecycle.boundary.as_ref().is_some_and(|boundary| boundary.mode == BoundaryMode::GrantAccess);
        if grants && self.side_of(asker.user.unit).is_some() {
            return Ok(None);
        }
        let accepts = asker.user.accepts.as_ref().map_or_else(always, |condition| condition.root().clone());
        let accepts = Query::from(all([accepts, self.pool_node(to, asking.now)?]));
        let accepts =
            accepts.bind(&Bindings { now: asking.now, actor: Some(self.id_of(asking.actor)), people: self }, &self.model.schema)?;
        let handover = Reassignment { slot, actor: self.id_of(asking.actor), now: asking.now, changes };
        let view = Query::from(asker.sides(Verb::LeadView, Over::Lead)?.both());
        let changes = self.changes(&asker.user.id, &handover, Crossing::None);
        let rest = asker.left_to_see(&view, &changes)?;
        if changes.touch(&rest) {
            return Ok(None);
        }
        Ok(Some(all([accepts.root().clone(), rest.root().clone()])))
    }

    /// Rows that a receiver would see after a change.
    fn sees(&self, asking: &RowRequest<'_>, receiver: Principal<'_>, view: &Query, changes: &Changes) -> Result<RowSet> {
        let ctx = receiver.context();
        let bound = receiver.left_to_see(view, changes)?;
        if !changes.touch(&bound) {
            return select(asking, &bound, &ctx);
        }
        // What is left depends on a value before the change: row by row, each as it would be.
        let mut mask = Mask::none(asking.table.rows())?;
        for row in (0..asking.table.rows()).map(RowIx).filter(|row| asking.table.is_live(*row)) {
            let before = Row { table: asking.table, row };
            if filter::matches(&bound, &PatchedLead { before: &before, changes: &changes.list }, &ctx)? {
                mask.insert(row);
            }
        }
        Ok(RowSet::Some(mask))
    }

    /// The rows that a condition of the asker covers; none for an actor who may nothing.
    fn select<'g>(&'g self, asking: &RowRequest<'_>, node: impl FnOnce(Principal<'g>) -> Result<Expr>) -> Result<RowSet> {
        match self.asker(asking.actor, asking.now) {
            Some(asker) => select(asking, &Query::from(node(asker)?), &asker.context()),
            None => Ok(RowSet::None),
        }
    }

    /// The rows that satisfy a condition that is nobody's permission.
    fn find(&self, asking: &RowRequest<'_>, node: Expr) -> Result<RowSet> {
        let ctx = Context { schema: &self.model.schema, people: self, now: asking.now, actor: Some(self.id_of(asking.actor)) };
        select(asking, &Query::from(node), &ctx)
    }

    /// Whether the grants of a verb could cover any lead: if not, a command that asks it is refused.
    ///
    /// # Errors
    /// None that a compiled configuration can give.
    pub fn could_any(&self, actor: UserIx, verb: Verb) -> Result<bool> {
        let name = (actor.0, verb as u8);
        if let Some(known) = self.could.borrow().get(&name) {
            return Ok(*known);
        }
        let could = self.asks_for_any(actor, verb)?;
        self.could.borrow_mut().insert(name, could);
        Ok(could)
    }

    fn asks_for_any(&self, actor: UserIx, verb: Verb) -> Result<bool> {
        let Some(asker) = self.asker(actor, None) else { return Ok(false) };
        match verb {
            Verb::LeadGive => {
                let mut found = super::can::Found::default();
                asker.give_to_any(None, &mut found)?;
                Ok(found.failed.is_empty())
            }
            Verb::LeadRelease => {
                let mut slots = self.model.lead.slots.iter().map(|slot| asker.could(verb, Over::Holder(slot.field)));
                slots.try_fold(false, |any, could| Ok(any || could?))
            }
            verb if verb.asks_the_lead() => asker.could(verb, Over::Lead),
            verb => asker.could_thing(verb),
        }
    }

    /// Why a whole command is refused that asks these verbs; nothing if it is not.
    ///
    /// # Errors
    /// As [`Authorizer::could_any`].
    pub fn refusals(&self, actor: UserIx, verbs: &[Verb]) -> Result<Vec<Reason>> {
        let Some(asker) = self.asker(actor, None) else { return Ok(vec![self.inactive(actor)]) };
        let mut out = Vec::new();
        for verb in verbs {
            if !self.could_any(actor, *verb)? {
                out.push(asker.never(*verb));
            }
        }
        Ok(out)
    }

    /// Rows that somebody accepts, for methods that tell apart why somebody cannot have a lead.
    ///
    /// # Errors
    /// As [`Authorizer::view`].
    pub fn accepts(&self, asking: &RowRequest<'_>, to: UserIx) -> Result<RowSet> {
        match self.model.users.get(to).and_then(|user| user.accepts.as_ref()) {
            Some(condition) => self.find(asking, condition.root().clone()),
            None => Ok(RowSet::All),
        }
    }
}

impl Changes {
    /// Whether a condition reads a field that changes.
    fn touch(&self, condition: &Query) -> bool {
        condition.fields().iter().any(|field| self.list.iter().any(|(changed, _)| changed == field))
    }
}

impl Principal<'_> {
    /// What is left of a receiver's view once the changes are known, with now and the receiver put in.
    fn left_to_see(self, view: &Query, changes: &Changes) -> Result<Query> {
        self.needs_none_of_later(changes)?;
        let ctx = self.context();
        let rest = assume(view, &mut |test| known(test, changes, &ctx))?;
        Ok(rest.bind(&ctx.bindings(), ctx.schema)?.into_owned())
    }

    pub(super) fn unit_standing(self, unit: UnitIx) -> Relation {
        Relation::at(between(&self.auth.model.schema.units, self.user.unit, Some(unit)))
    }
}

fn select(asking: &RowRequest<'_>, query: &Query, ctx: &Context<'_>) -> Result<RowSet> {
    if is_true(query.root()) {
        return Ok(RowSet::All);
    }
    if is_false(query.root()) {
        return Ok(RowSet::None);
    }
    filter::select(query, asking.table, ctx).map(RowSet::Some)
}

/// The outcome of a test after a change, where that does not depend on the row.
fn known(test: &Term, changes: &Changes, ctx: &Context<'_>) -> Result<Option<bool>> {
    let other = match &test.check {
        Predicate::Pair(_, other, _) => *other,
        _ => test.field,
    };
    let alone = PatchedLead { before: &Nothing, changes: &changes.list };
    if changes.sets(test.field) && changes.sets(other) {
        return filter::matches(&Query::from(Expr::Test(Box::new(test.clone()))), &alone, ctx).map(Some);
    }
    // A list that has what was just added has it whatever else is in it; a field that does not change has nothing here.
    if matches!(test.check, Predicate::HasAny(_) | Predicate::UnitUnder(_)) {
        let plain = Term { negated: false, ..test.clone() };
        if filter::matches(&Query::from(Expr::Test(Box::new(plain))), &alone, ctx)? {
            return Ok(Some(!test.negated));
        }
    }
    Ok(None)
}

/// A lead of which nothing is known.
struct Nothing;

impl Cells for Nothing {
    fn cell(&self, _: FieldIx) -> Cell<'_> {
        Cell::Null
    }
}
