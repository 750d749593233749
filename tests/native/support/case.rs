//! What a step of a case can call, over the Rust front door. `tests/js/package/world.mjs` is the same over the package.
//!
//! | call | arguments | outcome |
//! |---|---|---|
//! | `version` | | the version |
//! | `check` | `config` | diagnostics |
//! | `audit` | `rows` or `text`, `options` | the report |
//! | `workspace` | `config` | `{digest, zones}` |
//! | `update` | `patch` | the same |
//! | `load` | `rows` or `text` or `hex`, `options` | `{size, problems, columns}` |
//! | `upsert` | the same, `outcome` | the counts; with `dryRun` also `rows` and `problemList` |
//! | `remove` | `ids` | how many |
//! | `get` | `id`, `viewer` | the lead or null |
//! | `select` | `query`, `compile` (then a filter of its own), `viewer`, `sort`, `as` | `{count, ids}` |
//! | `both` | `of`, `how` (`and`, `or`, `minus`), `with`, `as` | `{count, ids}` |
//! | `rows` | `of`, `offset`, `limit`, `fields` | rows |
//! | `countBy` | `of`, `field` | counts |
//! | `filter` | `query`, `lead`, `options` | `{describe, fields, warnings, matches, explain}` |
//! | `sql` | `query`, `dialect`, `options` | `{sql, params, exact, notes}` |
//! | `fold` | `field`, `text` | the text as the field compares it |
//! | `scope` | `actor`, `verb`, `lead` | `{describe, fields}`, and with a lead whether it `matches` |
//! | `fields` | `actor` | the fields that they see |
//! | `readable` | `query`, `options` | `{describe, count, ids}` of the leads that it selects |
//! | `needs` | `command`, or `plan` and `form` (`bytes`, `json`, `header`); `context` | what it needs |
//! | `can` | `question`, `table` | the decision |
//! | `receivers`, `members` | `question`, `members` | the answer |
//! | `plan` | `command`, `context`, `selection`, `stored`, `settled`, `runOf`, `as` | everything that the plan tells |
//! | `tally` | `command`, `context`, `as` | what this table adds as a shard |
//! | `settle` | `of`, `command`, `context`, `as` | the shares of the tallies |
//! | `explain` | `lead`, `context`, `assume`, `instead` | the trace |
//! | `simulate` | `options`, `context` | `{report, counts, elsewhere}` |
//! | `forecast` | `group`, `n`, `context` | the users |
//! | `undo` | `plan`, `form`, `context`, `as` | the same |
//! | `verify` | `plan`, `form`, `context`, `change`, `flip`, `stored` | `{ok, problems, digest}` |
//! | `apply` | `plan`, `form` | what became of it |
//! | `preview` | `plan`, `offset`, `limit` | what its actor may see of it |
//! | `encode` | `plan` | `{hex, header}` |
//! | `statements` | `plan`, `dialect`, `options` | the statements that write it |
//! | `keep` | `plan` | the state after it, which contexts with `"remembered": true` get |
//!
//! Any step may say `when`: where nothing was planned or selected under that name, or, for a step with `runOf`, no offer runs, its outcome is null.
//! `settled` is `{by, shard}`: the name of what was settled, and the place of this table among its tallies.
//! `runOf` names a plan whose first run is the command's `run`. `form` is `handle`, `json` or `bytes`. `change` is `{path, value}` (or `{path, remove: true}`) for the plan's JSON; `flip` is `{at, xor}` for its bytes.

use std::collections::BTreeMap;

use evenhand::error::{Error, Result};
use evenhand::json::Json;
use evenhand::plan::Plan;
use evenhand::sql::Dialect;
use evenhand::sql::statement::Statement;
use evenhand::table::Budget;
use evenhand::wire::decode::peek;
use evenhand::wire::verify::{EncodedPlan, Problem, Verdict};
use evenhand::workspace::{Attachments, LeadTable, Selection, Workspace, id_text};

use crate::support::state::keep;

/// What the steps of a case share.
#[derive(Default)]
pub struct World {
    /// Bytes that a table may take; the most that there is where nothing is said.
    memory: Option<usize>,
    workspace: Option<Workspace>,
    table: Option<LeadTable>,
    selections: BTreeMap<String, Selection>,
    plans: BTreeMap<String, Plan>,
    /// Tallies, and what was settled of them.
    shards: BTreeMap<String, Vec<u8>>,
    state: Vec<(String, Json)>,
}

