//! Saved lists that show everything, or nothing, against their words.

use super::{Linter, never_true};
use crate::json::Json;
use crate::query::DayZone;
use crate::query::assume::is_true;

impl Linter<'_> {
    pub(super) fn lists(&mut self) {
        let written = self.source.get("lists").and_then(Json::as_list).unwrap_or_default();
        for (ix, list) in self.model.lists.iter().enumerate() {
            let path = Self::at("lists", ix, "query");
            let rules = written.get(ix).and_then(|list| list.get("query")?.get("rules")?.as_list()).unwrap_or_default();
            // What excludes each other does so in every zone.
            let query = list.query.in_zone(&DayZone::Organisation, &self.model.schema).unwrap_or_else(|_| list.query.clone());
            let query = self.auth.pinned(&query).unwrap_or(query);
            if is_true(query.root()) && !rules.is_empty() {
                let message = format!("nothing is left of the filter of the list `{}`, so that it shows every lead", list.id);
                self.warn("filter_selects_all", path, message, "switch a rule on, or write `rules: []` to show every lead");
            } else if never_true(&[(true, query.root())], &self.model.schema) {
                let message = format!("no lead can satisfy the filter of the list `{}`", list.id);
                self.warn("filter_never_true", path, message, "look for two rules that exclude each other");
            }
        }
    }
}
