//! A small random organisation, and the rules of permissions over it, word by word.

use evenhand::json::Json;

/// Choices drawn one after the other; when they are used up, always the first.
pub struct Choices(std::vec::IntoIter<u8>);

impl Choices {
    pub fn new(bytes: Vec<u8>) -> Choices {
        Choices(bytes.into_iter())
    }

    fn below(&mut self, n: usize) -> usize {
        self.0.next().unwrap_or(0) as usize % n
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    fn maybe<T>(&mut self, one_in: usize, value: T) -> Option<T> {
        (self.below(one_in) == 0).then_some(value)
    }
}

pub const UNITS: [&str; 7] = ["u0", "u1", "u2", "u3", "u4", "u5", "u6"];
const USERS: [&str; 6] = ["ann", "bob", "cid", "dee", "eve", "fay"];
const POOLS: [&str; 2] = ["north", "south"];

pub fn lead_verbs() -> impl Iterator<Item = &'static str> {
    ["lead.view", "lead.edit", "lead.release", "lead.claim", "lead.mass", "rule.run"].into_iter()
}

#[derive(Clone, Debug)]
pub struct Unit {
    pub parent: Option<usize>,
    pub company: bool,
}

#[derive(Clone, Debug)]
pub struct User {
    pub id: &'static str,
    pub unit: Option<usize>,
    pub profiles: Vec<usize>,
    pub active: bool,
    pub service: bool,
    pub accepts: Option<Where>,
}

#[derive(Clone, Debug)]
pub struct Grant {
    pub verbs: Vec<&'static str>,
    pub scope: &'static str,
    pub only: Option<Where>,
    pub deny: bool,
}