fn text<'a>(step: &'a Json, key: &str) -> &'a str {
    step.get(key).and_then(Json::as_text).unwrap_or_else(|| panic!("the step has no text `{key}`: {}", step.write()))
}

fn part<'a>(step: &'a Json, key: &str) -> &'a Json {
    step.get(key).unwrap_or(&Json::Null)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The leads of a step as bytes.
fn data(step: &Json) -> Vec<u8> {
    if let Some(hex) = step.get("hex").and_then(Json::as_text) {
        return (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[at * 2..at * 2 + 2], 16).unwrap()).collect();
    }
    match (step.get("rows"), step.get("text").and_then(Json::as_text)) {
        (Some(rows), _) => rows.write().into_bytes(),
        (None, Some(text)) => text.as_bytes().to_vec(),
        (None, None) => panic!("the step has no leads: {}", step.write()),
    }
}

/// The options of a load; what are rows in JavaScript are a JSON array here.
fn options(step: &Json) -> Json {
    let mut pairs = part(step, "options").as_object().unwrap_or_default().to_vec();
    if step.get("rows").is_some() {
        pairs.retain(|(key, _)| key != "format");
        pairs.push(("format".to_owned(), "json".into()));
    }
    Json::Object(pairs)
}

/// Puts a value at a pointer; none takes what is there away.
fn put(json: &mut Json, path: &str, value: Option<&Json>) {
    let (key, rest) = path[1..].split_once('/').map_or((&path[1..], String::new()), |(key, rest)| (key, format!("/{rest}")));
    match json {
        Json::Object(pairs) if rest.is_empty() => {
            pairs.retain(|(name, _)| name != key);
            pairs.extend(value.map(|value| (key.to_owned(), value.clone())));
        }
        Json::List(list) if rest.is_empty() => {
            let at: usize = key.parse().unwrap();
            match value {
                Some(value) => list[at] = value.clone(),
                None => drop(list.remove(at)),
            }
        }
        Json::Object(pairs) => put(&mut pairs.iter_mut().find(|(name, _)| name == key).unwrap().1, &rest, value),
        Json::List(list) => put(&mut list[key.parse::<usize>().unwrap()], &rest, value),
        other => panic!("there is no `{key}` in {}", other.write()),
    }
}

impl World {
    /// The world of a case before its first step.
    pub fn of(case: &Json) -> Result<World> {
        let memory = case.get("maxMemory").and_then(Json::as_number).map(|bytes| bytes as usize);
        let mut world = World { memory, ..World::default() };
        if let Some(config) = case.get("config") {
            world.workspace = Some(Workspace::compile(config)?);
        }
        if let Some(leads) = case.get("leads") {
            let key = if leads.as_list().is_some() { "rows" } else { "text" };
            let step = Json::object([(key, leads.clone()), ("options", part(case, "options").clone())]);
            world.load(&step)?;
        }
        Ok(world)
    }

    /// Runs one step.
    pub fn step(&mut self, step: &Json) -> Json {
        if let Some(name) = step.get("when").and_then(Json::as_text) {
            let plan = self.plans.get(name);
            let runs = plan.map(|plan| plan.to_json().get("runs").and_then(Json::as_list).map_or(0, <[Json]>::len));
            let none = step.get("runOf").is_some() && runs == Some(0);
            if none || plan.is_none() && !self.selections.contains_key(name) {
                return Json::Null;
            }
        }
        self.call(step).unwrap_or_else(|error: Error| Json::object([("error", error.to_json())]))
    }

    fn workspace(&self) -> &Workspace {
        self.workspace.as_ref().expect("there is a workspace")
    }

    fn table(&self) -> &LeadTable {
        self.table.as_ref().expect("there are leads")
    }

    fn load(&mut self, step: &Json) -> Result<Json> {
        let budget = self.memory.map_or_else(Budget::default, Budget::new);
        let table = self.workspace().load(&data(step), &options(step), budget)?;
        let out = Json::object([("size", table.size().into()), ("problems", table.problems()), ("columns", table.columns())]);
        self.table = Some(table);
        Ok(out)
    }

