//! What rules would have made of the leads that came: those that stand, and a draft of others.

use std::rc::Rc;

use crate::access::Authorizer;
use crate::btree::BTreeMap;
use crate::config::{Model, UserIx, Verb};
use crate::error::{Diagnostic, Error, Result};
use crate::json::Json;
use crate::plan::context::Context;
use crate::plan::drops::Drops;
use crate::plan::leads::{self, LeadsRef};
use crate::plan::planner::Planner;
use crate::table::{RowIx, Snapshot, Table};
use crate::time::Instant;

use super::parts::Fared;
use super::person::period_starts;
use super::replay::{Placed, Replayed, instant, replay};
use super::router::Outcome;

/// A configuration whose rules leads are replayed by.
#[derive(Clone, Copy)]
pub(crate) struct Ruled<'a> {
    pub model: &'a Rc<Model>,
    pub auth: &'a Rc<Authorizer>,
}

/// Leads by week, rule and person.
type Counts = BTreeMap<(i64, String, String), [u32; 2]>;

/// One side: the configuration, and what became of the leads.
#[derive(Debug)]
struct Side {
    model: Rc<Model>,
    placed: Vec<Placed>,
}

/// A replay of leads.
#[derive(Debug)]
pub struct Simulation {
    table: Snapshot,
    leads: Vec<(i64, u32)>,
    stands: Side,
    draft: Option<Side>,
    report: Json,
    counts: Vec<((i64, String, String), [u32; 2])>,
    elsewhere: Vec<usize>,
}

/// Replays leads in the order of their creation, each at its own time. Both sides begin with what the context says that is remembered and held.
///
/// # Errors
/// `unknown_actor`; `not_permitted` without `lead.view` and `rule.edit`; `no_created_at` where leads have no field for their creation; what planning would miss.
pub(crate) fn simulate(
    stands: Ruled<'_>,
    draft: Option<Ruled<'_>>,
    table: &Table,
    wanted: &LeadsRef,
    context: &Context,
) -> Result<Simulation> {
    let actor = stands.auth.actor(&context.actor)?;
    if let Some(reason) = stands.auth.refusals(actor, &[Verb::LeadView, Verb::RuleEdit])?.into_iter().next() {
        return Err(Error::new("not_permitted", "", reason.message).hint("a change of rules is simulated by who may change them"));
    }
    let Some(created) = stands.model.lead.created_at else {
        let message = "leads are replayed in the order of their creation, and have no field for it";
        return Err(Error::new("no_created_at", "/lead/createdAt", message).hint("name the field in `lead.createdAt`"));
    };
    context.state.forget_reads();
    // Leads are given by the replay alone: what is held today is not what was held then.
    let context = Context { load: Some(context.load.clone().unwrap_or_default()), ..context.clone() };
    let mut drops = Drops::default();
    let (mut leads, mut undated) = (Vec::new(), 0_usize);
    let planner = Planner::new(stands.model, stands.auth, table, &context, actor, false);
    for row in leads::resolve(&planner, wanted, &[], &mut drops)? {
        match instant(&table.cell(RowIx(row), created)) {
            Some(at) => leads.push((at, row)),
            None => undated += 1,
        }
    }
    // Rows come in the order of their ids, which is kept for those of one time.
    crate::sort::by_key(&mut leads, |(at, _)| *at);
    let mut left_out = Vec::new();
    for (code, count) in drops.counts() {
        left_out.push((code.name().to_owned(), Json::from(count)));
    }
    if undated > 0 {
        left_out.push(("undated".to_owned(), undated.into()));
    }

    let weeks = weeks(stands.model, &leads);
    let mut counts = Counts::new();
    let mut warnings = planner.warnings.take();
    let (first, told) = side(&planner, &leads, &weeks, 0, &mut counts, &mut warnings)?;
    let mut report = vec![
        ("leads".to_owned(), leads.len().into()),
        ("leftOut".to_owned(), Json::Object(left_out)),
        ("from".to_owned(), leads.first().map(|(at, _)| *at).into()),
        ("to".to_owned(), leads.last().map(|(at, _)| *at).into()),
        ("stands".to_owned(), told),
    ];
    let mut second = None;
    if let Some(draft) = draft {
        let actor = draft.auth.actor(&context.actor)?;
        let planner = Planner::new(draft.model, draft.auth, table, &context, actor, false);
        let (side, told) = side(&planner, &leads, &weeks, 1, &mut counts, &mut warnings)?;
        report.push(("draft".to_owned(), told));
        second = Some(side);
    } else {
        report.push(("draft".to_owned(), Json::Null));
    }
    context.state.check_complete()?;
    let mut elsewhere = Vec::new();
    if let Some(second) = &second {
        for (at, (one, other)) in first.placed.iter().zip(&second.placed).enumerate() {
            if first.place(one) != second.place(other) {
                elsewhere.push(at);
            }
        }
        report.push(("changes".to_owned(), changes(&counts)));
    }
    report.push(("elsewhere".to_owned(), elsewhere.len().into()));
    warnings.dedup();
    report.push(("warnings".to_owned(), Json::List(warnings.iter().map(Diagnostic::to_json).collect())));
    Ok(Simulation {
        table: table.snapshot(),
        leads,
        stands: first,
        draft: second,
        report: Json::Object(report),
        counts: counts.into_iter().collect(),
        elsewhere,
    })
}

