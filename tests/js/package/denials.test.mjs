// The table of commands and questions, cell by cell. Each command can be given in a world where nothing stands in its way; then one question
// is denied, and the same command changes nothing: planned, proved from the plan that was made before, taken back, and at the command line.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { createEngineSync } from "evenhand";
import { COMMANDS } from "../commands.mjs";
import { manifest, pkg } from "./lib/installed.mjs";

const NOW = "2026-03-02T09:00:00Z";
const VERBS = ["lead.view", "lead.edit", "lead.release", "lead.give", "lead.claim", "lead.mass", "list.use", "rule.run", "plan.undo", "group.trigger", "group.cancel"];
const rule = (field, operator, value) => ({ rules: [{ field, operator, value }] });

/** A run that offers lead 4 to `ann`, then to `cid`; its window ends at an instant. */
const offered = (expiresAt) => {
  const [at, run] = [Date.parse(NOW) - 60_000, { format: 1, lead: "4", slot: "owner", group: "asks", kind: "sequential", status: "offered", number: 1, pass: 1, passFrom: 0, roster: ["ann", "cid"], offeredTo: ["ann"], history: [] }];
  const value = { ...run, startedAt: at, expiresAt: Date.parse(expiresAt), opened: { at, window: 0 } };
  const due = `due/${(BigInt(value.expiresAt) ^ (1n << 63n)).toString(16)}/r1.0`;
  return { "run/r1": { version: 1, value }, [due]: { version: 1, value: { format: 1 } }, "user/ann": { version: 1, value: { format: 1, offers: [{ run: "r1", group: "asks" }] } } };
};
const [OPEN, OVER] = ["2026-03-02T09:05:00Z", NOW].map(offered);

/** A brokerage of two companies; `ann` acts, and is given no lead but the one that she claims. */
const world = (runs) => ({
  config: {
    version: 1,
    fields: {
      id: { type: "text" }, version: { type: "number" }, owner: { type: "user" }, agent: { type: "user" }, primary: { type: "user" }, unit: { type: "unit" },
      access: { type: "units" }, pool: { type: "choice" }, run: { type: "text" }, status: { type: "choice" }, score: { type: "number" },
    },
    lead: { id: "id", version: "version", owner: "owner", slots: ["agent"], primary: "primary", unit: "unit", access: "access", pool: "pool", run: "run" },
    lifecycle: { onDeactivate: { score: 0 }, reassignable: rule("status", "!=", "fixed"), boundary: { kind: "company", mode: "deny" } },
    org: [{ id: "acme", kind: "company" }, { id: "north", parent: "acme" }, { id: "west", parent: "acme" }, { id: "zeta", kind: "company" }],
    pools: [{ id: "hot", members: { users: ["ann"] } }],
    rules: [{ id: "all", to: { user: "ann" } }],
    groups: [
      { id: "turns", name: "Turns", members: { users: ["cid"] }, method: { type: "round_robin" } },
      { id: "asks", name: "Asks", members: { users: ["ann", "cid"] }, method: { type: "sequential_offer", minutes: 5 } },
    ],
    lists: [{ id: "his", name: "His", owner: "bob", query: rule("id", "in", ["1", "2"]) }],
    profiles: [{ id: "acts", grants: [{ do: VERBS, scope: "all" }] }, { id: "sees", grants: [{ do: ["lead.view"], scope: "all" }] }],
    users: ["ann", "bob", "cid"].map((id) => ({ id, unit: "north", profiles: [id === "ann" ? "acts" : "sees"] })),
  },
  leads: runs ? [{ id: "4", version: 1, owner: "bob", unit: "north", status: "new", run: "r1" }] : [
    { id: "1", version: 1, owner: "bob", agent: "cid", primary: "bob", unit: "north", status: "new", score: 1 },
    { id: "2", version: 1, owner: "bob", agent: "cid", primary: "bob", unit: "north", status: "new", score: 2 },
    { id: "3", version: 1, owner: null, unit: "north", pool: "hot", status: "new", score: 3 },
  ],
});

/** How a question is denied; what is about leads holds for all of them. */
const each = (patch) => (here) => here.leads.forEach((lead) => Object.assign(lead, patch));
const DENIALS = {
  ...Object.fromEntries(VERBS.map((verb) => [verb, ({ config }) => (config.profiles[0].grants[0].do = VERBS.filter((other) => other !== verb))])),
  // Nobody takes anything, and nobody is in the pool who could claim.
  receive({ config }) {
    for (const user of config.users) user.accepts = rule("status", "=", "never");
    config.pools[0].members.users = ["bob"];
  },
  lock: each({ run: "run-1" }),
  reassignable: each({ status: "fixed" }),
  boundary: each({ unit: "zeta" }),
};

