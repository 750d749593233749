// The small things that hosts need: the fold of folded columns, and statuses.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createEngineSync, EvenhandError } from "evenhand";
import { defineConfig, fold, httpStatus } from "evenhand/host";

const config = defineConfig({
  version: 1,
  fields: { id: { type: "text" }, owner: { type: "user" }, name: { type: "text" }, plain: { type: "text", compare: "accentless" }, phone: { type: "text", compare: "digits" } },
  lead: { id: "id", owner: "owner" },
  users: [{ id: "ann", profiles: ["all"] }, { id: "bob" }],
  profiles: [{ id: "all", grants: [{ do: ["lead.view", "lead.edit", "lead.give", "lead.release", "lead.mass"], scope: "all" }] }],
});
const engine = createEngineSync();
const workspace = engine.workspace(config);

test("a fold is the engine's, character by character, whatever this runtime knows", () => {
  assert.equal(fold("ÉCLAIR İ Σ ΑΣ"), "éclair i σ ας".replace("ς", "σ"));
  assert.deepEqual(["exact", "caseless", "accentless", "digits"].map((way) => fold("A\u0301lvaro Ørsted 각 ٠5", way)), ["A\u0301lvaro Ørsted 각 ٠5", "a\u0301lvaro ørsted 각 ٠5", "alvaro orsted \u1100\u1161\u11a8 ٠5", "05"]);
  assert.deepEqual(["caseless", "accentless", "digits"].map((way) => fold("+49 Ab", way)), ["+49 ab", "+49 ab", "49"]);
  assert.throws(() => fold("x", "soft"), { code: "options_invalid" });
  const STEP = 4096;
  for (let from = 0; from <= 0x10ffff; from += STEP) {
    const points = Array.from({ length: STEP }, (_, at) => from + at).filter((point) => point < 0xd800 || point > 0xdfff);
    for (const [field, way] of [["id", "exact"], ["name", "caseless"], ["plain", "accentless"], ["phone", "digits"]]) {
      const wrong = (some) => workspace.fold(field, String.fromCodePoint(...some)) !== fold(String.fromCodePoint(...some), way);
      if (points.length > 0 && wrong(points)) assert.deepEqual(points.filter((point) => wrong([point])).map((point) => point.toString(16)), [], way);
    }
  }
});

test("statuses", () => {
  const thrown = (run) => {
    try {
      run();
    } catch (error) {
      return error;
    }
    return assert.fail("nothing was thrown");
  };
  const table = workspace.load([{ id: "1", owner: "bob" }]);
  const context = { actor: "ann", now: 0, state: {} };
  assert.equal(httpStatus(thrown(() => workspace.plan(table, { type: "assign" }, context))), 422);
  assert.equal(httpStatus(thrown(() => workspace.filter({ rules: [{ field: "nme", operator: "null" }] }))), 422);
  assert.equal(httpStatus(thrown(() => engine.peek(new Uint8Array([1, 2, 3])))), 400);
  assert.equal(httpStatus(workspace.can({ actor: "ann", do: "lead.view", lead: "1", leads: table })), 200);
  assert.equal(httpStatus(workspace.can({ actor: "bob", do: "lead.view", lead: "1", leads: table })), 403);
  const other = engine.workspace(config);
  other.free();
  assert.equal(httpStatus(thrown(() => other.load([]))), 500);
  assert.equal(httpStatus(new Error("a host's own")), 500);
  assert.equal(httpStatus(EvenhandError.fromJSON({ code: "out_of_memory", message: "", diagnostics: [] })), 503);

  const plan = (command) => workspace.plan(table, command, context);
  const refused = plan({ type: "mass_edit", leads: { list: "nobody's" }, set: { name: "x" } });
  assert.equal(httpStatus({ ok: false, code: "refused", plan: refused, reasons: refused.refused }), 403);
  const whole = workspace.plan(table, { type: "assign", leads: { ids: ["1", "2"] }, to: "ann" }, { ...context, allOrNothing: true });
  assert.equal(httpStatus({ ok: false, code: "refused", plan: whole, reasons: whole.refused }), 409);
  const dropped = (ids, to) => ({ ok: false, code: "nothing_to_do", plan: refused, dropped: plan({ type: "assign", leads: { ids }, to }).dropped() });
  assert.equal(httpStatus(dropped(["2", "3"], "ann")), 404);
  assert.equal(httpStatus({ ok: false, code: "lost", plan: refused, lost: ["1"], stateLost: [], attempts: 3 }), 409);
  assert.equal(httpStatus({ ok: false, code: "not_proved", problems: [{ code: "rows_changed", message: "" }, { code: "actor", message: "" }] }), 403);
  assert.equal(httpStatus({ ok: false, code: "not_proved", problems: [{ code: "tampered", message: "" }] }), 422);
  assert.equal(httpStatus({ ok: false, code: "not_proved", problems: [{ code: "loads_changed", message: "" }] }), 409);
});