    fn call(&mut self, step: &Json) -> Result<Json> {
        let named = |key: &str| step.get(key).and_then(Json::as_text).unwrap_or_default().to_owned();
        Ok(match text(step, "call") {
            "version" => env!("CARGO_PKG_VERSION").into(),
            "check" => Json::List(Workspace::check(part(step, "config")).iter().map(|fault| fault.to_json()).collect()),
            "audit" => evenhand::audit::audit(&data(step), &options(step), Budget::default())?,
            "workspace" => {
                let workspace = Workspace::compile(part(step, "config"))?;
                let out = Json::object([("digest", workspace.digest().into()), ("zones", workspace.zones())]);
                (self.workspace, self.table) = (Some(workspace), None);
                out
            }
            "update" => {
                let workspace = self.workspace.as_mut().unwrap();
                workspace.update(part(step, "patch"))?;
                Json::object([("digest", workspace.digest().into()), ("zones", workspace.zones())])
            }
            "load" => self.load(step)?,
            "upsert" => {
                let mut loader = self.workspace().upserting(self.table(), &options(step))?;
                loader.push(&data(step))?;
                if part(part(step, "options"), "dryRun") == &Json::Bool(true) {
                    let preview = self.table().preview(loader)?;
                    let mut out = preview.counts().as_object().unwrap().to_vec();
                    let places = preview.places(step.get("outcome").and_then(Json::as_text)).expect("an outcome");
                    out.push(("rows".to_owned(), Json::List(places.into_iter().filter_map(|place| preview.entry(place)).collect())));
                    out.push(("problemList".to_owned(), preview.problems()));
                    return Ok(Json::Object(out));
                }
                self.table.as_mut().unwrap().upsert(loader)?
            }
            "remove" => self.table.as_mut().unwrap().remove(part(step, "ids"))?.into(),
            "get" => {
                self.workspace().get(self.table(), &id_text(part(step, "id")).expect("an id"), part(step, "viewer"))?.unwrap_or_default()
            }
            "select" => {
                let (query, viewer) = (part(step, "query"), part(step, "viewer"));
                let mut found = match step.get("compile") {
                    Some(how) => self.workspace().select_filter(self.table(), &self.workspace().filter(query, how)?, viewer)?,
                    None => self.workspace().select(self.table(), query, viewer)?,
                };
                if let Some(by) = step.get("sort") {
                    found = self.workspace().sort(self.table(), &found, by)?;
                }
                self.selected(found, named("as"))?
            }
            "both" => {
                let (one, other) = (&self.selections[text(step, "of")], &self.selections[text(step, "with")]);
                let found = match text(step, "how") {
                    "and" => one.and(other, self.table())?,
                    "or" => one.or(other, self.table())?,
                    _ => one.minus(other, self.table())?,
                };
                self.selected(found, named("as"))?
            }
            "rows" => {
                let number = |key: &str, absent: usize| step.get(key).and_then(Json::as_number).map_or(absent, |number| number as usize);
                let of = &self.selections[text(step, "of")];
                self.workspace().page(self.table(), of, number("offset", 0), number("limit", usize::MAX), part(step, "fields"))?
            }
            "countBy" => self.workspace().count_by(self.table(), &self.selections[text(step, "of")], text(step, "field"))?,
            "filter" => {
                let workspace = self.workspace();
                let filter = workspace.filter(part(step, "query"), part(step, "compile"))?;
                let mut out = vec![
                    ("describe".to_owned(), filter.describe()?.into()),
                    ("fields".to_owned(), filter.fields().into()),
                    ("warnings".to_owned(), filter.warnings()),
                ];
                if let Some(lead) = step.get("lead") {
                    out.push(("matches".to_owned(), filter.matches(lead, part(step, "options"))?.into()));
                    out.push(("explain".to_owned(), filter.explain(lead, part(step, "options"))?));
                }
                Json::Object(out)
            }
            "sql" => self.workspace().filter(part(step, "query"), &Json::Null)?.to_sql(text(step, "dialect"), part(step, "options"))?,
            "scope" => {
                let filter = self.workspace().scope(text(step, "actor"), text(step, "verb"))?;
                let mut out = vec![("describe".to_owned(), filter.describe()?.into()), ("fields".to_owned(), filter.fields().into())];
                if let Some(lead) = step.get("lead") {
                    out.push(("matches".to_owned(), filter.matches(lead, &Json::Null)?.into()));
                }
                Json::Object(out)
            }
            "fields" => self.workspace().fields(step.get("actor").and_then(Json::as_text))?,
            "readable" => {
                let filter = self.workspace().readable(part(step, "query"), part(step, "options"))?;
                let found = self.workspace().select_filter(self.table(), &filter, &Json::object([("actor", Json::Null)]))?;
                let ids = found.ids(self.table(), 0, usize::MAX)?;
                Json::object([("describe", filter.describe()?.into()), ("count", found.count().into()), ("ids", ids)])
            }
            "needs" if step.get("command").is_some() => {
                self.workspace().needs(part(step, "command"), &self.context(step), Attachments::default())?.to_json()
            }
            "needs" => {
                let plan = &self.plans[text(step, "plan")];
                let (bytes, json) = (plan.encode(), plan.to_json());
                let header = peek(&bytes)?;
                let posted = match text(step, "form") {
                    "bytes" => EncodedPlan::Bytes(&bytes),
                    "json" => EncodedPlan::Json(&json),
                    _ => EncodedPlan::Json(&header),
                };
                self.workspace().needs_of_plan(posted, part(step, "context"), Attachments::default())?.to_json()
            }
            "can" => {
                let table = self.table.as_ref().filter(|_| part(step, "table") == &Json::Bool(true));
                self.workspace().can(part(step, "question"), table)?
            }
            "receivers" => self.workspace().receivers(self.table(), part(step, "question"))?,
            "fold" => {
                let text = |key: &str| step.get(key).and_then(Json::as_text).unwrap().to_owned();
                self.workspace().fold(&text("field"), &text("text"))?.into()
            }
            "members" => self.workspace().members(part(step, "members"))?.into(),
            "plan" => {
                let picked = step.get("selection").and_then(Json::as_text).map(|name| &self.selections[name]);
                let mut command = part(step, "command").clone();
                if let Some(name) = step.get("runOf").and_then(Json::as_text) {
                    let runs = self.plans[name].to_json().get("runs").cloned().unwrap_or_default();
                    put(&mut command, "/run", runs.as_list().and_then(|runs| runs[0].get("id")));
                }
                if picked.is_some() {
                    put(&mut command, "/leads", Some(&Json::object([("selection", true.into())])));
                }
                let mut stored = self.stored(step);
                let mut context = self.context(step);
                if let Some(settled) = step.get("settled") {
                    stored.settlement = Some(self.shards[text(settled, "by")].clone());
                    put(&mut context, "/settlement", Some(&Json::object([("shard", part(settled, "shard").clone())])));
                }
                let plan = self.workspace().plan(self.table(), &command, picked, &context, stored)?;
                self.planned(plan, named("as"))
            }
            "tally" => {
                let tally = self.workspace().tally(self.table(), part(step, "command"), &self.context(step))?;
                self.told(tally, named("as"))
            }
            "settle" => {
                let names = part(step, "of").as_list().unwrap_or_default();
                let tallies: Vec<Vec<u8>> = names.iter().map(|name| self.shards[name.as_text().unwrap()].clone()).collect();
                let settled = self.workspace().settle(&tallies, part(step, "command"), &self.context(step))?;
                self.told(settled, named("as"))
            }
            "undo" => {
                let (json, bytes) = self.posted(step);
                let plan = self.workspace().undo(self.table(), posted(&json, &bytes), &self.context(step))?;
                self.planned(plan, named("as"))
            }
            "explain" => {
                let given = ["assume", "instead"].into_iter().filter_map(|key| Some((key.to_owned(), step.get(key)?.clone())));
                let options = Json::Object(given.collect());
                self.workspace().explain(self.table(), text(step, "lead"), &self.context(step), &options)?
            }
            "simulate" => {
                let simulation = self.workspace().simulate(self.table(), part(step, "options"), &Json::Null, &self.context(step))?;
                let counts = (0..simulation.counts()).filter_map(|at| simulation.count(at));
                let elsewhere = (0..simulation.elsewhere()).filter_map(|at| simulation.moved(at));
                Json::object([
                    ("report", simulation.report().clone()),
                    ("counts", Json::List(counts.collect())),
                    ("elsewhere", Json::List(elsewhere.collect())),
                ])
            }
            "forecast" => {
                let n = part(step, "n").as_number().unwrap() as usize;
                self.workspace().forecast(text(step, "group"), n, &self.context(step))?.into()
            }
            "verify" => {
                let (json, bytes) = self.posted(step);
                match self.workspace().verify(self.table(), posted(&json, &bytes), &self.context(step), self.stored(step))? {
                    Verdict::Holds(plan) => Json::object([("ok", true.into()), ("digest", plan.digest().into())]),
                    Verdict::Fails(problems) => {
                        Json::object([("ok", false.into()), ("problems", Json::List(problems.iter().map(Problem::to_json).collect()))])
                    }
                }
            }
            "apply" => {
                let workspace = self.workspace.as_ref().unwrap();
                let table = self.table.as_mut().unwrap();
                let plan = &self.plans[text(step, "plan")];
                match step.get("form").and_then(Json::as_text) {
                    Some("json") => workspace.apply(table, EncodedPlan::Json(&plan.to_json()))?.to_json(),
                    Some("bytes") => workspace.apply(table, EncodedPlan::Bytes(&plan.encode()))?.to_json(),
                    _ => workspace.apply_plan(table, plan)?.to_json(),
                }
            }
            "preview" => {
                let number = |key: &str, absent: usize| step.get(key).and_then(Json::as_number).map_or(absent, |number| number as usize);
                self.plans[text(step, "plan")].preview(number("offset", 0), number("limit", usize::MAX))
            }
            "encode" => {
                let bytes = self.plans[text(step, "plan")].encode();
                Json::object([("hex", hex(&bytes).into()), ("header", peek(&bytes)?)])
            }
            "statements" => {
                let dialect = Dialect::find(text(step, "dialect"))?;
                let statements = self.plans[text(step, "plan")].to_sql(dialect, part(step, "options"))?;
                Json::List(statements.into_iter().map(Statement::into_json).collect())
            }
            "keep" => {
                keep(&mut self.state, self.plans[text(step, "plan")].all_state());
                Json::Object(self.state.clone())
            }
            call => panic!("there is no call `{call}`"),
        })
    }

