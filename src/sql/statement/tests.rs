//! The shape of statements. What they do is tested on real databases: `tests/js/sql`.

use std::fmt::Write as _;

use crate::json::Json;
use crate::plan::Plan;
use crate::sql::Dialect;
use crate::sql::statement::{Kind, Statement};
use crate::workspace::Workspace;

const CONFIG: &str = r#"{
  "version": 1,
  "fields": {"id": {"type": "text"}, "v": {"type": "number"}, "owner": {"type": "user"}, "status": {"type": "choice"}, "former": {"type": "tags"}},
  "lead": {"id": "id", "version": "v", "owner": "owner", "previousOwners": "former"},
  "profiles": [{"id": "all", "grants": [{"do": ["lead.view", "lead.edit", "lead.release", "lead.give", "lead.mass"], "scope": "all"}]}],
  "users": [{"id": "ann", "profiles": ["all"]}, {"id": "bob", "profiles": ["all"]}, {"id": "cyd", "profiles": ["all"]}]
}"#;

fn plan(rows: usize, command: &str) -> Plan {
    let workspace = Workspace::compile(&Json::parse(CONFIG).unwrap()).unwrap();
    let mut csv = String::from("id,v,owner,status\n");
    for row in 0..rows {
        let owner = ["", "ann", "bob"][row % 3];
        writeln!(csv, "{:08x}-2222-4333-8444-555555555555,{row},{owner},new", u32::try_from(row).unwrap().wrapping_mul(2_654_435_761))
            .unwrap();
    }
    let table = workspace.load(csv.as_bytes(), &Json::Null, Default::default()).unwrap();
    let context = Json::parse(r#"{"actor": "ann", "now": 1700000000000}"#).unwrap();
    workspace.plan(&table, &Json::parse(command).unwrap(), None, &context, Default::default()).unwrap()
}

fn statements(plan: &Plan, dialect: Dialect, options: &str) -> Vec<Statement> {
    // These are about the leads; where the state goes is said where it matters.
    let options = if options.contains("stateTable") { options.to_owned() } else { options.replacen('{', r#"{"stateTable": null, "#, 1) };
    plan.to_sql(dialect, &Json::parse(&options).unwrap()).unwrap()
}

const SPLIT: &str = r#"{"type": "split", "leads": {"filter": {"rules": []}}, "split": {"to": ["ann", "bob", "cyd"]}}"#;

/// The rows that a statement is fed with, as its JSON parameter has them.
fn fed(statement: &Statement) -> Vec<Json> {
    let json = statement.params.iter().filter_map(Json::as_text).find(|text| text.starts_with('['));
    Json::parse(json.unwrap()).unwrap().as_list().unwrap().to_vec()
}

#[test]
fn many_rows_are_few_statements_in_order_of_ids() {
    let plan = plan(30_000, SPLIT);
    for dialect in [Dialect::Postgres, Dialect::Sqlite] {
        for max in [1, 2, 100] {
            let list = statements(&plan, dialect, &format!(r#"{{"table": "leads", "maxParams": {max}}}"#));
            assert!(list.len() <= 12, "{} statements", list.len());
            let mut ids = Vec::new();
            for statement in &list {
                assert_eq!(statement.kind, Kind::Update);
                assert!(statement.params.len() <= max);
                assert!(statement.params.iter().filter_map(Json::as_text).all(|text| text.len() < 1_700_000));
                let rows = fed(statement);
                assert_eq!(rows.len(), statement.expect);
                let id = |row: &Json| row.get("c0").or(row.as_list().and_then(<[_]>::first)).unwrap().as_text().unwrap().to_owned();
                ids.extend(rows.iter().map(id));
            }
            assert_eq!(ids.len(), plan.count());
            assert!(ids.is_sorted());
        }
    }
}

#[test]
fn what_is_the_same_in_all_rows_travels_once() {
    let plan = plan(100, r#"{"type": "mass_edit", "leads": {"filter": {"rules": []}}, "set": {"status": "won"}}"#);
    let [only] = statements(&plan, Dialect::Sqlite, r#"{"table": "leads"}"#).try_into().unwrap();
    assert_eq!(only.params.len(), 2);
    assert_eq!(only.params[1], "won".into());
    assert_eq!(fed(&only)[0].write(), r#"["00000000-2222-4333-8444-555555555555",0]"#);
}

#[test]
fn one_row_is_one_plain_statement() {
    let plan = plan(3, r#"{"type": "assign", "leads": {"ids": ["00000000-2222-4333-8444-555555555555"]}, "to": "cyd"}"#);
    let options = r#"{"table": "le\"ads", "alias": "l", "paramStart": 4, "schema": "crm", "columns": {"owner": {"column": "who", "type": "uuid"}}, "stateTable": null}"#;
    let [only] = statements(&plan, Dialect::Postgres, options).try_into().unwrap();
    assert_eq!(
        only.sql,
        r#"UPDATE "crm"."le""ads" AS "l" SET "who" = $4::text::"uuid", "v" = COALESCE("l"."v", 0) + 1 WHERE "l"."id" = $5::text AND "l"."v" IS NOT DISTINCT FROM $6::double precision RETURNING "l"."id"::text AS "id""#
    );
    assert_eq!(Json::List(only.params).write(), r#"["cyd","00000000-2222-4333-8444-555555555555",0]"#);
}

#[test]
fn the_state_comes_first_where_it_has_a_table() {
    let mut plan = plan(10, SPLIT);
    plan.reads = vec![("user/b".into(), Some(3)), ("user/a".into(), None)];
    for dialect in [Dialect::Postgres, Dialect::Sqlite] {
        // Nothing said of it: the mark alone is too much to lose.
        let unsaid = plan.to_sql(dialect, &Json::parse(r#"{"table": "leads"}"#).unwrap()).unwrap_err();
        assert_eq!((unsaid.code, unsaid.diagnostics[0].path.as_str()), ("state_table_required", "/stateTable"));
        let kinds = |options: &str| statements(&plan, dialect, options).iter().map(|s| (s.kind, s.expect)).collect::<Vec<_>>();
        assert_eq!(kinds(r#"{"table": "leads"}"#), [(Kind::Update, plan.count())]);
        let state = [2, 1, 1].map(|expect| (Kind::State, expect));
        let written = kinds(r#"{"table": "leads", "stateTable": "state"}"#);
        // The mark, the remainder of the split and the key that is not there; that key again; the key that is there; then the rows.
        assert_eq!(written[0], (Kind::State, plan.state.len() + 2));
        assert_eq!(written[1..3], state[1..]);
        assert_eq!(written[3..], [(Kind::Update, plan.count())]);
    }
}

#[test]
fn a_refused_plan_is_nothing() {
    let refused = plan(3, r#"{"type": "split", "leads": {"list": "none"}, "split": {"to": ["ann"]}}"#);
    assert!(!refused.refused.is_empty());
    assert_eq!(statements(&refused, Dialect::Postgres, r#"{"table": "leads", "stateTable": "state"}"#), []);
}
