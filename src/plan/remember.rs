//! What a change by hand means for what groups remember: who was assigned last, and which leads wait no longer.

use crate::btree::BTreeMap;

use crate::config::Method;
use crate::error::Result;
use crate::json::Json;
use crate::query::FieldIx;
use crate::table::RowIx;

use crate::plan::edit::NewValue;
use crate::plan::planner::Planner;
use crate::plan::{Plan, state};

impl Plan {
    /// By hand, the last assignment is written for members of a group that hands leads to whoever waited longest.
    pub(crate) fn remember_last(&mut self, planner: &Planner<'_>) -> Result<()> {
        let model = &self.model;
        let mut last: BTreeMap<String, usize> = BTreeMap::new();
        for slot in model.lead.slots.iter().map(|slot| slot.field) {
            let copied = self.created.iter().any(|copy| copy.set.iter().any(|(field, cell)| *field == slot && !cell.is_null()));
            if !self.edits.sets(slot) && !copied {
                continue;
            }
            let mut waiting = Vec::new();
            for group in model.groups.iter().filter(|group| group.slot == slot) {
                if matches!(group.method, Method::LeastRecent { manual_counts: true }) {
                    waiting.extend(planner.auth.members(&group.members, Some(self.now))?);
                }
            }
            if waiting.is_empty() {
                continue;
            }
            let mut note = |user: &str, at: usize| {
                if model.user(user).is_some_and(|(ix, _)| waiting.contains(&ix)) {
                    let tick = last.entry(user.to_owned()).or_default();
                    *tick = (*tick).max(at);
                }
            };
            self.totals.last_of_each(slot).unwrap_or_else(|| self.last_of_each(slot)).into_iter().for_each(|(user, at)| note(&user, at));
            let copies = self.created.iter().filter_map(|copy| copy.set.iter().find(|(field, _)| *field == slot));
            copies.filter_map(|(_, cell)| cell.text()).for_each(|user| note(user, 0));
        }
        for (user, tick) in last {
            let key = state::key("user", &user);
            let mut kept: Vec<(String, Json)> = planner.context.state.get(&key)?.and_then(Json::as_object).unwrap_or_default().to_vec();
            kept.retain(|(name, _)| name != "last" && name != "format");
            let mut value = state::value([("last", Json::object([("at", Json::from(self.now.0)), ("tick", Json::from(tick))]))]);
            if let Json::Object(pairs) = &mut value {
                pairs.extend(kept);
            }
            self.state.push(planner.context.state.write(key, Some(value.into())));
        }
        Ok(())
    }

    /// For each person who receives a slot, the last place of the plan where they do.
    fn last_of_each(&self, slot: FieldIx) -> BTreeMap<String, usize> {
        let mut out = BTreeMap::new();
        let changed = |at: usize| {
            let row = RowIx(*self.rows.get(at)?);
            let from = self.table.cell(row, slot);
            let to = self.edits.always(slot)?.value(at, &from, self.now)?;
            (to != from).then(|| to.text().map(str::to_owned)).flatten()
        };
        if let Some(NewValue::Coded(values, codes)) = self.edits.always(slot) {
            let mut open = values.len();
            let mut met = vec![false; values.len()];
            for (at, code) in codes.iter().enumerate().rev() {
                if met.get(*code as usize).copied().unwrap_or(true) {
                    continue;
                }
                if let Some(user) = changed(at) {
                    out.insert(user, at);
                    met.get_mut(*code as usize).into_iter().for_each(|met| *met = true);
                    open -= 1;
                }
                if open == 0 {
                    break;
                }
            }
            return out;
        }
        for at in 0..self.rows.len() {
            if let Some(user) = changed(at) {
                out.insert(user, at);
            }
        }
        out
    }

    /// A held lead that gets an owner by hand waits no longer, and whoever declined it may be asked again: the keys are deleted where the
    /// state has them.
    pub(crate) fn forget_held(&mut self, planner: &Planner<'_>) {
        let owner = self.model.lead.owner;
        let Some(to) = self.edits.always(owner) else { return };
        let kept = &planner.context.state;
        let mut wanted: BTreeMap<u32, Vec<&str>> = BTreeMap::new();
        for key in kept.standing("held/").chain(kept.standing("declined/")) {
            if let Some(row) = state::name_of(key).and_then(|lead| planner.table.find(&lead)) {
                wanted.entry(row.0).or_default().push(key);
            }
        }
        if wanted.is_empty() {
            return;
        }
        let mut freed = Vec::new();
        for (at, row) in self.rows.iter().enumerate() {
            let Some(keys) = wanted.get(row) else { continue };
            let from = self.table.cell(RowIx(*row), owner);
            if to.value(at, &from, self.now).is_some_and(|to| to != from && !to.is_null()) {
                freed.extend(keys.iter().map(|key| kept.write((*key).to_owned(), None)));
            }
        }
        self.state.extend(freed);
    }
}
