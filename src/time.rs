//! placeholder until the room lands
/// x
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(pub i64);
/// x
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);
/// x
#[derive(Clone, Debug)]
pub struct Zone;
/// x
#[derive(Clone, Debug)]
pub struct Format;
