//! A compiled configuration.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use super::filter::Filter;
use super::leads::LeadTable;
use super::loader::Loader;
use super::plan::{Plan, Verdict};
use super::selection::Selection;
use super::shared::{GROWTH, SharedWorkspace, id, stored, text};
use super::simulation::Simulation;
use super::value::to_js;
use super::{bytes, input, plan_input, room, to_js_result};
use crate::config::UserIx;
use crate::json::Json;
use crate::table::Budget;
use crate::time::Instant;
use crate::wire::verify::{self, EncodedPlan};
use crate::workspace::{self, Attachments};

/// See [`workspace::Workspace`].
#[wasm_bindgen]
#[derive(Debug)]
pub struct Workspace {
    pub(super) inner: SharedWorkspace,
    /// Written by the facade: an id, or a command and its context.
    text: Box<RefCell<[u8; Workspace::SHORT]>>,
}

/// Bytes that a lead may take while it is replayed twice.
const REPLAYED: usize = 320;

#[wasm_bindgen]
impl Workspace {
    /// See [`workspace::Workspace::compile`].
    ///
    /// # Errors
    /// `config_invalid`.
    pub fn compile(config: &Uint8Array) -> Result<Workspace, JsValue> {
        to_js_result(workspace::Workspace::of(input(config)?)).map(|inner| {
            let text = Box::new(RefCell::new([0; Workspace::SHORT]));
            Workspace { inner: Rc::new(RefCell::new(inner)), text }
        })
    }

    /// The configuration as it was given.
    pub fn config(&self) -> JsValue {
        to_js(self.inner.borrow().config())
    }

    /// See [`workspace::Workspace::digest`].
    pub fn digest(&self) -> String {
        self.inner.borrow().digest().to_owned()
    }

    /// See [`workspace::Workspace::zones`].
    pub fn zones(&self) -> JsValue {
        to_js(&self.inner.borrow().zones())
    }

    /// See [`workspace::Workspace::update_with`].
    ///
    /// # Errors
    /// `config_invalid`; nothing was changed then.
    pub fn update(&self, patch: &Uint8Array, zones: &Uint8Array) -> Result<(), JsValue> {
        to_js_result(self.inner.borrow_mut().update_with(&input(patch)?, &input(zones)?))
    }

    /// Begins to load leads into at most `memory` bytes of linear memory.
    ///
    /// # Errors
    /// `options_invalid` and its like.
    pub fn loader(&self, options: &Uint8Array, memory: f64) -> Result<Loader, JsValue> {
        let incoming = to_js_result(self.inner.borrow().loader(&input(options)?, Budget::new(super::place(memory))))?;
        Ok(Loader::new(&self.inner, incoming))
    }

    /// See [`workspace::Workspace::filter`].
    ///
    /// # Errors
    /// `query_invalid`, `options_invalid`.
    pub fn filter(&self, query: &Uint8Array, options: &Uint8Array) -> Result<Filter, JsValue> {
        Ok(Filter::new(&self.inner, to_js_result(self.inner.borrow().filter(&input(query)?, &input(options)?))?))
    }

    /// See [`workspace::Workspace::scope`].
    ///
    /// # Errors
    /// `unknown_actor`, `unknown_verb`.
    pub fn scope(&self, actor: &Uint8Array, verb: &Uint8Array) -> Result<Filter, JsValue> {
        let (actor, verb) = (id(actor, "actor")?, text(verb, "verb")?);
        Ok(Filter::new(&self.inner, to_js_result(self.inner.borrow().scope(&actor, &verb))?))
    }

    /// See [`workspace::Workspace::readable`].
    ///
    /// # Errors
    /// `query_invalid`, `viewer_invalid`, `not_permitted`.
    pub fn readable(&self, query: &Uint8Array, options: &Uint8Array) -> Result<Filter, JsValue> {
        Ok(Filter::new(&self.inner, to_js_result(self.inner.borrow().readable(&input(query)?, &input(options)?))?))
    }

