// SQLite of a Durable Object as the adapter wants it.
import type { SyncClient } from "evenhand/sqlite";

export type Client = SyncClient;
export interface Statement {
  sql: string;
  params: (string | number | null)[];
}

export const quote = (name: string) => `\`${name.replaceAll("`", "``")}\``;

/** A client over `storage.sql`. What it would bind as NULL or as some text, without a word, is refused. */
export function query(sql: SqlStorage): Client {
  return {
    query(text, params) {
      for (const param of params) {
        if (param !== null && typeof param !== "string" && typeof param !== "number") throw new TypeError(`a parameter is ${typeof param}, which cannot be stored as it is`);
      }
      // To its end: a cursor that is left open sees later writes.
      return sql.exec(text, ...(params as SqlStorageValue[])).toArray();
    },
  };
}