/// The conditions that grants and users have here.
#[derive(Clone, Copy, Debug)]
pub enum Where {
    Status(&'static str),
    NotStatus(&'static str),
    OwnerIsActor,
    NobodyHoldsLo,
    UnitUnder(usize),
    OwnerUnder(usize),
    AccessHas(usize),
    AccessHasNot(usize),
    NoAccess,
    OneHoldsBoth,
    OneOfThree,
}

#[derive(Clone, Debug)]
pub struct Lead {
    pub owner: Option<&'static str>,
    pub lo: Option<&'static str>,
    pub unit: Option<&'static str>,
    pub access: Vec<&'static str>,
    pub status: Option<&'static str>,
    pub pool: Option<&'static str>,
    pub run: Option<&'static str>,
}

#[derive(Clone, Debug)]
pub struct World {
    pub units: Vec<Unit>,
    pub users: Vec<User>,
    pub profiles: Vec<Vec<Grant>>,
    pub leads: Vec<Lead>,
    /// Members of each pool, if it has any.
    pub pools: Vec<Option<Vec<usize>>>,
    /// Who may hold `lo`.
    pub holders: Option<Vec<usize>>,
    /// Which leads may be reassigned.
    pub reassignable: Option<Where>,
    pub mode: Option<&'static str>,
    /// What status a new owner brings.
    pub on_assign: Option<&'static str>,
    /// Which unit's access a new owner brings.
    pub on_assign_access: Option<usize>,
    /// Whether that is then the only one.
    pub on_assign_only: bool,
    /// Which unit's access it takes away.
    pub on_assign_removes: Option<usize>,
    /// Whether groups make offers for `owner`; without any, a run locks every slot.
    pub offers: bool,
    /// Whether there are pools; without any, the field is just a field.
    pub pooled: bool,
}

impl World {
    pub fn new(pick: &mut Choices) -> World {
        let count = 1 + pick.below(6);
        let units: Vec<Unit> = (0..count)
            .map(|at| Unit {
                parent: if at == 0 || pick.below(4) == 0 { None } else { Some(pick.below(at)) },
                company: pick.below(3) == 0 || at == 0,
            })
            .collect();
        let profiles: Vec<Vec<Grant>> = (0..3).map(|_| (0..1 + pick.below(6)).map(|_| Grant::new(pick, count)).collect()).collect();
        let users: Vec<User> = (0..2 + pick.below(4))
            .map(|at| User {
                id: USERS[at],
                unit: if pick.below(5) == 0 { None } else { Some(pick.below(count)) },
                profiles: match pick.below(4) {
                    0 => vec![0],
                    1 => vec![1],
                    2 => vec![0, 2],
                    _ => vec![2, 1],
                },
                active: pick.below(8) != 1,
                service: pick.below(8) == 1,
                accepts: if pick.below(5) == 1 { Some(Where::new(pick, count)) } else { None },
            })
            .collect();
        let people: Vec<usize> = (0..users.len()).filter(|_| pick.below(2) == 0).collect();
        let some = |pick: &mut Choices, one_in| if pick.below(one_in) == 1 && !people.is_empty() { Some(people.clone()) } else { None };
        let pools = vec![some(pick, 2), some(pick, 3)];
        let holders = some(pick, 4);
        let person = |pick: &mut Choices| match pick.below(4) {
            0 => None,
            1 if pick.below(4) == 0 => Some("ghost"),
            _ => Some(users[pick.below(users.len())].id),
        };
        let place = |pick: &mut Choices| match pick.below(5) {
            0 => None,
            1 if pick.below(3) == 0 => Some("nowhere"),
            _ => Some(UNITS[pick.below(count)]),
        };
        let leads = (0..6)
            .map(|_| Lead {
                owner: person(pick),
                lo: person(pick),
                unit: place(pick),
                access: if pick.below(2) == 0 { vec![] } else { place(pick).into_iter().collect() },
                status: pick.one(&[None, Some("new"), Some("won")]),
                pool: pick.one(&[None, None, Some(POOLS[0]), Some(POOLS[1]), Some("closed")]),
                run: pick.one(&[None, None, None, Some("r1")]),
            })
            .collect();
        World {
            leads,
            pools,
            holders,
            reassignable: if pick.below(3) == 1 { Some(Where::new(pick, count)) } else { None },
            mode: pick.one(&[None, Some("allow"), Some("deny"), Some("duplicate"), Some("grant_access")]),
            on_assign: pick.one(&[None, Some("new"), Some("won")]),
            on_assign_access: pick.maybe(4, 0),
            on_assign_only: pick.below(3) == 1,
            on_assign_removes: if pick.below(4) == 1 { Some(count - 1) } else { None },
            offers: pick.below(2) == 1,
            pooled: pick.below(2) == 0,
            units,
            users,
            profiles,
        }
    }

    /// The same where every unit is a company, crossing grants access, and what people see hangs on access.
    pub fn behind_access(mut self, pick: &mut Choices) -> World {
        let count = self.units.len();
        self.mode = Some("grant_access");
        self.units.iter_mut().for_each(|unit| unit.company = true);
        for grants in &mut self.profiles {
            grants.retain(|grant| !grant.verbs.contains(&"lead.view") || grant.scope == "own" || grant.deny);
            let unit = pick.below(count);
            let only = Some(pick.one(&[Where::AccessHas(unit), Where::AccessHasNot(unit), Where::NoAccess]));
            grants.push(Grant { verbs: vec!["lead.view"], scope: "all", only, deny: pick.below(3) == 0 });
        }
        self
    }

    // ---------------------------------------------------------------- the rules

    /// The unit and everything above it.
    fn chain(&self, unit: usize) -> Vec<usize> {
        let mut out = vec![unit];
        while let Some(above) = self.units[*out.last().unwrap()].parent {
            out.push(above);
        }
        out
    }

    fn unit_named(&self, id: &str) -> Option<usize> {
        UNITS.iter().take(self.units.len()).position(|known| *known == id)
    }

    fn user(&self, id: &str) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }

    fn unit_of(&self, id: &str) -> Option<usize> {
        self.user(id).and_then(|user| user.unit)
    }

    /// Whether a unit is within a scope of somebody who belongs to `mine`.
    fn unit_in(&self, scope: &str, mine: usize, unit: usize) -> bool {
        match scope {
            "team" => unit == mine,
            "subtree" => self.chain(unit).contains(&mine),
            "company" => self.chain(unit).last() == self.chain(mine).last(),
            _ => false,
        }
    }

    /// A person as the target: who holds a slot, or who receives.
    fn person_in(&self, scope: &str, actor: usize, person: &str) -> bool {
        let me = &self.users[actor];
        match scope {
            "none" | "unowned" => false,
            "all" => true,
            "own" => person == me.id,
            _ => person == me.id || matches!((me.unit, self.unit_of(person)), (Some(mine), Some(unit)) if self.unit_in(scope, mine, unit)),
        }
    }

    /// A lead as the target.
    fn lead_in(&self, scope: &str, actor: usize, lead: &Lead) -> bool {
        let me = &self.users[actor];
        let own = lead.owner == Some(me.id) || lead.lo == Some(me.id);
        let mut units: Vec<usize> = lead.unit.iter().chain(&lead.access).filter_map(|id| self.unit_named(id)).collect();
        units.extend(lead.owner.and_then(|owner| self.unit_of(owner)));
        match scope {
            "none" => false,
            "all" => true,
            "unowned" => lead.owner.is_none(),
            "own" => own,
            _ => own || me.unit.is_some_and(|mine| units.iter().any(|unit| self.unit_in(scope, mine, *unit))),
        }
    }

    fn holds(&self, only: Where, actor: usize, lead: &Lead) -> bool {
        let under = |unit: Option<usize>, above: usize| unit.is_some_and(|unit| self.chain(unit).contains(&above));
        match only {
            Where::Status(status) => lead.status == Some(status),
            Where::NotStatus(status) => lead.status != Some(status),
            Where::OwnerIsActor => lead.owner == Some(self.users[actor].id),
            Where::NobodyHoldsLo => lead.lo.is_none(),
            Where::UnitUnder(above) => under(lead.unit.and_then(|unit| self.unit_named(unit)), above),
            Where::OwnerUnder(above) => under(lead.owner.and_then(|owner| self.unit_of(owner)), above),
            Where::AccessHas(unit) => lead.access.contains(&UNITS[unit]),
            Where::AccessHasNot(unit) => !lead.access.contains(&UNITS[unit]),
            Where::NoAccess => lead.access.is_empty(),
            Where::OneHoldsBoth => lead.owner.is_some() && lead.owner == lead.lo,
            Where::OneOfThree => {
                [lead.owner == Some(self.users[actor].id), lead.status == Some("new"), lead.lo.is_none()].iter().filter(|yes| **yes).count()
                    == 1
            }
        }
    }

    fn grants(&self, actor: usize, verb: &str) -> Vec<&Grant> {
        let all = self.users[actor].profiles.iter().flat_map(|profile| &self.profiles[*profile]);
        all.filter(|grant| grant.verbs.contains(&verb)).collect()
    }

    /// Whether a grant of a verb, or of seeing, compares two fields of a lead.
    pub fn compares(&self, actor: usize, verb: &str) -> bool {
        ["lead.view", verb].iter().any(|verb| self.grants(actor, verb).iter().any(|grant| matches!(grant.only, Some(Where::OneHoldsBoth))))
    }

    /// Whether some allow, or some deny, of a verb covers the lead; `target` says what is in a scope.
    fn any(&self, deny: bool, actor: usize, verb: &str, lead: &Lead, target: &dyn Fn(&str) -> bool) -> bool {
        self.grants(actor, verb)
            .iter()
            .any(|grant| grant.deny == deny && target(grant.scope) && grant.only.is_none_or(|only| self.holds(only, actor, lead)))
    }

    fn covers(&self, actor: usize, verb: &str, lead: &Lead, target: &dyn Fn(&str) -> bool) -> bool {
        self.any(false, actor, verb, lead, target) && !self.any(true, actor, verb, lead, target)
    }

    /// One verb alone, without view and for an active actor.
    fn verb(&self, actor: usize, verb: &str, lead: &Lead) -> bool {
        match (verb, lead.owner) {
            ("lead.release", None) => false,
            ("lead.release", Some(_)) => self.release(actor, lead, "owner"),
            _ => self.covers(actor, verb, lead, &|scope| self.lead_in(scope, actor, lead)),
        }
    }

    pub fn can(&self, actor: usize, verb: &str, lead: &Lead) -> bool {
        self.users[actor].active && self.verb(actor, "lead.view", lead) && self.verb(actor, verb, lead)
    }

    pub fn holder<'l>(&self, lead: &'l Lead, slot: &str) -> Option<&'l str> {
        if slot == "lo" { lead.lo } else { lead.owner }
    }

    fn release(&self, actor: usize, lead: &Lead, slot: &str) -> bool {
        let Some(holder) = self.holder(lead, slot) else { return true };
        let target = |scope: &str| if scope == "unowned" { lead.owner.is_none() } else { self.person_in(scope, actor, holder) };
        self.covers(actor, "lead.release", lead, &target)
    }

    fn give(&self, actor: usize, lead: &Lead, to: usize) -> bool {
        let target = |scope: &str| self.person_in(scope, actor, self.users[to].id);
        let claims = || to == actor && self.covers(actor, "lead.claim", lead, &|scope| self.lead_in(scope, actor, lead));
        (self.any(false, actor, "lead.give", lead, &target) || claims()) && !self.any(true, actor, "lead.give", lead, &target)
    }

    /// The nearest company at or above a unit.
    fn company(&self, unit: usize) -> Option<usize> {
        self.chain(unit).into_iter().find(|unit| self.units[*unit].company)
    }

    /// The receiver's company, where the lead would cross into it.
    fn crossing(&self, lead: &Lead, to: usize) -> Option<usize> {
        self.mode?;
        let there = self.company(self.users[to].unit?)?;
        let here = self.company(self.unit_named(lead.unit?)?)?;
        (here != there && !lead.access.contains(&UNITS[there])).then_some(there)
    }

    /// Whether somebody is one whom a slot of the lead may name, as it is.
    fn fits(&self, actor: usize, lead: &Lead, slot: &str, to: usize) -> bool {
        let user = &self.users[to];
        let fits = slot == "owner" || self.holders.as_ref().is_none_or(|holders| holders.contains(&to));
        let accepts = user.accepts.is_none_or(|only| self.holds(only, actor, lead));
        let pool = lead.pool.filter(|_| self.pooled).is_none_or(|pool| match POOLS.iter().position(|known| *known == pool) {
            Some(pool) => self.pools[pool].as_ref().is_none_or(|members| members.contains(&to)),
            None => false,
        });
        user.active && !user.service && fits && accepts && pool
    }

    /// Whether somebody who holds a lead can work it.
    pub fn works(&self, actor: usize, lead: &Lead, slot: &str, to: usize) -> bool {
        self.fits(actor, lead, slot, to) && self.verb(to, "lead.view", lead)
    }

    /// Whether a unit may be given a lead, or its access may be taken: nothing of a unit is anybody's own.
    pub fn unit(&self, actor: usize, verb: &str, lead: &Lead, unit: usize) -> bool {
        let target = |scope: &str| scope == "all" || self.users[actor].unit.is_some_and(|mine| self.unit_in(scope, mine, unit));
        self.users[actor].active && self.covers(actor, verb, lead, &target)
    }

    /// Whether somebody can have a lead in a slot; `brings` is the status that comes along.
    pub fn receive(&self, actor: usize, lead: &Lead, slot: &str, to: usize, brings: Option<&'static str>) -> bool {
        let user = &self.users[to];
        let mut after = lead.clone();
        if slot == "lo" {
            after.lo = Some(user.id);
        } else {
            after.owner = Some(user.id);
            after.status = self.on_assign.or(after.status);
            if self.on_assign_only && self.on_assign_access.is_some() {
                after.access.clear();
            }
            after.access.retain(|unit| self.on_assign_removes.is_none_or(|removed| *unit != UNITS[removed]));
            if let Some(unit) = self.on_assign_access.filter(|unit| !after.access.contains(&UNITS[*unit])) {
                after.access.push(UNITS[unit]);
            }
        }
        if let (Some("grant_access"), Some(company)) = (self.mode, self.crossing(lead, to))
            && !after.access.contains(&UNITS[company])
        {
            after.access.push(UNITS[company]);
        }
        after.status = brings.or(after.status);
        self.fits(actor, lead, slot, to) && self.verb(to, "lead.view", &after)
    }

    /// The questions that a reassignment fails by, in order.
    pub fn reassign(&self, actor: usize, lead: &Lead, slot: &str, to: Option<usize>) -> Vec<&'static str> {
        if !self.users[actor].active {
            return vec![""];
        }
        if !self.verb(actor, "lead.view", lead) {
            return vec!["view"];
        }
        let mut failed = Vec::new();
        let mut ask = |question, holds: bool| {
            if !holds {
                failed.push(question);
            }
        };
        ask("edit", self.verb(actor, "lead.edit", lead));
        // What is as asked already changes nothing.
        if self.holder(lead, slot) != to.map(|to| self.users[to].id) {
            ask("release", self.release(actor, lead, slot));
            ask("give", to.is_none_or(|to| self.give(actor, lead, to)));
            ask("receive", to.is_none_or(|to| self.receive(actor, lead, slot, to, None)));
            ask("lock", lead.run.is_none() || (slot == "lo" && self.offers));
            ask("reassignable", lead.owner.is_none() || self.reassignable.is_none_or(|only| self.holds(only, actor, lead)));
            let barred = matches!(self.mode, Some("deny" | "duplicate")) && to.is_some_and(|to| self.crossing(lead, to).is_some());
            ask("boundary", !barred);
        }
        failed
    }

    // ---------------------------------------------------------------- as JSON

    pub fn config(&self) -> Json {
        let list = |items: Vec<String>| format!("[{}]", items.join(","));
        let units = self.units.iter().zip(UNITS).map(|(unit, id)| {
            let parent = unit.parent.map_or("null".into(), |parent| format!("{:?}", UNITS[parent]));
            format!(r#"{{"id":"{id}","kind":"{}","parent":{parent}}}"#, if unit.company { "company" } else { "branch" })
        });
        let users = self.users.iter().map(|user| {
            let profiles: Vec<String> = user.profiles.iter().map(|profile| format!("\"p{profile}\"")).collect();
            let unit = user.unit.map_or("null".into(), |unit| format!("{:?}", UNITS[unit]));
            let kind = if user.service { "service" } else { "person" };
            let accepts = user.accepts.map_or(String::new(), |only| format!(r#","accepts":{}"#, only.json()));
            format!(
                r#"{{"id":"{}","kind":"{kind}","unit":{unit},"active":{},"profiles":[{}]{accepts}}}"#,
                user.id,
                user.active,
                profiles.join(",")
            )
        });
        let profiles = self.profiles.iter().enumerate().map(|(at, grants)| {
            let grants = list(grants.iter().map(Grant::json).collect());
            format!(r#"{{"id":"p{at}","grants":{grants}}}"#)
        });
        let ids = |members: &[usize]| list(members.iter().map(|user| format!("\"{}\"", self.users[*user].id)).collect());
        let members = |members: &Option<Vec<usize>>, key: &str| {
            members.as_ref().map_or(String::new(), |members| format!(r#","{key}":{{"users":{}}}"#, ids(members)))
        };
        let pools = self
            .pools
            .iter()
            .zip(POOLS)
            .filter(|_| self.pooled)
            .map(|(pool, id)| format!(r#"{{"id":"{id}"{}}}"#, members(pool, "members")));
        let mut cycle = Vec::new();
        if let Some(only) = self.reassignable {
            cycle.push(format!(r#""reassignable":{}"#, only.json()));
        }
        if let Some(mode) = self.mode {
            cycle.push(format!(r#""boundary":{{"kind":"company","mode":"{mode}"}}"#));
        }
        let mut patches = Vec::new();
        if let Some(status) = self.on_assign {
            patches.push(format!(r#""status":"{status}""#));
        }
        if let (Some(unit), true) = (self.on_assign_access, self.on_assign_only) {
            patches.push(format!(r#""access":["{}"]"#, UNITS[unit]));
        } else if self.on_assign_access.is_some() || self.on_assign_removes.is_some() {
            let names = |unit: Option<usize>| unit.map_or(String::new(), |unit| format!("{:?}", UNITS[unit]));
            patches.push(format!(r#""access":{{"add":[{}],"remove":[{}]}}"#, names(self.on_assign_access), names(self.on_assign_removes)));
        }
        cycle.push(format!(r#""onAssign":{{{}}}"#, patches.join(",")));
        let groups = if self.offers {
            r#"[{"id":"g","name":"G","members":{"users":["ann"]},"method":{"type":"broadcast_offer","minutes":5}}]"#
        } else {
            "[]"
        };
        let text = format!(
            r#"{{"version":1,"fields":{{"id":{{"type":"text"}},"owner":{{"type":"user"}},"lo":{{"type":"user"}},"unit":{{"type":"unit"}},
            "access":{{"type":"units"}},"status":{{"type":"choice"}},"pool":{{"type":"choice"}},"run":{{"type":"text"}}}},
            "lead":{{"id":"id","owner":"owner","slots":[{{"field":"lo"{}}}],"unit":"unit","access":"access","pool":"pool","run":"run"}},
            "lifecycle":{{{}}},"org":{},"users":{},"profiles":{},"pools":{},"groups":{groups}}}"#,
            members(&self.holders, "holders"),
            cycle.join(","),
            list(units.collect()),
            list(users.collect()),
            list(profiles.collect()),
            list(pools.collect()),
        );
        Json::parse(&text).unwrap()
    }

    pub fn rows(&self) -> String {
        let rows = self.leads.iter().enumerate().map(|(at, lead)| lead.json(&format!("l{at}")));
        format!("[{}]", rows.collect::<Vec<_>>().join(","))
    }
}

impl Lead {
    pub fn json(&self, id: &str) -> String {
        let text = |value: Option<&str>| value.map_or("null".into(), |value| format!("{value:?}"));
        let access: Vec<String> = self.access.iter().map(|unit| format!("{unit:?}")).collect();
        format!(
            r#"{{"id":"{id}","owner":{},"lo":{},"unit":{},"access":[{}],"status":{},"pool":{},"run":{}}}"#,
            text(self.owner),
            text(self.lo),
            text(self.unit),
            access.join(","),
            text(self.status),
            text(self.pool),
            text(self.run)
        )
    }
}

impl Grant {
    fn new(pick: &mut Choices, units: usize) -> Grant {
        let verbs = match pick.below(6) {
            0 => vec!["lead.view"],
            1 => vec!["lead.view", "lead.edit", "lead.claim", "lead.mass", "rule.run"],
            2 => vec!["lead.view", "lead.edit", "lead.release"],
            3 => vec!["lead.release", "lead.give"],
            4 => vec!["lead.view", "lead.edit", "lead.release", "lead.give"],
            _ => vec!["lead.claim", "lead.give", "lead.edit", "lead.mass"],
        };
        Grant {
            verbs,
            scope: pick.one(&["all", "own", "team", "subtree", "company", "unowned", "none", "all"]),
            only: if pick.below(3) == 1 { Some(Where::new(pick, units)) } else { None },
            deny: pick.below(6) == 1,
        }
    }

    fn json(&self) -> String {
        let verbs: Vec<String> = self.verbs.iter().map(|verb| format!("{verb:?}")).collect();
        let only = self.only.map_or(String::new(), |only| format!(r#","where":{}"#, only.json()));
        format!(r#"{{"do":[{}],"scope":"{}","deny":{}{only}}}"#, verbs.join(","), self.scope, self.deny)
    }
}

impl Where {
    fn new(pick: &mut Choices, units: usize) -> Where {
        let unit = pick.below(units);
        match pick.below(11) {
            0 => Where::Status("new"),
            1 => Where::NotStatus("won"),
            2 => Where::OwnerIsActor,
            3 => Where::NobodyHoldsLo,
            4 => Where::UnitUnder(unit),
            5 => Where::OwnerUnder(unit),
            6 => Where::AccessHas(unit),
            7 => Where::AccessHasNot(unit),
            8 => Where::OneHoldsBoth,
            9 => Where::OneOfThree,
            _ => Where::NoAccess,
        }
    }

    fn json(self) -> String {
        let combinator = if matches!(self, Where::OneOfThree) { "xor" } else { "and" };
        let rule = match self {
            Where::Status(status) => format!(r#"{{"field":"status","operator":"=","value":"{status}"}}"#),
            Where::NotStatus(status) => format!(r#"{{"field":"status","operator":"!=","value":"{status}"}}"#),
            Where::OwnerIsActor => r#"{"field":"owner","operator":"=","value":{"actor":true}}"#.into(),
            Where::NobodyHoldsLo => r#"{"field":"lo","operator":"null"}"#.into(),
            Where::UnitUnder(unit) => format!(r#"{{"field":"unit","operator":"under","value":"{}"}}"#, UNITS[unit]),
            Where::OwnerUnder(unit) => format!(r#"{{"field":"owner","operator":"under","value":"{}"}}"#, UNITS[unit]),
            Where::AccessHas(unit) => format!(r#"{{"field":"access","operator":"contains","value":"{}"}}"#, UNITS[unit]),
            Where::AccessHasNot(unit) => format!(r#"{{"field":"access","operator":"doesNotContain","value":"{}"}}"#, UNITS[unit]),
            Where::NoAccess => r#"{"field":"access","operator":"null"}"#.into(),
            Where::OneHoldsBoth => r#"{"field":"owner","operator":"=","value":"lo","valueSource":"field"}"#.into(),
            Where::OneOfThree => [Where::OwnerIsActor, Where::Status("new"), Where::NobodyHoldsLo].map(Where::json).join(","),
        };
        format!(r#"{{"combinator":"{combinator}","rules":[{rule}]}}"#)
    }
}
