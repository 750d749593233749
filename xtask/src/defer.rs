//! One module made into two: what the first minutes of a CRM need, and what is loaded when a call first needs it.
//!
//! An engine of JavaScript reads and checks every function before the first of them may run. So the functions that a list of recorded calls
//! enters (`tests/js/package/make/first-calls.mjs`) stay in the core, and all others are in a deferred module, which shares the core's
//! memory, tables and globals. In the core each of them that something there leads to is a stub: it has the deferred module loaded, once,
//! and calls through the table, where that puts its functions. Whoever calls cannot tell the difference. The other way leads through the
//! table, too: an export is an object of JavaScript, and a thousand of them take as long to make as a tenth of the module takes to check.

use std::collections::{BTreeMap, BTreeSet};

use walrus::ir::{Value, Visitor, dfs_in_order};
use walrus::{
    ConstExpr, ElementItems, ElementKind, ExportItem, FunctionBuilder, FunctionId, FunctionKind, GlobalId, GlobalKind, LocalFunction,
    LocalId, Module, ModuleConfig, RefType, TableId, ValType,
};

use crate::run::Result;

/// The import of the core by which it has the deferred module loaded.
const LOAD: (&str, &str) = ("deferred", "load");
/// What the deferred module imports comes from the core's exports.
const CORE: &str = "core";
/// The global among them that says whether it was loaded, before the fingerprint of the whole: a deferred module of another build, which a host
/// has put beside a core that runs already, has other functions at the same places, and must not be linked.
const LOADED: &str = "loaded-";
/// What a marked module exports for each function, before its number.
const MARK: &str = "entered_";

/// The two modules, with the names of their functions.
pub struct Parts {
    pub core: Vec<u8>,
    pub deferred: Vec<u8>,
}

/// The module with an exported global for each of its own functions, in their order, that is 1 once the function was entered.
pub fn marked(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut module = read(bytes)?;
    for (number, id) in own(&module).into_iter().enumerate() {
        let mark = module.globals.add_local(ValType::I32, true, false, ConstExpr::Value(Value::I32(0)));
        module.exports.add(&format!("{MARK}{number}"), mark);
        if let FunctionKind::Local(function) = &mut module.funcs.get_mut(id).kind {
            function.builder_mut().func_body().global_set_at(0, mark).const_at(0, Value::I32(1));
        }
    }
    Ok(module.emit_wasm())
}

/// Makes two modules of one; `first` are the numbers of the functions that stay.
pub fn parts(bytes: &[u8], first: &BTreeSet<usize>) -> Result<Parts> {
    let (mut core, mut deferred) = (read(bytes)?, read(bytes)?);
    let (of_core, of_deferred) = (Ids::of(&core), Ids::of(&deferred));
    let own = own(&core).into_iter().map(|id| id.index());
    let moved: BTreeSet<usize> = own.enumerate().filter(|(number, _)| !first.contains(number)).map(|(_, function)| function).collect();
    let stubs: BTreeSet<usize> = led_to(&core, &moved).into_iter().filter(|function| moved.contains(function)).collect();
    let needed = Needed::by(&deferred, &moved);
    let table = deferred.tables.iter().find(|table| table.element_ty == RefType::FUNCREF).ok_or("the module has no table of functions")?;
    let (base, table) = (table.initial, table.id().index());
    let slots: BTreeMap<usize, u64> = stubs.iter().chain(&needed.functions).copied().zip(base..).collect();
    let room = base + slots.len() as u64;

    let loaded = format!("{LOADED}{:016x}", fingerprint(bytes, &moved));
    let load = loader(&mut core, &loaded);
    for stub in &stubs {
        let id = of_core.function(*stub)?;
        let function = forward(&mut core, id, Some(load), of_core.table(table)?, slot(&slots, *stub)?);
        core.funcs.get_mut(id).kind = FunctionKind::Local(function);
    }
    needed.exported(&mut core, &of_core)?;
    fill(&mut core, &of_core, table, &needed.functions, base + stubs.len() as u64)?;
    widen(&mut core, of_core.table(table)?, room);
    walrus::passes::gc::run(&mut core);

    empty(&mut deferred);
    for function in &needed.functions {
        let id = of_deferred.function(*function)?;
        let function = forward(&mut deferred, id, None, of_deferred.table(table)?, slot(&slots, *function)?);
        deferred.funcs.get_mut(id).kind = FunctionKind::Local(function);
    }
    needed.imported(&mut deferred, &of_deferred)?;
    announced(&mut deferred, &loaded);
    fill(&mut deferred, &of_deferred, table, &stubs, base)?;
    widen(&mut deferred, of_deferred.table(table)?, room);
    walrus::passes::gc::run(&mut deferred);
    Ok(Parts { core: core.emit_wasm(), deferred: deferred.emit_wasm() })
}

