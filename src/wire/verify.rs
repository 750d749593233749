//! Proving a plan where it is written: the plan is derived again, and only what comes out equal is accepted.

use std::rc::Rc;

use crate::access::Authorizer;
use crate::config::Model;
use crate::error::Result;
use crate::json::Json;
use crate::table::Table;
use crate::time::Instant;

use crate::command::Command;
use crate::command::plan;
use crate::plan::context::Context;
use crate::plan::decoded::DecodedPlan;
use crate::plan::lines::Line;
use crate::plan::{FORMAT, FORMAT_FAMILY, Plan, SEMANTICS, UNDO, state};
use crate::wire::apply::guard_holds;
use crate::wire::decode::{decode, peek};
use crate::wire::digest;

pub mod zones;

/// A plan as it was posted.
#[derive(Clone, Copy, Debug)]
pub enum EncodedPlan<'a> {
    /// The bytes of [`Plan::encode`].
    Bytes(&'a [u8]),
    /// The text of [`Plan::to_json`], parsed.
    Json(&'a Json),
}

/// How far ahead of the verifier's a client's clock may be, in milliseconds.
const AHEAD_MS: i64 = 5_000;

macro_rules! codes {
    ($($variant:ident $name:literal $message:literal,)*) => {
        /// Why a plan was not accepted.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum VerifyCode {
            $(#[doc = $message] $variant,)*
        }

        impl VerifyCode {
            /// The stable code.
            pub fn name(self) -> &'static str {
                match self {
                    $(VerifyCode::$variant => $name,)*
                }
            }

            /// What people read.
            pub fn message(self) -> &'static str {
                match self {
                    $(VerifyCode::$variant => $message,)*
                }
            }
        }
    };
}

codes! {
    Malformed "malformed" "this is not a plan that can be read",
    SemanticsDiffer "semantics_differ" "the plan was made by a version that gives other plans",
    TimeDependent "time_dependent" "planned now, the outcome is another one",
    AlreadyDone "already_done" "the plan was carried out already",
    TooOld "too_old" "the plan is too old",
    FromTheFuture "from_the_future" "the plan is from the future",
    Actor "actor" "the plan was made by somebody else",
    ConfigChanged "config_changed" "the configuration changed since the plan was made",
    StateChanged "state_changed" "the state changed since the plan was made",
    HiddenFields "hidden_fields" "fields may change that are hidden from the acting user: post the command with its outcome",
    LoadsChanged "loads_changed" "people hold other numbers of open leads than when the plan was made",
    RowsChanged "rows_changed" "leads changed since the plan was made",
    Tampered "tampered" "the plan is not what the rules give",
    Refused "refused" "the command is refused",
}

/// One reason for which a plan was not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Its code.
    pub code: VerifyCode,
    /// The lead that it is about.
    pub lead: Option<String>,
    /// For a configuration that changed: the zones whose tables differ.
    pub zones: Option<zones::Difference>,
}

/// The configuration that a plan is verified under.
#[derive(Clone, Copy, Debug)]
pub struct Here<'a> {
    /// Its digest.
    pub config: &'a str,
    /// As it was given.
    pub source: &'a Json,
}

impl Problem {
    fn of(code: VerifyCode, lead: Option<String>) -> Self {
        Problem { code, lead, zones: None }
    }

    /// As the public API shows it.
    pub fn to_json(&self) -> Json {
        let mut out = vec![("code".to_owned(), self.code.name().into())];
        out.extend(self.lead.clone().map(|lead| ("lead".to_owned(), lead.into())));
        match &self.zones {
            None => out.push(("message".to_owned(), self.code.message().into())),
            Some(zones) => {
                out.push(("message".to_owned(), zones.message().into()));
                out.push(("zones".to_owned(), zones.to_json()));
            }
        }
        Json::Object(out)
    }
}

/// What came of a posted plan.
#[derive(Debug)]
pub enum Verdict {
    /// It holds; this is the plan that was derived here, and the one to write.
    Holds(Box<Plan>),
    /// It does not.
    Fails(Vec<Problem>),
}

fn fails(code: VerifyCode) -> Result<Verdict> {
    Ok(Verdict::Fails(vec![Problem::of(code, None)]))
}

