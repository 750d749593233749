//! Offers of leads to groups, in the words of the state machine ([`offer`](crate::offer)): what it knows of people comes from the same tests as
//! for groups that give leads, and what it changes is carried on from lead to lead as an assignment is.

mod people;
mod stored;

use std::cell::RefCell;
use std::rc::Rc;

use crate::config::groups::{self, Joiners};
use crate::config::method::OfferClock;
use crate::config::{GroupIx, Method, UserIx};
use crate::error::Result;
use crate::json::Json;
use crate::offer::{self, Context, Cursor, Effect, Event, Kind, Outcome as Ended, Person, Refusal, Step, resting};
use crate::plan::{digest, state};
use crate::query::FieldIx;
use crate::rotate::Member;
use crate::time::Instant;

use super::memory;
use super::parts::{Group, Offers};
use super::reasons::Reasons;
use super::router::{Attempt, Candidate, Outcome, Router, Subject, Trace};

use people::People;
pub(super) use stored::Stored;

/// Whether the minutes of a group's offers are counted by its schedule.
pub(super) fn measured_by_schedule(group: &groups::Group) -> bool {
    matches!(group.method, Method::SequentialOffer { clock: OfferClock::Working, .. })
}

/// How a group offers leads, and whether it tells nothing of them.
fn options(group: &groups::Group) -> Option<(offer::Options, bool)> {
    let joiners = if group.joiners == Joiners::Now { offer::Joiners::ThisPass } else { offer::Joiners::NextPass };
    match group.method {
        Method::SequentialOffer { minutes, passes, run_minutes, rest_seconds, .. } => {
            let kind = Kind::Sequential;
            Some((offer::Options { kind, minutes, passes, reopen_minutes: None, run_minutes, rest_seconds, joiners }, false))
        }
        Method::BroadcastOffer { minutes, reopen_minutes, anonymous, run_minutes, rest_seconds } => {
            let kind = Kind::Broadcast;
            let options = offer::Options { kind, minutes, passes: 1, reopen_minutes, run_minutes, rest_seconds, joiners };
            Some((options, anonymous))
        }
        _ => None,
    }
}

/// The instant that many minutes later, as the group counts them.
fn deadline(router: &Router<'_>, group: &groups::Group, from: Instant, minutes: u32) -> Option<Instant> {
    if !measured_by_schedule(group) {
        return Instant::new(from.0.saturating_add(i64::from(minutes) * 60_000));
    }
    let schedule = router.planner.model.schedules.at(group.schedule?)?;
    schedule.hours.add_working(from, i64::from(minutes)).ok()
}

/// Starts an offer of the lead to a group, if there is anybody to ask.
pub(super) fn start_offer(
    router: &mut Router<'_>,
    ix: GroupIx,
    rule: u32,
    lead: &Subject<'_>,
    ignored: Reasons,
    trace: Option<&mut Trace>,
) -> Result<Option<Outcome>> {
    let model = router.planner.model;
    let Some(group) = router.groups.get(&ix.0).map(Rc::clone) else { return Ok(None) };
    let Some(definition) = model.groups.at(ix.0) else { return Ok(None) };
    let now = router.planner.now.get();
    let step = router.see(Some(ix), &group, lead, (group.slot, Vec::new(), ignored), |context| offer::start(context, now));
    if let Some(trace) = trace {
        let roster = step.as_ref().map_or(&[] as &[Person], |step| &step.run.roster);
        let asked = step.as_ref().map_or(&[] as &[Person], |step| &step.run.offered_to);
        let people = router.candidates(ix, &group, lead, ignored, (roster, asked))?;
        trace.attempts.push(Attempt { rule, group: Some(ix), people });
    }
    let slot = group.slot;
    let anonymous = router.offers.get(&ix.0).is_some_and(|offers| offers.anonymous);
    let Step { run, effects } = step?;
    if run.offered_to.is_empty() {
        return Ok(None);
    }
    let id = router.run_id(lead, &definition.id);
    let name = router.lead_id(lead);
    let mut stored = Stored::new(id, name, slot, definition.id.clone(), anonymous, run.clone());
    router.follow(&mut stored, Step { run, effects }, lead)?;
    Ok(Some(Outcome::Offered))
}