/// Where in the table a function lies that one module has for the other.
fn slot(slots: &BTreeMap<usize, u64>, function: usize) -> Result<i32> {
    slots.get(&function).and_then(|slot| i32::try_from(*slot).ok()).ok_or_else(|| "a function has no place in the table".into())
}

/// Has a module put these functions into the table, from a place on.
fn fill(module: &mut Module, ids: &Ids, table: usize, functions: &BTreeSet<usize>, from: u64) -> Result {
    let table = ids.table(table)?;
    let from = i32::try_from(from).map_err(|_| "the table of functions is too long")?;
    let functions = functions.iter().map(|function| ids.function(*function)).collect::<Result<_>>()?;
    let offset = ConstExpr::Value(Value::I32(from));
    let filled = module.elements.add(ElementKind::Active { table, offset }, ElementItems::Functions(functions));
    module.tables.get_mut(table).elem_segments.insert(filled);
    Ok(())
}

/// The ids of one of the two modules. Both are read from the same bytes, so that a thing has the same index in both, but an id is of its module.
struct Ids {
    functions: Vec<FunctionId>,
    globals: Vec<GlobalId>,
    tables: Vec<TableId>,
}

impl Ids {
    fn of(module: &Module) -> Ids {
        Ids {
            functions: module.funcs.iter().map(walrus::Function::id).collect(),
            globals: module.globals.iter().map(walrus::Global::id).collect(),
            tables: module.tables.iter().map(walrus::Table::id).collect(),
        }
    }

    fn function(&self, index: usize) -> Result<FunctionId> {
        self.functions.get(index).copied().ok_or_else(|| "the parts have other functions than the whole".into())
    }

    fn global(&self, index: usize) -> Result<GlobalId> {
        self.globals.get(index).copied().ok_or_else(|| "the parts have other globals than the whole".into())
    }

    fn table(&self, index: usize) -> Result<TableId> {
        self.tables.get(index).copied().ok_or_else(|| "the parts have other tables than the whole".into())
    }
}

