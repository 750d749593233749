// The tables by which texts are compared without accents and by their digits: as the module holds them, and what they cost.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

const MOST = 6 * 1024;

test("the tables of Unicode take at most 6 KB of the module, compressed", (context) => {
  const source = readFileSync(new URL("../../../src/base/query/fold/data.rs", import.meta.url), "latin1");
  const literal = /b"((?:[^"\\]|\\[^])*)"/.exec(source.slice(source.indexOf("DATA:")))[1];
  const escapes = { n: 10, r: 13, t: 9, 0: 0, "\\": 92, '"': 34, "'": 39 };
  const bytes = [];
  for (const [, hex, line, escape, plain] of literal.matchAll(/\\x([0-9a-f]{2})|\\(\n\s*)|\\([nrt0\\"'])|([^\\])/g)) {
    if (line === undefined) bytes.push(hex !== undefined ? parseInt(hex, 16) : escape !== undefined ? escapes[escape] : plain.charCodeAt(0));
  }
  const tables = Buffer.from(bytes);
  const module = readFileSync(new URL("../../../pkg/evenhand.wasm", import.meta.url));
  assert.ok(tables.length > 4000 && module.includes(tables), "the module holds these bytes");
  const compressed = gzipSync(tables, { level: 9 }).length;
  assert.ok(compressed <= MOST, `${compressed} bytes of ${MOST}`);
  context.diagnostic(`${tables.length} bytes, ${compressed} compressed`);
});
