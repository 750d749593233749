//! Profiles to start from.

use crate::error::Result;
use crate::json::Json;

/// Five profiles as data, for a host to copy and change. Nothing refers to them: they are grants like any others.
///
/// | id | who | in short |
/// |---|---|---|
/// | `agent` | works leads | sees and changes their own leads and may claim those that nobody owns; gives nothing to others |
/// | `teamLead` | leads a team | sees and hands around the leads of the team and of the units below |
/// | `officeAdmin` | runs an office | the same, with groups, everybody's lists, the log, undo, and pauses |
/// | `companyAdmin` | runs a company | everything within the company; rules are everybody's and need a grant over all |
/// | `partnerUser` | somebody of another company | sees and works the leads that they hold, and never hands them on |
///
/// ```
/// let profiles = evenhand::access::ready_profiles().unwrap();
/// let ids: Vec<_> = profiles.as_list().unwrap().iter().map(|profile| profile.get("id").unwrap().as_text().unwrap()).collect();
/// assert_eq!(ids, ["agent", "teamLead", "officeAdmin", "companyAdmin", "partnerUser"]);
/// ```
///
/// # Errors
/// None; the data is part of the crate and tested.
pub fn ready_profiles() -> Result<Json> {
    Json::parse(include_str!("profiles.json"))
}
