//! What a plan is decided in: who acts, when, and what the host remembers.

use crate::btree::BTreeMap;
use std::rc::Rc;

use crate::config::{Model, people};
use crate::error::{Error, Result};
use crate::json::Json;
use crate::json::decode::{Decoder, Faults};
use crate::time::Instant;

use crate::plan::decoded::DecodedPlan;
use crate::plan::digest;
use crate::plan::split_part::SplitPart;
use crate::plan::state::State;

/// The context of a plan.
#[derive(Clone, Debug)]
pub struct Context {
    /// Who acts.
    pub actor: String,
    /// When.
    pub now: Instant,
    /// What earlier plans told the host to keep.
    pub state: State,
    /// Open leads per user in all, where the table does not hold them all.
    pub load: Option<BTreeMap<String, u64>>,
    /// Owners of the latest leads by the values of fields: field → value → owner.
    pub same: BTreeMap<String, BTreeMap<String, Option<String>>>,
    /// The plan's id, if the host names it.
    pub id: Option<String>,
    /// Plans that an undo refers to.
    pub plans: Vec<(String, Rc<DecodedPlan>)>,
    /// Whether the table holds only some of the leads; said by whoever loaded it. What depends on the others comes with the context.
    pub partial_table: bool,
    /// Whether ids that a filter or a list found are written into the command.
    pub pin: bool,
    /// Whether the first refused row refuses the whole command; else such rows are left out, each with its reason.
    pub all_or_nothing: bool,
    /// Whether people are notified, by one digest each.
    pub notify: bool,
    /// For verifying: how old a plan may be, in seconds.
    pub max_age_seconds: i64,
    /// With leads in shards: which of the tallies the table gave. The settlement itself comes beside the text.
    pub shard: Option<usize>,
    /// Where the table holds only a part of what is divided: whoever knows of the rest.
    pub(crate) part: Option<Rc<dyn SplitPart>>,
}

const KEYS: [&str; 13] = [
    "actor",
    "now",
    "state",
    "partialState",
    "load",
    "same",
    "id",
    "plans",
    "pin",
    "allOrNothing",
    "notify",
    "settlement",
    "maxAgeSeconds",
];

impl Context {
    /// A plan that an undo refers to.
    pub fn plan(&self, id: &str) -> Option<&DecodedPlan> {
        self.plans.iter().find(|(known, _)| known == id).map(|(_, plan)| plan.as_ref())
    }

    /// A digest of what a command asks here: of a split over shards, all parts are of one question.
    pub(crate) fn question(&self, command: &Json, config: &str) -> String {
        digest::json(&Json::object([
            ("config", config.into()),
            ("command", command.clone()),
            ("actor", self.actor.as_str().into()),
            ("now", self.now.0.into()),
            ("allOrNothing", self.all_or_nothing.into()),
            ("notify", self.notify.into()),
        ]))
    }

    /// The plan that an undo refers to.
    ///
    /// # Errors
    /// `plan_missing`.
    pub(crate) fn needed_plan(&self, id: &str) -> Result<&DecodedPlan> {
        self.plan(id).ok_or_else(|| {
            Error::new("plan_missing", "/plans", format!("the plan `{id}` was not given"))
                .hint("give it in `plans`, from the host's own store")
        })
    }

    /// Reads a context. Plans given as bytes do not come this way: the host hands them over beside the text.
    ///
    /// # Errors
    /// `context_invalid` with every fault found.
    pub fn read(json: &Json, model: &Model) -> Result<Context> {
        let faults = Faults::default();
        let node = Decoder::new(json, "", &faults);
        let context = Context::decode(&node, model);
        let (failed, list) = (faults.any_error(), faults.into_list());
        match context {
            Some(context) if !failed => Ok(context),
            _ => Err(Error::invalid("context_invalid", list)),
        }
    }

    fn decode(node: &Decoder<'_>, model: &Model) -> Option<Context> {
        if !node.keys(&KEYS) {
            return None;
        }
        let (actor, now, state, load) = (node.get("actor"), node.get("now"), node.get("state"), node.get("load"));
        if now.is_null() {
            now.wrong("an instant");
        }
        let settlement = node.get("settlement");
        let mut shard = None;
        if !settlement.is_null() && settlement.keys(&["shard"]) {
            shard = settlement.get("shard").whole(0..=i64::from(u32::MAX)).and_then(|shard| usize::try_from(shard).ok());
            if shard.is_none() && settlement.get("shard").is_null() {
                settlement.get("shard").wrong("the place of the table's tally among those that were settled");
            }
        }
        let loads = if load.is_null() {
            None
        } else {
            let mut loads = BTreeMap::new();
            for (user, count) in load.entries() {
                if let Some(count) = count.whole(0..=i64::from(u32::MAX)).and_then(|count| u64::try_from(count).ok()) {
                    loads.insert(user.to_owned(), count);
                }
            }
            Some(loads)
        };
        let mut same = BTreeMap::new();
        for (field, values) in node.get("same").entries() {
            if model.schema.find(field).is_none() {
                crate::config::unknown(&values, "field", field, model.schema.fields.iter().map(|field| field.name.as_str()));
            }
            let mut owners = BTreeMap::new();
            for (value, owner) in values.entries() {
                owners.insert(value.to_owned(), owner.optional_id().map(str::to_owned));
            }
            same.insert(field.to_owned(), owners);
        }
        let mut plans = Vec::new();
        for (id, plan) in node.get("plans").entries() {
            match DecodedPlan::from_json(plan.json, model) {
                Ok(recorded) => plans.push((id.to_owned(), Rc::new(recorded))),
                Err(error) => plan.error(error.code, error.message.as_str()),
            }
        }
        Some(Context {
            actor: actor.id().map(str::to_owned)?,
            now: people::instant(&now)?,
            state: State::read(&state, node.get("partialState").flag(false)),
            load: loads,
            same,
            id: node.get("id").optional_id().map(str::to_owned),
            plans,
            partial_table: false,
            pin: node.get("pin").flag(false),
            all_or_nothing: node.get("allOrNothing").flag(false),
            notify: node.get("notify").one_of(&[("digest", true), ("none", false)]).unwrap_or(true),
            max_age_seconds: node.get("maxAgeSeconds").whole(0..=31_536_000).unwrap_or(300),
            shard,
            part: None,
        })
    }
}
