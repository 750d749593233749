//! The weighted rotation as plainly as it can be said.

use crate::rotate::Member;

/// The credits of all members.
#[derive(Clone, Debug, Default)]
pub struct Weighted {
    /// Members and their credits.
    pub credits: Vec<(Member, i128)>,
}

impl Weighted {
    /// Gives the next turn. `members` are today's with their weights, in order.
    pub fn pick(&mut self, members: &[(Member, u64)], eligible: &[Member]) -> Option<Member> {
        let credit = |member: Member| self.credits.iter().find(|(other, _)| *other == member).map_or(0, |(_, credit)| *credit);
        let mut accounts: Vec<(Member, i128)> = members.iter().map(|(member, _)| (*member, credit(*member))).collect();

        let mut sum = 0;
        let mut best: Option<(Member, i128)> = None;
        for ((member, weight), (_, credit)) in members.iter().zip(&mut accounts) {
            if *weight == 0 || !eligible.contains(member) {
                continue;
            }
            *credit += i128::from(*weight);
            sum += i128::from(*weight);
            if best.is_none_or(|(_, most)| *credit > most) {
                best = Some((*member, *credit));
            }
        }
        for (member, credit) in &mut accounts {
            if best.is_some_and(|(served, _)| served == *member) {
                *credit -= sum;
            }
        }
        self.credits = accounts;
        best.map(|(member, _)| member)
    }
}
