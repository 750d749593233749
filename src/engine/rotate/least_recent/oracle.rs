//! Longest waiting, from the bare history: no stamps, only who was assigned after whom.

use crate::rotate::Member;

/// Who is next, given everybody who was ever assigned a lead, the oldest assignment first.
pub fn pick(members: &[Member], eligible: &[Member], history: &[Member]) -> Option<Member> {
    let last = |member: &Member| history.iter().rposition(|other| other == member);
    members.iter().copied().filter(|member| eligible.contains(member)).min_by_key(last)
}
