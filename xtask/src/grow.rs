//! How the module's memory grows: in doubling steps, ahead of what its allocator takes.
//!
//! The allocator of the standard library asks for memory page by page, and engines pay for each step: V8 takes the whole memory for
//! newly allocated and soon collects the heap of the whole program. So the allocator gets a counter of pages of its own in place of
//! `memory.grow` and `memory.size`; only where the memory ends, it is really grown, to twice its size or as near to it as the limit
//! allows. Who knows how much will be needed grows the memory from outside, and the allocator finds it there. Pages that nobody has
//! written to are addresses alone.

use walrus::ir::{BinaryOp, Call, GlobalGet, Instr, VisitorMut, dfs_pre_order_mut};
use walrus::{ConstExpr, FunctionBuilder, FunctionId, GlobalId, InstrLocId, MemoryId, Module, ValType, ir};

use crate::run::Result;

/// The exported counter of pages that were taken.
const TAKEN: &str = "taken_pages";

/// Makes the memory of a module grow ahead.
pub fn ahead(module: &mut Module) -> Result {
    let memory = module.memories.iter().next().ok_or("the module has no memory")?;
    let initial = i32::try_from(memory.initial).map_err(|_| "the module's memory begins too large")?;
    let memory = memory.id();
    let taken = module.globals.add_local(ValType::I32, true, false, ConstExpr::Value(ir::Value::I32(initial)));
    module.exports.add(TAKEN, taken);
    let mut callers = Callers { taken, grow: grow(module, memory, taken) };
    for (id, function) in module.funcs.iter_local_mut() {
        if id != callers.grow {
            let entry = function.entry_block();
            dfs_pre_order_mut(&mut callers, function, entry);
        }
    }
    Ok(())
}

struct Callers {
    taken: GlobalId,
    grow: FunctionId,
}

impl VisitorMut for Callers {
    fn visit_instr_mut(&mut self, instr: &mut Instr, _: &mut InstrLocId) {
        match instr {
            Instr::MemoryGrow(_) => *instr = Call { func: self.grow }.into(),
            Instr::MemorySize(_) => *instr = GlobalGet { global: self.taken }.into(),
            _ => {}
        }
    }
}

/// What stands for `memory.grow`:
///
/// ```text
/// fn grow(more) {
///     if taken + more > memory.size {
///         least = taken + more - memory.size
///         step = memory.size
///         loop {
///             step = max(step, least)
///             if memory.grow(step) == -1 {
///                 if step == least { return -1 }
///                 step /= 2
///                 continue
///             }
///         }
///     }
///     taken += more
///     return taken - more
/// }
/// ```
fn grow(module: &mut Module, memory: MemoryId, taken: GlobalId) -> FunctionId {
    let [more, least, step] = std::array::from_fn(|_| module.locals.add(ValType::I32));
    let mut builder = FunctionBuilder::new(&mut module.types, &[ValType::I32], &[ValType::I32]);
    builder.name("grow_ahead".to_owned());
    let mut body = builder.func_body();
    body.global_get(taken).local_get(more).binop(BinaryOp::I32Add).memory_size(memory).binop(BinaryOp::I32Sub).local_tee(least);
    body.i32_const(0).binop(BinaryOp::I32GtS);
    body.if_else(
        None,
        |body| {
            body.memory_size(memory).local_set(step);
            body.loop_(None, |body| {
                let again = body.id();
                body.local_get(least).local_get(step).local_get(least).local_get(step);
                body.binop(BinaryOp::I32GtS).select(None).local_tee(step);
                body.memory_grow(memory).i32_const(-1).binop(BinaryOp::I32Eq);
                body.if_else(
                    None,
                    |body| {
                        body.local_get(step).local_get(least).binop(BinaryOp::I32Eq);
                        body.if_else(
                            None,
                            |body| {
                                body.i32_const(-1).return_();
                            },
                            |_| {},
                        );
                        body.local_get(step).i32_const(1).binop(BinaryOp::I32ShrU).local_set(step).br(again);
                    },
                    |_| {},
                );
            });
        },
        |_| {},
    );
    body.global_get(taken).global_get(taken).local_get(more).binop(BinaryOp::I32Add).global_set(taken);
    builder.finish(vec![more], &mut module.funcs)
}
