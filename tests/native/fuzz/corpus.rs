//! What the cases say, sorted by the door that it comes through.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use evenhand::json::Json;
use evenhand::workspace::{LeadTable, Workspace};

use super::mutate;
use crate::support::dice::Dice;
use crate::support::state::keep;

/// The configuration and the leads of a case, and what else its steps say.
pub struct World {
    /// The case's file.
    pub name: String,
    pub workspace: Workspace,
    pub rows: Vec<u8>,
    pub options: Json,
    /// Contexts of plans, with what the case itself kept.
    pub contexts: Vec<Json>,
    pub commands: Vec<Json>,
    seeds: BTreeMap<&'static str, Vec<Vec<u8>>>,
}

impl World {
    /// The leads of the case.
    pub fn table(&self) -> LeadTable {
        self.workspace.load(&self.rows, &self.options, Default::default()).unwrap()
    }

    fn of(name: String, case: &Json) -> Option<World> {
        let workspace = Workspace::compile(case.get("config")?).ok()?;
        let rows =
            case.get("leads").filter(|leads| leads.as_list().is_some()).map_or_else(|| b"[]".to_vec(), |rows| rows.write().into_bytes());
        let absent =
            workspace.config().get("fields").and_then(Json::as_object).unwrap_or_default().iter().map(|(name, _)| name.as_str().into());
        let options = Json::object([("format", "json".into()), ("absent", Json::List(absent.collect()))]);
        let mut world = World { name, workspace, rows, options, contexts: Vec::new(), commands: Vec::new(), seeds: BTreeMap::new() };
        let mut table = world.workspace.load(&world.rows, &world.options, Default::default()).ok()?;
        world.add("config", case.get("config")?.write().into_bytes());
        world.add("json", world.rows.clone());
        let mut state: Vec<(String, Json)> = Vec::new();
        for step in case.get("steps").and_then(Json::as_list).unwrap_or_default() {
            world.step(step, &mut table, &mut state);
        }
        Some(world)
    }

    fn add(&mut self, door: &'static str, seed: Vec<u8>) {
        self.seeds.entry(door).or_default().push(seed);
    }

    /// Takes over what a step says, and carries it out where the next steps build on it.
    fn step(&mut self, step: &Json, table: &mut LeadTable, state: &mut Vec<(String, Json)>) {
        if let Some(config) = step.get("config") {
            self.add("config", config.write().into_bytes());
        }
        if let Some(query) = step.get("query") {
            self.add("query", query.write().into_bytes());
        }
        if let Some(rows) = step.get("rows") {
            self.add("json", rows.write().into_bytes());
        }
        if let Some(text) = step.get("text").and_then(Json::as_text) {
            self.add("csv", text.as_bytes().to_vec());
        }
        let (Some(command), Some(context)) = (step.get("command"), step.get("context")) else { return };
        let mut context = context.as_object().unwrap_or_default().to_vec();
        if !context.iter().any(|(key, _)| key == "state") {
            context.push(("state".to_owned(), Json::Object(state.clone())));
        }
        let context = Json::Object(context);
        self.add("command", command.write().into_bytes());
        self.add("state", context.get("state").unwrap_or(&Json::Null).write().into_bytes());
        let tally = self.workspace.tally(table, command, &context);
        if let Ok(tally) = tally {
            if let Ok(settled) = self.workspace.settle(&[tally.clone(), tally.clone()], command, &context) {
                self.add("settlement", settled);
            }
            self.add("settlement", tally);
        }
        if let Ok(plan) = self.workspace.plan(table, command, None, &context, Default::default()) {
            self.add("plan", plan.encode());
            self.add("plan", plan.to_json().write().into_bytes());
            if self.workspace.apply_plan(table, &plan).is_ok() {
                keep(state, plan.all_state());
            }
        }
        self.commands.push(command.clone());
        self.contexts.push(context);
    }
}

/// All of it.
pub struct Corpus {
    worlds: Vec<World>,
    /// Values that stand anywhere in the cases, for the places of others.
    values: Vec<Json>,
}

fn gather(json: &Json, out: &mut Vec<Json>) {
    match json {
        Json::List(items) => items.iter().for_each(|item| gather(item, out)),
        Json::Object(pairs) => pairs.iter().for_each(|(_, value)| gather(value, out)),
        _ => {}
    }
    if json.write().len() < 400 {
        out.push(json.clone());
    }
}

fn files(folder: &Path, out: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, out);
        } else if path.extension().is_some_and(|end| end == "json") {
            out.push(path);
        }
    }
}

impl Corpus {
    pub fn of_cases() -> Corpus {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
        let mut paths = Vec::new();
        files(&root, &mut paths);
        let (mut worlds, mut values) = (Vec::new(), mutate::odd_values());
        for path in paths {
            let text = std::fs::read_to_string(&path).unwrap();
            // What stands for a thousand others is no seed.
            if text.len() > 60_000 || text.contains("$repeat") {
                continue;
            }
            let case = Json::parse(&text).unwrap();
            gather(&case, &mut values);
            let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
            worlds.extend(World::of(name, &case));
        }
        Corpus { worlds, values }
    }

    /// An input for a door, and the world in which it is given.
    pub fn input(&self, door: &str, dice: &mut Dice) -> Option<(&World, Vec<u8>)> {
        let worlds: Vec<&World> = self.worlds.iter().filter(|world| world.seeds.contains_key(door)).collect();
        if worlds.is_empty() {
            return None;
        }
        let world = worlds[dice.below(worlds.len())];
        let pick = |world: &'_ World, dice: &mut Dice| {
            let seeds = &world.seeds[door];
            seeds[dice.below(seeds.len())].clone()
        };
        let seed = pick(world, dice);
        let other = pick(worlds[dice.below(worlds.len())], dice);
        Some((world, mutate::bytes(&seed, &other, &self.values, dice)))
    }
}
