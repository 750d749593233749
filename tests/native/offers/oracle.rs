//! The rules of offers, read naively: who was asked when and what they said is a list of lines, and everything else is worked out from
//! it anew at each call. No pass counters, no rosters that are turned, no draft.

use std::collections::BTreeSet;

use evenhand::offer::{Cursor, Event, Joiners, Kind, Options, Outcome, Person, Refusal, Run, Status, View};
use evenhand::time::Instant;

/// One line of the log.
#[derive(Clone, Debug, PartialEq)]
enum Line {
    /// A pass begins with these members.
    Pass(Vec<Person>),
    /// They may claim until then.
    Asked(Vec<Person>, Instant),
    /// What became of one of them.
    Said(Person, Outcome),
    /// It is over.
    Over(Status, Option<Person>),
}

/// A run as its log.
#[derive(Clone, Debug)]
pub struct Naive {
    kind: Kind,
    log: Vec<Line>,
    limit: Option<Instant>,
    /// The how many-th run of its group.
    number: u64,
}

/// A group's memory: the number of runs, and whom the last one asked first or was claimed by, with the members behind them.
pub type Start = (u64, Option<Person>, Vec<Person>);

impl Naive {
    pub fn start(view: &dyn View, options: &Options, start: &mut Start, now: Instant) -> Naive {
        let limit = options.run_minutes.map(|minutes| view.deadline(now, minutes).unwrap());
        let mut naive = Naive { kind: options.kind, log: Vec::new(), limit, number: 0 };
        naive.go_on(view, options, start, now);
        if let (Kind::Sequential, Some(first)) = (naive.kind, naive.holders().first()) {
            *start = (start.0 + 1, Some(*first), behind(naive.roster(), *first));
            naive.number = start.0;
        }
        naive
    }

    pub fn apply(&mut self, event: Event, view: &dyn View, options: &Options, start: &mut Start, now: Instant) -> Result<(), Refusal> {
        if let Some((status, winner)) = self.over() {
            return match event {
                Event::Sweep => Ok(()),
                Event::Claim(person) if status == Status::Claimed && winner == Some(person) => Ok(()),
                Event::Claim(_) | Event::Decline(_) if status == Status::Claimed => Err(Refusal::AlreadyClaimed),
                _ => Err(Refusal::RunEnded),
            };
        }
        let too_late = now >= self.until().unwrap();
        match event {
            Event::Claim(person) | Event::Decline(person) => {
                let holds = self.holders().contains(&person);
                let expired = self.said().rev().find(|(who, _)| *who == person).is_some_and(|(_, what)| what == Outcome::Expired);
                if if holds { too_late } else { expired } {
                    return Err(Refusal::OfferExpired);
                }
                if !holds || !view.is_active(person) {
                    return Err(Refusal::NotOffered);
                }
                if let Event::Claim(_) = event {
                    if self.kind == Kind::Sequential && start.0 == self.number && start.1 != Some(person) {
                        let order = if self.roster().contains(&person) { self.roster().to_vec() } else { view.members().to_vec() };
                        *start = (start.0, Some(person), behind(&order, person));
                    }
                    self.log.push(Line::Said(person, Outcome::Claimed));
                    self.log.push(Line::Over(Status::Claimed, Some(person)));
                    return Ok(());
                }
                self.log.push(Line::Said(person, Outcome::Declined));
            }
            Event::Sweep => {
                for person in self.holders() {
                    if too_late {
                        self.log.push(Line::Said(person, Outcome::Expired));
                    } else if !view.members().contains(&person) || !view.is_active(person) {
                        self.log.push(Line::Said(person, Outcome::Revoked));
                    }
                }
            }
            Event::Cancel { to, .. } => {
                self.log.extend(self.holders().into_iter().map(|person| Line::Said(person, Outcome::Revoked)));
                self.log.push(Line::Over(Status::Cancelled, to));
                return Ok(());
            }
        }
        self.go_on(view, options, start, now);
        Ok(())
    }

