// A process of its own: how long until the package answers here, in milliseconds, printed.
const start = performance.now();
const { createEngine } = await import(process.argv[2]);
const engine = await createEngine();
engine.workspace({ version: 1, fields: { id: { type: "text" }, owner: { type: "user" } }, lead: { id: "id", owner: "owner" }, users: [{ id: "ada" }] });
console.log(performance.now() - start);
