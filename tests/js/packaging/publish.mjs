// What whoever publishes runs first: whether the tarball can be published with npm's provenance, and npm's own dry run of it. Nothing is sent.
// Usage: node publish.mjs TARBALL
import { execFileSync, spawnSync } from "node:child_process";

const [tarball] = process.argv.slice(2);
const inside = (path) => execFileSync("tar", ["-xzOf", tarball, `package/${path}`], { encoding: "utf8" });
const manifest = JSON.parse(inside("package.json"));
const wrong = [];

// The registry compares the repository of the manifest with the one whose workflow signed, and refuses (E422) what is not equal. Which one that
// is nobody knows but who publishes.
const address = typeof manifest.repository === "string" ? manifest.repository : (manifest.repository?.url ?? "");
if (!/(^|[/@])(github|gitlab)\.com[/:][^/]+\/[^/]+$/.test(address)) {
  wrong.push("set `repository` in pkg-template/package.json to the repository whose workflow publishes, such as { \"type\": \"git\", \"url\": \"git+https://github.com/OWNER/NAME.git\" }: npm refuses provenance without it");
}
if (manifest.publishConfig?.provenance !== true || manifest.publishConfig.access !== "public") wrong.push("`publishConfig` has `provenance: true` and `access: \"public\"`");
if (/^0\.0\.0|-/.test(manifest.version)) wrong.push(`${manifest.version} is no version to publish`);
const files = execFileSync("tar", ["-tzf", tarball], { encoding: "utf8" }).split("\n");
for (const name of ["LICENSE-MIT", "LICENSE-APACHE", "README.md", "evenhand.wasm", "evenhand.core.wasm", "evenhand.deferred.wasm"]) if (!files.includes(`package/${name}`)) wrong.push(`${name} is not in the tarball`);

if (wrong.length > 0) {
  console.error(wrong.map((line) => `not ready to publish: ${line}`).join("\n"));
  process.exit(1);
}
const dry = spawnSync("npm", ["publish", tarball, "--dry-run", "--ignore-scripts"], { encoding: "utf8" });
process.stderr.write(dry.stderr);
if (dry.status !== 0) process.exit(1);
console.log(`ready to publish: ${manifest.name}@${manifest.version} from ${address}, in a workflow that may sign (\`id-token: write\`): npm publish ${tarball}`);