    /// The plans that a step hands over beside its context.
    fn stored(&self, step: &Json) -> Attachments {
        let plans = part(step, "stored").as_object().unwrap_or_default().iter();
        Attachments {
            plans: plans.map(|(id, name)| (id.clone(), self.plans[name.as_text().unwrap()].encode())).collect(),
            ..Default::default()
        }
    }

    fn context(&self, step: &Json) -> Json {
        let mut context = part(step, "context").clone();
        if part(step, "remembered") == &Json::Bool(true) {
            put(&mut context, "/state", Some(&Json::Object(self.state.clone())));
        }
        context
    }

    /// A plan as somebody posts it, changed on its way if the step says so.
    fn posted(&self, step: &Json) -> (Option<Json>, Vec<u8>) {
        let plan = &self.plans[text(step, "plan")];
        let mut json = plan.to_json();
        if let Some(change) = step.get("change") {
            let value = change.as_object().unwrap().iter().find(|(key, _)| key == "value").map(|(_, value)| value);
            put(&mut json, text(change, "path"), value);
        }
        let mut bytes = plan.encode();
        if let Some(flip) = step.get("flip") {
            let number = |key: &str| flip.get(key).and_then(Json::as_number).unwrap() as usize;
            bytes[number("at")] ^= number("xor") as u8;
        }
        match step.get("form").and_then(Json::as_text) {
            Some("json") => (Some(json), Vec::new()),
            _ => (None, bytes),
        }
    }

