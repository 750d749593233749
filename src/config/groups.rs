//! Reassignment groups, checked. Who gets the next lead is decided by the modules of rotation and offers.

use crate::btree::BTreeMap;

use crate::json::decode::Decoder;
use crate::query::{FieldIx, UnitIx};

use super::lead::LeadRoles;
use super::members::{self, Members};
use super::method::{self, Method};
use super::people::{Limit, UserIx, limit, schedule};
use super::{ById, ConfigReader, Pool, User, WorkingHours, unknown};

/// A group, by its place in the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupIx(pub u32);

/// How a lead's field and a user's attribute are held against each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatchOp {
    /// The lead's value is the user's.
    Equals,
    /// The lead's value is among the user's.
    In,
    /// The two lists share a word.
    Overlaps,
    /// The user's list holds every word of the lead's.
    Covers,
}

/// One condition that a member must meet for a lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// Field of the lead.
    pub lead: FieldIx,
    /// Field of the user.
    pub user: FieldIx,
    /// How they compare.
    pub op: MatchOp,
}

/// Where a joiner of a running round enters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joiners {
    /// The next round.
    NextRound,
    /// This one.
    Now,
    /// A new one, at once.
    Reset,
}

/// What becomes of the turn of somebody who could not take it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AbsentTurn {
    /// It is gone.
    Forfeit,
    /// It is served first on return.
    Hold,
    /// It is made good, a turn a round.
    Credit,
}

/// What happens when every candidate is a recent owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenEmpty {
    /// They may be asked after all.
    Relax,
    /// They may not.
    Strict,
}

/// What is tried when nobody is eligible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fallback {
    /// The default assignee.
    Default,
    /// Another group.
    Group(GroupIx),
    /// A pool.
    Pool(u32),
    /// A user.
    User(UserIx),
    /// The next rule.
    NextRule,
    /// Wait for capacity.
    Hold,
    /// Ask again without hours, limits and capacity.
    IgnoreAvailability,
    /// Nobody.
    Unassigned,
}

/// A reassignment group.
#[derive(Clone, Debug)]
pub struct Group {
    /// Its id.
    pub id: String,
    /// What people read.
    pub name: String,
    /// Who is in it.
    pub members: Members,
    /// Who gets what nobody took.
    pub default_assignee: Option<UserIx>,
    /// Units whose people may see and trigger it; empty means everybody's.
    pub available_to: Vec<UnitIx>,
    /// The unit it belongs to.
    pub unit: Option<UnitIx>,
    /// The slot it fills.
    pub slot: FieldIx,
    /// How it picks.
    pub method: Method,
    /// Most open leads at once of a member who has no capacity of their own.
    pub capacity: Option<u64>,
    /// Most automatic assignments in a period, of a member who has no limits of their own.
    pub limits: Vec<Limit>,
    /// When it works.
    pub schedule: Option<u32>,
    /// What members must meet.
    pub matches: Vec<Match>,
    /// Where joiners enter.
    pub joiners: Joiners,
    /// What becomes of missed turns.
    pub absent_turn: AbsentTurn,
    /// How many recent owners are not asked again, and what then.
    pub remember: Option<(u32, WhenEmpty)>,
    /// What is tried when nobody is eligible.
    pub on_nobody: Vec<Fallback>,
}

impl Group {
    /// Whether it offers leads instead of giving them.
    pub fn offers(&self) -> bool {
        matches!(self.method, Method::SequentialOffer { .. } | Method::BroadcastOffer { .. })
    }
}

const KEYS: [&str; 16] = [
    "id",
    "name",
    "members",
    "defaultAssignee",
    "availableTo",
    "unit",
    "slot",
    "method",
    "capacity",
    "limits",
    "schedule",
    "match",
    "joiners",
    "absentTurn",
    "remember",
    "onNobody",
];

/// Reads all groups; they may fall back on each other, but not in a circle.
pub(super) fn read_all<'a>(
    node: &Decoder<'_>,
    reading: &dyn Fn(&str, &str) -> &'a ConfigReader<'a>,
    users: &ById<User>,
    pools: &ById<Pool>,
    schedules: &ById<WorkingHours>,
    lead: Option<&LeadRoles>,
) -> ById<Group> {
    let ids: BTreeMap<&str, GroupIx> =
        (0u32..).zip(node.items()).filter_map(|(ix, item)| Some((item.get("id").known_id()?, GroupIx(ix)))).collect();
    let groups = ById::read(node, |node, id| one(node, id, &ids, reading("groups", id), users, pools, schedules, lead));
    report_fallbacks(node, &groups);
    groups
}

