// The packed tarball in projects as hosts have them: each is written, installed, run and removed again.
// Usage: node run.mjs TARBALL [all | NAME…]   Without names, the projects that CI has time for.
import { rmSync } from "node:fs";
import { projects } from "./projects.mjs";
import { create } from "./lib/project.mjs";
import { take } from "./lib/steps.mjs";

const [tarball, ...names] = process.argv.slice(2);
const unknown = names.filter((name) => name !== "all" && !(name in projects));
if (tarball === undefined || unknown.length > 0) {
  console.error(`there is no project ${unknown.map((name) => `\`${name}\``).join(", ")}; there is: all, ${Object.keys(projects).join(", ")}`);
  process.exit(1);
}
const chosen = Object.entries(projects).filter(([name, { ci }]) => (names.length === 0 ? ci : names.includes("all") || names.includes(name)));
const failed = [];
for (const [name, project] of chosen) {
  const start = Date.now();
  let folder;
  let at = "install";
  try {
    folder = create(name, project, tarball);
    const installed = Date.now();
    for (const step of project.steps) {
      at = step.run ?? step.serve ?? step.page;
      await take(step, folder, project);
    }
    console.log(`    ${name.padEnd(22)} ${project.steps.length} steps, installed in ${seconds(installed - start)}, ran in ${seconds(Date.now() - installed)}`);
  } catch (error) {
    failed.push(name);
    console.error(`    ${name}: failed at \`${at}\`\n${error?.stack ?? error}`);
  } finally {
    if (folder !== undefined && process.env.EVENHAND_KEEP !== "1") rmSync(folder, { recursive: true, force: true });
  }
}
function seconds(ms) {
  return `${(ms / 1000).toFixed(0)} s`;
}
console.log(`packaging: ${chosen.length - failed.length} of ${chosen.length} projects passed${names.length === 0 ? `, ${Object.keys(projects).length - chosen.length} more with \`all\`` : ""}`);
if (failed.length > 0) {
  console.error(`failed: ${failed.join(", ")}`);
  process.exitCode = 1;
}
