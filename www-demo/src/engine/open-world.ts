// One world, opened: the engine's workspace and table, with the log applied.
import type { ConfigPatch, Engine, LeadTable, Run, SavedList, State, Workspace, WorkspaceConfig } from "evenhand";
import { type WorldInfo, worlds } from "../../worlds/index.js";
import { loadBook, loadLeads } from "../../worlds/load.js";
import { Gathered } from "./auditing";
import { type FileSetup, type FileWorld, fileWorld } from "./files";
import type { Entry, Keeper } from "./store";
import { settingsOf, weighted } from "./settings";
import { title } from "./text";
import type { Given, LogLine, Row, Settings } from "./types";
import { Why } from "./why";

/** The world that a visitor's own file makes. */
export const FILE = "file";

/** The leads of a world as they were at its beginning: out of their file, or made here where there is none. */
async function seeds({ id, count, now, written }: WorldInfo): Promise<Uint8Array | Row[]> {
  if (written) {
    try {
      const answer = await fetch(new URL(`../../out/leads/${id}.csv`, import.meta.url));
      // A server may have something else to say about a file that is not there.
      if (answer.ok && answer.headers.get("content-type")?.startsWith("text/csv")) return new Uint8Array(await answer.arrayBuffer());
    } catch {
      // The way on is the same.
    }
  }
  return (await loadLeads(id))(count, now);
}

export class OpenWorld {
  readonly timelines = new Map<string, { entry: LogLine; text: string }[]>();
  readonly log: LogLine[] = [];
  /** The log's plans, as bytes, by id. */
  readonly plans = new Map<string, Uint8Array>();
  /** What each plan of the log gave to whom. */
  readonly given = new Map<string, Given>();
  /** Runs of offers, as the last plan about each left them. */
  readonly runs = new Map<string, Run>();
  seq = 0;
  state: State = {};
  story: { title: string; steps: string[] } | null = null;
  why: Why;
  /** Rises with every change of leads, lists or clock. */
  revision = 1;

  #now = 0;
  #since = 0;

  private constructor(
    readonly id: string,
    /** Whether it lasts at the edge, whose clock runs. */
    readonly edge: boolean,
    readonly title: string,
    readonly noun: [string, string],
    readonly first: string,
    readonly engine: Engine,
    public config: WorkspaceConfig,
    readonly workspace: Workspace,
    readonly table: LeadTable,
    now: number,
  ) {
    this.now = now;
    this.why = new Why(engine, config);
  }

  get now(): number {
    return this.#now + (this.edge ? Date.now() - this.#since : 0);
  }
  set now(now: number) {
    this.#now = now;
    this.#since = Date.now();
  }

