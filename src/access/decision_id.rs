//! Answers without their texts, and what of a lead they depend on.
//!
//! A host asks the same few questions about many leads, and most of what an answer costs is its text. Two things spare that:
//!
//! - [`Authorizer::outcome`] answers with a number. Leads with the same number get the same decision, but for the id in its message.
//! - [`Authorizer::classes`] tells for each field that the grants read which class its value is of: how near it makes the lead, and which
//!   tests of the conditions it passes. Leads whose fields are of the same classes get the same decision, because nothing else of a
//!   lead is ever looked at: a lead is as near as the nearest of its fields, and a condition is made of tests of single fields.

use super::can::{Known, Verdict};
use super::{Authorizer, Principal};
use crate::config::{UserIx, Verb};
use crate::error::Result;
use crate::filter;
use crate::query::node::{Expr, Predicate, Term};
use crate::query::{Cell, Cells, FieldIx, Query};
use crate::time::Instant;

/// Tests of one field that a class has room for: with the rest, it is a whole number that a double holds.
const MOST_TESTS: usize = 44;

/// A lead of which one field is known.
struct Only<'a> {
    lead: &'a dyn Cells,
    field: FieldIx,
}

impl Cells for Only<'_> {
    fn cell(&self, field: FieldIx) -> Cell<'_> {
        if field == self.field { self.lead.cell(field) } else { Cell::Null }
    }
}

/// Whether the answer depends on the lead's grants alone: who holds a lead and who receives it are questions of their own.
pub fn is_plain(verb: Verb) -> bool {
    matches!(verb, Verb::LeadView | Verb::LeadEdit | Verb::LeadClaim | Verb::LeadMass | Verb::RuleRun)
}

impl Authorizer {
    /// The user of that id who may ask: one who is active.
    pub fn active(&self, id: &str) -> Option<UserIx> {
        self.find_user(id).filter(|(_, user)| user.active).map(|(ix, _)| ix)
    }

    /// What [`Authorizer::can`] decides for a verb that [`is_plain`]; 0 where the lead may not be seen. Nothing for another verb and for an
    /// actor who is not active.
    ///
    /// # Errors
    /// As [`Authorizer::can`].
    pub fn outcome(&self, actor: UserIx, verb: Verb, now: Option<Instant>, lead: &dyn Cells) -> Result<Option<u32>> {
        let Some(asker) = self.asker(actor, now).filter(|_| is_plain(verb)) else { return Ok(None) };
        let (lead, mut seen) = (Known { cells: lead, lacks: &[] }, None);
        let mut verdict = asker.of_lead(Verb::LeadView, lead, &mut seen)?;
        if !matches!(verdict, Verdict::Granted(_)) {
            // Without `now` it may be an error, and then the full question tells.
            return Ok((now.is_some() || !asker.view_needs_now()).then_some(0));
        }
        if verb != Verb::LeadView {
            verdict = asker.of_lead(verb, lead, &mut seen)?;
        }
        Ok(match verdict {
            Verdict::Silent => Some(1),
            Verdict::Granted(held) => named(2, held.profile.0, held.place),
            Verdict::Denied(held) => named(3, held.profile.0, held.place),
            Verdict::Incomplete(_) => None,
        })
    }

    /// The fields that decide whether an actor may do what a verb that [`is_plain`] says, each of them by itself. Nothing where the
    /// time decides too, or two fields together.
    pub fn decisive(&self, actor: UserIx, verb: Verb) -> Option<Vec<FieldIx>> {
        let asker = self.asker(actor, None).filter(|_| is_plain(verb))?;
        let apart = |query: &Query| {
            let mut apart = !query.needs_now();
            query.root().each_test(&mut |test| apart &= !matches!(test.check, Predicate::Pair(..)));
            apart
        };
        if !asker.conditions(verb).all(apart) {
            return None;
        }
        let mut fields = asker.reads(Verb::LeadView, super::assemble::Over::Lead);
        fields.extend(asker.reads(verb, super::assemble::Over::Lead));
        crate::sort::all(&mut fields);
        fields.dedup();
        Some(fields)
    }

    /// The class of each field that is [decisive](Authorizer::decisive), in that order; nothing if there are too many tests to tell.
    ///
    /// # Errors
    /// None that such a verb can give.
    pub fn classes(&self, actor: UserIx, verb: Verb, lead: &dyn Cells) -> Result<Option<Vec<u64>>> {
        let (Some(asker), Some(fields)) = (self.asker(actor, None), self.decisive(actor, verb)) else { return Ok(None) };
        fields.into_iter().map(|field| asker.class(verb, field, lead)).collect()
    }
}

/// The number of an outcome that a grant decides.
fn named(kind: u32, profile: u32, place: u32) -> Option<u32> {
    let fits = profile < 1 << 14 && place < 1 << 15;
    fits.then_some(profile << 17 | place << 2 | kind)
}

impl<'g> Principal<'g> {
    /// The class of a [decisive](Authorizer::decisive) field's value; nothing if there are too many tests to tell.
    pub(super) fn class(self, verb: Verb, field: FieldIx, lead: &dyn Cells) -> Result<Option<u64>> {
        let only = Only { lead, field };
        let mut tests = Vec::new();
        self.conditions(verb).for_each(|query| collect(query.root(), field, &mut tests));
        if tests.len() > MOST_TESTS {
            return Ok(None);
        }
        let standing = self.standing(&only);
        let mut class = (standing.reach as u64) << 1 | u64::from(standing.unowned);
        for test in tests {
            let holds = filter::matches(&Query::from(Expr::Test(Box::new(test.clone()))), &only, &self.context())?;
            class = class << 1 | u64::from(holds);
        }
        Ok(Some(class))
    }

    /// The conditions of the grants of a verb, those of `lead.view` with them.
    fn conditions(self, verb: Verb) -> impl Iterator<Item = &'g Query> {
        let more = Some(verb).filter(|verb| *verb != Verb::LeadView);
        [Verb::LeadView].into_iter().chain(more).flat_map(move |verb| self.grants(verb)).filter_map(|held| held.grant.filter.as_ref())
    }
}

/// The tests of a field that a condition is made of.
fn collect<'q>(node: &'q Expr, field: FieldIx, out: &mut Vec<&'q Term>) {
    match node {
        Expr::All(list) | Expr::Any(list) | Expr::One(list) => list.iter().for_each(|node| collect(node, field, out)),
        Expr::Not(inner) => collect(inner, field, out),
        Expr::Test(test) => out.extend(Some(&**test).filter(|test| test.field == field)),
    }
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn each_grant_has_a_number_of_its_own_or_none() {
        let (profile, place) = ((1 << 14) - 1, (1 << 15) - 1);
        let mut all = Vec::new();
        for kind in [2, 3] {
            for profile in [0, 1, profile] {
                all.extend([0, 1, place].map(|place| named(kind, profile, place)));
            }
            assert_eq!(named(kind, profile + 1, 0), None);
            assert_eq!(named(kind, 0, place + 1), None);
        }
        // 0 and 1 mean that the lead is not seen, and that no grant speaks of it.
        assert!(all.iter().all(|number| number.is_some_and(|number| number > 1)), "{all:?}");
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 18);
    }
}
