// Offers with PostgreSQL: commands in one transaction each, people told by NOTIFY when it is committed, and a sweep for a cron job to call (with
// PGlite, for this process: `setInterval(sweep, 60_000)`).
import { postgres } from "evenhand/postgres";

export const CHANNEL = "evenhand_offers";
/** Whoever loses a race this often in a row is told so. */
const ATTEMPTS = 10;

/**
 * Offers over a table of leads. `transaction(work)` runs `work({ query })` on one connection, where `query(sql, params)` gives rows, and commits, or
 * takes it back and throws what was thrown.
 */
export function offers({ workspace, transaction, table = "leads", schema, sweeper }) {
  const { lead, lifecycle } = workspace.config;
  const open = lifecycle?.open === undefined ? undefined : workspace.filter(lifecycle.open);
  const quoted = (name) => `"${name.replaceAll('"', '""')}"`;
  const leads = schema === undefined ? quoted(table) : `${quoted(schema)}.${quoted(table)}`;
  const where = { table, ...(schema === undefined ? {} : { schema }) };
  const adapter = postgres({ ...where, transaction });

  /** Reads as of one moment: a lead as it is now beside a run as it was before would be a run that ended without an end. */
  const read = (command, context) =>
    transaction(async (client) => {
      await client.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", []);
      return needed(command, context, client);
    });

  /** Reads what the command needs, no more. What a run has to do with is known once the run is read: so it is asked until nothing new is named. */
  async function needed(command, context, client) {
    const { loadState } = postgres({ ...where, transaction: (work) => work(client) });
    const asked = new Set();
    for (let state = {}; ; ) {
      const needs = workspace.needs(command, { ...context, state });
      const before = asked.size;
      for (const name of [...needs.state.keys, ...needs.state.prefixes]) asked.add(name);
      if (asked.size > before) {
        state = await loadState(needs.state);
        continue;
      }
      const { sql, params } = needs.leads.ids ? { sql: `${quoted(lead.id)} = ANY ($1)`, params: [needs.leads.ids] } : needs.leads.filter.toSQL("postgres", context);
      const rows = await client.query(`SELECT * FROM ${leads} WHERE ${sql}`, params);
      // Groups here fill the owner's slot: whose open leads count.
      const counts = open?.toSQL("postgres", context) ?? { sql: "true", params: [] };
      const held = `${quoted(lead.owner)} = ANY ($${counts.params.length + 1})`;
      const counted = await client.query(`SELECT ${quoted(lead.owner)} AS user, count(*)::int AS n FROM ${leads} WHERE (${counts.sql}) AND ${held} GROUP BY 1`, [...counts.params, needs.load]);
      return { rows, state, load: Object.fromEntries(counted.map(({ user, n }) => [user, n])) };
    }
  }

  /** Writes a plan and tells its people, both or neither: a notice that was sent inside of a transaction leaves with its commit. */
  function write(plan) {
    const notices = plan.notifications.filter(({ user }) => user !== null).map(({ user, kind, run, count }) => JSON.stringify({ user, kind, run, count }));
    const telling = postgres({
      ...where,
      transaction: (work) =>
        transaction(async (client) => {
          const outcome = await work(client);
          for (const notice of notices) await client.query("SELECT pg_notify($1, $2)", [CHANNEL, notice]);
          return outcome;
        }),
    });
    return telling.commit(plan);
  }

  /**
   * A command of somebody, at a time: planned from what is there and written; where somebody was faster, planned anew from what is there then.
   * Gives back what was written, or why nothing was.
   */
  async function command(command, { actor, now = Date.now() }) {
    for (let attempt = 1; ; attempt += 1) {
      const context = { actor, now };
      const { rows, state, load } = await read(command, context);
      const here = workspace.load(rows, { partial: true });
      const plan = workspace.plan(here, command, { ...context, state, partialState: true, load });
      try {
        const [runs, dropped] = [plan.runs, plan.dropped()];
        if (plan.refused.length > 0) return { ok: false, refused: plan.refused.map(({ code }) => code), runs: [] };
        if (plan.count + runs.length === 0) return { ok: dropped.length === 0, refused: dropped.map(({ code }) => code), runs: [] };
        const outcome = await write(plan);
        if (outcome.ok) return { ok: true, refused: [], runs };
        if (attempt === ATTEMPTS) return { ok: false, refused: ["lost"], runs: [] };
      } finally {
        plan.free();
        here.free();
      }
    }
  }

  /**
   * Takes time forward, once a minute: what is due moves, at most `limit` at a time, until nothing more is due. Late, twice at once, or
   * broken off in between it does no harm: each step is guarded by what it was planned from. Gives back how many runs moved.
   */
  async function sweep({ now = Date.now(), limit = 500 } = {}) {
    for (let moved = 0; ; ) {
      const { ok, refused, runs } = await command({ type: "sweep", limit }, { actor: sweeper, now });
      moved += runs.length;
      if (!ok && refused.length > 0) return { moved, refused };
      if (runs.length < limit) return { moved, refused: [] };
    }
  }

  return { command, sweep, createTables: () => adapter.createTables() };
}

/** Hands each notice to `told` that is committed from now on. Gives back how to stop. */
export const listen = (database, told) => database.listen(CHANNEL, (notice) => told(JSON.parse(notice)));
