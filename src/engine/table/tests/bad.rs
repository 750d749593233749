//! Inputs that are wrong.

use super::model::*;
use crate::error::Result;
use crate::table::{Budget, KnownUsers, LoadFormat, LoadMode, LoadOptions, Loader, Table};

fn load_with(options: LoadOptions, bytes: &[u8]) -> Result<Table> {
    let mut loader = Loader::new(schema(), ID, options, LoadMode::Load, Budget::default())?;
    loader.push(bytes)?;
    loader.finish()
}

fn code(bytes: &[u8]) -> &'static str {
    load_with(LoadOptions::default(), bytes).unwrap_err().code
}

#[test]
fn broken_texts_are_errors() {
    for (bytes, wanted) in [
        (&b"[{\"id\":\"a\"}"[..], "json_truncated"),
        (b"[{\"id\":\"a", "json_truncated"),
        (b"[", "json_truncated"),
        (b"[{\"id\":\"a\"},", "json_truncated"),
        (b"{\"id\":\"a\"}\n{\"id\":", "json_truncated"),
        (b"[{\"id\":\"a\"}] x", "json_invalid"),
        (b"[{\"id\":\"a\"} {}]", "json_invalid"),
        (b"[1]", "json_invalid"),
        (b"[{\"id\":01}]", "json_invalid"),
        (b"[{\"id\":1.}]", "json_invalid"),
        (b"[{\"id\":nul}]", "json_invalid"),
        (b"[{\"id\":\"a\nb\"}]", "json_invalid"),
        (b"[{\"id\":\"\\x\"}]", "json_invalid"),
        (b"[{id:1}]", "json_invalid"),
        (b"[{\"id\" 1}]", "json_invalid"),
        (b"[{\"id\":1,}]", "json_invalid"),
        (b"[{\"other\":[1 2]}]", "json_invalid"),
        (b"[{\"other\":[1,]}]", "json_invalid"),
        (b"[{\"other\":{\"a\":1]}]", "json_invalid"),
        (b"[{\"other\":{\"a\"}}]", "json_invalid"),
        (b"[{\"id\":\"\xff\"}]", "not_utf8"),
        (b"[{\"id\":\"\xc3", "not_utf8"),
        (b"id,name\na,\"b\nc", "csv_truncated"),
        (b"id,\"name\na", "csv_truncated"),
        (b"id,name\na,\"b\"c\n", "csv_invalid"),
        (b"id,name,name\n", "duplicate_header"),
        (b"id,score,The Score\n", "duplicate_header"),
        (b"ids,name\na,b\n", "id_missing"),
    ] {
        assert_eq!(code(bytes), wanted, "{}", String::from_utf8_lossy(bytes));
        // The same in pieces of one byte.
        let mut loader = loader(LoadOptions::default());
        let pushed = bytes.iter().try_for_each(|byte| loader.push(&[*byte]));
        assert_eq!(pushed.and_then(|()| loader.finish()).unwrap_err().code, wanted);
    }
}

#[test]
fn nesting_is_bounded() {
    let deep = |n: usize| format!("[{{\"id\":1,\"other\":{}1{}}}]", "[{\"a\":".repeat(n), "}]".repeat(n));
    assert_eq!(load(&deep(64)).unwrap().size(), 1);
    assert_eq!(code(deep(65).as_bytes()), "json_too_deep");
    assert_eq!(code("[{\"other\":".repeat(300_000).as_bytes()), "json_too_deep");
}

#[test]
fn a_row_without_end_is_given_up() {
    // In tests a row has at most a megabyte.
    for (begin, more) in [("[{\"id\":\"", "a"), ("id,name\n1,\"", "b\n"), ("{\"id\":1,\"other\":[", "[],")] {
        let mut loader = loader(LoadOptions::default());
        loader.push(begin.as_bytes()).unwrap();
        let piece = more.repeat(30_000);
        let pushed: Vec<_> = (0..400).map_while(|_| loader.push(piece.as_bytes()).err().map_or(Some(()), |_| None)).collect();
        assert!((30..200).contains(&(pushed.len() * more.len())), "{begin}: {} pieces", pushed.len());
        assert_eq!(loader.finish().unwrap_err().code, "row_too_long");
    }
    // One that ends in time is read, however it comes.
    let long = format!("[{{\"id\":\"1\",\"other\":\"{}\"}},{{\"id\":\"2\"}}]", "a".repeat(900_000));
    for size in [1 << 12, 1 << 18, 1 << 22] {
        let mut loader = loader(LoadOptions::default());
        long.as_bytes().chunks(size).for_each(|piece| loader.push(piece).unwrap());
        assert_eq!(loader.finish().unwrap().size(), 2);
    }
}

#[test]
fn the_header_is_helped_with() {
    let error = load_with(LoadOptions::default(), b"idd,name\na,b\n").unwrap_err();
    assert_eq!(error.diagnostics[0].hint.as_deref(), Some("if `idd` holds it, load with `columns: {\"idd\": \"id\"}`"));
    let error = load_with(LoadOptions { format: Some(LoadFormat::Csv), ..Default::default() }, b"").unwrap_err();
    assert_eq!(error.code, "id_missing");
}

#[test]
fn an_error_of_a_loader_stays() {
    let mut loader = loader(LoadOptions::default());
    assert!(loader.push(b"[1").is_err());
    assert_eq!(loader.push(b"").unwrap_err().code, "json_invalid");
    assert_eq!(loader.finish().unwrap_err().code, "json_invalid");
}

