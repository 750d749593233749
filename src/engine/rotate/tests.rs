//! What every method must hold, and the random groups that the methods are tested with.

use proptest::prelude::*;

use super::*;

/// A call: a group as it is then, and leads.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) seats: Vec<Seat>,
    pub(super) leads: Vec<Lead>,
    /// Picks options.
    pub(super) variant: usize,
}

impl Call {
    pub(super) fn members(&self) -> Vec<Member> {
        self.seats.iter().map(|seat| seat.member).collect()
    }
}

/// A lead, and what happens before it.
#[derive(Clone, Debug)]
pub(super) struct Lead {
    /// Bit p for place p.
    eligible: u64,
    /// Milliseconds since the lead before; the clock may go back.
    step: i64,
    period: i64,
    by_hand: Option<u32>,
    closed: Option<u32>,
}

/// What has happened so far, for the methods and as bare lists for the oracles.
#[derive(Clone, Default)]
pub(super) struct World {
    pub(super) recency: Recency,
    pub(super) loads: Loads,
    pub(super) period: i64,
    /// Who was assigned a lead, the oldest first.
    pub(super) history: Vec<Member>,
    /// A member once for each open lead.
    pub(super) open: Vec<Member>,
    now: i64,
}

impl World {
    pub(super) fn facts(&self) -> Facts<'_> {
        Facts { recency: &self.recency, loads: &self.loads, period: self.period }
    }

    pub(super) fn assign(&mut self, member: Member) {
        self.recency.record(member, self.now);
        self.loads.add(member);
        self.history.push(member);
        self.open.push(member);
    }

    pub(super) fn close(&mut self, member: Member) {
        self.loads.remove(member);
        if let Some(at) = self.open.iter().position(|other| *other == member) {
            self.open.remove(at);
        }
    }
}

/// Random calls of groups of up to so many of eight people, who come, go and change places, weights and capacities.
pub(super) fn calls() -> impl Strategy<Value = Vec<Call>> {
    let people: Vec<u32> = (0..8).collect();
    let lead = (any::<u64>(), any::<u64>(), -2_i64..5, 0_i64..12, 0_u32..24, 0_u32..16).prop_map(|(a, b, step, period, hand, closed)| {
        // Mostly many are eligible, sometimes few.
        let eligible = if a % 3 == 0 { a & b } else { a | b };
        Lead { eligible, step, period: 1 + period / 11, by_hand: (hand < 8).then_some(hand), closed: (closed < 8).then_some(closed) }
    });
    let call = (Just(people).prop_shuffle(), 0_usize..8, any::<u64>(), prop::collection::vec(lead, 0..14), 0_usize..64);
    let call = call.prop_map(|(order, count, mix, leads, variant)| {
        // Half of the calls have people in their usual order, so that rounds last.
        let mut members: Vec<u32> = order.into_iter().take(count + 1).collect();
        if mix % 2 == 0 {
            members.sort_unstable();
        }
        let seat = |member: u32| {
            let mix = mix.rotate_right(member * 7);
            let capacity = [None, Some(0), Some(2), Some(3), Some(5), Some(8), Some(13), None][mix as usize % 8];
            Seat { member: Member(member), weight: [0, 1, 1, 2, 3, 5, 10, 1_500_000][(mix >> 3) as usize % 8], capacity }
        };
        Call { seats: members.into_iter().map(seat).collect(), leads, variant }
    });
    prop::collection::vec(call, 1..8)
}

/// Runs the calls three ways: a rotation a call, a rotation a lead, and the oracle, which is told the places' members who are eligible and
/// is asked once with nobody when a call begins.
pub(super) fn run(
    calls: &[Call],
    method: impl Fn(&Call) -> Method,
    mut oracle: impl FnMut(&Call, &World, &[Member]) -> Option<Member>,
) -> Result<(), TestCaseError> {
    let (mut world, mut memory) = (World::default(), Memory::None);
    for call in calls {
        let (method, mut previous) = (method(call), 0);
        let mut rotation = Rotation::new(method, &call.seats, &memory);
        prop_assert_eq!(oracle(call, &world, &[]), None);
        for lead in &call.leads {
            world.now += lead.step;
            world.period = previous.max(lead.period);
            previous = world.period;
            lead.by_hand.into_iter().for_each(|member| world.assign(Member(member)));
            lead.closed.into_iter().for_each(|member| world.close(Member(member)));
            let eligible = PlaceSet::from_words(vec![lead.eligible]);
            let members: Vec<Member> =
                call.seats.iter().enumerate().filter(|(place, _)| eligible.contains(*place)).map(|(_, seat)| seat.member).collect();

            let wanted = oracle(call, &world, &members);
            let before = rotation.memory();
            let mut single = Rotation::new(method, &call.seats, &before);
            prop_assert_eq!(single.memory(), before.clone());
            prop_assert_eq!(&single.memory(), single.given());
            ranks_as_it_peeks(&rotation, &call.seats, &eligible, &world.facts())?;
            prop_assert_eq!(rotation.peek(&eligible, &world.facts()), wanted);
            prop_assert_eq!(rotation.memory(), before.clone(), "looking changed something");
            prop_assert_eq!(rotation.pick(&eligible, &world.facts()), wanted);
            prop_assert_eq!(single.pick(&eligible, &world.facts()), wanted);
            prop_assert_eq!(single.memory(), rotation.memory());
            match wanted {
                Some(member) => world.assign(member),
                None => prop_assert_eq!(rotation.memory(), before, "nobody was served"),
            }
        }
        memory = rotation.memory();
    }
    Ok(())
}

