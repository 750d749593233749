//! Reading commands from JSON.

use std::cell::Cell;
use std::rc::Rc;

use crate::command::{Command, KINDS};
use crate::config::Model;
use crate::error::{Diagnostic, Error, Result};
use crate::json::Json;
use crate::json::decode::{Decoder, Faults};
use crate::plan::leads::LeadsRef;
use crate::query::Schema;

/// Keys of commands that narrow what is done: a null was meant to be something, and is not taken for their absence.
const WIDER: [&str; 7] = ["leads", "runs", "limit", "cap", "split", "pool", "slot"];

/// Reads one command.
pub(crate) struct Reader<'a> {
    pub(crate) model: &'a Model,
    /// The fields as the acting user sees them: by what the command names, nothing else is there.
    pub(crate) schema: &'a Schema,
    pub(crate) rows: Option<Rc<Vec<u32>>>,
    /// Whether all that is wrong is in a filter.
    pub(crate) query_fault: Cell<bool>,
}

impl Command {
    /// Reads a command. `rows` stands for `{selection: …}`, whose rows a host hands over beside the text.
    ///
    /// # Errors
    /// `command_invalid` (or `query_invalid` where only the filter is at fault) with every fault found.
    pub(crate) fn read(json: &Json, model: &Model, schema: &Schema, rows: Option<Rc<Vec<u32>>>) -> Result<Command> {
        let faults = Faults::without_nulls_for(&WIDER);
        let node = Decoder::new(json, "", &faults);
        let reader = Reader { model, schema, rows, query_fault: Cell::new(false) };
        let command = reader.command(&node);
        let (failed, list) = (faults.any_error(), faults.into_list());
        match command {
            Some(command) if !failed => Ok(command),
            _ => Err(Error::invalid(if reader.query_fault.get() { "query_invalid" } else { "command_invalid" }, list)),
        }
    }
}

/// Reads which leads are meant, where no command says so.
pub(crate) fn leads(node: &Decoder<'_>, model: &Model, schema: &Schema) -> Option<LeadsRef> {
    Reader { model, schema, rows: None, query_fault: Cell::new(false) }.leads(node)
}

impl Reader<'_> {
    fn command(&self, node: &Decoder<'_>) -> Option<Command> {
        node.json.as_object().or_else(|| {
            node.wrong("a command");
            None
        })?;
        let kind = node.get("type");
        if kind.is_null() {
            kind.wrong("the type of a command");
            return None;
        }
        let name = kind.name()?;
        if !KINDS.contains(&name) {
            let fault = Diagnostic::error("unknown_command", kind.path(), format!("there is no command `{name}`"));
            node.faults().add(fault.maybe_hint(crate::error::nearest(name, KINDS.iter().copied())));
            return None;
        }
        Command::decode(name, self, node)
    }
}
