//! Lints: what a checked configuration says that its author hardly meant.
//!
//! Every lint is a proof: it is told only where no lead, person or time could show otherwise. What cannot be decided is passed over in
//! silence, so that a warning is always worth reading.

mod domain;
mod groups;
mod limits;
mod lists;
mod rules;
mod satisfy;
#[cfg(test)]
mod tests;

pub use satisfy::never_true;

use crate::access::Authorizer;
use crate::config::{Fallback, GroupIx, Model, RuleTarget};
use crate::error::{Diagnostic, Result, pointer};
use crate::json::Json;

/// All that a lint may look at.
pub(crate) struct Linter<'a> {
    model: &'a Model,
    auth: &'a Authorizer,
    /// What the model was made of.
    source: &'a Json,
    found: Vec<Diagnostic>,
}

/// Every warning about a configuration, in the order of its sections. `source` is what the authorizer's model was compiled from.
///
/// # Errors
/// `out_of_memory`.
pub fn lint(auth: &Authorizer, source: &Json) -> Result<Vec<Diagnostic>> {
    let mut linter = Linter { model: auth.model(), auth, source, found: Vec::new() };
    linter.limits();
    linter.groups()?;
    linter.rules()?;
    linter.lists();
    Ok(linter.found)
}

impl Linter<'_> {
    /// The JSON pointer of a member of a section, or of something in it.
    fn at(section: &str, ix: usize, key: &str) -> String {
        let item = pointer(&pointer("", section), ix);
        if key.is_empty() { item } else { pointer(&item, key) }
    }

    fn warn(&mut self, code: &'static str, path: String, message: String, hint: &str) {
        self.found.push(Diagnostic::warning(code, path, message).hint(hint));
    }

    /// Calls `visit` on every group that a target names.
    fn groups_of(target: &RuleTarget, visit: &mut dyn FnMut(GroupIx)) {
        match target {
            RuleTarget::Group(group) => visit(*group),
            RuleTarget::Field(_, Some(otherwise)) | RuleTarget::Same { otherwise, .. } => Self::groups_of(otherwise, visit),
            RuleTarget::Field(_, None) | RuleTarget::User(_) | RuleTarget::Pool(_) => {}
        }
    }

    /// By group: whether a rule that is switched on comes to it, be it by a fallback.
    fn routed_groups(&self) -> Vec<bool> {
        let mut open: Vec<u32> = Vec::new();
        for rule in self.model.rules.iter().filter(|rule| rule.enabled) {
            Self::groups_of(&rule.to, &mut |group| open.push(group.0));
        }
        let mut seen = vec![false; self.model.groups.len()];
        while let Some(ix) = open.pop() {
            let (Some(group), Some(mark)) = (self.model.groups.at(ix), seen.get_mut(ix as usize)) else { continue };
            if std::mem::replace(mark, true) {
                continue;
            }
            for step in &group.on_nobody {
                if let Fallback::Group(next) = step {
                    open.push(next.0);
                }
            }
        }
        seen
    }
}
