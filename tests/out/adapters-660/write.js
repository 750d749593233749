export const quote = (dialect, name) => (dialect === "postgres" ? `"${name.replaceAll('"', '""')}"` : `\`${name.replaceAll("`", "``")}\``);
function stateTable({ dialect, stateTable: name, schema }) {
    return schema === undefined ? quote(dialect, name) : `${quote(dialect, schema)}.${quote(dialect, name)}`;
}
export const param = (dialect, place) => (dialect === "postgres" ? `$${place}` : "?");
/**
 * Runs a plan's statements and compares what they changed with what they should have.
 *
 * All of them run even after one came short: so the outcome names everything that was lost, and not only what was met first.
 * Nothing of it lasts, because the caller then takes the transaction back.
 */
export function* written(plan, dialect, options) {
    if (plan.refused.length > 0)
        throw new Error("a refused plan changes nothing and cannot be written");
    const ids = new Set();
    const keys = new Set();
    let short = false;
    for (const { sql, params, kind, expect } of plan.statements(dialect, options)) {
        const rows = (yield { sql, params });
        short ||= rows.length < expect;
        for (const row of rows)
            kind === "state" ? keys.add(row["key"]) : ids.add(row["id"]);
    }
    if (!short)
        return { ok: true, changed: plan.count };
    const leads = [...plan.changes().map(({ lead }) => lead), ...plan.created().map(({ id }) => id), ...plan.removed().map(({ lead }) => lead)];
    const state = [...plan.state, ...plan.reads].map(({ key }) => key);
    const stateLost = state.filter((key) => !keys.has(key));
    const done = stateLost.includes(`done/${encodeURIComponent(plan.id)}`);
    return { ok: false, done, lost: leads.filter((id) => !ids.has(id)), stateLost };
}
export function* created(names) {
    // Keys compare by their bytes, as prefixes are looked up and locks are taken. `json` keeps a text as it is, and every character of it.
    const columns = names.dialect === "postgres"
        ? `("key" text COLLATE "C" PRIMARY KEY, "version" bigint NOT NULL, "value" json)`
        : "(`key` TEXT PRIMARY KEY NOT NULL, `version` INTEGER NOT NULL, `value` TEXT) WITHOUT ROWID";
    yield { sql: `CREATE TABLE IF NOT EXISTS ${stateTable(names)} ${columns}`, params: [] };
}
export function* loaded(names, needed) {
    const { dialect } = names;
    const postgres = dialect === "postgres";
    const [key, version, value] = ["key", "version", "value"].map((name) => quote(dialect, name));
    const select = `SELECT ${key}, ${version}, ${postgres ? `${value}::text AS ${value}` : value} FROM ${stateTable(names)} WHERE `;
    const state = new Map();
    // Null says that a key was looked up and does not exist.
    for (const name of needed.keys)
        state.set(name, null);
    const take = (rows) => {
        for (const row of rows) {
            const text = row["value"];
            state.set(String(row["key"]), { version: Number(row["version"]), value: typeof text === "string" ? JSON.parse(text) : null });
        }
    };
    if (needed.keys.length > 0) {
        const list = postgres ? "SELECT json_array_elements_text($1::text::json)" : "SELECT value FROM json_each(?)";
        take(yield { sql: `${select}${key} IN (${list})`, params: [JSON.stringify(needed.keys)] });
    }
    for (const prefix of needed.prefixes) {
        const byBytes = postgres ? `${key} COLLATE "C"` : key;
        const from = `${byBytes} >= ${param(dialect, 1)}`;
        // Keys are ASCII, so the first text behind all that begin so is the prefix with its last character raised.
        const behind = prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
        const whole = prefix === "";
        take(yield { sql: select + (whole ? from : `${from} AND ${byBytes} < ${param(dialect, 2)}`), params: whole ? [""] : [prefix, behind] });
    }
    return Object.fromEntries(state);
}
export function* forgotten(names, before) {
    const { dialect } = names;
    const [key, value] = [quote(dialect, "key"), quote(dialect, "value")];
    const at = dialect === "postgres" ? `(${value}::json->>'at')::bigint < $1::bigint` : `json_extract(${value}, '$.at') < ?`;
    // The mark of a plan: `done/<id>`; `0` is the character behind `/`.
    yield { sql: `DELETE FROM ${stateTable(names)} WHERE ${key} >= 'done/' AND ${key} < 'done0' AND ${at}`, params: [before] };
}
/** Keeps at it while other writers are faster: each attempt plans anew, from what is there by then. */
export async function retry(plan, adapter, attempts = 3) {
    for (let attempt = 1;; attempt += 1) {
        const made = await plan();
        if (made.refused.length > 0)
            return { plan: made, outcome: { ok: false, done: false, lost: [], stateLost: [] } };
        const outcome = await adapter.commit(made);
        if (outcome.ok || outcome.done || attempt >= attempts)
            return { plan: made, outcome };
        made.free?.();
    }
}
/** Runs steps with a driver that waits. */
export async function run(steps, client) {
    let step = steps.next();
    while (step.done !== true)
        step = steps.next(await client.query(step.value.sql, step.value.params));
    return step.value;
}
/** Runs steps with a driver that answers at once. */
export function runSync(steps, client) {
    let step = steps.next();
    while (step.done !== true)
        step = steps.next(client.query(step.value.sql, step.value.params));
    return step.value;
}
/** Thrown inside a transaction to take it back. The outcome is kept beside it, because a driver may wrap what is thrown. */
export class Lost extends Error {
    constructor() {
        super("another writer was faster; nothing was written");
        this.name = "Lost";
    }
}
/** What the options say of names, and those of the statements. */
export function read(dialect, { transaction: _, ...rest }) {
    const stateTable = rest.stateTable ?? "evenhand_state";
    return [{ dialect, stateTable, schema: rest.schema }, { ...rest, stateTable }];
}
/** A transaction that is run once more while `again` says so of the error that ended it. */
export const persistent = (transaction, again) => async (work) => {
    for (let attempt = 1;; attempt += 1) {
        try {
            return await transaction(work);
        }
        catch (error) {
            if (!again(error, attempt))
                throw error;
        }
    }
};
/** An adapter for a driver that waits. */
export function waiting(dialect, options, again = () => false) {
    const [names, statements] = read(dialect, options);
    const transaction = persistent(options.transaction, again);
    const within = (steps) => transaction((client) => run(steps(), client));
    return {
        createTables: () => within(() => created(names)),
        loadState: (needed) => within(() => loaded(names, needed)),
        forgetDone: (before) => within(() => forgotten(names, before)),
        async commit(plan) {
            let lost;
            try {
                return await transaction(async (client) => {
                    lost = undefined;
                    const outcome = await run(written(plan, dialect, statements), client);
                    if (outcome.ok)
                        return outcome;
                    lost = outcome;
                    throw new Lost();
                });
            }
            catch (error) {
                if (lost !== undefined)
                    return lost;
                throw error;
            }
        },
    };
}
/** The same for a driver that answers at once. */
export function atOnce(dialect, options) {
    const [names, statements] = read(dialect, options);
    const { transaction } = options;
    const within = (steps) => transaction((client) => runSync(steps(), client));
    return {
        createTables: () => within(() => created(names)),
        loadState: (needed) => within(() => loaded(names, needed)),
        forgetDone: (before) => within(() => forgotten(names, before)),
        commit(plan) {
            let lost;
            try {
                return transaction((client) => {
                    const outcome = runSync(written(plan, dialect, statements), client);
                    if (outcome.ok)
                        return outcome;
                    lost = outcome;
                    throw new Lost();
                });
            }
            catch (error) {
                if (lost !== undefined)
                    return lost;
                throw error;
            }
        },
    };
}