/// Derives the plan from its command, its time and what is here, for the actor whom the host authenticated.
///
/// # Errors
/// Those of [`plan`](crate::plan::plan) that are about the verifier's own context. A plan that does not hold is no error.
pub fn verify(
    model: &Rc<Model>,
    auth: &Rc<Authorizer>,
    table: &Table,
    posted: EncodedPlan<'_>,
    context: &Context,
    here: Here<'_>,
) -> Result<Verdict> {
    let config = here.config;
    let header = match posted {
        EncodedPlan::Bytes(bytes) => match peek(bytes) {
            Ok(header) => header,
            Err(_) => return fails(VerifyCode::Malformed),
        },
        EncodedPlan::Json(json) => json.clone(),
    };
    let text = |key: &str| header.get(key).and_then(Json::as_text);
    let (Some(id), Some(actor), Some(command), Some(options)) = (text("id"), text("actor"), header.get("command"), header.get("options"))
    else {
        return fails(VerifyCode::Malformed);
    };
    if text("format") != Some(FORMAT) {
        // Another version's: its bytes and digests are others, whatever it decided.
        let known = text("format").is_some_and(|format| format.starts_with(FORMAT_FAMILY));
        return fails(if known { VerifyCode::SemanticsDiffer } else { VerifyCode::Malformed });
    }
    if header.get("semantics").and_then(Json::as_number) != Some(f64::from(SEMANTICS)) {
        return fails(VerifyCode::SemanticsDiffer);
    }
    let Some(at) = header.get("at").and_then(Json::as_number).and_then(Instant::from_number) else {
        return fails(VerifyCode::Malformed);
    };
    let mut problems: Vec<VerifyCode> = Vec::new();
    let age = context.now.0.saturating_sub(at.0);
    problems.extend((text("config") != Some(config)).then_some(VerifyCode::ConfigChanged));
    problems.extend((actor != context.actor).then_some(VerifyCode::Actor));
    problems.extend((age > context.max_age_seconds.saturating_mul(1000)).then_some(VerifyCode::TooOld));
    problems.extend((age < -AHEAD_MS).then_some(VerifyCode::FromTheFuture));
    problems.extend(context.state.peek(&state::key("done", id)).map(|_| VerifyCode::AlreadyDone));
    if !problems.is_empty() {
        let mut problems: Vec<Problem> = problems.into_iter().map(|code| Problem::of(code, None)).collect();
        if let Some(changed) = problems.iter_mut().find(|problem| problem.code == VerifyCode::ConfigChanged) {
            changed.zones = zones::difference(model, &header, here);
        }
        return Ok(Verdict::Fails(problems));
    }
    let (Some(all_or_nothing), Some(notify)) = (all_or_nothing(options), notify(options)) else { return fails(VerifyCode::Malformed) };
    // Whoever may post guesses at what is hidden from them learns nothing by what is accepted.
    let schema = auth.schema_of(&context.actor);
    if auth.hides_edits(&schema, command.get("type").and_then(Json::as_text) == Some(UNDO)) {
        return fails(VerifyCode::HiddenFields);
    }
    let own = Context { now: at, id: None, all_or_nothing, notify, pin: false, ..context.clone() };
    let mut derived = match plan(model, auth, table, command.clone(), None, &own, config) {
        Ok(derived) => derived,
        Err(error) if is_the_hosts(&error) => return Err(error),
        Err(_) => return fails(VerifyCode::Malformed),
    };
    // An id that is only the digest is not given: it follows from what is derived.
    if text("digest") != Some(id) {
        derived.take_id(id);
    }
    // Equal tables of another release are the same: what the plan tells of releases is not compared, nor taken over.
    let Some(told) = zones::told(&header, model) else { return fails(VerifyCode::Malformed) };
    let versions = std::mem::replace(&mut derived.zone_versions, told);
    let equal = match posted {
        EncodedPlan::Bytes(bytes) => derived.encode() == bytes,
        EncodedPlan::Json(json) => derived.to_json().same(json),
    };
    derived.zone_versions = versions;
    if !equal {
        return differences(model, auth, table, posted, context, &derived.lines).map(Verdict::Fails);
    }
    if !derived.refused.is_empty() {
        return fails(VerifyCode::Refused);
    }
    if at != context.now && a_clock_decides(model, auth, context, command) {
        let now = plan(model, auth, table, command.clone(), None, &Context { now: context.now, ..own }, config)?;
        if digest::outcome(&now) != digest::outcome(&derived) {
            return fails(VerifyCode::TimeDependent);
        }
    }
    Ok(Verdict::Holds(Box::new(derived)))
}

