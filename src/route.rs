//! Routing: which rule a lead falls under, and who gets it by that rule.
//!
//! The first enabled rule whose schedule contains the plan's instant and whose condition matches sends the lead to its target; a lead that
//! has an owner passes over rules without `overwriteOwner`. A target that finds nobody ends with `needs_review` where the rule is required,
//! else the next rule is tried.
//!
//! A group asks who is eligible ([`Reasons`] has the hard tests in their order), lets its method choose among them
//! ([`rotate`](crate::rotate)), and takes its `onNobody` steps where there is none. What this means here, where the rules leave room:
//! - The default assignee and a user who is named as a target or a step are asked by the same tests as members, but for `match`. The default
//!   assignee passes with hours, limits and capacity against them, not with anything else. A group without `onNobody` steps has one step:
//!   its default assignee.
//! - `ignore_availability` asks again without pauses, absences, hours, limits and capacity.
//! - The soft tests are relaxed one after the other: first the present owner is asked again, then recent owners. `whenEmpty: "strict"`
//!   relaxes neither.
//! - A chained group goes through its own steps; when they are at their end, the steps of the group before it go on.
//! - A member's own capacity or limits take the place of the group's.
//! - A group whose schedule is closed has nobody in hours. Whoever has the weight 0 is never served by a rotation.
//! - A lead that goes to a pool loses its owner.
//! - `lifecycle.reassignable` binds assignments by hand, not rules. A running offer locks a lead wherever a rule may fill a slot that it
//!   locks.
//! - Whom an assignment follows in time is told from the members of its group, so that a call reads no state but theirs.
//!
//! A batch gives what as many calls for a lead each give, with rows and state written in between: whatever a call reads of earlier ones (memory,
//! stamps, counts, loads, owners of `same`) is carried on inside of it. What depends on the lead alone is evaluated for all rows of a batch at
//! once, condition by condition; a single lead is asked as it is.

mod apply;
mod assigned;
mod changes;
mod compiled;
mod explain;
mod few;
mod forecast;
mod group;
mod instead;
mod memory;
mod needs;
mod offer;
mod parts;
mod person;
mod reasons;
mod replay;
mod router;
mod rules;
mod runs;
mod same;
mod simulate;
mod steps;
mod sweep;

pub use explain::Assumed;
pub use reasons::Reasons;
pub use simulate::Simulation;

pub(crate) use apply::{Decider, decide};
pub(crate) use explain::explain;
pub(crate) use forecast::forecast;
pub(crate) use needs::{Reached, Reads, leads_of_runs, reads, slots};
pub(crate) use runs::{Answer, answer, cancel};
pub(crate) use simulate::{Ruled, simulate};
pub(crate) use sweep::{Scope, idle, sweep};
