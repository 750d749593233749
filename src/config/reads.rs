//! Which fields of leads a configuration reads.

use crate::query::{FieldIx, Query};

use super::{Model, RuleTarget};

impl Model {
    /// The fields that decide who may see or change a lead: those that say whose it is, its lock and its version, and what
    /// conditions of grants, of the lifecycle and of users read. Ascending.
    pub fn deciding_fields(&self) -> Vec<FieldIx> {
        let lead = &self.lead;
        let mut out = Vec::new();
        for slot in &lead.slots {
            out.push(slot.field);
        }
        out.extend([lead.unit, lead.access, lead.pool, lead.run, lead.version].into_iter().flatten());
        let mut reads = |query: Option<&Query>| out.extend(query.map(Query::fields).unwrap_or_default());
        for profile in self.profiles.iter() {
            profile.grants.iter().for_each(|grant| reads(grant.filter.as_ref()));
        }
        reads(self.lifecycle.reassignable.as_ref());
        reads(self.lifecycle.open.as_ref());
        self.users.iter().for_each(|user| reads(user.accepts.as_ref()));
        out.retain(|field| *field != lead.id);
        crate::sort::by_key(&mut out, |field| *field);
        out.dedup();
        out
    }

    /// The fields that conditions read which decide about access or assignment: [`Model::deciding_fields`], and what rules and groups read of
    /// leads.
    pub fn condition_fields(&self) -> Vec<FieldIx> {
        let mut out = self.deciding_fields();
        for rule in self.rules.iter() {
            out.extend(rule.when.iter().flat_map(Query::fields));
            let mut to = Some(&rule.to);
            while let Some(target) = to {
                to = match target {
                    RuleTarget::Field(field, otherwise) => {
                        out.push(*field);
                        otherwise.as_deref()
                    }
                    RuleTarget::Same { field, otherwise, .. } => {
                        out.push(*field);
                        Some(otherwise)
                    }
                    RuleTarget::User(_) | RuleTarget::Group(_) | RuleTarget::Pool(_) => None,
                };
            }
        }
        self.groups.iter().for_each(|group| out.extend(group.matches.iter().map(|wanted| wanted.lead)));
        out
    }
}