#[test]
fn strict_stops_at_the_first_cell_that_does_not_fit() {
    let strict = || LoadOptions { strict: true, ..Default::default() };
    let error = load_with(strict(), b"[{\"id\":\"a\",\"status\":\"odd\"},{\"id\":\"b\",\"made\":1.5,\"score\":\"x\"}]").unwrap_err();
    assert_eq!((error.code, error.diagnostics[0].path.as_str()), ("cell_invalid", "/0/status"));
    let error = load_with(strict(), b"[{\"id\":\"a\"},{\"id\":\"b\",\"made\":1.5,\"score\":\"x\"}]").unwrap_err();
    assert_eq!((error.code, error.diagnostics[0].path.as_str()), ("cell_invalid", "/1/score"));
    assert_eq!(load_with(strict(), b"[{\"id\":\"a\"},{\"id\":\"a\"}]").unwrap_err().diagnostics[0].path, "/1/id");
    assert_eq!(load_with(strict(), b"id,name\n1,x\nTotal,\n").unwrap_err().message, "row 1 is no lead: `Total`");
    assert_eq!(load_with(strict(), b"[{\"id\":null}]").unwrap_err().diagnostics[0].path, "/0/id");
}

#[test]
fn columns_name_keys() {
    let with = |columns: &[(&str, &str)]| LoadOptions {
        columns: columns.iter().map(|(key, field)| ((*key).to_owned(), (*field).to_owned())).collect(),
        ..Default::default()
    };
    let table = load_with(with(&[("Lead Id", "id"), ("n", "name")]), b"Lead Id;id;name;n;The Score\n7;x;y;Ada;3\n").unwrap();
    assert!(table.find("7").is_some());
    let lead = &leads(&table)[0];
    assert_eq!((lead.cells[0].text(), &lead.cells[3]), (Some("Ada"), &crate::query::Cell::Number(3.0)));
    let error = load_with(with(&[("a", "nmae")]), b"").unwrap_err();
    assert_eq!((error.code, error.diagnostics[0].hint.as_deref()), ("unknown_field", Some("did you mean `name`?")));
    assert_eq!(load_with(with(&[("a", "name"), ("b", "name")]), b"").unwrap_err().code, "duplicate_column");
}

#[test]
fn rows_and_cells_that_are_not_as_they_should_be_are_told() {
    let table = load("id,name,score\n\na,b,1\nc,d\ne,f,2,,\ng,h,3,x\n").unwrap();
    assert_eq!(found(&table), [(1, 1, "ragged_row"), (3, 1, "ragged_row")]);
    let long = format!("[{{\"id\":\"a\",\"name\":\"{}\"}},{{\"id\":\"{}\"}}]", "x".repeat(65_537), "y".repeat(65_537));
    let table = load(&long).unwrap();
    assert_eq!(found(&table), [(0, 0, "text_too_long"), (1, 1, "id_invalid")]);
    let table = load("[{\"id\":\"\\ud800\"},{\"id\":\"a\",\"name\":\"x\\udc00\",\"tags\":[\"\\ud800\"]}]").unwrap();
    assert_eq!(found(&table), [(0, 1, "id_invalid"), (1, 0, "lone_surrogate"), (1, 10, "lone_surrogate")]);
    assert_eq!(leads(&table)[0].cells[0].text(), Some("x\u{fffd}"));
    let mut users = KnownUsers::default();
    users.add("ann", &[]);
    let users = Some(std::rc::Rc::new(users));
    let table = load_with(LoadOptions { users, ..Default::default() }, b"id,owner\n1,ann\n2,bob\n3,bob\n").unwrap();
    assert_eq!(found(&table), [(1, 8, "unknown_user"), (2, 8, "unknown_user")]);
}

#[test]
fn whole_numbers_that_would_be_rounded_are_problems() {
    let table = load("[{\"id\":9007199254740993},{\"id\":9007199254740992,\"score\":9007199254740993}]").unwrap();
    assert_eq!(found(&table), [(0, 1, "id_invalid"), (1, 3, "number_out_of_range")]);
    assert!(table.find("9007199254740992").is_some());
}

#[test]
fn problems_are_bounded_and_counted() {
    let rows: String = (0..30_000).map(|i| format!("{{\"id\":{i},\"score\":\"x\"}}")).collect();
    let table = load(&rows).unwrap();
    assert_eq!((table.problems().list().len(), table.problems().total()), (10_000, 30_000));
    assert_eq!(table.problems().list()[9_999].row, 9_999);
}

#[test]
fn a_budget_is_kept() {
    let rows: String = (0..20_000).map(|i| format!("{{\"id\":\"{i}\",\"name\":\"name {i}\"}}")).collect();
    let needed = load(&rows).unwrap().bytes();
    for most in (0..20).map(|step| needed * step / 20) {
        let mut loader = Loader::new(schema(), ID, LoadOptions::default(), LoadMode::Load, Budget::new(most)).unwrap();
        assert_eq!(loader.push(rows.as_bytes()).and_then(|()| loader.finish()).unwrap_err().code, "out_of_memory");
    }
}

#[test]
fn nothing_is_a_table_of_nothing() {
    for text in ["", " \n", "[]", "[ ]"] {
        assert_eq!(load(text).unwrap().size(), 0);
    }
}
