// Permissions: one question, all rows at once, and large configurations.
import { createEngineSync, host } from "./lib/evenhand.mjs";
import * as firm from "./lib/firm.mjs";
import { Leads, OWNERS } from "./lib/leads.mjs";
import { casbin, casl, cedar } from "./lib/peers/permission.mjs";
import { many, MOST } from "./lib/quick.mjs";
import { digest, each, race, same } from "./lib/race.mjs";
import { Report } from "./lib/report.mjs";
import { config } from "./lib/world.mjs";

const report = new Report("can");
const engine = createEngineSync({ maxMemory: 2 ** 31 });

// ---- one question

{
  const workspace = engine.workspace(firm.config);
  const table = workspace.load(firm.leads);
  const asks = { view: "lead.view", edit: "lead.edit" };
  const peers = { CASL: casl(), casbin: await casbin(), "Cedar wasm": cedar() };
  const ours = {
    "a lead as an object": ({ id: actor }, verb, lead) => workspace.can({ actor, do: asks[verb], lead }).allowed,
    "a lead of a table": ({ id: actor }, verb, { id: lead }) => workspace.can({ actor, do: asks[verb], lead, leads: table }).allowed,
  };
  for (const { person, verb, lead } of firm.questions.slice(0, 1000)) {
    same(Object.fromEntries(Object.entries({ ...peers, ...ours }).map(([name, ask]) => [name, ask(person, verb, lead)])));
  }
  const asked = (ask) => (nth) => {
    const { person, verb, lead } = firm.questions[nth % firm.questions.length];
    return ask(person, verb, lead);
  };
  const calls = { all: 20_000, casbin: 400, "Cedar wasm": 100 };
  const times = each(24, calls, Object.fromEntries(Object.entries({ ...ours, ...peers }).map(([name, ask]) => [name, asked(ask)])));
  for (const name of Object.keys(ours)) {
    for (const peer of Object.keys(peers)) report.against(`can, ${name}`, times[name], peer, times[peer], { faster: peer === "CASL" ? 1 : 50 });
  }
  table.free();
  workspace.free();
}

// ---- all rows

{
  const made = new Leads(MOST, 51);
  const [leads, teams] = [made.objects(), Array.from({ length: 40 }, (_, nth) => `team-${nth}`)];
  const org = [{ id: "firm" }, ...teams.map((id, nth) => ({ id, parent: nth < 8 ? "firm" : teams[nth % 8] }))];
  const unitOf = new Map(OWNERS.map((user, nth) => [user, teams[nth % 40]]));
  const profiles = ["own", "team", "subtree"].map((scope) => ({ id: scope, grants: [{ do: ["lead.view"], scope }] }));
  const heads = (nth) => ({ team: `head-team-${nth}`, subtree: `head-subtree-${nth}` });
  const users = [
    ...OWNERS.map((id) => ({ id, unit: unitOf.get(id), profiles: ["own"] })),
    ...teams.slice(0, 8).flatMap((unit, nth) => Object.entries(heads(nth)).map(([scope, id]) => ({ id, unit, profiles: [scope] }))),
  ];
  const workspace = engine.workspace({ ...config({ org, profiles, users }) });
  const table = workspace.load(made.json());
  const covers = {
    own: (nth) => [OWNERS[nth], (owner) => owner === OWNERS[nth]],
    team: (nth) => [heads(nth % 8).team, (owner) => unitOf.get(owner) === teams[nth % 8]],
    subtree: (nth) => [heads(nth % 8).subtree, (owner) => teams.indexOf(unitOf.get(owner)) % 8 === nth % 8],
  };
  for (const [scope, cover] of Object.entries(covers)) {
    const { ours, js } = race({
      rounds: 8,
      make: cover,
      check: same,
      runners: {
        ours: {
          run: ([actor]) => table.select(null, { actor }),
          done: (found) => {
            const rows = digest(found.indexes());
            found.free();
            return rows;
          },
        },
        js: {
          // The owners whom the scope covers are found once, as one would.
          run: ([, covered]) => {
            const owners = new Set(OWNERS.filter(covered));
            const rows = [];
            for (let row = 0; row < leads.length; row++) if (owners.has(leads[row].owner)) rows.push(row);
            return rows;
          },
          done: digest,
        },
      },
    });
    report.alone(`rows of scope ${scope} among ${many(MOST)}, each`, (ours / MOST) * 1e6, 5, "ns");
    report.against(`rows of scope ${scope} among ${many(MOST)}`, ours, "a Set of owners, by hand", js);
  }
  // What a viewer does not see costs them no look: time does not tell what is in it.
  const search = (as) => ({
    run: ({ query, actor }) => table.select(query, as(actor)),
    done: (found) => {
      const rows = Array.from(found.indexes());
      found.free();
      return rows;
    },
  });
  const { few, all } = race({
    rounds: 8,
    make: (round) => ({ actor: OWNERS[round], query: { combinator: "and", rules: [{ field: "email", operator: "contains", value: `a${round}` }] } }),
    check: ({ few, all }, { actor }) => same({ few, all: all.filter((row) => leads[row].owner === actor) }),
    runners: { few: search((actor) => ({ actor })), all: search(() => host) },
  });
  report.against(`e-mail search by somebody who sees ${many(MOST / 250)} of ${many(MOST)}`, few, "by one who sees all", all);
  table.free();
  workspace.free();
}

// ---- large configurations

{
  const unit = (nth) => `unit-${nth}`;
  const org = Array.from({ length: 2000 }, (_, nth) => ({ id: unit(nth), parent: nth === 0 ? null : unit(Math.floor((nth - 1) / 6)) }));
  const person = (nth, round = 0) => ({ id: `person-${nth}`, name: `Person ${nth}`, unit: unit((nth + round) % 2000), profiles: ["everything"], tags: [`tag-${nth % 20}`], capacity: 50 + round });
  const large = (round) => config({ org, users: Array.from({ length: 10_000 }, (_, nth) => person(nth, round)) });
  const compiled = race({
    rounds: 5,
    make: large,
    runners: {
      ours: { run: (config) => engine.workspace(config), done: (workspace) => workspace.free() },
      js: (config) => JSON.parse(JSON.stringify(config)),
    },
  });
  report.alone("compile 10,000 users in 2,000 units", compiled.ours, 50);
  report.against("compile 10,000 users in 2,000 units", compiled.ours, "JSON.parse(JSON.stringify())", compiled.js);

  const workspace = engine.workspace(large(0));
  const update = (round) => workspace.update({ users: { put: [person(round, round)] } });
  const updated = race({ rounds: 10, make: (round) => round, runners: { ours: update } });
  report.alone("update of one user of 10,000", updated.ours, 1);
}
engine.free();
report.end();