    /// See [`workspace::Workspace::can`].
    ///
    /// # Errors
    /// `question_invalid`.
    pub fn can(&self, question: &Uint8Array) -> Result<JsValue, JsValue> {
        to_js_result(self.inner.borrow().can(&input(question)?, None)).map(|decision| to_js(&decision))
    }

    /// The same about a lead of a table.
    ///
    /// # Errors
    /// `question_invalid`, `wrong_workspace`.
    #[wasm_bindgen(js_name = canIn)]
    pub fn can_in(&self, question: &Uint8Array, leads: &LeadTable) -> Result<JsValue, JsValue> {
        let leads = leads.of(&self.inner)?;
        to_js_result(self.inner.borrow().can(&input(question)?, Some(&leads))).map(|decision| to_js(&decision))
    }

    /// See [`workspace::Workspace::way`].
    ///
    /// # Errors
    /// `wrong_type`.
    pub fn way(&self, actor: &Uint8Array, verb: &Uint8Array) -> Result<JsValue, JsValue> {
        Ok(to_js(&self.inner.borrow().way(&id(actor, "actor")?, &text(verb, "verb")?)))
    }

    /// See [`workspace::Workspace::learn`].
    ///
    /// # Errors
    /// As `can`.
    pub fn learn(&self, question: &Uint8Array) -> Result<JsValue, JsValue> {
        to_js_result(self.inner.borrow().learn(&input(question)?)).map(|answer| to_js(&answer))
    }

    /// Where the facade writes the id of a lead to ask about, or short texts: [`Workspace::SHORT`] bytes.
    pub fn place(&self) -> u32 {
        std::hint::black_box(self.text.as_ptr()).cast::<u8>() as u32
    }

    /// See [`workspace::Workspace::outcome`]; -1 where there is none. `now` is NaN where it was not given; the id stands in `place`, in
    /// ASCII.
    pub fn outcome(&self, user: u32, verb: u32, now: f64, leads: &LeadTable, length: u32) -> i32 {
        let text = self.text.borrow();
        let (Some(id), Ok(leads)) = (text.get(..length as usize), leads.of(&self.inner)) else { return -1 };
        #[expect(clippy::cast_possible_truncation, reason = "the facade passes whole numbers")]
        let now = if now.is_nan() { None } else { Instant::new(now as i64) };
        let found = self.inner.borrow().outcome(&leads, UserIx(user), verb, now, id);
        found.and_then(|found| i32::try_from(found).ok()).unwrap_or(-1)
    }

    /// See [`workspace::Workspace::receivers`].
    ///
    /// # Errors
    /// `question_invalid`, `wrong_workspace`.
    pub fn receivers(&self, leads: &LeadTable, question: &Uint8Array) -> Result<JsValue, JsValue> {
        let leads = leads.of(&self.inner)?;
        to_js_result(self.inner.borrow().receivers(&leads, &input(question)?)).map(|answer| to_js(&answer))
    }

    /// See [`workspace::Workspace::members`].
    ///
    /// # Errors
    /// `members_invalid`.
    pub fn members(&self, members: &Uint8Array) -> Result<JsValue, JsValue> {
        to_js_result(self.inner.borrow().members(&input(members)?)).map(|users| to_js(&users.into()))
    }

    /// See [`workspace::Workspace::tally`].
    ///
    /// # Errors
    /// `command_invalid`, `context_invalid`, `not_shardable`.
    pub fn tally(&self, leads: &LeadTable, command: &Uint8Array, context: &Uint8Array) -> Result<Uint8Array, JsValue> {
        let (command, context) = (input(command)?, input(context)?);
        let leads = leads.of(&self.inner)?;
        to_js_result(self.inner.borrow().tally(&leads, &command, &context)).map(|bytes| Uint8Array::from(bytes.as_slice()))
    }

