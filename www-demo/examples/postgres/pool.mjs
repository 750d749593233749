// Where the leads are: on a server, as `pg` connects to it (PGHOST, PGUSER, PGDATABASE…); or, with PGLITE set to a folder or `memory://`, in PGlite,
// which is PostgreSQL inside of this process. The rest knows them by what both are: `{ query, transaction, listen, close }`. A host keeps the one it has.
export const SCHEMA = "evenhand_example";

export const open = (options) => (process.env.PGLITE ? pglite(process.env.PGLITE) : server(options));

/** Gives rows. */
const using = (client) => ({ query: async (sql, params) => (await client.query(sql, params)).rows });

/** A pool of `pg`. */
export async function server(options) {
  const { default: pg } = await import("pg");
  const pool = new pg.Pool(options);
  return {
    ...using(pool),
    /** One transaction on a connection of its own: committed, or taken back and the error passed on. */
    async transaction(work) {
      const client = await pool.connect();
      try {
        await client.query("BEGIN");
        const done = await work(using(client));
        await client.query("COMMIT");
        return done;
      } catch (error) {
        await client.query("ROLLBACK");
        throw error;
      } finally {
        client.release();
      }
    },
    /** Hands what is notified from now on to `told`, on a connection of its own. Gives back how to stop. */
    async listen(channel, told) {
      const client = await pool.connect();
      const heard = (notice) => notice.channel === channel && told(notice.payload);
      client.on("notification", heard);
      await client.query(`LISTEN ${channel}`);
      return async () => {
        await client.query(`UNLISTEN ${channel}`);
        client.off("notification", heard);
        client.release();
      };
    },
    close: () => pool.end(),
  };
}

/** PGlite has one connection, on which transactions wait for each other, and no second process may open its folder: what cron does on a server, this process does. */
export async function pglite(folder) {
  const { PGlite } = await import("@electric-sql/pglite");
  const db = await PGlite.create(folder);
  return {
    ...using(db),
    transaction: (work) => db.transaction((client) => work(using(client))),
    listen: (channel, told) => db.listen(channel, told),
    close: () => db.close(),
  };
}
