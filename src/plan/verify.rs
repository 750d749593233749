//! Proving a plan where it is written: the plan is derived again, and only what comes out equal is accepted.

use std::rc::Rc;

use crate::access::{Asking, Gate};
use crate::config::Model;
use crate::error::Result;
use crate::json::Json;
use crate::table::{RowIx, Table};
use crate::time::Instant;

use super::apply::guard_holds;
use super::context::{Context, Notify, Refusing};
use super::decode::{decode, peek};
use super::recorded::Recorded;
use super::{FORMAT, Plan, SEMANTICS, plan, state};

/// A plan as it was posted.
#[derive(Clone, Copy, Debug)]
pub enum Posted<'a> {
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
}

impl Problem {
    /// As the public API shows it.
    pub fn to_json(&self) -> Json {
        let mut out = vec![("code".to_owned(), self.code.name().into())];
        out.extend(self.lead.clone().map(|lead| ("lead".to_owned(), lead.into())));
        out.push(("message".to_owned(), self.code.message().into()));
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
    Ok(Verdict::Fails(vec![Problem { code, lead: None }]))
}

/// Derives the plan from its command, its time and what is here, for the actor whom the host authenticated.
///
/// # Errors
/// Those of [`plan`](super::plan) that are about the verifier's own context. A plan that does not hold is no error.
pub fn verify(model: &Rc<Model>, gate: &Rc<Gate>, table: &Table, posted: Posted<'_>, context: &Context, config: &str) -> Result<Verdict> {
    let header = match posted {
        Posted::Bytes(bytes) => match peek(bytes) {
            Ok(header) => header,
            Err(_) => return fails(VerifyCode::Malformed),
        },
        Posted::Json(json) => json.clone(),
    };
    let text = |key: &str| header.get(key).and_then(Json::as_text);
    let (Some(id), Some(actor), Some(command), Some(options)) = (text("id"), text("actor"), header.get("command"), header.get("options"))
    else {
        return fails(VerifyCode::Malformed);
    };
    if text("format") != Some(FORMAT) {
        return fails(VerifyCode::Malformed);
    }
    if header.get("semantics").and_then(Json::as_number) != Some(f64::from(SEMANTICS)) {
        return fails(VerifyCode::SemanticsDiffer);
    }
    #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and in range")]
    let Some(at) = header
        .get("at")
        .and_then(Json::as_number)
        .filter(|at| at.fract() == 0.0 && at.abs() < 9.0e15)
        .and_then(|at| Instant::new(at as i64))
    else {
        return fails(VerifyCode::Malformed);
    };
    if actor != context.actor {
        return fails(VerifyCode::Actor);
    }
    if at.0 > context.now.0.saturating_add(AHEAD_MS) {
        return fails(VerifyCode::FromTheFuture);
    }
    if context.now.0.saturating_sub(at.0) > context.max_age_seconds.saturating_mul(1000) {
        return fails(VerifyCode::TooOld);
    }
    if text("config") != Some(config) {
        return fails(VerifyCode::ConfigChanged);
    }
    if context.state.peek(&state::key("done", id)).is_some() {
        return fails(VerifyCode::AlreadyDone);
    }
    let (Some(refusing), Some(notify)) = (refusing(options), notify(options)) else { return fails(VerifyCode::Malformed) };
    // An id that is only the digest is not given: it follows from what is derived.
    let given = if text("digest") == Some(id) { None } else { Some(id.to_owned()) };
    let own = Context { now: at, id: given, refusing, notify, pin: false, ..context.clone() };
    let derived = match plan(model, gate, table, command, None, &own, config) {
        Ok(derived) => derived,
        Err(error) if matches!(error.code, "command_invalid" | "query_invalid") => return fails(VerifyCode::Malformed),
        Err(error) => return Err(error),
    };
    let equal = match posted {
        Posted::Bytes(bytes) => derived.encode() == bytes,
        Posted::Json(json) => derived.to_json().canonical() == json.canonical(),
    };
    if !equal {
        return differences(model, gate, table, posted, context).map(Verdict::Fails);
    }
    if !derived.refused.is_empty() {
        return fails(VerifyCode::Refused);
    }
    if derived.read_the_clock {
        let now = plan(model, gate, table, command, None, &Context { now: context.now, ..own }, config)?;
        if now.outcome() != derived.outcome() {
            return fails(VerifyCode::TimeDependent);
        }
    }
    Ok(Verdict::Holds(Box::new(derived)))
}

fn refusing(options: &Json) -> Option<Refusing> {
    match options.get("allOrNothing") {
        Some(Json::Bool(true)) => Some(Refusing::All),
        Some(Json::Bool(false)) => Some(Refusing::Rows),
        _ => None,
    }
}

fn notify(options: &Json) -> Option<Notify> {
    match options.get("notify").and_then(Json::as_text) {
        Some("digest") => Some(Notify::Digest),
        Some("none") => Some(Notify::Silent),
        _ => None,
    }
}

/// Why a posted plan is not the derived one: guards that no longer hold, state that moved on, or neither.
///
/// A lead that the actor may not see is one that is not there: whether a guess of its values is right is not told.
fn differences(model: &Rc<Model>, gate: &Gate, table: &Table, posted: Posted<'_>, context: &Context) -> Result<Vec<Problem>> {
    let recorded = match posted {
        Posted::Bytes(bytes) => decode(bytes, model),
        Posted::Json(json) => Recorded::from_json(json, model),
    };
    let Ok(recorded) = recorded else { return Ok(vec![Problem { code: VerifyCode::Malformed, lead: None }]) };
    let visible = match gate.actor(&context.actor) {
        Ok(actor) => Some(gate.view(&Asking { table, actor, now: Some(context.now) })?),
        Err(_) => None,
    };
    let seen = |row: &RowIx| visible.as_ref().is_some_and(|visible| visible.contains(*row));
    let mut out: Vec<Problem> = Vec::new();
    for change in &recorded.changes {
        let holds = table.find(&change.lead).filter(seen).is_some_and(|row| guard_holds(table, model, row, change));
        if !holds {
            out.push(Problem { code: VerifyCode::RowsChanged, lead: Some(change.lead.clone()) });
        }
    }
    let moved = |(key, version): &(String, Option<i64>)| context.state.peek(key).map(|entry| entry.version) != *version;
    if recorded.state.iter().any(moved) {
        out.push(Problem { code: VerifyCode::StateChanged, lead: None });
    }
    if out.is_empty() {
        out.push(Problem { code: VerifyCode::Tampered, lead: None });
    }
    Ok(out)
}
