//! Zones whose tables differ between a plan and its verifier, with the releases that they are of.

use std::fmt::Write as _;

use crate::config::Model;
use crate::config::zones::is_version;
use crate::json::Json;

use super::Here;
use crate::plan::digest;

/// Zones that differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Each of them.
    pub zones: Vec<Changed>,
    /// Whether nothing else of the configuration does.
    pub alone: bool,
}

/// A zone that has one table in a plan and another here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Its name.
    pub name: String,
    /// The release that the plan tells of.
    pub plan: Option<String>,
    /// The release of the table here.
    pub here: Option<String>,
}

impl Difference {
    /// What people read.
    pub fn message(&self) -> String {
        let mut out = String::new();
        if !self.alone {
            out.push_str(super::VerifyCode::ConfigChanged.message());
            out.push_str("; ");
        }
        out.push_str(if self.zones.len() == 1 { "the table of a time zone differs:" } else { "the tables of time zones differ:" });
        for (place, zone) in self.zones.iter().enumerate() {
            let before = if place == 0 { "" } else { "," };
            let version = |version: &Option<String>| version.clone().unwrap_or_else(|| "no known release".to_owned());
            let _ = write!(out, "{before} `{}` ({} in the plan, {} here)", zone.name, version(&zone.plan), version(&zone.here));
        }
        out
    }

    /// As the public API shows it.
    pub fn to_json(&self) -> Json {
        let version = |version: &Option<String>| version.as_deref().map_or(Json::Null, Json::from);
        let mut out = Vec::new();
        for zone in &self.zones {
            out.push(Json::object([("name", zone.name.as_str().into()), ("plan", version(&zone.plan)), ("here", version(&zone.here))]));
        }
        Json::List(out)
    }
}

/// What a plan tells of releases; none if it is not what a plan can tell.
pub(super) fn told(header: &Json, model: &Model) -> Option<Json> {
    let Some(told) = header.get("zoneVersions") else { return Some(Json::Object(Vec::new())) };
    let told_by = told.as_object()?;
    let fits = |(name, version): &(String, Json)| model.zones.contains_key(name) && version.as_text().is_some_and(is_version);
    (!told_by.is_empty() && told_by.iter().all(fits)).then(|| told.canonical())
}

/// The zones that a plan and the configuration here both name, with other tables.
pub(super) fn difference(model: &Model, header: &Json, here: Here<'_>) -> Option<Difference> {
    let posted = header.get("zones")?;
    let version =
        |name: &str| header.get("zoneVersions").and_then(|all| all.get(name)).and_then(Json::as_text).filter(|text| is_version(text));
    let own = digest::zones(model);
    let mut zones = Vec::new();
    for (name, digest) in own.as_object().unwrap_or_default() {
        if posted.get(name).is_some_and(|other| other != digest) {
            let here = model.zones.get(name).and_then(|zone| zone.version.clone());
            zones.push(Changed { name: name.clone(), plan: version(name).map(str::to_owned), here });
        }
    }
    let same = |digest: String| header.get("config").and_then(Json::as_text) == Some(digest.as_str());
    (!zones.is_empty()).then(|| Difference { zones, alone: same(digest::config(here.source, posted.clone())) })
}
