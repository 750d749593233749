// Statements with their parameters written into them, for somebody who runs them by hand.
import type * as Contract from "../evenhand.js";

type Statement = ReturnType<Contract.Plan["toSQL"]>[number];

/** A value as both databases read it. */
function literal(value: unknown): string {
  if (value === null || value === undefined) return "NULL";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return `'${String(value).replaceAll("'", "''")}'`;
}

/** One statement; what stands in quotes is passed over. */
export function filled(sql: string, params: readonly unknown[]): string {
  let next = 0;
  return sql.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\?|\$(\d+)/g, (all, number: string | undefined) => {
    if (all !== "?" && number === undefined) return all;
    return literal(params[number === undefined ? next++ : Number(number) - 1]);
  });
}

/** All of them in one transaction. */
export function sqlScript(statements: readonly Statement[], dialect: Contract.Dialect): string {
  const parts = statements.map(({ sql, params, expect }) => `-- gives back ${expect} rows; a lead that somebody else changed meanwhile is not among them, and stays as it is\n${filled(sql, params)};\n`);
  return [`BEGIN${dialect === "sqlite" ? " IMMEDIATE" : ""};\n`, ...parts, "COMMIT;\n"].join("");
}