    /// See [`workspace::Workspace::settle`].
    ///
    /// # Errors
    /// `command_invalid`, `context_invalid`, `tally_malformed`, `settlement_stale`.
    pub fn settle(&self, tallies: &Array, command: &Uint8Array, context: &Uint8Array) -> Result<Uint8Array, JsValue> {
        let (command, context) = (input(command)?, input(context)?);
        let mut all = Vec::new();
        for tally in tallies.iter() {
            let mut one = Vec::new();
            if let Ok(given) = tally.dyn_into::<Uint8Array>() {
                bytes(&given, &mut one)?;
                room(one.len().saturating_mul(GROWTH))?;
            }
            all.push(one);
        }
        to_js_result(self.inner.borrow().settle(&all, &command, &context)).map(|bytes| Uint8Array::from(bytes.as_slice()))
    }

    /// See [`workspace::Workspace::plan`]. `plans` are those of the context that came as bytes.
    ///
    /// # Errors
    /// `command_invalid`, `context_invalid`, `wrong_workspace` and what planning finds missing.
    pub fn plan(&self, leads: &LeadTable, command: &Uint8Array, context: &Uint8Array, plans: &Array) -> Result<Plan, JsValue> {
        self.decide(leads, command, None, context, plans)
    }

    /// The same for a command and a context that stand in `place`, the one behind the other, of so many bytes: short ones cost more to
    /// hand over than to read.
    ///
    /// # Errors
    /// The same.
    #[wasm_bindgen(js_name = planShort)]
    pub fn plan_short(&self, leads: &LeadTable, command: u32, context: u32) -> Result<Plan, JsValue> {
        room(Workspace::SHORT.saturating_mul(super::TREE))?;
        let text = self.text.borrow();
        let (command, rest) = text.split_at(text.len().min(command as usize));
        let context = rest.get(..context as usize).unwrap_or_default();
        let (command, context) = (super::parsed(command)?, super::parsed(context)?);
        self.decide_read(leads, command, None, &context, Attachments::default())
    }

    /// The same for a command whose leads are a selection.
    ///
    /// # Errors
    /// The same, `wrong_table` and `stale_selection`.
    #[wasm_bindgen(js_name = planPicked)]
    pub fn plan_picked(
        &self,
        leads: &LeadTable,
        command: &Uint8Array,
        picked: &Selection,
        context: &Uint8Array,
        plans: &Array,
    ) -> Result<Plan, JsValue> {
        self.decide(leads, command, Some(picked.of(leads)?), context, plans)
    }

    /// See [`workspace::Workspace::explain`].
    ///
    /// # Errors
    /// `unknown_lead`, `not_permitted`, `context_invalid`, `options_invalid`, `wrong_workspace`.
    pub fn explain(&self, leads: &LeadTable, lead: &Uint8Array, context: &Uint8Array, options: &Uint8Array) -> Result<JsValue, JsValue> {
        let (lead, context, options) = (id(lead, "leadId")?, input(context)?, input(options)?);
        let leads = leads.of(&self.inner)?;
        to_js_result(self.inner.borrow().explain(&leads, &lead, &context, &options)).map(|trace| to_js(&trace))
    }

    /// See [`workspace::Workspace::forecast`].
    ///
    /// # Errors
    /// `unknown_group`, `method_offers`, `context_invalid`.
    pub fn forecast(&self, group: &Uint8Array, n: f64, context: &Uint8Array) -> Result<JsValue, JsValue> {
        let (group, context) = (id(group, "groupId")?, input(context)?);
        to_js_result(self.inner.borrow().forecast(&group, super::place(n), &context)).map(|users| to_js(&users.into()))
    }

    /// See [`workspace::Workspace::simulate`].
    ///
    /// # Errors
    /// `options_invalid`, `config_invalid`, `context_invalid`, `not_permitted`, `wrong_workspace`.
    pub fn simulate(
        &self,
        leads: &LeadTable,
        options: &Uint8Array,
        zones: &Uint8Array,
        context: &Uint8Array,
    ) -> Result<Simulation, JsValue> {
        let (options, zones, context) = (input(options)?, input(zones)?, input(context)?);
        let leads = leads.of(&self.inner)?;
        room(leads.table.rows() as usize * REPLAYED)?;
        to_js_result(self.inner.borrow().simulate(&leads, &options, &zones, &context)).map(Simulation::new)
    }

