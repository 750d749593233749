//! Runs as values of the state, under `run/<id>`. Every open one stands once more under `due/<expiry>/<id>.<window>`, so that what is due is
//! a range of keys. Such a key is written once and deleted once: nobody has to look it up.

use crate::access::Reason;
use crate::config::Model;
use crate::json::Json;
use crate::offer::{Answer, Blocked, Cause, Ending, Kind, Outcome, Person, Run, Status, due_key};
use crate::plan::runs;
use crate::plan::state::{self, StateChange};
use crate::query::FieldIx;
use crate::route::parts::Names;
use crate::time::Instant;

/// A run with what is kept beside it.
#[derive(Clone, Debug)]
pub struct Stored {
    pub id: String,
    pub lead: String,
    pub slot: FieldIx,
    pub group: String,
    pub anonymous: bool,
    pub run: Run,
    /// When the window was opened, and how many answers there were then.
    opened: Option<(i64, usize)>,
    /// What people said when they declined, by place in the history.
    said: Vec<(usize, String)>,
    /// Who held the offer when somebody else claimed: no answer of theirs tells that they were asked.
    asked: Vec<Person>,
}

const OUTCOMES: [Outcome; 4] = [Outcome::Claimed, Outcome::Declined, Outcome::Expired, Outcome::Revoked];
const STATUSES: [Status; 5] = [Status::Offered, Status::Claimed, Status::Defaulted, Status::Cancelled, Status::Exhausted];

const fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Sequential => "sequential",
        Kind::Broadcast => "broadcast",
    }
}

#[expect(clippy::cast_possible_truncation, reason = "whole, and below 2^53")]
fn whole(json: Option<&Json>) -> Option<i64> {
    json.and_then(Json::as_number).filter(|number| number.fract() == 0.0 && number.abs() < 9.0e15).map(|number| number as i64)
}

fn small(json: Option<&Json>) -> u32 {
    whole(json).and_then(|number| u32::try_from(number).ok()).unwrap_or(0)
}

impl Stored {
    /// A run that has begun.
    pub fn new(id: String, lead: String, slot: FieldIx, group: String, anonymous: bool, run: Run) -> Stored {
        Stored { id, lead, slot, group, anonymous, run, opened: None, said: Vec::new(), asked: Vec::new() }
    }

    /// Reads the value of a run; nothing of what is none.
    pub fn read(id: &str, json: &Json, model: &Model, names: &mut Names) -> Option<Stored> {
        let text = |json: &Json, key: &str| json.get(key).and_then(Json::as_text).map(str::to_owned);
        let mut people = |key: &str| {
            let mut out = Vec::new();
            for item in json.get(key).and_then(Json::as_list).unwrap_or_default() {
                out.extend(item.as_text().map(|id| names.person(model, id)));
            }
            out
        };
        let (offered_to, roster, asked) = (people("offeredTo"), people("roster"), people("asked"));
        let status = text(json, "status")?;
        let slot = model.schema.find(&text(json, "slot")?).filter(|slot| model.lead.slot(*slot).is_some());
        let (mut history, mut said) = (Vec::new(), Vec::new());
        for item in json.get("history").and_then(Json::as_list).unwrap_or_default() {
            let outcome = text(item, "outcome")?;
            said.extend(text(item, "reason").map(|reason| (history.len(), reason)));
            history.push(Answer {
                person: names.person(model, &text(item, "user")?),
                outcome: *OUTCOMES.iter().find(|known| known.word() == outcome)?,
                at: Instant(whole(item.get("at"))?),
            });
        }
        let opened = json.get("opened");
        let run = Run {
            kind: if text(json, "kind")? == "broadcast" { Kind::Broadcast } else { Kind::Sequential },
            status: *STATUSES.iter().find(|known| known.word() == status)?,
            number: whole(json.get("number")).and_then(|number| u64::try_from(number).ok()).unwrap_or(0),
            started_at: Instant(whole(json.get("startedAt"))?),
            limit_at: whole(json.get("limitAt")).map(Instant),
            offered_to,
            expires_at: whole(json.get("expiresAt")).map(Instant),
            pass: small(json.get("pass")),
            pass_from: small(json.get("passFrom")),
            roster,
            history,
            assignee: text(json, "assignee").map(|id| names.person(model, &id)),
            ending: None,
        };
        Some(Stored {
            id: id.to_owned(),
            lead: text(json, "lead")?,
            slot: slot.unwrap_or(model.lead.owner),
            group: text(json, "group")?,
            anonymous: json.get("anonymous") == Some(&Json::Bool(true)),
            run,
            opened: opened.and_then(|opened| Some((whole(opened.get("at"))?, small(opened.get("window")) as usize))),
            said,
            asked,
        })
    }

    /// Whether somebody may claim.
    pub fn is_open(&self) -> bool {
        self.run.status == Status::Offered
    }

    /// Whether somebody was ever asked in this run, or has the lead by it: they may know of it, whatever they see.
    pub fn concerns(&self, person: Person) -> bool {
        let run = &self.run;
        let named = run.offered_to.contains(&person) || self.asked.contains(&person);
        named || run.assignee == Some(person) || run.last_outcome(person).is_some()
    }

    /// Notes what somebody said who has just declined.
    pub fn says(&mut self, reason: Option<&str>) {
        let at = self.run.history.len();
        self.said.extend(reason.map(|reason| (at, reason.to_owned())));
    }

    /// The key under which the open window stands.
    pub fn due(&self) -> Option<String> {
        let (expires, (_, window)) = (self.run.expires_at?, self.opened?);
        Some(format!("due/{}/{}.{window}", due_key(expires), self.id))
    }