#[expect(clippy::too_many_arguments, reason = "each is a section that a group refers to")]
fn one(
    node: &Decoder<'_>,
    id: &str,
    ids: &BTreeMap<&str, GroupIx>,
    reading: &ConfigReader<'_>,
    users: &ById<User>,
    pools: &ById<Pool>,
    schedules: &ById<WorkingHours>,
    lead: Option<&LeadRoles>,
) -> Option<Group> {
    node.keys(&KEYS);
    let slot = node.get("slot");
    let field = reading.field(&slot).or(lead.map(|lead| lead.owner));
    if let (Some(lead), Some(field)) = (lead, field)
        && lead.slot(field).is_none()
    {
        slot.error("not_a_slot", format!("`{}` is not one of the lead's slots", reading.schema.name(field)));
    }
    let name = node.get("name").name();
    let members = node.get("members");
    if members.is_null() {
        members.wrong("members");
    }
    let default = node.get("defaultAssignee");
    let default_assignee = if default.is_null() { None } else { members::user(&default, users) };
    let remember = node.get("remember");
    let remembered = if remember.is_null() {
        None
    } else {
        remember.keys(&["last", "whenEmpty"]);
        let last = remember.get("last");
        if last.is_null() {
            last.wrong("a whole number");
        }
        let when = remember.get("whenEmpty").one_of(&[("relax", WhenEmpty::Relax), ("strict", WhenEmpty::Strict)]);
        last.whole(1..=20).and_then(|last| u32::try_from(last).ok()).map(|last| (last, when.unwrap_or(WhenEmpty::Relax)))
    };
    let on_nobody = node.get("onNobody").items().iter().filter_map(|step| fallback(step, ids, users, pools)).collect();
    let available = node.get("availableTo");
    if available.json.as_list().is_some_and(<[_]>::is_empty) {
        available.error("empty", "a group that is available to no unit can never be used; leave `availableTo` out for everybody");
    }
    let schedule = schedule(&node.get("schedule"), schedules);
    let method = method::read(&node.get("method"), schedule.is_some());
    Some(Group {
        id: id.to_owned(),
        name: name?.to_owned(),
        members: members::read(&members, reading, users)?,
        default_assignee,
        available_to: reading.units(&available),
        unit: reading.unit(&node.get("unit")),
        slot: field?,
        method: method?,
        capacity: node.get("capacity").whole(0..=i64::from(u32::MAX)).and_then(|n| u64::try_from(n).ok()),
        limits: node.get("limits").items().iter().filter_map(limit).collect(),
        schedule,
        matches: node.get("match").items().iter().filter_map(|item| matching(item, reading)).collect(),
        joiners: node
            .get("joiners")
            .one_of(&[("next_round", Joiners::NextRound), ("now", Joiners::Now), ("reset", Joiners::Reset)])
            .unwrap_or(Joiners::NextRound),
        absent_turn: node
            .get("absentTurn")
            .one_of(&[("forfeit", AbsentTurn::Forfeit), ("hold", AbsentTurn::Hold), ("credit", AbsentTurn::Credit)])
            .unwrap_or(AbsentTurn::Forfeit),
        remember: remembered,
        on_nobody,
    })
}

fn matching(node: &Decoder<'_>, reading: &ConfigReader<'_>) -> Option<Match> {
    node.keys(&["lead", "user", "op"]);
    let (lead, user, op) = (node.get("lead"), node.get("user"), node.get("op"));
    for (node, wanted) in [(&lead, "a field of leads"), (&user, "an attribute of users"), (&op, "an operator")] {
        if node.is_null() {
            node.wrong(wanted);
        }
    }
    let op_found =
        op.one_of(&[("equals", MatchOp::Equals), ("in", MatchOp::In), ("overlaps", MatchOp::Overlaps), ("covers", MatchOp::Covers)]);
    let lead_field = reading.field(&lead)?;
    let name = user.name()?;
    let Some(user_field) = reading.user_schema.find(name) else {
        unknown(&user, "field", name, reading.user_schema.fields.iter().map(|f| f.name.as_str()));
        return None;
    };
    let found = op_found?;
    let lists = (reading.schema.kind(lead_field).is_list(), reading.user_schema.kind(user_field).is_list());
    let wanted = match found {
        MatchOp::Equals => (false, false),
        MatchOp::In => (false, true),
        MatchOp::Overlaps | MatchOp::Covers => (true, true),
    };
    if lists != wanted {
        let word = |list: bool| if list { "a list" } else { "one value" };
        op.error("match_types", format!("this compares {} of the lead with {} of the user", word(wanted.0), word(wanted.1)));
    }
    Some(Match { lead: lead_field, user: user_field, op: found })
}

