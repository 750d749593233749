//! Calls that replay, tell ahead, load and change: what somebody sees, receives or writes by them.

use evenhand::error::Result;
use evenhand::json::Json;
use evenhand::workspace::{Attachments, LeadTable, Workspace, id_text};

use super::{Facts, World, list, part, text};

/// Rows as the host sees them.
fn rows(workspace: &Workspace, table: &LeadTable) -> Result<Vec<Json>> {
    let host = Json::object([("actor", Json::Null)]);
    let all = workspace.select(table, &Json::Null, &host)?;
    Ok(list(&workspace.page(table, &all, 0, usize::MAX, &Json::Null)?).to_vec())
}

/// Who sees which lead, and who could be given which.
fn reach(workspace: &Workspace, table: &LeadTable) -> Result<Facts> {
    let mut out = Facts::new();
    for user in list(part(workspace.config(), "users")) {
        let viewer = Json::object([("actor", part(user, "id").clone())]);
        for id in list(&workspace.select(table, &Json::Null, &viewer)?.ids(table, 0, usize::MAX)?) {
            out.insert(format!("{} sees {}", text(user, "id"), id_text(id).unwrap()));
        }
    }
    for lead in rows(workspace, table)? {
        let question = Json::object([("actor", "ann".into()), ("lead", part(&lead, "id").clone()), ("now", 1_772_000_000_000.0.into())]);
        for decision in list(&workspace.receivers(table, &question)?) {
            if part(decision, "allowed") == &Json::Bool(true) {
                out.insert(format!("{} could receive {}", text(decision, "user"), text(&lead, "id")));
            }
        }
    }
    Ok(out)
}

impl World {
    /// The answer to one of the calls of this file; nothing for others.
    pub(super) fn ask_more(&self, call: &Json) -> Option<Result<Facts>> {
        Some(match text(call, "call").as_str() {
            "sort" => self.sorted(call),
            "members" => {
                self.workspace.members(part(call, "members")).map(|users| users.iter().map(|user| format!("{user} belongs")).collect())
            }
            "forecast" => {
                let n = part(call, "n").as_number().map_or(0, |n| n as usize);
                let next = self.workspace.forecast(&text(call, "group"), n, part(call, "context"));
                next.map(|users| users.iter().map(|user| format!("{user} is next")).collect())
            }
            "simulate" => self.simulated(call),
            "shards" => self.in_shards(call),
            "upsert" => self.upserted(call),
            "remove" => self.removed(call),
            "update" => self.updated(call),
            _ => return None,
        })
    }

    fn sorted(&self, call: &Json) -> Result<Facts> {
        let table = self.table();
        let found = self.workspace.select(&table, part(call, "query"), part(call, "viewer"))?;
        let found = self.workspace.sort(&table, &found, part(call, "by"))?;
        let page = self.workspace.page(&table, &found, 0, usize::MAX, part(call, "fields"))?;
        let ids = found.ids(&table, 0, usize::MAX)?;
        let mut out = Facts::new();
        for (row, id) in list(&page).iter().zip(list(&ids)) {
            out.extend(row.as_object().unwrap().iter().map(|(field, _)| format!("sees {field} of {}", id_text(id).unwrap())));
        }
        Ok(out)
    }

    fn simulated(&self, call: &Json) -> Result<Facts> {
        let replay = self.workspace.simulate(&self.table(), part(call, "options"), &Json::Null, part(call, "context"))?;
        let leads = part(replay.report(), "leads").as_number().unwrap() as usize;
        let mut out: Facts = (1..=leads).map(|nth| format!("replays {nth}")).collect();
        out.extend((0..replay.elsewhere()).filter_map(|at| replay.moved(at)).map(|moved| format!("sees {}", text(&moved, "lead"))));
        out.extend((0..replay.counts()).filter_map(|at| replay.count(at)).map(|count| format!("{} would get", text(&count, "user"))));
        Ok(out)
    }

    /// Half of the leads in one table, the others in another. What the call spoils goes where the shards tally, where the tallies are settled,
    /// or where the shards plan; the rest is as the host has it.
    fn in_shards(&self, call: &Json) -> Result<Facts> {
        let leads = Json::parse(std::str::from_utf8(&self.rows).unwrap()).unwrap();
        let (one, other) = list(&leads).split_at(3);
        let load = |rows: &[Json]| self.workspace.load(Json::List(rows.to_vec()).write().as_bytes(), &self.options, Default::default());
        let mut tables = [load(one)?, load(other)?];
        let at = |step: &str, key: &str| {
            part(
                call,
                if text(call, "at") == step {
                    key
                } else if key == "command" {
                    "asked"
                } else {
                    "planned"
                },
            )
        };
        let mut tallies = Vec::new();
        for table in &tables {
            tallies.push(self.workspace.tally(table, at("tally", "command"), at("tally", "context"))?);
        }
        let settled = self.workspace.settle(&tallies, at("settle", "command"), at("settle", "context"))?;
        let mut out = Facts::new();
        for (shard, table) in tables.iter_mut().enumerate() {
            let mut context = at("plan", "context").as_object().unwrap_or_default().to_vec();
            context.push(("settlement".to_owned(), Json::object([("shard", shard.into())])));
            let stored = Attachments { settlement: Some(settled.clone()), ..Attachments::default() };
            let plan = self.workspace.plan(table, at("plan", "command"), None, &Json::Object(context), stored)?;
            out.extend(self.written(&plan, table)?);
        }
        Ok(out)
    }

    fn upserted(&self, call: &Json) -> Result<Facts> {
        let mut table = self.table();
        let before = rows(&self.workspace, &table)?;
        let mut loader = self.workspace.upserting(&table, part(call, "options"))?;
        loader.push(part(call, "rows").write().as_bytes())?;
        if part(part(call, "options"), "dryRun") == &Json::Bool(true) {
            table.preview(loader)?;
        } else {
            table.upsert(loader)?;
        }
        let mut out = Facts::new();
        for row in rows(&self.workspace, &table)? {
            let known = before.iter().find(|known| part(known, "id") == part(&row, "id"));
            out.extend(known.is_none().then(|| format!("adds {}", text(&row, "id"))));
            for (field, value) in row.as_object().unwrap() {
                if known.is_some_and(|known| part(known, field) != value) {
                    out.insert(format!("writes {field} of {}", text(&row, "id")));
                    out.extend((field == "owner" && !value.is_null()).then(|| format!("{} receives", text(&row, field))));
                }
            }
        }
        Ok(out)
    }

    fn removed(&self, call: &Json) -> Result<Facts> {
        let mut table = self.table();
        let before = rows(&self.workspace, &table)?;
        table.remove(part(call, "ids"))?;
        let after = rows(&self.workspace, &table)?;
        Ok(before.iter().filter(|row| !after.contains(row)).map(|row| format!("removes {}", text(row, "id"))).collect())
    }

    fn updated(&self, call: &Json) -> Result<Facts> {
        let mut workspace = Workspace::compile(self.workspace.config())?;
        let table = workspace.load(&self.rows, &self.options, Default::default())?;
        workspace.update(part(call, "patch"))?;
        reach(&workspace, &table)
    }
}
