//! How leads are divided: to whom, by which measure, in which order.

use crate::filter::SortKey;
use crate::query::FieldIx;

pub use crate::split::{Even, Keep, Order};

/// One receiver of a split.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receiver {
    /// The id; need not be known yet.
    pub user: String,
    /// Millionths.
    pub weight: Option<u64>,
    /// Most rows dealt to them by the plan.
    pub cap: Option<u64>,
}

/// To whom a split deals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Receivers {
    /// People by name.
    Named(Vec<Receiver>),
    /// Members of a group, by its id. Whether it exists is told only after the actor's right to it was asked.
    Group(String),
    /// Holders of any of these tags.
    Tags(Vec<String>),
}

/// How leads are divided.
#[derive(Clone, Debug)]
pub struct Split {
    /// To whom.
    pub to: Receivers,
    /// Which slot.
    pub slot: FieldIx,
    /// What is even.
    pub even: Even,
    /// Turns or blocks.
    pub order: Order,
    /// Whether present holders keep theirs.
    pub keep: Keep,
    /// Rows equal in these fields move as one.
    pub together: Vec<FieldIx>,
    /// The order of rows.
    pub sort: Vec<SortKey>,
    /// Names the remembered remainder.
    pub key: Option<String>,
    /// Whether the remainder of each receiver is remembered, under `key` or one that follows from the receivers.
    pub remember: bool,
}
