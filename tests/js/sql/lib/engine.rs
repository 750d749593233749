//! What the tests of SQL ask the crate: one request as JSON comes in, one answer goes out.
//!
//! A request is `{config, leads, command, context, sql: [[dialect, options], …], …}`; the answer has the plan as JSON, the
//! statements for each entry of `sql`, what `apply` says and the rows after it. `meanwhile` are rows that change, and `gone` ids that go,
//! between the plan and `apply`. For each of `filters` the answer has the ids that the table selects and the conditions for each entry of
//! `conditions`.

#![allow(missing_docs, clippy::unwrap_used, reason = "a tool of the tests")]

use std::io::Read as _;

use evenhand::error::Error;
use evenhand::json::Json;
use evenhand::plan::state::StateChange;
use evenhand::sql::Dialect;
use evenhand::sql::statement::Statement;
use evenhand::workspace::Workspace;

fn answer(request: &Json) -> Result<Json, Error> {
    let part = |key: &str| request.get(key).cloned().unwrap_or_default();
    let workspace = Workspace::compile(&part("config"))?;
    let mut table = workspace.load(part("leads").write().as_bytes(), &Json::Null, Default::default())?;
    let mut out = Vec::new();
    if !part("command").is_null() {
        let mut plan = workspace.plan(&table, &part("command"), None, &part("context"), Default::default())?;
        // State that no command of these tests would read or write by itself.
        let number = |json: &Json| json.as_number().map(|number| number as i64);
        for read in part("reads").as_list().unwrap_or_default() {
            let [key, version] = read.as_list().unwrap_or_default() else { continue };
            plan.reads.push((key.as_text().unwrap_or_default().into(), number(version)));
        }
        for write in part("writes").as_list().unwrap_or_default() {
            let [key, expect, value] = write.as_list().unwrap_or_default() else { continue };
            let (key, expect) = (key.as_text().unwrap_or_default().to_owned(), number(expect));
            let value = Some(value.clone()).filter(|value| !value.is_null());
            plan.state.push(StateChange { key, expect, version: expect.unwrap_or(0) + 1, value: value.map(Into::into) });
        }
        let mut written = Vec::new();
        for pair in part("sql").as_list().unwrap_or_default() {
            let [dialect, options] = pair.as_list().unwrap_or_default() else { continue };
            let dialect = Dialect::find(dialect.as_text().unwrap_or_default()).unwrap();
            written.push(match plan.to_sql(dialect, options) {
                Ok(statements) => Json::List(statements.into_iter().map(Statement::into_json).collect()),
                Err(error) => error.to_json(),
            });
        }
        let (timed, started) = (part("timed"), std::time::Instant::now());
        let mut count = 0;
        for pair in timed.as_list().unwrap_or_default() {
            let [dialect, options] = pair.as_list().unwrap_or_default() else { continue };
            count += plan.to_sql(Dialect::find(dialect.as_text().unwrap_or_default()).unwrap(), options)?.len();
        }
        out.push(("timed", Json::object([("statements", count.into()), ("ms", (started.elapsed().as_secs_f64() * 1e3).into())])));
        if part("plan") != Json::Bool(false) {
            out.push(("plan", plan.to_json()));
        }
        out.push(("statements", Json::List(written)));
        if !part("meanwhile").is_null() {
            let mut loader = workspace.upserting(&table, &Json::Null)?;
            loader.push(part("meanwhile").write().as_bytes())?;
            table.upsert(loader)?;
        }
        if !part("gone").is_null() {
            table.remove(&part("gone"))?;
        }
        out.push(("applied", workspace.apply_plan(&mut table, &plan)?.to_json()));
    }
    // Filters with the conditions that they are, for each entry of `conditions`.
    let mut filters = Vec::new();
    for query in part("filters").as_list().unwrap_or_default() {
        let filter = workspace.filter(query, &Json::Null)?;
        let selection = workspace.select(&table, query, &part("context"))?;
        let ids = selection.ids(&table, 0, usize::MAX)?;
        let mut conditions = Vec::new();
        for pair in part("conditions").as_list().unwrap_or_default() {
            let [dialect, options] = pair.as_list().unwrap_or_default() else { continue };
            conditions.push(match filter.to_sql(dialect.as_text().unwrap_or_default(), options) {
                Ok(condition) => condition,
                Err(error) => error.to_json(),
            });
        }
        filters.push(Json::object([("ids", ids), ("conditions", Json::List(conditions))]));
    }
    out.push(("filters", Json::List(filters)));
    let host = Json::object([("actor", Json::Null)]);
    let all = workspace.select(&table, &Json::Null, &host)?;
    let mut rows = Vec::new();
    if part("rows") != Json::Bool(false) {
        while rows.len() < all.count() {
            match workspace.page(&table, &all, rows.len(), 10_000, &Json::Null)? {
                Json::List(page) if !page.is_empty() => rows.extend(page),
                _ => break,
            }
        }
    }
    out.push(("rows", Json::List(rows)));
    Ok(Json::Object(out.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()))
}

fn main() {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).unwrap();
    let answered = Json::parse(&text).and_then(|request| answer(&request));
    println!("{}", answered.unwrap_or_else(|error| Json::object([("error", error.to_json())])).write());
}