    /// Takes the run over as it is after an event, and writes down what becomes of it.
    pub fn moved(&mut self, run: Run, opened: bool, now: i64, model: &Model, names: &Names, kept: &state::State) -> Vec<StateChange> {
        let before = self.due();
        if run.status != Status::Offered {
            self.asked = core::mem::take(&mut self.run.offered_to);
            self.asked.retain(|holder| run.last_outcome(*holder).is_none());
        }
        self.run = run;
        if opened {
            self.opened = Some((now, self.run.history.len()));
        }
        let after = self.due();
        let mut out = Vec::new();
        if before != after {
            // A key that is known to be lost need not be taken away.
            out.extend(before.filter(|key| !kept.is_known_absent(key)).map(|key| StateChange {
                key,
                expect: Some(1),
                version: 2,
                value: None,
            }));
            out.extend(after.map(|key| StateChange { key, expect: None, version: 1, value: Some(state::value([]).into()) }));
        }
        out.push(kept.write(state::key("run", &self.id), Some(self.write(model, names).into())));
        out
    }

    fn history(&self, model: &Model, names: &Names) -> Vec<runs::Answer> {
        let mut out = Vec::new();
        for (at, answer) in self.run.history.iter().enumerate() {
            let reason = self.said.iter().find(|(place, _)| *place == at).map(|(_, reason)| reason.clone());
            let user = names.id(model, answer.person.0).to_owned();
            out.push(runs::Answer { user, outcome: answer.outcome.word(), at: answer.at.0, reason });
        }
        out
    }

    fn write(&self, model: &Model, names: &Names) -> Json {
        let run = &self.run;
        let people = |people: &[Person]| Json::List(people.iter().map(|person| names.id(model, person.0).into()).collect());
        let mut out = state::value([
            ("lead", self.lead.as_str().into()),
            ("slot", model.schema.name(self.slot).into()),
            ("group", self.group.as_str().into()),
            ("kind", kind_word(run.kind).into()),
            ("status", run.status.word().into()),
            ("startedAt", run.started_at.0.into()),
            ("history", Json::List(self.history(model, names).iter().map(runs::Answer::to_json).collect())),
        ]);
        let Json::Object(pairs) = &mut out else { return out };
        let mut put = |key: &str, value: Json| pairs.push((key.to_owned(), value));
        if self.anonymous {
            put("anonymous", true.into());
        }
        if self.is_open() {
            put("number", i64::try_from(run.number).unwrap_or(i64::MAX).into());
            put("limitAt", run.limit_at.map(|at| at.0).into());
            put("expiresAt", run.expires_at.map(|at| at.0).into());
            put("offeredTo", people(&run.offered_to));
            put("pass", i64::from(run.pass).into());
            put("passFrom", i64::from(run.pass_from).into());
            put("roster", people(&run.roster));
            if let Some((at, window)) = self.opened {
                put("opened", Json::object([("at", at.into()), ("window", window.into())]));
            }
        }
        if !self.asked.is_empty() {
            put("asked", people(&self.asked));
        }
        if let Some(person) = run.assignee {
            put("assignee", names.id(model, person.0).into());
        }
        if let Some(Ending { at, cause, blocked }) = run.ending {
            let mut ending = vec![("at".to_owned(), at.0.into()), ("cause".to_owned(), cause.word().into())];
            if let Cause::Cancelled(by) = cause {
                ending.push(("by".to_owned(), names.id(model, by.0).into()));
            }
            ending.extend(blocked.map(|blocked| ("blocked".to_owned(), blocked.word().into())));
            put("ending", Json::Object(ending));
        }
        out
    }

    /// The run as a plan tells it.
    pub fn told(&self, row: Option<u32>, asked: &[Person], model: &Model, names: &Names) -> runs::Run {
        let ids = |people: &[Person]| people.iter().map(|person| names.id(model, person.0).to_owned()).collect();
        let mut reasons = Vec::new();
        if let Some(Ending { cause, blocked, .. }) = self.run.ending {
            reasons.push(Reason::new(cause.word(), None, cause_message(cause)));
            reasons.extend(blocked.map(|blocked| Reason::new(blocked.word(), None, blocked_message(blocked))));
        }
        runs::Run {
            id: self.id.clone(),
            lead: self.lead.clone(),
            row,
            slot: self.slot,
            group: self.group.clone(),
            anonymous: self.anonymous,
            status: self.run.status.word(),
            offered_to: ids(&self.run.offered_to),
            expires_at: self.run.expires_at.map(|at| at.0),
            history: self.history(model, names),
            assignee: self.run.assignee.map(|person| names.id(model, person.0).to_owned()),
            reasons,
            asked: ids(asked),
        }
    }
}

const fn cause_message(cause: Cause) -> &'static str {
    match cause {
        Cause::Claimed => "somebody claimed the lead",
        Cause::Cancelled(_) => "the run was cancelled",
        Cause::NobodyEligible => "nobody could be asked",
        Cause::AllDeclined => "all who were asked declined",
        Cause::NobodyClaimed => "nobody who was asked claimed the lead",
        Cause::TimeUp => "the time of the whole run was over",
        Cause::NoWindow => "there was no working time in which to answer",
    }
}

const fn blocked_message(blocked: Blocked) -> &'static str {
    match blocked {
        Blocked::NoDefault => "the group has no default assignee",
        Blocked::Inactive => "the default assignee is not active",
        Blocked::NotPermitted => "the default assignee may not have the lead",
        Blocked::Paused => "the default assignee is paused",
        Blocked::Absent => "the default assignee is absent",
    }
}