/// For each lead the beginning of its week.
fn weeks(model: &Model, leads: &[(i64, u32)]) -> Vec<i64> {
    let mut out = Vec::with_capacity(leads.len());
    for (at, _) in leads {
        let [.., week, _] = period_starts(&model.schema, Instant(*at));
        out.push(week);
    }
    out
}

/// Replays the leads by one configuration, counts, and tells of it.
fn side(
    planner: &Planner<'_>,
    leads: &[(i64, u32)],
    weeks: &[i64],
    nth: usize,
    counts: &mut Counts,
    warnings: &mut Vec<Diagnostic>,
) -> Result<(Side, Json)> {
    let Replayed { placed, fared, warnings: more } = replay(planner, leads)?;
    warnings.extend(more);
    let side = Side { model: Rc::clone(planner.model), placed };
    let mut outcomes: BTreeMap<&str, usize> = BTreeMap::new();
    let mut rules = vec![0_usize; side.model.rules.len()];
    let (mut waited, mut longest, mut sum, mut waiting) = (0_usize, 0_i64, 0_i64, 0_usize);
    for ((of, (created, _)), week) in side.placed.iter().zip(leads).zip(weeks) {
        *outcomes.entry(kind(of.outcome)).or_default() += 1;
        of.rule.and_then(|rule| rules.get_mut(rule as usize)).into_iter().for_each(|count| *count += 1);
        let wait = of.at.saturating_sub(*created);
        if of.outcome == Outcome::Held {
            waiting += 1;
        } else if wait > 0 {
            (waited, longest, sum) = (waited + 1, longest.max(wait), sum.saturating_add(wait));
        }
        if let Outcome::Assigned(user, _) = of.outcome {
            let key = (*week, side.rule(of).to_owned(), side.user(user).to_owned());
            counts.entry(key).or_default().get_mut(nth).into_iter().for_each(|count| *count += 1);
        }
    }
    let mut by_rule = Vec::new();
    for (rule, count) in side.model.rules.iter().zip(rules) {
        by_rule.push(Json::object([("rule", rule.id.as_str().into()), ("leads", count.into())]));
    }
    let mut people = Vec::new();
    for (user, of) in &fared {
        people.push(told(side.user(UserIx(*user)), of));
    }
    let mut told_outcomes = Vec::new();
    for (kind, count) in &outcomes {
        told_outcomes.push(((*kind).to_owned(), Json::from(*count)));
    }
    let mean = if waited > 0 { Json::from(sum / i64::try_from(waited).unwrap_or(1)) } else { Json::Null };
    let json = Json::object([
        ("outcomes", Json::Object(told_outcomes)),
        ("rules", Json::List(by_rule)),
        ("people", Json::List(people)),
        ("waits", Json::object([("leads", waited.into()), ("longest", longest.into()), ("mean", mean), ("waiting", waiting.into())])),
    ]);
    Ok((side, json))
}

/// A number of leads with three places: a share is a fraction.
fn rounded(number: f64) -> Json {
    Json::from((number * 1000.0).round() / 1000.0 + 0.0)
}

