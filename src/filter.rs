//! Filters at work: one lead, its explanation, and all rows of a table at once.
//!
//! A [`Query`] is bound to `now` and the acting user and then evaluated. [`matches`] walks the tree over one lead;
//! [`explain`] does so without stopping and tells what it saw. Both mean what the select over columns means.

mod count;
mod dict;
mod explain;
mod kernel;
mod lanes;
mod leaf;
mod list;
#[cfg(test)]
mod oracle;
#[cfg(test)]
pub(crate) mod packed;
mod pair;
mod plan;
mod row;
mod rows;
#[cfg(test)]
pub(crate) mod sample;
mod select;
mod sort;
mod span;
pub mod sql;
mod text;

pub use count::count_by;
pub(crate) use dict::by_code;
pub use explain::{Explanation, explain};
pub use row::matches;
pub use select::{select, select_among};
pub use sort::{Direction, Nulls, SortKey, sort};

use std::borrow::Cow;

use crate::error::Result;
use crate::query::{Bindings, Query, Schema, UnitIx};
use crate::time::Instant;

/// What a filter has to know of people: where each belongs.
pub trait People {
    /// The unit of the user with that id; nothing for a user who has none or does not exist.
    fn unit_of(&self, user: &str) -> Option<UnitIx>;

    /// The ids of all users, for conditions of a database; nothing if they cannot be listed.
    fn users(&self) -> Option<Vec<String>> {
        None
    }
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

    /// Holds a table against the oracle, all of it and among one row in so many.
    fn judged(
        json: &Json,
        leads: &[sample::Lead],
        rows: &[(usize, bool)],
        layout: Layout,
        one_in: impl IntoIterator<Item = usize>,
    ) -> Result<(), TestCaseError> {
        let schema = Rc::new(schema());
        let staff = Staff(schema.units.clone());
        let ctx = context(&schema, &staff);
        let query = compile(json, "", &schema, Purpose::List).unwrap();
        let verdicts: Vec<bool> = leads.iter().map(|lead| oracle::matches(json, lead, &ctx)).collect();
        let table = table(&schema, leads, rows, layout);
        for every in one_in {
            let open = |row: usize| row.is_multiple_of(every);
            let is_wanted = |row: usize, (lead, gone): (usize, bool)| open(row) && !gone && verdicts[lead];
            let wanted: Vec<usize> = rows.iter().enumerate().filter(|(row, of)| is_wanted(*row, **of)).map(|(row, _)| row).collect();
            let found = if every == 1 {
                select(&query, &table, &ctx).unwrap()
            } else {
                let open = (0..table.rows()).filter(|row| open(*row as usize)).map(crate::table::RowIx);
                select_among(&query, &table, &ctx, crate::table::Mask::from_rows(table.rows(), open).unwrap()).unwrap()
            };
            prop_assert!(rows_of(&found) == wanted, "one in {}: {}", every, shown(json, &query, &schema));
        }
        Ok(())
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
            judged(&json, &leads, &rows, Layout(layout & (layout >> 3)), [1, 2, 3, 50])?;
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn so_is_a_table_of_several_chunks(
            json in filter(),
            leads in prop::collection::vec(lead(), 24),
            step in 1usize..1000,
            rows in 6_000usize..30_000,
            layout: u64,
        ) {
            // Runs of like rows, so that words and blocks are full or empty as well as mixed.
            let rows: Vec<(usize, bool)> = (0..rows).map(|i| (i / step * 7 % 24, i % 97 == 0)).collect();
            judged(&json, &leads, &rows, Layout(layout), [1, 3, 500])?;
        }
    }

    #[test]
    fn an_explanation_is_the_same_tree_with_verdicts() {
        let schema = schema();
        let staff = Staff(schema.units.clone());
        let ctx = context(&schema, &staff);
        let json = r#"{"combinator":"and","rules":[
            {"field":"number1","operator":">=","value":"40"},
            {"combinator":"or","not":true,"rules":[{"field":"user1","operator":"=","value":{"actor":true}},{"field":"date1","operator":"<","value":{"relative":"now"}}]},
            {"field":"tags1","match":{"mode":"atLeast","threshold":2},"value":{"combinator":"and","rules":[{"field":"","operator":"beginsWith","value":"n"}]}},
            {"field":"number1","operator":"<","value":"number2","valueSource":"field"}]}"#;
        let query = compile(&Json::parse(json).unwrap(), "", &schema, Purpose::List).unwrap();
        let mut lead = sample::Lead(vec![crate::query::Cell::Null; schema.fields.len()]);
        let mut set = |name: &str, cell| lead.0[schema.find(name).unwrap().0 as usize] = cell;
        set("number1", crate::query::Cell::Number(41.0));
        set("user1", crate::query::Cell::Text("u2".into()));
        set("tags1", crate::query::Cell::List(vec!["new".into(), "next".into(), "old".into()]));
        let seen = explain(&query, &lead, &ctx).unwrap().to_json().write();
        let tags = r#"{"match":{"mode":"atLeast","threshold":2},"value":{"combinator":"and","rules":[{"field":"","operator":"beginsWith","value":"n"}]}}"#;
        let wanted = [
            r#"{"matched":false,"combinator":"and","rules":["#,
            r#"{"matched":true,"field":"number1","operator":">=","expected":40,"actual":41},"#,
            r#"{"matched":false,"combinator":"or","not":true,"rules":["#,
            r#"{"matched":true,"field":"user1","operator":"=","expected":"u2","actual":"u2"},"#,
            r#"{"matched":false,"field":"date1","operator":"<","expected":"2026-03-09","actual":null}]},"#,
            r#"{"matched":true,"field":"tags1","operator":"match","expected":"#,
            tags,
            r#","actual":["new","next","old"],"satisfied":2},"#,
            r#"{"matched":false,"field":"number1","operator":"<","actual":41}]}"#,
        ];
        assert_eq!(seen, wanted.concat());
    }

    #[test]
    fn the_deepest_filter_needs_little_stack() {
        let rule = r#"{"field":"number1","operator":"=","value":1}"#;
        let other = r#"{"field":"text1","operator":"contains","value":"a"}"#;
        let mut json = rule.to_owned();
        for _ in 0..63 {
            json = format!(r#"{{"not":true,"rules":[{rule},"or",{other},"xor",{rule},"and",{json}]}}"#);
        }
        // Deeper than the JSON reader allows for a text: the tree is made here.
        let json = Json::object([("combinator", "and".into()), ("rules", Json::List(vec![Json::parse(&json).unwrap()]))]);
        let work = move || {
            let schema = Rc::new(schema());
            let staff = Staff(schema.units.clone());
            let ctx = context(&schema, &staff);
            let query = compile(&json, "", &schema, Purpose::List).unwrap();
            let leads = [sample::Lead(vec![crate::query::Cell::Null; schema.fields.len()])];
            let table = table(&schema, &leads, &vec![(0, false); 3000], Layout(0));
            let found = select(&query, &table, &ctx).unwrap().count();
            assert_eq!(found == 3000, matches(&query, &leads[0], &ctx).unwrap());
            assert_eq!(explain(&query, &leads[0], &ctx).unwrap().matched, found == 3000);
        };
        // Half of what WebAssembly has by default.
        std::thread::Builder::new().stack_size(512 << 10).spawn(work).unwrap().join().unwrap();
    }
}