fn ranks_as_it_peeks(rotation: &Rotation, seats: &[Seat], eligible: &PlaceSet, facts: &Facts<'_>) -> Result<(), TestCaseError> {
    let mut left = eligible.clone();
    for member in rotation.rank(eligible, facts) {
        prop_assert_eq!(rotation.peek(&left, facts), Some(member));
        left.remove(seats.iter().position(|seat| seat.member == member).unwrap());
    }
    prop_assert_eq!(rotation.peek(&left, facts), None);
    Ok(())
}

/// Members 0, 1, … as seats of weight 1.
pub(super) fn plain(members: &[u32]) -> Vec<Seat> {
    members.iter().map(|member| Seat::new(Member(*member))).collect()
}

/// A group over several calls.
pub(super) struct Group {
    pub(super) method: Method,
    pub(super) seats: Vec<Seat>,
    pub(super) memory: Memory,
    pub(super) world: World,
}

impl Group {
    pub(super) fn new(method: Method, seats: Vec<Seat>) -> Self {
        Self { method, seats, memory: Memory::None, world: World { now: 1000, ..World::default() } }
    }

    /// One lead, one call, at the same instant as the one before: who of these gets it.
    pub(super) fn one(&mut self, eligible: &[u32]) -> Option<u32> {
        let mut places = PlaceSet::none(self.seats.len());
        for (place, seat) in self.seats.iter().enumerate() {
            if eligible.contains(&seat.member.0) {
                places.insert(place);
            }
        }
        let mut rotation = Rotation::new(self.method, &self.seats, &self.memory);
        let member = rotation.pick(&places, &self.world.facts());
        self.memory = rotation.memory();
        member.into_iter().for_each(|member| self.world.assign(member));
        member.map(|member| member.0)
    }

    /// So many leads for these.
    pub(super) fn many(&mut self, eligible: &[u32], leads: usize) -> Vec<u32> {
        (0..leads).filter_map(|_| self.one(eligible)).collect()
    }
}

pub(super) fn count(served: &[u32], member: u32) -> usize {
    served.iter().filter(|other| **other == member).count()
}

fn methods() -> Vec<Method> {
    use fewest_in_period::Baseline;
    use least_loaded::Measure;
    use round_robin::{AbsentTurn, Joiners};
    let mut methods = vec![Method::Weighted];
    for absent_turn in [AbsentTurn::Forfeit, AbsentTurn::Hold, AbsentTurn::Credit] {
        for joiners in [Joiners::NextRound, Joiners::Now, Joiners::Reset] {
            methods.extend([1, 3].map(|per_round| Method::RoundRobin(round_robin::Options { per_round, joiners, absent_turn })));
        }
    }
    methods.extend([true, false].map(|manual_counts| Method::LeastRecent(least_recent::Options { manual_counts })));
    methods.extend(
        [Measure::Open, Measure::Spare, Measure::SparePercent].map(|measure| Method::LeastLoaded(least_loaded::Options { measure })),
    );
    methods.extend(
        [Baseline::Minimum, Baseline::Average, Baseline::Zero]
            .map(|baseline| Method::FewestInPeriod(fewest_in_period::Options { baseline })),
    );
    methods
}

#[test]
fn two_equal_members_get_fifteen_each_of_thirty_single_leads() {
    for method in methods() {
        for closed_at_once in [false, true] {
            let mut group = Group::new(method, plain(&[1, 2]));
            let mut served = Vec::new();
            for _ in 0..30 {
                let member = group.one(&[1, 2]).unwrap();
                served.push(member);
                if closed_at_once {
                    group.world.close(Member(member));
                }
            }
            assert_eq!((count(&served, 1), count(&served, 2)), (15, 15), "{method:?} {served:?}");
        }
    }
}

#[test]
fn scenario_7_counts_of_one_call_differ_by_less_than_two() {
    for method in methods() {
        let mut group = Group::new(method, plain(&[1, 2, 3]));
        let mut rotation = Rotation::new(method, &group.seats, &Memory::None);
        let mut served = Vec::new();
        for _ in 0..200 {
            let member = rotation.pick(&PlaceSet::all(3), &group.world.facts()).unwrap();
            group.world.assign(member);
            served.push(member.0);
        }
        assert_eq!([1, 2, 3].map(|member| count(&served, member)), [67, 67, 66], "{method:?}");
    }
}

