//! A plan as its actor may see it.
//!
//! A plan is whole: it has what the host must write, fields included that are hidden from whoever gave the command. What that person is
//! told comes from the plan that is made here, in which no hidden field is set. Whether there is such a plan follows from the
//! configuration and the command alone, never from what leads hold; but of an offer of a lead that they may not see somebody who answers it is told the run alone.

use std::cell::OnceCell;

use crate::plan::drops::DropCode;
use crate::plan::{Plan, UNDO};
use crate::table::RowIx;

impl Plan {
    /// The plan without what is hidden from its actor; itself where that is nothing.
    pub fn shown(&self) -> &Plan {
        self.shown.get_or_init(|| self.without_hidden().map(Box::new)).as_deref().unwrap_or(self)
    }

    /// Takes the id that a plan was posted with; one that follows from what its actor sees of it was not given.
    pub(crate) fn take_id(&mut self, id: &str) {
        if !self.runs.unseen || self.id() != id {
            self.given_id = Some(id.to_owned());
            self.shown = OnceCell::new();
        }
    }

    fn without_hidden(&self) -> Option<Plan> {
        let (schema, unseen) = (self.auth.schema_of(&self.actor), self.runs.unseen);
        if !unseen && !self.auth.hides_edits(&schema, self.kind == UNDO) {
            return None;
        }
        let mut out = Plan {
            body: OnceCell::new(),
            digest: OnceCell::new(),
            outcome: OnceCell::new(),
            by_id: OnceCell::new(),
            shown: OnceCell::from(None),
            state: Vec::new(),
            reads: Vec::new(),
            ..self.clone()
        };
        if unseen {
            // Whoever answers an offer of a lead that they may not see.
            (out.rows, out.lines, out.warnings) = (Vec::new(), Vec::new(), Vec::new());
            (out.edits, out.routed) = Default::default();
            out.runs.hide_leads();
        } else if self.edits.iter().any(|edit| schema.hides(edit.field)) {
            // A row in which nothing changes that may be seen is told like one in which nothing does.
            let (mut keep, mut quiet) = (Vec::with_capacity(self.rows.len()), Vec::new());
            for (at, row) in self.rows.iter().enumerate() {
                let sets = self.edits.of_row(at, RowIx(*row), &self.table, &self.model, self.now);
                let is_quiet = !sets.is_empty() && sets.iter().all(|set| schema.hides(set.field));
                keep.push(!is_quiet);
                if is_quiet {
                    quiet.push(*row);
                }
            }
            out.edits.keep_rows(&keep);
            out.edits.keep_shown(&schema);
            out.routed.keep_rows(&keep);
            let mut flags = keep.iter();
            out.rows.retain(|_| flags.next().copied().unwrap_or(true));
            // What was never told need not be told of as taken back.
            if self.kind != UNDO {
                out.drops.rows(quiet, DropCode::NoChange);
            }
        }
        out.drops.sort_rows(DropCode::NoChange);
        for copy in &mut out.created {
            copy.set.retain(|(field, _)| !schema.hides(*field));
        }
        Some(out)
    }
}
