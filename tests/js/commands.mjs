// The types of all commands, as the table of the documentation has them; `src/command/tests.rs` holds that against the commands.
import { readFileSync } from "node:fs";

const page = readFileSync(new URL("../../pkg-template/docs/permissions.md", import.meta.url), "utf8");
const [, rows = ""] = /^\| command \| asks \|\n\|---\|---\|\n((?:\|.*\n)+)/m.exec(page) ?? [];

export const COMMANDS = [...rows.matchAll(/^\| (\w+) \|/gm)].map(([, kind]) => kind);
if (COMMANDS.length === 0) throw new Error("the table `| command | asks |` of pkg-template/docs/permissions.md is gone");
