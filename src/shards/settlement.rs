//! A settlement: what the shards need, and what the host does.

use crate::error::Result;
use crate::json::Json;
use crate::plan::split_part::Totals;
use crate::plan::{Plan, state};
use crate::split::Set;

use crate::shards::count::Settling;
use crate::shards::form::{Form, Refusal, pairs_to_json, place_to_json, set_to_json, whole};

const SETTLEMENT: Form = Form { code: "settlement_malformed", format: "evenhand/settlement@1" };

/// How the rows of all shards are divided.
#[derive(Clone, Debug, PartialEq)]
pub struct Settlement {
    /// A digest of what was asked.
    pub(crate) question: String,
    /// For each shard: the digest of its rows with their classes and holders.
    pub(crate) shards: Vec<String>,
    /// Why nothing is dealt, where one row that is left out refuses all.
    pub(crate) refused: Option<Refusal>,
    /// The classes of all shards, in canonical order.
    pub(crate) classes: Vec<DividedClass>,
}

/// A class of the whole.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct DividedClass {
    /// Who may take its rows.
    pub eligible: Set,
    /// The receiver who has them, where rows stay if they can.
    pub owner: Option<u32>,
    /// Who gets how many, in receivers' order.
    pub quotas: Vec<(u32, u64)>,
    /// How many of its rows each shard has.
    pub counts: Vec<u64>,
}

/// The settlement of a plan of the whole, as bytes.
pub(crate) fn encode(plan: &Plan, settling: &Settling, question: String) -> Vec<u8> {
    let (mut classes, mut refused) = (Vec::new(), Json::Null);
    if let Some(all) = settling.settled() {
        if let Some(Refusal { code, lead }) = &all.refused {
            refused = Json::object([("code", code.name().into()), ("lead", lead.clone().into())]);
        } else {
            for (class, (quotas, counts)) in all.classes.iter().zip(all.settled.quotas.iter().zip(&all.counts)) {
                classes.push(Json::object([
                    ("eligible", set_to_json(&class.eligible)),
                    ("owner", place_to_json(class.owner)),
                    ("quotas", pairs_to_json(quotas)),
                    ("counts", Json::List(counts.iter().map(|count| whole(*count)).collect())),
                ]));
            }
        }
    }
    let mut assignees = Vec::new();
    let moved = if let Totals::Whole(told) = &plan.totals { Some(&told.moved) } else { None };
    for line in &plan.lines {
        let Json::Object(mut pairs) = line.to_json() else { continue };
        let kept = moved.and_then(|moved| moved.get(&line.user)).map_or(0, |moved| moved.kept);
        pairs.push(("kept".to_owned(), whole(kept)));
        assignees.push(Json::Object(pairs));
    }
    let json = Json::object([
        ("format", SETTLEMENT.format.into()),
        ("question", question.into()),
        ("shards", settling.tallies.iter().map(|tally| tally.rows.clone()).collect::<Vec<_>>().into()),
        ("refusedBy", refused),
        ("classes", Json::List(classes)),
        ("id", plan.id().into()),
        ("refused", Json::List(plan.refused.iter().map(crate::access::Reason::to_json).collect())),
        ("assignees", Json::List(assignees)),
        ("notifications", plan.notifications()),
        ("split", plan.split_json()),
        ("state", Json::List(plan.all_state().iter().map(state::StateChange::to_json).collect())),
        ("reads", plan.reads_json()),
    ]);
    json.into_canonical().write().into_bytes()
}

impl Settlement {
    /// Reads the part of a settlement that shards need.
    ///
    /// # Errors
    /// `settlement_malformed`.
    pub fn decode(bytes: &[u8]) -> Result<Settlement> {
        let json = SETTLEMENT.parse(bytes)?;
        let shards = SETTLEMENT.each(&json, "shards", |rows| {
            rows.as_text().map(str::to_owned).ok_or_else(|| SETTLEMENT.fault("a shard's rows are not a digest"))
        })?;
        let refused = match json.get("refusedBy").filter(|refused| !refused.is_null()) {
            Some(refused) => Some(Refusal {
                code: SETTLEMENT.code(&SETTLEMENT.text(refused, "code")?)?,
                lead: refused.get("lead").and_then(Json::as_text).map(str::to_owned),
            }),
            None => None,
        };
        let classes = SETTLEMENT.each(&json, "classes", |class| {
            let counts = SETTLEMENT.each(class, "counts", |count| SETTLEMENT.count(count))?;
            let sum = counts.iter().try_fold(0_u64, |sum, count| sum.checked_add(*count)).filter(|sum| *sum < 1 << 53);
            let quotas = SETTLEMENT.pairs(class, "quotas", usize::MAX)?;
            if counts.len() != shards.len() || sum.is_none_or(|sum| sum < quotas.iter().map(|(_, rows)| rows).sum()) {
                return Err(SETTLEMENT.fault("the counts of a class do not fit the shards"));
            }
            let owner = SETTLEMENT.maybe_place(class.get("owner").unwrap_or(&Json::Null), usize::MAX)?;
            Ok(DividedClass { eligible: SETTLEMENT.set(class, "eligible")?, owner, quotas, counts })
        })?;
        Ok(Settlement { question: SETTLEMENT.text(&json, "question")?, shards, refused, classes })
    }
}