fn all_or_nothing(options: &Json) -> Option<bool> {
    match options.get("allOrNothing") {
        Some(Json::Bool(value)) => Some(*value),
        _ => None,
    }
}

fn notify(options: &Json) -> Option<bool> {
    match options.get("notify").and_then(Json::as_text) {
        Some("digest") => Some(true),
        Some("none") => Some(false),
        _ => None,
    }
}

/// Whether an error is about what the verifier gave, and not about what was posted.
fn is_the_hosts(error: &crate::error::Error) -> bool {
    matches!(error.code, "state_missing" | "state_version" | "load_missing" | "plan_missing" | "out_of_memory")
}

/// Whether the outcome may depend on when the command is planned: where anything that it may read has dates relative to now, or
/// somebody is away for a while. Where nothing of it was read after all, planning at another time comes to the same.
fn a_clock_decides(model: &Model, auth: &Authorizer, context: &Context, command: &Json) -> bool {
    let late = |query: &Option<crate::query::Query>| query.as_ref().is_some_and(crate::query::Query::needs_now);
    let members = |members: &crate::config::Members| late(&members.filter);
    let cycle = &model.lifecycle;
    let stands = late(&cycle.open)
        || late(&cycle.reassignable)
        || cycle.patches().any(|patch| crate::plan::edit::reads_the_clock(patch, model))
        || model.profiles.iter().any(|profile| profile.grants.iter().any(|grant| late(&grant.filter)))
        || model.users.iter().any(|user| late(&user.accepts) || !user.absences.is_empty())
        || model.pools.iter().any(|pool| pool.members.as_ref().is_some_and(members))
        || model.groups.iter().any(|group| members(&group.members))
        || model.lead.slots.iter().any(|slot| slot.holders.as_ref().is_some_and(members));
    let schema = auth.schema_of(&context.actor);
    let asked = || Command::read(command, model, &schema, None).map_or(true, |command| command.touches(model).reads_the_clock(model));
    stands || asked()
}

/// Why a posted plan is not the derived one: guards that no longer hold, state that moved on, loads that are others, or none of it.
///
/// A lead that the actor may not see is as good as gone: nothing of it is told.
fn differences(
    model: &Rc<Model>,
    auth: &Authorizer,
    table: &Table,
    posted: EncodedPlan<'_>,
    context: &Context,
    lines: &[Line],
) -> Result<Vec<Problem>> {
    let recorded = match posted {
        EncodedPlan::Bytes(bytes) => decode(bytes, model),
        EncodedPlan::Json(json) => DecodedPlan::from_json(json, model),
    };
    let malformed = vec![Problem::of(VerifyCode::Malformed, None)];
    let (Ok(mut recorded), Some((actor, _))) = (recorded, model.user(&context.actor)) else { return Ok(malformed) };
    let schema = auth.schema_of(&context.actor);
    recorded.changes.hide(|field| schema.hides(field));
    let view = auth.view(&crate::access::RowRequest { table, actor, now: Some(context.now) })?;
    let visible = |lead: &str| table.find(lead).filter(|row| view.contains(*row));
    let mut out: Vec<Problem> = Vec::new();
    recorded.changes.each(|at, lead| {
        if !visible(lead).is_some_and(|row| guard_holds(table, model, row, &recorded.changes, at)) {
            out.push(Problem::of(VerifyCode::RowsChanged, Some(lead.to_owned())));
        }
        Ok(())
    })?;
    let guard = model.lead.version.unwrap_or(model.lead.owner);
    for (lead, expect) in &recorded.removed {
        if !visible(lead).is_some_and(|row| table.cell(row, guard) == *expect) {
            out.push(Problem::of(VerifyCode::RowsChanged, Some(lead.clone())));
        }
    }
    let moved = |(key, version): &(String, Option<i64>)| context.state.peek(key).map(|entry| entry.version) != *version;
    if recorded.state.iter().any(moved) {
        out.insert(0, Problem::of(VerifyCode::StateChanged, None));
    }
    if out.is_empty() {
        // Its rows and its state are as they were. What a plan reads besides is how many open leads people hold, as far as it tells them.
        let moved = |(user, before): &(String, f64)| {
            lines.iter().any(|line| line.user == *user && line.before.is_some_and(|now| now as f64 != *before))
        };
        let code = if recorded.loads.iter().any(moved) { VerifyCode::LoadsChanged } else { VerifyCode::Tampered };
        out.push(Problem::of(code, None));
    }
    Ok(out)
}