fn fallback(node: &Decoder<'_>, ids: &BTreeMap<&str, GroupIx>, users: &ById<User>, pools: &ById<Pool>) -> Option<Fallback> {
    if !node.keys(&["to", "group", "pool", "user"]) {
        return None;
    }
    if node.json.as_object().is_some_and(|pairs| pairs.len() != 1) {
        node.error("fallback_invalid", "a step names exactly one of `to`, `group`, `pool` and `user`");
        return None;
    }
    let (group, pool, user) = (node.get("group"), node.get("pool"), node.get("user"));
    if let Some(name) = group.optional_id() {
        let found = ids.get(name).copied();
        if found.is_none() {
            unknown(&group, "group", name, ids.keys().copied());
        }
        return found.map(Fallback::Group);
    }
    if let Some(name) = pool.optional_id() {
        let found = pools.find(name);
        if found.is_none() {
            unknown(&pool, "pool", name, pools.ids());
        }
        return found.map(Fallback::Pool);
    }
    if !user.is_null() {
        return members::user(&user, users).map(Fallback::User);
    }
    let words = [
        ("default", Fallback::Default),
        ("next_rule", Fallback::NextRule),
        ("hold", Fallback::Hold),
        ("ignore_availability", Fallback::IgnoreAvailability),
        ("unassigned", Fallback::Unassigned),
    ];
    let places: Vec<(&str, usize)> = words.iter().enumerate().map(|(ix, (word, _))| (*word, ix)).collect();
    let ix = node.get("to").one_of(&places)?;
    words.into_iter().nth(ix).map(|(_, step)| step)
}

/// Most groups that a lead may be offered to in vain, each counted as often as it is asked: every way through the fallbacks is walked for each lead.
const MOST_ASKED: u32 = 100;

/// A circle of groups that fall back on each other would never end, and ways that part and meet again double with each group. Each group
/// is walked once, with a stack of its own.
fn report_fallbacks(node: &Decoder<'_>, groups: &ById<Group>) {
    let next = |ix: u32| -> Vec<u32> {
        let steps = groups.at(ix).map(|group| group.on_nobody.as_slice()).unwrap_or_default();
        steps.iter().filter_map(|step| if let Fallback::Group(GroupIx(to)) = step { Some(*to) } else { None }).collect()
    };
    // Groups asked from each one on, itself included: 0 before it was walked.
    let mut asked = vec![0u32; groups.len()];
    let mut on_path = vec![false; groups.len()];
    for start in 0..u32::try_from(groups.len()).unwrap_or(u32::MAX) {
        let mut path: Vec<(u32, Vec<u32>)> = Vec::new();
        let mut ahead = Some(start);
        loop {
            let state = |to: u32| on_path.get(to as usize).zip(asked.get(to as usize)).map_or((false, 1), |(on, asked)| (*on, *asked));
            match ahead.map(|to| (to, state(to))) {
                Some((to, (true, _))) => {
                    let id = groups.at(to).map_or("", |group| group.id.as_str());
                    node.error("fallback_cycle", format!("the group `{id}` falls back on itself"));
                }
                Some((to, (false, 0))) => {
                    on_path.get_mut(to as usize).into_iter().for_each(|on| *on = true);
                    path.push((to, next(to)));
                }
                _ => {}
            }
            let Some((on, rest)) = path.last_mut() else { break };
            let on = *on;
            ahead = rest.pop();
            if ahead.is_none() {
                path.pop();
                on_path.get_mut(on as usize).into_iter().for_each(|on| *on = false);
                let below = |to: &u32| asked.get(*to as usize).copied().unwrap_or(0);
                let (sum, most) = next(on).iter().map(below).fold((1u32, 0), |(sum, most), to| (sum.saturating_add(to), to.max(most)));
                if sum > MOST_ASKED && most <= MOST_ASKED {
                    let id = groups.at(on).map_or("", |group| group.id.as_str());
                    let message = format!("a lead that nobody of `{id}` may have is brought to {sum} groups; the most is {MOST_ASKED}");
                    node.error("too_many_fallbacks", message);
                }
                asked.get_mut(on as usize).into_iter().for_each(|asked| *asked = sum);
            }
        }
    }
}
