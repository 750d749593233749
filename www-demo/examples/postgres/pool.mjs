// A pool of `pg` as the rest wants it.
export const SCHEMA = "evenhand_example";

export function pooled(pool) {
  const using = (client) => ({ query: async (sql, params) => (await client.query(sql, params)).rows });
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
  };
}
