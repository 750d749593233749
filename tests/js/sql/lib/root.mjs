// Where the repository is, and the modules that tests/js/package installs. Nothing is built for this.
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../../../", import.meta.url));
export const require = createRequire(path.join(root, "tests/js/package/package.json"));
