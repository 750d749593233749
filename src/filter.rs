//! Filters at work: one lead, its explanation, and all rows of a table at once.
//!
//! A [`Query`] is bound to `now` and the acting user and then evaluated. [`matches`] walks the tree over one lead;
//! [`explain`] does so without stopping and tells what it saw. Both mean what the select over columns means.

mod dict;
mod explain;
mod kernel;
mod list;
#[cfg(test)]
mod oracle;
mod plan;
mod row;
#[cfg(test)]
mod sample;
mod select;
mod text;

pub use explain::{Explanation, explain};
pub use row::matches;
pub use select::select;

use std::borrow::Cow;

use crate::error::Result;
use crate::query::{Bindings, Query, Schema, UnitIx};
use crate::time::Instant;

/// What a filter has to know of people: where each belongs.
pub trait People {
    /// The unit of the user with that id; nothing for a user who has none or does not exist.
    fn unit_of(&self, user: &str) -> Option<UnitIx>;
}

/// No people: nobody belongs anywhere.
impl People for () {
    fn unit_of(&self, _: &str) -> Option<UnitIx> {
        None
    }
}

/// What a filter is evaluated with.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The schema that the filter was compiled with.
    pub schema: &'a Schema,
    /// For `under` on fields that hold users.
    pub people: &'a dyn People,
    /// The time, for relative dates.
    pub now: Option<Instant>,
    /// The acting user's id.
    pub actor: Option<&'a str>,
}

impl Context<'_> {
    /// The filter with `now` and the actor put in.
    fn bind<'q>(&self, query: &'q Query) -> Result<Cow<'q, Query>> {
        query.bind(&Bindings { now: self.now, actor: self.actor }, self.schema)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::sample::{Staff, context, filter, lead, schema};
    use super::*;
    use crate::json::Json;
    use crate::query::{Purpose, compile};

    /// What a compiled filter should print of itself when it differs from the oracle.
    fn shown(json: &Json, query: &Query, schema: &Schema) -> String {
        format!("{}\n{}\n{:?}", json.write(), query.describe(schema), query.root())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn one_lead_is_judged_as_the_json_says(json in filter(), leads in prop::collection::vec(lead(), 8)) {
            let schema = schema();
            let staff = Staff(schema.units.clone());
            let ctx = context(&schema, &staff);
            let query = compile(&json, "", &schema, Purpose::List).map_err(|faults| TestCaseError::fail(format!("{faults:?} {}", json.write())))?;
            for lead in &leads {
                let wanted = oracle::matches(&json, lead, &ctx);
                prop_assert_eq!(matches(&query, lead, &ctx).unwrap(), wanted, "{}", shown(&json, &query, &schema));
                prop_assert_eq!(explain(&query, lead, &ctx).unwrap().matched, wanted, "{}", shown(&json, &query, &schema));
            }
        }
    }
}

/// temporary
pub fn sort(_rows: &mut Vec<u32>, _by: &[crate::config::SortKey], _table: &crate::table::Snapshot) -> crate::error::Result<()> {
    Ok(())
}
/// temporary
pub fn count_by(_m: &crate::table::Mask, _f: crate::query::FieldIx, _t: &crate::table::Snapshot) -> crate::error::Result<Vec<(crate::query::Cell<'static>, u64)>> {
    Ok(Vec::new())
}