const both = { ids: ["1", "2"] };
const MOVE = "lead.view lead.edit lead.release lead.give receive lock reassignable boundary";
const CLEAR = "lead.view lead.edit lead.release lock reassignable";
/** The way back of what left one without an owner, and of what moved one: nothing is asked of whoever had it. */
const FILL = "lead.view lead.edit lock";
const BACK = "lead.view lead.edit lead.release lock reassignable";
/** What is given to a group by hand. */
const GROUP = "lead.view lead.edit lead.release group.trigger receive lock reassignable boundary";
/** The way back of what ended a run: the lead is locked no more. */
const ENDED = "lead.view lead.edit lead.release reassignable";
/** Commands, what they ask, and what the way back asks besides `plan.undo`; nothing where no field changes that could go back. Last the state, where there are runs. */
const TABLE = [
  [{ type: "assign", leads: { ids: ["1"] }, to: "cid" }, MOVE, BACK],
  [{ type: "assign", leads: both, to: "cid" }, `${MOVE} lead.mass`, BACK],
  [{ type: "assign", leads: { ids: ["1"] }, primary: "cid" }, "lead.view lead.edit", "lead.view lead.edit"],
  [{ type: "unassign", leads: { ids: ["1"] } }, CLEAR, FILL],
  [{ type: "split", leads: both, split: { to: ["cid"] } }, `${MOVE} lead.mass`, BACK],
  [{ type: "split", leads: { list: "his" }, split: { to: ["cid"] } }, `${MOVE} lead.mass list.use`, BACK],
  [{ type: "rebalance", users: ["bob", "cid"] }, `${MOVE} lead.mass`, BACK],
  [{ type: "reclaim", from: ["bob"], split: { to: ["cid"] } }, `${MOVE} lead.mass`, BACK],
  [{ type: "reclaim", from: ["bob"] }, `${CLEAR} lead.mass`, FILL],
  [{ type: "mass_edit", leads: both, slots: { owner: "cid" } }, `${MOVE} lead.mass`, BACK],
  [{ type: "mass_edit", leads: both, split: { to: ["cid"] } }, `${MOVE} lead.mass`, BACK],
  [{ type: "mass_edit", leads: both, set: { score: 9 } }, "lead.view lead.edit lead.mass", "lead.view lead.edit"],
  [{ type: "mass_edit", leads: both, note: { type: "call", text: "called" } }, "lead.view lead.edit lead.mass"],
  [{ type: "mass_edit", leads: both, units: { add: ["zeta"] } }, "lead.view lead.edit lead.give lead.mass", "lead.view lead.edit lead.release"],
  [{ type: "deactivate", leads: { ids: ["1"] } }, "lead.view lead.edit", "lead.view lead.edit"],
  [{ type: "resend_notification", lead: "1" }, "lead.view lead.edit"],
  // Afterwards it stands in a unit of the company, wherever it stood before.
  [{ type: "transfer", lead: "1", unit: "west", user: "cid" }, MOVE, BACK],
  [{ type: "route", leads: { ids: ["3"] } }, "lead.view rule.run receive lock boundary", "lead.view lead.edit lead.release lock"],
  [{ type: "start_group", leads: { ids: ["1"] }, group: "turns" }, GROUP, BACK],
  [{ type: "start_group", leads: both, group: "turns" }, `${GROUP} lead.mass`, BACK],
  // What only starts a run is not taken back: a run is cancelled.
  [{ type: "start_group", leads: { ids: ["1"] }, group: "asks" }, GROUP],
  [{ type: "claim", run: "r1" }, "lead.view receive lock boundary", ENDED, OPEN],
  [{ type: "decline", run: "r1" }, "lock", undefined, OPEN],
  [{ type: "cancel_run", run: "r1" }, "lead.view group.cancel lock", undefined, OPEN],
  [{ type: "cancel_run", run: "r1", to: "cid" }, `${MOVE} group.cancel`, ENDED, OPEN],
  [{ type: "sweep" }, "lead.view rule.run lock", undefined, OVER],
  [{ type: "claim_from_pool", lead: "3" }, "lead.view lead.claim receive lock boundary", "lead.view lead.edit lead.release lock"],
];

// An undo is given beside each of them.
const KINDS = COMMANDS.filter((kind) => kind !== "undo");
assert.deepEqual(KINDS.filter((kind) => !TABLE.some(([{ type }]) => type === kind)), [], "commands without a row of the table");

