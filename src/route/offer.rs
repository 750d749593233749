//! Where rules meet groups that offer a lead instead of giving it.

use crate::config::GroupIx;
use crate::error::Result;

use super::router::{Outcome, Router, Subject};

/// Starts an offer of the lead to a group. Commands about offers are not there yet, so that nobody could answer it: the lead is left for
/// somebody to look at, with this as the reason.
pub(super) fn start_offer(_router: &mut Router<'_>, _group: GroupIx, _lead: &Subject<'_>) -> Result<Outcome> {
    Ok(Outcome::Offered)
}