impl Router<'_> {
    /// How a group offers leads; none where it gives them.
    pub(super) fn offers_of(&mut self, group: &groups::Group, kept: Option<&Json>, now: Instant) -> Option<Offers> {
        let model = self.planner.model;
        let (options, anonymous) = options(group)?;
        let no_window = deadline(self, group, now, options.minutes).is_none();
        let fault = Reasons::NO_WINDOW.when(no_window).and(Reasons::NO_RUN_FIELD.when(model.lead.run.is_none()));
        let cursor = memory::cursor(kept, &mut |id| self.names.person(model, id));
        let audience = memory::audience(kept, &mut |id| self.names.person(model, id));
        Some(Offers { options, cursor, audience, anonymous, fault, used: false })
    }

    /// The members with what is against them, and the places at which they would be asked: in the order of the roster, if there is one.
    fn candidates(
        &mut self,
        ix: GroupIx,
        group: &Group<'_>,
        lead: &Subject<'_>,
        ignored: Reasons,
        (roster, asked): (&[Person], &[Person]),
    ) -> Result<Vec<Candidate>> {
        let (current, recent) = self.soft(ix, group, lead);
        let mut out = Vec::with_capacity(group.roster.members.len());
        for (place, user) in group.roster.members.iter().enumerate() {
            let hard = self.of_member(ix, group, place, lead)?.without(ignored);
            let soft = Reasons::CURRENT_OWNER.when(current == Some(place)).and(Reasons::RECENT_OWNER.when(recent.contains(&place)));
            let eligible = hard.is_empty() && (soft.is_empty() || asked.contains(&Person(user.0)));
            out.push(Candidate { user: *user, eligible, reasons: hard.and(soft), rank: None });
        }
        let mut rank = 0;
        let mut next = |candidate: &mut Candidate| {
            if candidate.eligible {
                rank += 1;
                candidate.rank = Some(rank);
            }
        };
        if roster.is_empty() {
            out.iter_mut().for_each(next);
            return Ok(out);
        }
        for person in roster {
            out.iter_mut().filter(|candidate| candidate.user.0 == person.0).for_each(&mut next);
        }
        Ok(out)
    }

    /// Reasons that offers give against a member.
    pub(super) fn of_offers(&mut self, ix: GroupIx, user: UserIx) -> Result<Reasons> {
        let Some(offers) = self.offers.get(&ix.0) else { return Ok(Reasons::NONE) };
        let (fault, kind, rest) = (offers.fault, offers.options.kind, offers.options.rest_seconds);
        let id = self.planner.model.groups.at(ix.0).map_or("", |group| group.id.as_str());
        let (now, own) = (Instant(self.now), self.own_run.clone());
        let memory = self.person(user)?.memory();
        let is_other = |(run, group): &(String, String)| group == id && Some(run) != own.as_ref();
        let holds = kind == Kind::Sequential && memory.offers.iter().any(is_other);
        let rests = resting(memory.claimed.map(Instant), rest, now);
        Ok(fault.and(Reasons::OFFER_OPEN.when(holds)).and(Reasons::RESTING.when(rests)))
    }

    /// How many open offers take a person's capacity in a slot, but for that of the run that is moved.
    pub(super) fn offers_held(&mut self, user: UserIx, slot: FieldIx) -> Result<u32> {
        let model = self.planner.model;
        let own = self.own_run.clone();
        let mut count = 0;
        for (run, group) in &self.person(user)?.memory().offers {
            let fills = model.groups.by_id(group).is_none_or(|group| group.slot == slot);
            count += u32::from(fills && Some(run) != own.as_ref());
        }
        Ok(count)
    }

    /// Whether somebody declined the lead since it was last assigned.
    pub(super) fn has_declined(&self, user: UserIx, lead: &Subject<'_>) -> bool {
        let id = self.planner.id_of(user);
        self.decliners(lead).iter().any(|known| known == id)
    }

    fn decliners(&self, lead: &Subject<'_>) -> Vec<String> {
        if lead.row.is_none_or(|row| !self.declined.contains(&row.0)) {
            return Vec::new();
        }
        let kept = self.planner.context.state.peek(&state::key("declined", &self.lead_id(lead)));
        let users = kept.and_then(|entry| entry.value.get("users")).and_then(Json::as_list).unwrap_or_default();
        users.iter().filter_map(Json::as_text).map(str::to_owned).collect()
    }

    pub(super) fn lead_id(&self, lead: &Subject<'_>) -> String {
        lead.row.map(|row| self.planner.table.id(row).into_owned()).unwrap_or_default()
    }

    /// The id of a new run: from it nobody can tell the lead, and a lead that is offered again has another one.
    pub(super) fn run_id(&self, lead: &Subject<'_>, group: &str) -> String {
        let planner = self.planner;
        let mut parts = vec![Json::from(self.lead_id(lead)), group.into()];
        // A version rises with every run; where there is none, time has to tell runs apart.
        match planner.model.lead.version {
            Some(version) => parts.push(crate::plan::timeline::json(&lead.cells.cell(version))),
            None => parts.push(self.now.into()),
        }
        loop {
            let id = digest::short(&Json::List(parts.clone()));
            if planner.context.state.peek(&state::key("run", &id)).is_none() {
                return id;
            }
            parts.push(true.into());
        }
    }

    /// Reads a run of the state.
    pub(super) fn run(&mut self, id: &str) -> Result<Option<Stored>> {
        let value = self.planner.context.state.get(&state::key("run", id))?;
        Ok(value.and_then(|value| Stored::read(id, value, self.planner.model, &mut self.names)))
    }

    /// Moves a run by one event; whether anything changed.
    pub(super) fn advance(&mut self, stored: &mut Stored, event: Event, lead: &Subject<'_>) -> Result<Result<bool, Refusal>> {
        let ix = self.planner.model.groups.find(&stored.group).map(GroupIx);
        let now = self.planner.now.get();
        if let Some(ix) = ix {
            self.meet_group(ix)?;
        }
        self.own_run = Some(stored.id.clone());
        let group = ix.and_then(|ix| self.groups.get(&ix.0)).map_or_else(|| Group::none(stored.slot), Rc::clone);
        let mut declined = Vec::new();
        for answer in stored.run.history.iter().filter(|answer| answer.outcome == Ended::Declined) {
            declined.push(answer.person);
        }
        if let Event::Decline(person) = event {
            declined.push(person);
        }
        let of_run = (stored.slot, declined, Reasons::NONE);
        let reply = self.see(ix, &group, lead, of_run, |context| offer::advance(&stored.run, event, context, now));
        let out = match reply? {
            Err(refusal) => Err(refusal),
            Ok(step) if step.effects.is_empty() => Ok(false),
            Ok(step) => {
                self.follow(stored, step, lead)?;
                Ok(true)
            }
        };
        self.own_run = None;
        Ok(out)
    }

    /// Lets the machine look at a group.
    fn see<T>(
        &mut self,
        ix: Option<GroupIx>,
        group: &Group<'_>,
        lead: &Subject<'_>,
        (slot, declined, ignored): (FieldIx, Vec<Person>, Reasons),
        call: impl FnOnce(Context<'_>) -> T,
    ) -> Result<T> {
        let none = offer::Options {
            kind: Kind::Sequential,
            minutes: 1,
            passes: 1,
            reopen_minutes: None,
            run_minutes: None,
            rest_seconds: 0,
            joiners: offer::Joiners::NextPass,
        };
        let offers = ix.and_then(|ix| self.offers.get(&ix.0));
        let (options, cursor) = offers.map_or((none, Cursor::default()), |offers| (offers.options.clone(), offers.cursor.clone()));
        let members = group.roster.members.iter().map(|user| Person(user.0)).collect();
        let (router, error) = (RefCell::new(self), RefCell::new(None));
        let people = People { router, ix, group, slot, members, lead: *lead, declined, ignored, error };
        let out = call(Context { view: &people, options: &options, cursor: &cursor });
        match people.error.into_inner() {
            Some(error) => Err(error),
            None => Ok(out),
        }
    }

    /// Nobody holds an offer any more of a run that the state has lost.
    pub(super) fn forget_offers(&mut self, id: &str) -> Result<()> {
        let planner = self.planner;
        let kept = &planner.context.state;
        for key in kept.standing("user/") {
            let offers = kept.peek(key).and_then(|entry| entry.value.get("offers")).and_then(Json::as_list).unwrap_or_default();
            let holds = offers.iter().any(|offer| offer.get("run").and_then(Json::as_text) == Some(id));
            if let Some(user) = state::name_of(key).filter(|_| holds) {
                let person = self.names.person(planner.model, &user);
                self.touch(person)?.offers.retain(|(run, _)| run != id);
            }
        }
        Ok(())
    }

    /// Takes what follows from a step into the call: who holds what, who was given the lead, what is written.
    fn follow(&mut self, stored: &mut Stored, step: Step, lead: &Subject<'_>) -> Result<()> {
        let planner = self.planner;
        let ix = planner.model.groups.find(&stored.group).map(GroupIx);
        let by_hand = matches!(step.run.ending.map(|ending| ending.cause), Some(offer::Cause::Cancelled(_)));
        let (mut opened, mut asked) = (false, Vec::new());
        for effect in &step.effects {
            match effect {
                Effect::CapacityTaken(person) => {
                    let (id, group) = (stored.id.clone(), stored.group.clone());
                    let holder = self.touch(*person)?;
                    holder.offers.push((id, group));
                    self.refresh(UserIx(person.0))?;
                }
                Effect::CapacityReleased(person) => {
                    self.touch(*person)?.offers.retain(|(run, _)| *run != stored.id);
                    self.refresh(UserIx(person.0))?;
                }
                Effect::Answered(answer) if answer.outcome == Ended::Claimed => {
                    let now = self.now;
                    self.touch(answer.person)?.claimed = Some(now);
                }
                Effect::Assigned(person) if by_hand => self.given_by_hand(UserIx(person.0), stored.slot, lead)?,
                Effect::Assigned(person) => self.assigned(UserIx(person.0), stored.slot, ix, lead)?,
                Effect::NextStart(cursor) => {
                    if let Some(offers) = ix.and_then(|ix| self.offers.get_mut(&ix.0)) {
                        (offers.cursor, offers.used) = (cursor.clone(), true);
                    }
                }
                Effect::Offered { to, .. } => {
                    asked.push(*to);
                    let offers = ix.and_then(|ix| self.offers.get_mut(&ix.0)).filter(|_| step.run.kind == Kind::Broadcast);
                    if let Some(offers) = offers.filter(|offers| !offers.audience.contains(to)) {
                        offers.audience.push(*to);
                        offers.used = true;
                    }
                }
                Effect::WakeAt(_) => opened = true,
                Effect::LockSet | Effect::LockCleared | Effect::Answered(_) | Effect::Ended(_) => {}
            }
        }
        let writes = stored.moved(step.run, opened, self.now, planner.model, &self.names, &planner.context.state);
        self.writes.extend(writes);
        self.note_decliners(stored, lead);
        self.moved.push((stored.told(lead.row.map(|row| row.0), &asked, planner.model, &self.names), stored.is_open()));
        Ok(())
    }

    /// What is remembered of somebody, to be written.
    fn touch(&mut self, person: Person) -> Result<&mut memory::PersonMemory> {
        self.served.insert(person.0 as usize);
        Ok(self.person(UserIx(person.0))?.memory())
    }

    /// Counts that somebody was given a lead by hand.
    fn given_by_hand(&mut self, user: UserIx, slot: FieldIx, lead: &Subject<'_>) -> Result<()> {
        let stamp = crate::rotate::Stamp::after(self.now, self.person(user)?.memory().last);
        self.touch(Person(user.0))?.last = Some(stamp);
        self.recencies.all.set(Member(user.0), stamp);
        match lead.row {
            Some(row) if slot == self.planner.model.lead.owner => self.owned(row, Some(user)),
            _ => Ok(()),
        }
    }

    /// Keeps in mind who declined a lead that nobody got: they are not asked again before somebody did.
    fn note_decliners(&mut self, stored: &Stored, lead: &Subject<'_>) {
        if stored.is_open() || stored.run.assignee.is_some() || lead.row.is_none() {
            return;
        }
        let mut users = self.decliners(lead);
        let before = users.len();
        for answer in &stored.run.history {
            let id = self.names.id(self.planner.model, answer.person.0);
            if answer.outcome == Ended::Declined && !users.iter().any(|known| known == id) {
                users.push(id.to_owned());
            }
        }
        if users.len() > before {
            let key = state::key("declined", &stored.lead);
            self.writes.push(self.planner.context.state.write(key, Some(state::value([("users", users.into())]).into())));
        }
    }
}