/** A world, opened; with what is denied, if anything is. */
function opened(engine, denial, state) {
  const here = world(state !== undefined);
  if (denial !== undefined) DENIALS[denial](here);
  const workspace = engine.workspace(here.config);
  return { ...here, workspace, table: workspace.load(here.leads, { absent: ["access", "pool", "run", "agent"] }) };
}
const changes = (plan) => plan.count + plan.created().length + plan.removed().length + plan.notifications.length;

/** The plan that was made where all is allowed, as one would forge it for the world where it is not: signed anew. */
function forged(plan, config) {
  const bytes = Buffer.from(plan.encode());
  // Behind five bytes the length of the header, seven bits to a byte; then the header, and the rest.
  let [at, length] = [5, 0];
  for (let shift = 0; ; shift += 7) {
    length |= (bytes[at] & 127) << shift;
    if (bytes[at++] < 128) break;
  }
  const { digest: _, ...header } = { ...JSON.parse(bytes.subarray(at, at + length)), config };
  const rest = bytes.subarray(at + length);
  const digest = createHash("sha256").update(JSON.stringify(header)).update(rest).digest("hex");
  const signed = Buffer.from(JSON.stringify(Object.fromEntries(Object.entries({ ...header, digest }).sort(([a], [b]) => (a < b ? -1 : 1)))));
  const size = [];
  for (let left = signed.length; ; left >>= 7) {
    size.push((left & 127) | (left > 127 ? 128 : 0));
    if (left < 128) break;
  }
  return new Uint8Array(Buffer.concat([bytes.subarray(0, 5), Buffer.from(size), signed, rest]));
}

/** All that a plan says but of the configuration that it is for. */
const said = (plan) => ({ ...plan.toJSON(), config: "", digest: "", outcome: "" });

test("each question that is denied keeps each command that asks it from changing anything", (t) => {
  const engine = createEngineSync();
  const folder = mkdtempSync(join(tmpdir(), "evenhand-denials-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = (name, content) => (writeFileSync(join(folder, name), JSON.stringify(content)), join(folder, name));
  const cli = ({ config, leads }, command, state = {}) =>
    spawnSync(process.execPath, [join(pkg, manifest.bin.evenhand), "plan", "--state", file("state.json", state), "--workspace", file("ws.json", config), "--leads", file("leads.json", leads), "--command", file("cmd.json", command), "--absent", "access,pool,run,agent", "--actor", "ann", "--now", NOW, "--json"], { encoding: "utf8" });
  const wrong = [];
  let controls = 0;
  for (const [command, asks, back, state] of TABLE) {
    const context = { actor: "ann", now: NOW, id: "plan-1", ...(state === undefined ? {} : { state }) };
    const able = opened(engine, undefined, state);
    const made = able.workspace.plan(able.table, command, context);
    assert.ok(changes(made) > 0, JSON.stringify([command, made.toJSON()]));
    assert.equal(cli(able, command, state).status, made.count > 0 ? 0 : 1);
    for (const denial of Object.keys(DENIALS)) {
      const where = `${JSON.stringify(command)} without ${denial}`;
      const denied = opened(engine, denial, state);
      const { workspace, table, leads } = denied;
      const asked = asks.split(" ").includes(denial);
      const plan = workspace.plan(table, command, context);
      if ((changes(plan) === 0) !== asked) wrong.push(`plan: ${where}: ${JSON.stringify([plan.refused, plan.dropped()])}`);
      // Where it is not asked and nothing else is said, the forgery is the plan itself: it is the question that keeps it from being proved.
      const verdict = workspace.verify(table, forged(made, workspace.digest), context);
      const proved = !asked && isDeepStrictEqual(said(plan), said(made));
      if (asked ? verdict.ok : proved && !verdict.ok) wrong.push(`verify: ${where}: ${JSON.stringify(verdict.ok ? [] : verdict.problems)}`);
      controls += Number(proved);
      if (asked) {
        const { status, stdout } = cli(denied, command, state);
        if (status !== 1 || JSON.parse(stdout).changes.length > 0) wrong.push(`command line: ${where}: ${status}`);
      }
      if (back !== undefined) {
        // The rows as the plan left them, in the world where the question is denied.
        table.apply(forged(made, workspace.digest));
        const undone = workspace.undo(table, forged(made, workspace.digest), context);
        const held = [...back.split(" "), "plan.undo"].includes(denial);
        if ((undone.count === 0) !== held) wrong.push(`undo: ${where}: ${JSON.stringify([undone.count, undone.refused, undone.dropped()])}`);
        undone.free();
      }
      for (const handle of [plan, table, workspace]) handle.free();
    }
    for (const handle of [made, able.table, able.workspace]) handle.free();
  }
  engine.free();
  assert.deepEqual(wrong, []);
  assert.ok(controls > 60, `${controls} forgeries were proved where nothing is denied`);
});