/// FNV-1a (Fowler, Noll, Vo), 64 bits: of a module and of what is moved out of it.
fn fingerprint(bytes: &[u8], moved: &BTreeSet<usize>) -> u64 {
    let moved = moved.iter().flat_map(|function| (*function as u64).to_le_bytes());
    bytes.iter().copied().chain(moved).fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

fn read(bytes: &[u8]) -> Result<Module> {
    let mut config = ModuleConfig::new();
    config.generate_producers_section(false);
    config.parse(bytes).map_err(|error| format!("the module cannot be read: {error:#}"))
}

fn own(module: &Module) -> Vec<FunctionId> {
    module.funcs.iter_local().map(|(id, _)| id).collect()
}

/// The functions that something leads to which stays in the core: calls, tables and exports.
fn led_to(module: &Module, moved: &BTreeSet<usize>) -> BTreeSet<usize> {
    let mut needed = Needed::default();
    for (_, function) in module.funcs.iter_local().filter(|(id, _)| !moved.contains(&id.index())) {
        dfs_in_order(&mut needed, function, function.entry_block());
    }
    let mut out = needed.functions;
    for element in module.elements.iter() {
        match &element.items {
            ElementItems::Functions(functions) => out.extend(functions.iter().map(|function| function.index())),
            ElementItems::Expressions(_, expressions) => out.extend(expressions.iter().filter_map(|expression| match expression {
                ConstExpr::RefFunc(function) => Some(function.index()),
                _ => None,
            })),
        }
    }
    out.extend(module.exports.iter().filter_map(|export| match export.item {
        ExportItem::Function(function) => Some(function.index()),
        _ => None,
    }));
    out
}

/// What the code of some functions speaks of, by index.
#[derive(Default)]
struct Needed {
    functions: BTreeSet<usize>,
    globals: BTreeSet<usize>,
    tables: BTreeSet<usize>,
}

impl Needed {
    /// What the deferred module needs of the core.
    fn by(module: &Module, moved: &BTreeSet<usize>) -> Needed {
        let mut needed = Needed::default();
        for (_, function) in module.funcs.iter_local().filter(|(id, _)| moved.contains(&id.index())) {
            dfs_in_order(&mut needed, function, function.entry_block());
        }
        // What is imported from JavaScript comes from there in both.
        let own: BTreeSet<usize> = module.funcs.iter_local().map(|(id, _)| id.index()).collect();
        needed.functions.retain(|function| own.contains(function) && !moved.contains(function));
        let functions = module.tables.iter().filter(|table| table.element_ty == RefType::FUNCREF);
        needed.tables.extend(functions.map(|table| table.id().index()));
        needed
    }

    fn exported(&self, core: &mut Module, ids: &Ids) -> Result {
        for (at, global) in self.globals.iter().enumerate() {
            core.exports.add(&format!("global{at}"), ids.global(*global)?);
        }
        for (at, table) in self.tables.iter().enumerate() {
            core.exports.add(&format!("table{at}"), ids.table(*table)?);
        }
        Ok(())
    }

    fn imported(&self, deferred: &mut Module, ids: &Ids) -> Result {
        for (at, global) in self.globals.iter().enumerate() {
            let id = ids.global(*global)?;
            let import = deferred.imports.add(CORE, &format!("global{at}"), id);
            deferred.globals.get_mut(id).kind = GlobalKind::Import(import);
        }
        for (at, table) in self.tables.iter().enumerate() {
            let id = ids.table(*table)?;
            let import = deferred.imports.add(CORE, &format!("table{at}"), id);
            deferred.tables.get_mut(id).import = Some(import);
        }
        Ok(())
    }
}

impl<'a> Visitor<'a> for Needed {
    fn visit_function_id(&mut self, id: &FunctionId) {
        self.functions.insert(id.index());
    }

    fn visit_global_id(&mut self, id: &GlobalId) {
        self.globals.insert(id.index());
    }

    fn visit_table_id(&mut self, id: &TableId) {
        self.tables.insert(id.index());
    }
}

/// The function of the core that has the deferred module loaded, unless it is: `if !loaded { deferred.load() }`.
fn loader(core: &mut Module, name: &str) -> FunctionId {
    let loaded = core.globals.add_local(ValType::I32, true, false, ConstExpr::Value(Value::I32(0)));
    core.exports.add(name, loaded);
    let ty = core.types.add(&[], &[]);
    let (load, _) = core.add_import_func(LOAD.0, LOAD.1, ty);
    let mut builder = FunctionBuilder::new(&mut core.types, &[], &[]);
    builder.name("load_deferred".to_owned());
    builder.func_body().global_get(loaded).if_else(
        None,
        |_| {},
        |body| {
            body.call(load);
        },
    );
    builder.finish(vec![], &mut core.funcs)
}

/// Has the deferred module say that it is there, as soon as it is.
fn announced(deferred: &mut Module, name: &str) {
    let (loaded, _) = deferred.add_import_global(CORE, name, ValType::I32, true, false);
    let mut builder = FunctionBuilder::new(&mut deferred.types, &[], &[]);
    builder.name("loaded".to_owned());
    builder.func_body().i32_const(1).global_set(loaded);
    deferred.start = Some(builder.finish(vec![], &mut deferred.funcs));
}

/// What stands in one module for a function of the other. In the core it has that loaded first.
fn forward(module: &mut Module, function: FunctionId, load: Option<FunctionId>, table: TableId, slot: i32) -> LocalFunction {
    let ty = module.funcs.get(function).ty();
    let signature = module.types.get(ty);
    let (given, results) = (signature.params().to_vec(), signature.results().to_vec());
    let mut builder = FunctionBuilder::new(&mut module.types, &given, &results);
    let arguments: Vec<LocalId> = given.iter().map(|ty| module.locals.add(*ty)).collect();
    let mut body = builder.func_body();
    if let Some(load) = load {
        body.call(load);
    }
    for argument in &arguments {
        body.local_get(*argument);
    }
    body.i32_const(slot).call_indirect(ty, table);
    builder.local_func(arguments)
}

/// Gives a table room for so many.
fn widen(module: &mut Module, table: TableId, room: u64) {
    let table = module.tables.get_mut(table);
    table.initial = room;
    table.maximum = table.maximum.map(|most| most.max(room));
}

/// Takes away what only the core does: exports, data, and what its tables hold.
fn empty(module: &mut Module) {
    for export in module.exports.iter().map(walrus::Export::id).collect::<Vec<_>>() {
        module.exports.delete(export);
    }
    for table in module.tables.iter_mut() {
        table.elem_segments.clear();
    }
    for element in module.elements.iter().map(walrus::Element::id).collect::<Vec<_>>() {
        module.elements.delete(element);
    }
    for memory in module.memories.iter_mut() {
        memory.data_segments.clear();
    }
    for data in module.data.iter().map(walrus::Data::id).collect::<Vec<_>>() {
        module.data.delete(data);
    }
}

#[cfg(test)]
mod tests;
