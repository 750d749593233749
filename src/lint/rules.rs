//! Assignment rules that no lead can come to.

use super::{Linter, never_true};
use crate::config::{Fallback, GroupIx, Rule, RuleTarget, UserIx};
use crate::error::Result;
use crate::json::Json;
use crate::query::node::{Predicate, Term};
use crate::query::{DayZone, Expr, Operator, Query};

/// How a target may end for a lead.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// Never without an outcome.
    Decides,
    /// Perhaps without anybody, which a required rule takes for a review.
    MayFindNobody,
    /// Perhaps with the next rule, required or not.
    MayPassOn,
}

impl Linter<'_> {
    pub(super) fn rules(&mut self) -> Result<()> {
        let mut conditions: Vec<Query> = Vec::new();
        for rule in self.model.rules.iter() {
            let condition = self.condition(rule);
            conditions.push(self.auth.pinned(&condition).unwrap_or(condition));
        }
        for (ix, rule) in self.model.rules.iter().enumerate() {
            let Some(condition) = conditions.get(ix).filter(|_| rule.enabled) else { continue };
            self.rule(ix, rule, condition, &conditions);
            let mut users = Vec::new();
            users_of(&rule.to, "to", &mut users);
            for (user, at) in users {
                self.receiver(user, self.model.lead.owner, format!("{}/{at}", Self::at("rules", ix, "")), "is named by a rule")?;
            }
        }
        Ok(())
    }

    fn rule(&mut self, ix: usize, rule: &Rule, condition: &Query, all: &[Query]) {
        let schema = &self.model.schema;
        let hours = |rule: &Rule| rule.schedule.and_then(|at| self.model.schedules.at(at)).map(|hours| &hours.hours);
        if hours(rule).is_some_and(|hours| hours.never_opens()) {
            let message = format!("the schedule of the rule `{}` never opens, so that the rule is never tried", rule.id);
            return self.warn("rule_never_open", Self::at("rules", ix, "schedule"), message, "give the schedule hours, or leave it out");
        }
        if never_true(&[(true, condition.root())], schema) {
            let message = format!("no lead can satisfy the condition of the rule `{}`", rule.id);
            let hint =
                "look for two conditions that exclude each other; a rule without `overwriteOwner` passes over leads that have an owner";
            return self.warn("condition_never_true", Self::at("rules", ix, "when"), message, hint);
        }
        let mut earlier: Vec<(bool, &Expr)> = vec![(true, condition.root())];
        for (place, before) in self.model.rules.iter().enumerate().take(ix) {
            let open = match (hours(before), hours(rule)) {
                (None, _) => true,
                (Some(outer), Some(inner)) => inner.is_within(outer),
                (Some(outer), None) => outer.always_opens(),
            };
            let Some(taken) = all.get(place).filter(|taken| before.enabled && open && self.decides(before) && fails_with(taken, condition))
            else {
                continue;
            };
            if never_true(&[(true, condition.root()), (false, taken.root())], schema) {
                let message =
                    format!("the rule `{}` is never reached: the rule `{}` before it takes every lead that it is for", rule.id, before.id);
                let fault = crate::error::Diagnostic::warning("rule_shadowed", Self::at("rules", ix, ""), message);
                let fault = fault.hint("put the narrower rule first, or leave it out").with("by", before.id.as_str());
                self.found.push(fault);
                return;
            }
            earlier.push((false, taken.root()));
        }
        if earlier.len() > 2 && never_true(&earlier, schema) {
            let message = format!("the rule `{}` is never reached: the rules before it take every lead that it is for", rule.id);
            self.warn("rule_unreachable", Self::at("rules", ix, ""), message, "put the narrower rule first, or leave it out");
        }
    }

    /// Which leads a rule takes when it is tried.
    fn condition(&self, rule: &Rule) -> Query {
        let when = rule.when.clone().unwrap_or_else(Query::always);
        if rule.overwrite_owner {
            return when;
        }
        let (field, zone) = (self.model.lead.owner, DayZone::Organisation);
        let unowned = Term { field, operator: Operator::Null, negated: false, check: Predicate::Null, expected: Json::Null, zone };
        when.and(&Query::from(Expr::Test(Box::new(unowned))))
    }

    /// Whether no lead that a rule is for ever comes to the next one.
    fn decides(&self, rule: &Rule) -> bool {
        match self.ending(&rule.to) {
            Ending::Decides => true,
            Ending::MayFindNobody => rule.required,
            Ending::MayPassOn => false,
        }
    }

    fn ending(&self, target: &RuleTarget) -> Ending {
        match target {
            RuleTarget::Pool(_) => Ending::Decides,
            RuleTarget::User(_) | RuleTarget::Field(_, None) => Ending::MayFindNobody,
            RuleTarget::Field(_, Some(otherwise)) | RuleTarget::Same { otherwise, .. } => self.ending(otherwise),
            RuleTarget::Group(group) => self.ending_of_group(*group),
        }
    }

    /// Groups that fall back on each other in a circle are refused, so that this ends.
    fn ending_of_group(&self, group: GroupIx) -> Ending {
        for step in self.model.groups.at(group.0).map(|group| group.on_nobody.as_slice()).unwrap_or_default() {
            match step {
                Fallback::NextRule => return Ending::MayPassOn,
                Fallback::Pool(_) | Fallback::Hold | Fallback::Unassigned => return Ending::Decides,
                Fallback::Group(next) => match self.ending_of_group(*next) {
                    Ending::MayFindNobody => {}
                    ending => return ending,
                },
                Fallback::Default | Fallback::User(_) | Fallback::IgnoreAvailability => {}
            }
        }
        Ending::MayFindNobody
    }
}

/// Whether a condition can fail to evaluate only where the other one fails too: it waits for nothing else.
fn fails_with(taken: &Query, other: &Query) -> bool {
    let mut waits = true;
    taken.root().each_test(&mut |test| {
        if matches!(test.check, Predicate::Later(..) | Predicate::UserWhere(_)) && waits {
            let mut known = false;
            other.root().each_test(&mut |own| known |= own.check == test.check && own.field == test.field);
            waits = known;
        }
    });
    waits
}

/// The users that a target names, each with the place of its name.
fn users_of(target: &RuleTarget, at: &str, out: &mut Vec<(UserIx, String)>) {
    match target {
        RuleTarget::User(user) => out.push((*user, format!("{at}/user"))),
        RuleTarget::Field(_, Some(otherwise)) | RuleTarget::Same { otherwise, .. } => users_of(otherwise, &format!("{at}/otherwise"), out),
        RuleTarget::Field(_, None) | RuleTarget::Group(_) | RuleTarget::Pool(_) => {}
    }
}