    fn selected(&mut self, found: Selection, name: String) -> Result<Json> {
        let out = Json::object([("count", found.count().into()), ("ids", found.ids(self.table(), 0, usize::MAX)?)]);
        self.selections.insert(name, found);
        Ok(out)
    }

    fn told(&mut self, bytes: Vec<u8>, name: String) -> Json {
        let out = Json::parse(std::str::from_utf8(&bytes).unwrap()).unwrap();
        self.shards.insert(name, bytes);
        out
    }

    fn planned(&mut self, plan: Plan, name: String) -> Json {
        let mut out = plan.to_json().as_object().unwrap().to_vec();
        let (rows, to, users) = plan.columns();
        let numbers = |list: Vec<i64>| Json::List(list.into_iter().map(Json::from).collect());
        let columns = Json::object([
            ("rows", numbers(rows.into_iter().map(i64::from).collect())),
            ("to", numbers(to.into_iter().map(i64::from).collect())),
            ("users", users.into()),
        ]);
        let by_assignee = plan.by_assignee().into_iter().map(|(user, leads)| (user, leads.into()));
        out.push(("wakeAt".to_owned(), plan.wake_at().into()));
        out.push(("byAssignee".to_owned(), Json::Object(by_assignee.collect())));
        out.push(("columns".to_owned(), columns));
        self.plans.insert(name, plan);
        Json::Object(out)
    }
}

fn posted<'a>(json: &'a Option<Json>, bytes: &'a [u8]) -> EncodedPlan<'a> {
    json.as_ref().map_or(EncodedPlan::Bytes(bytes), EncodedPlan::Json)
}