    /// If nobody holds the offer: who is asked now, else the default.
    fn go_on(&mut self, view: &dyn View, options: &Options, start: &Start, now: Instant) {
        if !self.holders().is_empty() {
            return;
        }
        let never: BTreeSet<Person> = self.said().filter(|(_, what)| *what == Outcome::Declined).map(|(who, _)| who).collect();
        let fit = |person: &Person| {
            let rest = i64::from(options.rest_seconds) * 1000;
            let rested = rest == 0 || view.last_claim(*person).is_none_or(|claim| now.0 >= claim.0 + rest);
            view.members().contains(person) && view.is_active(*person) && view.is_eligible(*person) && rested && !never.contains(person)
        };
        let passes = self.log.iter().filter(|line| matches!(line, Line::Pass(_))).count();
        let over = self.limit.is_some_and(|limit| now >= limit);
        let mut audience: Vec<Person> = Vec::new();
        let mut minutes = options.minutes;
        let mut opens = None;
        if !over && self.kind == Kind::Broadcast {
            if passes == 0 {
                audience = view.members().iter().copied().filter(fit).collect();
                opens = Some(Vec::new());
            } else if passes == 1
                && let Some(reopen) = options.reopen_minutes
            {
                audience = self.said().filter(|(_, what)| *what == Outcome::Expired).map(|(who, _)| who).filter(fit).collect();
                (minutes, opens) = (reopen, Some(Vec::new()));
            }
        } else if !over {
            // What is left of this pass, then all that are still to come.
            let mut waiting: Vec<Person> = if passes == 0 { Vec::new() } else { self.roster().to_vec() };
            if options.joiners == Joiners::ThisPass && passes > 0 {
                waiting.extend(view.members().iter().filter(|member| !self.roster().contains(member)));
            }
            let heard: Vec<Person> = self.said_in_pass();
            audience = waiting.into_iter().filter(|person| !heard.contains(person)).filter(fit).take(1).collect();
            for pass in passes..options.passes as usize {
                if audience.is_empty() {
                    let from = if passes > 0 { first_present(view.members(), self.roster()) } else { first_of_run(view.members(), start) };
                    let order: Vec<Person> =
                        (0..view.members().len()).map(|ix| view.members()[(from + ix) % view.members().len()]).collect();
                    audience = order.iter().copied().filter(fit).take(1).collect();
                    opens = (pass == passes && !audience.is_empty()).then_some(order);
                }
            }
        }
        if audience.is_empty() {
            self.log.push(match view.default_assignee() {
                Ok(person) => Line::Over(Status::Defaulted, Some(person)),
                Err(_) => Line::Over(Status::Exhausted, None),
            });
            return;
        }
        self.log.extend(opens.map(Line::Pass));
        let end = view.deadline(now, minutes).unwrap();
        self.log.push(Line::Asked(audience, self.limit.map_or(end, |limit| limit.min(end))));
    }

    fn over(&self) -> Option<(Status, Option<Person>)> {
        if let Some(Line::Over(status, winner)) = self.log.last() { Some((*status, *winner)) } else { None }
    }

    fn roster(&self) -> &[Person] {
        self.log.iter().rev().find_map(|line| if let Line::Pass(roster) = line { Some(roster.as_slice()) } else { None }).unwrap_or(&[])
    }

    fn said(&self) -> impl DoubleEndedIterator<Item = (Person, Outcome)> {
        self.log.iter().filter_map(|line| if let Line::Said(person, outcome) = line { Some((*person, *outcome)) } else { None })
    }

    fn said_in_pass(&self) -> Vec<Person> {
        let lines = self.log.iter().rev().take_while(|line| !matches!(line, Line::Pass(_)));
        lines.filter_map(|line| if let Line::Said(person, _) = line { Some(*person) } else { None }).collect()
    }

    /// Those last asked who have not said anything since.
    fn holders(&self) -> Vec<Person> {
        let asked = self.log.iter().rposition(|line| matches!(line, Line::Asked(..)));
        let Some(Line::Asked(audience, _)) = asked.map(|ix| &self.log[ix]) else { return Vec::new() };
        if self.over().is_some() {
            return Vec::new();
        }
        let since = &self.log[asked.unwrap()..];
        audience.iter().copied().filter(|person| !since.iter().any(|line| matches!(line, Line::Said(who, _) if who == person))).collect()
    }

    fn until(&self) -> Option<Instant> {
        self.log.iter().rev().find_map(|line| if let Line::Asked(_, until) = line { Some(*until) } else { None })
    }

    /// Whether a run of the machine says the same.
    pub fn assert_same(&self, run: &Run, cursor: &Cursor, start: &Start) {
        let (status, winner) = self.over().unwrap_or((Status::Offered, None));
        assert_eq!((run.status, run.assignee), (status, winner), "{self:?}");
        assert_eq!(run.offered_to, self.holders(), "{self:?}");
        assert_eq!(run.expires_at, if self.over().is_some() { None } else { self.until() }, "{self:?}");
        let history: Vec<(Person, Outcome)> = run.history.iter().map(|answer| (answer.person, answer.outcome)).collect();
        assert_eq!(history, self.said().collect::<Vec<_>>(), "{self:?}");
        assert_eq!((cursor.started, cursor.last, &cursor.next), (start.0, start.1, &start.2), "{self:?}");
    }
}

fn behind(order: &[Person], person: Person) -> Vec<Person> {
    let at = order.iter().position(|other| *other == person).unwrap();
    (1..order.len()).map(|ix| order[(at + ix) % order.len()]).collect()
}

fn first_present(members: &[Person], wanted: &[Person]) -> usize {
    for person in wanted {
        if let Some(at) = members.iter().position(|member| member == person) {
            return at;
        }
    }
    0
}

fn first_of_run(members: &[Person], (_, last, next): &Start) -> usize {
    match last.and_then(|last| members.iter().position(|member| *member == last)) {
        Some(at) => at + 1,
        None => first_present(members, next),
    }
}