#[test]
fn scenarios_10_12_and_34_a_single_member_gets_all() {
    for method in methods() {
        let mut group = Group::new(method, plain(&[7]));
        assert_eq!(group.many(&[7], 5), [7; 5], "{method:?}");
        group = Group::new(method, plain(&[1, 2, 3]));
        assert_eq!(group.many(&[2], 4), [2; 4], "{method:?}");
        assert_eq!(group.many(&[1, 2, 3], 1).len(), 1);
    }
}

#[test]
fn scenario_5_nobody_changes_nothing_and_strangers_are_dropped() {
    for method in methods() {
        let mut group = Group::new(method, plain(&[1, 2, 3]));
        group.many(&[1, 2, 3], 4);
        let before = group.memory.clone();
        assert_eq!(group.one(&[]), None);
        assert_eq!(group.memory, before, "{method:?}");
        group.seats.clear();
        assert_eq!(group.one(&[1, 2, 3]), None);
        match &group.memory {
            Memory::None => {}
            Memory::RoundRobin(memory) => assert!(memory.roster.is_empty()),
            Memory::Weighted(memory) => assert!(memory.credits.is_empty()),
            Memory::FewestInPeriod(memory) => assert!(memory.counts.is_empty()),
        }
        let empty = Rotation::new(method, &[], &before);
        assert_eq!(empty.memory() != *empty.given(), before != Memory::None, "{method:?}");
    }
}

#[test]
fn memory_of_another_method_is_no_memory() {
    for from in methods() {
        for to in methods() {
            let mut group = Group::new(from, plain(&[1, 2, 3]));
            group.many(&[1, 2, 3], 5);
            group.method = to;
            let served = group.many(&[1, 2, 3], 9);
            assert_eq!(served.len(), 9, "{from:?} {to:?}");
        }
    }
}

proptest! {
    /// No memory that a store may come back with, complete or not, of these people or others, keeps a lead from an eligible member,
    /// and what is written after it is sound.
    #[test]
    fn any_memory_serves_every_lead(
        numbers in prop::collection::vec((0_u32..12, any::<u32>(), any::<u8>(), any::<bool>(), any::<i64>(), any::<u64>()), 0..14),
        lap in any::<u32>(),
        period in any::<i64>(),
        leads in prop::collection::vec(1_u64..16, 1..20),
        twice in any::<bool>(),
    ) {
        let memories = [
            Memory::RoundRobin(round_robin::Memory {
                lap,
                roster: numbers.iter().map(|n| round_robin::Turn { member: Member(n.0), served: n.1, owed: n.2, made_good: n.3 }).collect(),
            }),
            Memory::Weighted(weighted::Memory {
                credits: numbers.iter().map(|n| weighted::Credit { member: Member(n.0), credit: n.4 }).collect(),
            }),
            Memory::FewestInPeriod(fewest_in_period::Memory {
                period,
                counts: numbers.iter().map(|n| fewest_in_period::Count { member: Member(n.0), count: n.5 }).collect(),
            }),
        ];
        for memory in memories {
            for method in methods() {
                let mut seats = plain(&[3, 1, 9, 4]);
                seats.extend(twice.then_some(Seat::new(Member(3))));
                let mut world = World { period, ..World::default() };
                let mut rotation = Rotation::new(method, &seats, &memory);
                for lead in &leads {
                    let eligible = PlaceSet::from_words(vec![*lead]);
                    let member = rotation.pick(&eligible, &world.facts());
                    let place = seats.iter().position(|seat| Some(seat.member) == member);
                    prop_assert!(place.is_some_and(|place| eligible.contains(place)), "{:?} {:?}", method, memory);
                    world.assign(member.unwrap());
                }
                let written = rotation.memory();
                prop_assert_eq!(Rotation::new(method, &seats, &written).memory(), written);
            }
        }
    }

    /// The same person in many places, or more places than a word has bits, is no trap, and shares stay even.
    #[test]
    fn large_groups_are_served_evenly(members in 60_u32..140) {
        for method in methods() {
            let seats: Vec<Seat> = (0..members).map(|member| Seat::new(Member(member))).collect();
            let mut rotation = Rotation::new(method, &seats, &Memory::None);
            let (mut world, mut counts) = (World::default(), vec![0_u32; members as usize]);
            for _ in 0..2 * members + 5 {
                let member = rotation.pick(&PlaceSet::all(seats.len()), &world.facts()).unwrap();
                world.recency.record(member, 0);
                world.loads.add(member);
                counts[member.0 as usize] += 1;
            }
            prop_assert!(counts.iter().max().unwrap() - counts.iter().min().unwrap() <= 1, "{:?}", method);
        }
    }
}
