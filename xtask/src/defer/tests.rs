use super::*;
use walrus::ImportKind;

/// `first` is exported and calls `rest`, which is in the table and calls `shared` and `alone`, with a global.
fn whole() -> Vec<u8> {
    let mut module = Module::default();
    let global = module.globals.add_local(ValType::I32, true, false, ConstExpr::Value(Value::I32(7)));
    let function = |module: &mut Module, calls: &[FunctionId]| {
        let mut builder = FunctionBuilder::new(&mut module.types, &[], &[]);
        let mut body = builder.func_body();
        for called in calls {
            body.call(*called);
        }
        if calls.len() > 1 {
            body.global_get(global).global_set(global);
        }
        builder.finish(vec![], &mut module.funcs)
    };
    let (shared, alone) = (function(&mut module, &[]), function(&mut module, &[]));
    let rest = function(&mut module, &[shared, alone]);
    let first = function(&mut module, &[rest]);
    module.exports.add("first", first);
    let table = module.tables.add_local(false, 3, Some(3), RefType::FUNCREF);
    let offset = ConstExpr::Value(Value::I32(1));
    let filled = module.elements.add(ElementKind::Active { table, offset }, ElementItems::Functions(vec![rest]));
    module.tables.get_mut(table).elem_segments.insert(filled);
    module.emit_wasm()
}

/// What an own function of a module speaks of.
fn calls(module: &Module, id: FunctionId) -> Needed {
    let mut needed = Needed::default();
    if let FunctionKind::Local(function) = &module.funcs.get(id).kind {
        dfs_in_order(&mut needed, function, function.entry_block());
    }
    needed
}

fn filled(module: &Module) -> Vec<(i32, usize)> {
    let of = |kind: &ElementKind| match kind {
        ElementKind::Active { offset: ConstExpr::Value(Value::I32(from)), .. } => *from,
        _ => -1,
    };
    let mut out: Vec<_> = (module.elements.iter())
        .map(|element| match &element.items {
            ElementItems::Functions(functions) => (of(&element.kind), functions.len()),
            ElementItems::Expressions(..) => (-1, 0),
        })
        .collect();
    out.sort_unstable();
    out
}

#[test]
fn each_function_has_a_mark() {
    let marked = read(&marked(&whole()).unwrap()).unwrap();
    let marks: Vec<&str> = marked.exports.iter().map(|export| export.name.as_str()).filter(|name| name.starts_with(MARK)).collect();
    assert_eq!(marks, ["entered_0", "entered_1", "entered_2", "entered_3"]);
    for (id, _) in marked.funcs.iter_local() {
        assert!(!calls(&marked, id).globals.is_empty());
    }
}

#[test]
fn what_was_not_entered_is_deferred_and_both_meet_in_the_table() {
    let bytes = whole();
    // walrus writes functions by their size; `rest` calls two, `first` one.
    let module = read(&bytes).unwrap();
    let with = |many| own(&module).iter().position(|id| calls(&module, *id).functions.len() == many).unwrap();
    let (first, rest) = (with(1), with(2));
    let shared = (0..4).find(|number| ![first, rest].contains(number)).unwrap();
    let parts = parts(&bytes, &BTreeSet::from([first, shared])).unwrap();
    let (core, deferred) = (read(&parts.core).unwrap(), read(&parts.deferred).unwrap());

    // `first`, `shared`, the stub for `rest`, and what loads: it is imported.
    assert_eq!(core.funcs.iter_local().count(), 4);
    let wanted = |module: &Module| module.imports.iter().map(|import| format!("{}.{}", import.module, import.name)).collect::<Vec<_>>();
    assert_eq!(wanted(&core), ["deferred.load"]);
    let exported: Vec<&str> = core.exports.iter().map(|export| export.name.as_str()).collect();
    let loaded = exported[1];
    assert!(loaded.starts_with(LOADED), "{loaded}");
    assert_eq!(exported, ["first", loaded, "global0", "table0"]);
    // Beside what stood in the table: behind the stub's place that of `shared`.
    assert_eq!(filled(&core), [(1, 1), (4, 1)]);

    // `rest`, `alone`, the way to `shared`, and what says that it is there.
    assert_eq!(deferred.funcs.iter_local().count(), 4);
    assert_eq!(wanted(&deferred), ["core.global0", "core.table0", &format!("core.{loaded}")]);
    assert!(deferred.imports.iter().all(|import| !matches!(import.kind, ImportKind::Function(_))));
    assert_eq!((deferred.exports.iter().count(), deferred.data.iter().count()), (0, 0));
    assert_eq!(filled(&deferred), [(3, 1)]);
    assert!(deferred.start.is_some());
    let rooms = [&core, &deferred].map(|module| module.tables.iter().map(|table| (table.initial, table.maximum)).collect::<Vec<_>>());
    assert_eq!(rooms, [[(5, Some(5))], [(5, Some(5))]]);

    // Whatever is parted otherwise does not fit.
    let other = super::parts(&bytes, &BTreeSet::from([first])).unwrap();
    assert!(!wanted(&read(&other.deferred).unwrap()).contains(&format!("core.{loaded}")));
}

#[test]
fn what_is_no_module_is_refused() {
    assert!(parts(b"no module", &BTreeSet::new()).is_err());
    assert!(marked(b"\0asm").is_err());
}