fn told(user: &str, of: &Fared) -> Json {
    Json::object([
        ("user", user.into()),
        ("leads", (of.leads as usize).into()),
        ("served", (of.served as usize).into()),
        ("exact", rounded(of.exact)),
        ("ahead", rounded(of.ahead)),
        ("behind", rounded(of.behind)),
        ("longestGap", of.gap.into()),
    ])
}

/// Who gains and who loses: leads of each person, whoever gains most first.
fn changes(counts: &Counts) -> Json {
    let mut by_user: BTreeMap<&str, [i64; 2]> = BTreeMap::new();
    for ((_, _, user), [stands, draft]) in counts {
        let [before, after] = by_user.entry(user.as_str()).or_default();
        (*before, *after) = (*before + i64::from(*stands), *after + i64::from(*draft));
    }
    let mut list: Vec<_> = by_user.into_iter().collect();
    crate::sort::by_key(&mut list, |(_, [stands, draft])| stands - draft);
    let mut out = Vec::new();
    for (user, [stands, draft]) in list {
        out.push(Json::object([
            ("user", user.into()),
            ("stands", stands.into()),
            ("draft", draft.into()),
            ("change", (draft - stands).into()),
        ]));
    }
    Json::List(out)
}

fn kind(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Assigned(..) => "assigned",
        Outcome::Pooled(_) => "pooled",
        Outcome::Held => "held",
        Outcome::Offered => "offered",
        Outcome::Unassigned | Outcome::NoRule => "unassigned",
        Outcome::NeedsReview => "needs_review",
    }
}

impl Side {
    fn rule(&self, of: &Placed) -> &str {
        of.rule.and_then(|rule| self.model.rules.at(rule)).map_or("", |rule| rule.id.as_str())
    }

    fn user(&self, user: UserIx) -> &str {
        self.model.users.get(user).map_or("", |user| user.id.as_str())
    }

    /// Where a lead went: the word, and who or what has it.
    fn place(&self, of: &Placed) -> (&'static str, &str) {
        let who = match of.outcome {
            Outcome::Assigned(user, _) => self.user(user),
            Outcome::Pooled(pool) => self.model.pools.at(pool).map_or("", |pool| pool.id.as_str()),
            _ => "",
        };
        (kind(of.outcome), who)
    }

    fn place_json(&self, of: &Placed) -> Json {
        let (kind, who) = self.place(of);
        let mut out = vec![("kind".to_owned(), Json::from(kind)), ("at".to_owned(), of.at.into())];
        if !who.is_empty() {
            out.push((if kind == "pooled" { "pool" } else { "user" }.to_owned(), who.into()));
        }
        if of.rule.is_some() {
            out.push(("rule".to_owned(), self.rule(of).into()));
        }
        if let Some(group) = of.group.and_then(|group| self.model.groups.at(group.0)) {
            out.push(("group".to_owned(), group.id.as_str().into()));
        }
        Json::Object(out)
    }
}

impl Simulation {
    /// The report.
    pub fn report(&self) -> &Json {
        &self.report
    }

    /// How many entries [`Simulation::count`] has.
    pub fn counts(&self) -> usize {
        self.counts.len()
    }

    /// Leads that a rule gave a person in a week: by week, rule and person.
    pub fn count(&self, at: usize) -> Option<Json> {
        let ((week, rule, user), [stands, draft]) = self.counts.get(at)?;
        let mut out = vec![
            ("week".to_owned(), Json::from(*week)),
            ("rule".to_owned(), rule.as_str().into()),
            ("user".to_owned(), user.as_str().into()),
            ("stands".to_owned(), (*stands as usize).into()),
        ];
        if self.draft.is_some() {
            out.push(("draft".to_owned(), (*draft as usize).into()));
        }
        Some(Json::Object(out))
    }

    /// How many leads the draft sends elsewhere.
    pub fn elsewhere(&self) -> usize {
        self.elsewhere.len()
    }

    /// A lead that the draft sends elsewhere, in the order of their creation.
    pub fn moved(&self, at: usize) -> Option<Json> {
        let at = *self.elsewhere.get(at)?;
        let ((created, row), draft) = (self.leads.get(at)?, self.draft.as_ref()?);
        Some(Json::object([
            ("lead", self.table.id(RowIx(*row)).into_owned().into()),
            ("createdAt", (*created).into()),
            ("stands", self.stands.place_json(self.stands.placed.get(at)?)),
            ("draft", draft.place_json(draft.placed.get(at)?)),
        ]))
    }
}
