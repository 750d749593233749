//! Filters at work: one lead, its explanation, and all rows of a table at once.
//!
//! A [`Query`] is bound to `now` and the acting user and then evaluated. [`matches`] walks the tree over one lead;
//! [`explain`] does so without stopping and tells what it saw. Both mean what the select over columns means.

mod count;
mod dict;
mod explain;
mod kernel;
mod list;
#[cfg(test)]
mod oracle;
#[cfg(test)]
mod packed;
mod plan;
mod row;
#[cfg(test)]
mod sample;
mod select;
mod sort;
mod text;

pub use count::count_by;
pub use explain::{Explanation, explain};
pub use row::matches;
pub use select::select;
pub use sort::{Direction, Nulls, SortKey, sort};

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

    use std::rc::Rc;

    use super::packed::{Layout, rows_of, table};
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

        #[test]
        fn a_table_is_judged_as_the_json_says(
            json in filter(),
            leads in prop::collection::vec(lead(), 12),
            rows in prop::collection::vec((0usize..12, prop::bool::weighted(0.1)), 0..400),
            layout: u64,
        ) {
            let schema = Rc::new(schema());
            let staff = Staff(schema.units.clone());
            let ctx = context(&schema, &staff);
            let query = compile(&json, "", &schema, Purpose::List).unwrap();
            let verdicts: Vec<bool> = leads.iter().map(|lead| oracle::matches(&json, lead, &ctx)).collect();
            let table = table(&schema, &leads, &rows, Layout(layout & (layout >> 3)));
            let wanted: Vec<usize> = rows.iter().enumerate().filter(|(_, (lead, gone))| !gone && verdicts[*lead]).map(|(row, _)| row).collect();
            let found = rows_of(&select(&query, &table, &ctx).unwrap());
            prop_assert_eq!(found, wanted, "{}", shown(&json, &query, &schema));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn so_is_a_table_of_several_chunks(
            json in filter(),
            leads in prop::collection::vec(lead(), 24),
            step in 1usize..1000,
            rows in 60_000usize..140_000,
            layout: u64,
        ) {
            let schema = Rc::new(schema());
            let staff = Staff(schema.units.clone());
            let ctx = context(&schema, &staff);
            let query = compile(&json, "", &schema, Purpose::List).unwrap();
            let verdicts: Vec<bool> = leads.iter().map(|lead| oracle::matches(&json, lead, &ctx)).collect();
            // Runs of like rows, so that words and blocks are full or empty as well as mixed.
            let rows: Vec<(usize, bool)> = (0..rows).map(|i| (i / step * 7 % 24, i % 97 == 0)).collect();
            let table = table(&schema, &leads, &rows, Layout(layout));
            let wanted: Vec<usize> = rows.iter().enumerate().filter(|(_, (lead, gone))| !gone && verdicts[*lead]).map(|(row, _)| row).collect();
            let found = rows_of(&select(&query, &table, &ctx).unwrap());
            prop_assert!(found == wanted, "{}", shown(&json, &query, &schema));
        }
    }
}