    /// Proves an encoded plan.
    ///
    /// # Errors
    /// `context_invalid`, `wrong_workspace`.
    #[wasm_bindgen(js_name = verifyBytes)]
    pub fn verify_bytes(&self, leads: &LeadTable, plan: &Uint8Array, context: &Uint8Array, plans: &Array) -> Result<Verdict, JsValue> {
        let mut encoded = Vec::new();
        bytes(plan, &mut encoded)?;
        room(encoded.len().saturating_mul(GROWTH))?;
        self.prove(leads, EncodedPlan::Bytes(&encoded), context, plans)
    }

    /// Proves a plan that was posted as JSON.
    ///
    /// # Errors
    /// `context_invalid`, `wrong_workspace`.
    #[wasm_bindgen(js_name = verifyData)]
    pub fn verify_data(&self, leads: &LeadTable, plan: &Uint8Array, context: &Uint8Array, plans: &Array) -> Result<Verdict, JsValue> {
        self.prove(leads, EncodedPlan::Json(&plan_input(plan)?), context, plans)
    }

    /// A plan that puts back what an encoded one changed.
    ///
    /// # Errors
    /// `plan_malformed`, `context_invalid`, `wrong_workspace`.
    #[wasm_bindgen(js_name = undoBytes)]
    pub fn undo_bytes(&self, leads: &LeadTable, plan: &Uint8Array, context: &Uint8Array) -> Result<Plan, JsValue> {
        let mut encoded = Vec::new();
        bytes(plan, &mut encoded)?;
        room(encoded.len().saturating_mul(GROWTH))?;
        self.back(leads, EncodedPlan::Bytes(&encoded), context)
    }

    /// A plan that puts back what one in JSON changed.
    ///
    /// # Errors
    /// `plan_malformed`, `context_invalid`, `wrong_workspace`.
    #[wasm_bindgen(js_name = undoData)]
    pub fn undo_data(&self, leads: &LeadTable, plan: &Uint8Array, context: &Uint8Array) -> Result<Plan, JsValue> {
        self.back(leads, EncodedPlan::Json(&plan_input(plan)?), context)
    }
}

impl Workspace {
    /// Bytes of the longest command and context that go over so.
    const SHORT: usize = 3072;

    fn decide(
        &self,
        leads: &LeadTable,
        command: &Uint8Array,
        picked: Option<&workspace::Selection>,
        context: &Uint8Array,
        plans: &Array,
    ) -> Result<Plan, JsValue> {
        self.decide_read(leads, input(command)?, picked, &input(context)?, stored(plans)?)
    }

    fn decide_read(
        &self,
        leads: &LeadTable,
        command: Json,
        picked: Option<&workspace::Selection>,
        context: &Json,
        plans: Attachments,
    ) -> Result<Plan, JsValue> {
        let leads = leads.of(&self.inner)?;
        to_js_result(self.inner.borrow().plan_of(&leads, command, picked, context, plans)).map(|plan| Plan::new(&self.inner, plan))
    }

    fn prove(&self, leads: &LeadTable, plan: EncodedPlan<'_>, context: &Uint8Array, plans: &Array) -> Result<Verdict, JsValue> {
        let (context, plans) = (input(context)?, stored(plans)?);
        let leads = leads.of(&self.inner)?;
        Ok(match to_js_result(self.inner.borrow().verify(&leads, plan, &context, plans))? {
            verify::Verdict::Holds(plan) => Verdict::new(Some(Plan::new(&self.inner, *plan)), Json::List(Vec::new())),
            verify::Verdict::Fails(problems) => Verdict::new(None, Json::List(problems.iter().map(verify::Problem::to_json).collect())),
        })
    }

    fn back(&self, leads: &LeadTable, plan: EncodedPlan<'_>, context: &Uint8Array) -> Result<Plan, JsValue> {
        let context = input(context)?;
        let leads = leads.of(&self.inner)?;
        to_js_result(self.inner.borrow().undo(&leads, plan, &context)).map(|plan| Plan::new(&self.inner, plan))
    }
}