  static async open(starting: Promise<Engine>, opening: Promise<Keeper>, id: string, edge: boolean, progress: (done: number, total: number) => void, loaded?: FileWorld): Promise<OpenWorld> {
    // The module compiles while the data is read. Those of the edge come from there.
    const seeded = id === FILE ? null : worlds.find((one) => one.id === id);
    if (seeded === undefined) throw new Error(`there is no world \`${id}\``);
    const reading = seeded && Promise.all([loadBook(id), edge ? [] : seeds(seeded)]);
    const [engine, saved] = await Promise.all([starting, opening.then((store) => store.read(id)), reading]);
    let world: OpenWorld;
    if (!seeded || !reading) {
      if (!saved.file) throw new Error("there is no file: drop one on the window");
      const setup = JSON.parse(saved.file.setup) as FileSetup;
      const { workspace, table, config } = loaded ?? (await fileWorld(engine, new Blob([saved.file.bytes]), setup, progress));
      world = new OpenWorld(id, false, setup.name, ["lead", "leads"], "you", engine, config, workspace, table, saved.now ?? setup.now);
    } else {
      const [book, leads] = await reading;
      const { story, config } = { ...book, ...saved.edge && { config: saved.edge.config } };
      const workspace = engine.workspace(config);
      const [data, format] = saved.edge ? [saved.edge.leads, "ndjson" as const] : leads instanceof Uint8Array ? [leads, "csv" as const] : [leads, "rows" as const];
      const table = workspace.load(data, { format, onProgress: progress });
      world = new OpenWorld(id, saved.edge !== undefined, seeded.title, seeded.lead, seeded.actor, engine, config, workspace, table, saved.now ?? Date.parse(seeded.now));
      world.story = { title: story.title, steps: story.steps.map(({ say }) => say) };
    }
    world.takeState(saved.state);
    world.takeLists(saved.lists);
    world.takeSettings(saved.settings);
    for (const entry of saved.log) {
      // The leads of the edge are as its plans left them.
      if (world.edge) world.note(world.#told(entry));
      else world.take(entry);
    }
    return world;
  }

  /** Takes over a plan that was written, here or in another tab. */
  take(entry: Entry): void {
    this.table.apply(entry.bytes);
    this.note(this.edge ? this.#told(entry) : entry);
  }

  /** What a plan from the edge says of itself. Its leads are those at which its undo looks, and who has them is told as long as they still have them. */
  #told(entry: Entry): Entry {
    const { engine, workspace, table, config, state, now } = this;
    const { command } = engine.peek(entry.bytes);
    const undone = command.type === "undo" ? this.log.find(({ id }) => id === command.plan) : undefined;
    const words = [undone ? `Undone: ${undone.title}` : title(command, config, (user) => this.name(user))];
    const gathered = new Gathered();
    const leads: string[] = [];
    const actor = config.users.find(({ id }) => workspace.can({ actor: id, do: "plan.undo" }).allowed)?.id ?? entry.actor;
    const undo = workspace.undo(table, entry.bytes, { actor, now, state });
    for (let at = 0; at < undo.count; at += 10_000) {
      for (const { lead, set } of undo.changes(at, 10_000)) {
        leads.push(lead);
        const given = set[config.lead.owner];
        if (given && !undone) gathered.add(lead, given.from);
      }
    }
    const dropped = Object.values(undo.droppedCount).reduce((sum, count) => sum + count, 0);
    for (let at = 0; at < dropped; at += 10_000) for (const { lead } of undo.dropped(at, 10_000)) leads.push(lead);
    undo.free();
    return { ...entry, seq: this.seq + 1, title: words[0] ?? "", leads, texts: new Uint32Array(leads.length), words, ...(undone && { undoes: undone.id }), ...(gathered.given.leads.length > 0 && { given: gathered.given }) };
  }

  /** Takes over what is remembered. At the edge that is also where runs of offers are read from. */
  takeState(state: State): void {
    this.state = state;
    if (!this.edge) return;
    for (const [key, kept] of Object.entries(state)) {
      if (!key.startsWith("run/") || !kept) continue;
      const run = { assignee: null, ...(kept.value as Omit<Run, "id" | "assignee">), id: decodeURIComponent(key.slice(4)) };
      const method = this.config.groups?.find(({ id }) => id === run.group)?.method;
      // Whose lead it is, nobody learns before the claim where the group says so.
      const hidden = run.status === "offered" && method?.type === "broadcast_offer" && method.anonymous === true;
      this.runs.set(run.id, hidden ? { ...run, lead: "" } : run);
    }
  }

  /** Remembers a plan that the table already has. */
  note(entry: Entry): void {
    const { id, seq, title, actor, at, count, undoes } = entry;
    const line: LogLine = { id, seq, title, actor, at, count, undone: false, ...(undoes !== undefined && { undoes }) };
    const original = undoes === undefined ? undefined : this.log.find((one) => one.id === undoes);
    if (original) original.undone = true;
    this.log.push(line);
    this.plans.set(id, entry.bytes);
    if (entry.given) this.given.set(id, entry.given);
    for (const run of entry.runs ?? []) this.runs.set(run.id, run);
    this.seq = seq;
    this.revision += 1;
    for (const [at, lead] of entry.leads.entries()) {
      const text = entry.words[entry.texts[at] ?? 0] ?? "";
      const there = this.timelines.get(lead);
      if (there) there.push({ entry: line, text });
      else this.timelines.set(lead, [{ entry: line, text }]);
    }
  }

  takeLists(lists: { id: string; list: SavedList | null }[]): void {
    if (lists.length === 0) return;
    const here = new Set((this.config.lists ?? []).map(({ id }) => id));
    const put = lists.flatMap(({ list }) => (list === null ? [] : [list]));
    const remove = lists.flatMap(({ id, list }) => (list === null && here.has(id) ? [id] : []));
    this.workspace.update({ lists: { put, remove } });
    this.#reconfigured();
  }

  /** Puts other rules or groups in force, or throws and leaves all as it was. */
  takeSettings(settings: Partial<Settings>): void {
    const patch = this.patchOf(settings);
    if (Object.keys(patch).length === 0) return;
    this.workspace.update(patch);
    this.#reconfigured();
  }

  /** What they change of the configuration. */
  patchOf({ rules, groups }: Partial<Settings>): ConfigPatch {
    if (groups === undefined) return rules === undefined ? {} : { rules };
    const users = this.config.users.filter(({ id, weight }) => weight !== groups.weights[id]);
    const remove = (this.config.groups ?? []).flatMap(({ id }) => (groups.groups.some((group) => group.id === id) ? [] : [id]));
    return { ...(rules !== undefined && { rules }), groups: { put: groups.groups, remove }, users: { put: weighted(users, groups.weights) } };
  }

  get settings(): Settings {
    return settingsOf(this.config);
  }

  #reconfigured(): void {
    this.config = this.workspace.config;
    this.why.free();
    this.why = new Why(this.engine, this.config);
    this.revision += 1;
  }

  /** Who takes time forward. */
  get service(): string | undefined {
    return this.config.users.find(({ kind }) => kind === "service")?.id;
  }

  name(user: string): string {
    return this.config.users.find(({ id }) => id === user)?.name ?? user;
  }

  /** The engine's words name people, units and pools by their ids; these are shown by name. */
  named(words: string): string {
    const { users, org = [], pools = [] } = this.config;
    return words.replace(/"([^"]+)"/g, (quoted, id: string) => [...users, ...org, ...pools].find((one) => one.id === id)?.name ?? quoted);
  }

  /** What a lead is called. */
  leadName(row: Row | undefined, id: string): string {
    const field = this.nameField;
    return String(row?.[field] ?? "") || id;
  }

  /** The field that names a lead: the first text that is not its id. */
  get nameField(): string {
    const { id, version } = this.config.lead;
    const { fields } = this.config;
    return Object.keys(fields).find((field) => field !== id && field !== version && fields[field]?.type === "text") ?? id;
  }

  free(): void {
    this.why.free();
    this.table.free();
    this.workspace.free();
  }
}
