// The engine, in a thread of its own. One page talks to one of these; several tabs share the store.
import * as Comlink from "comlink";
import { type AssignmentRule, type Assumption, type Command, createEngine, type Engine, type LeadsRef, type Run, type SavedList } from "evenhand";
import { audit, type AuditWays } from "./auditing";
import { type FileSetup, type FileWorld, fileWorld, guess } from "./files";
import { FILE, OpenWorld } from "./open-world";
import { Planning } from "./planning";
import { Reading } from "./reading";
import { Ruling } from "./ruling";
import { alike, newGroup } from "./settings";
import { Edge } from "./edge";
import { type Keeper, Store } from "./store";
import { failure } from "./text";
import type { Asked, AuditSource, Failure, FileGuess, GroupSettings, LogLine, Opened, Settings, View } from "./types";

/** Nothing, or why it was not done. */
type Failed = { failure: Failure } | undefined;

const channel = new BroadcastChannel("evenhand-desk");

export class Desk {
  #started: (engine: Promise<Engine>) => void = () => {};
  #engine = new Promise<Engine>((started) => {
    this.#started = started;
  });
  #local: Promise<Store> = Store.open();
  /** Where the open world lasts. */
  #store: Promise<Keeper> = this.#local;
  #world: OpenWorld | undefined;
  #reading: Reading | undefined;
  #planning: Planning | undefined;
  #ruling: Ruling | undefined;
  #changed: ((reset: boolean) => void) | undefined;
  /** A file that has been loaded and is to be opened next. */
  #loaded: FileWorld | undefined;
  #loading: AbortController | undefined;

  constructor() {
    channel.onmessage = ({ data }: MessageEvent<{ world: string; reset?: boolean }>) => {
      if (data.world !== this.#name) return;
      if (data.reset) this.#changed?.(true);
      else void this.#follow();
    };
  }

  get #read(): Reading {
    if (!this.#reading) throw new Error("no world is open");
    return this.#reading;
  }
  get #plan(): Planning {
    if (!this.#planning) throw new Error("no world is open");
    return this.#planning;
  }

  get #rule(): Ruling {
    if (!this.#ruling) throw new Error("no world is open");
    return this.#ruling;
  }

  /** With the module, where the page has it compiled already. */
  start(wasm?: WebAssembly.Module): void {
    this.#started(createEngine({ ...(wasm && { wasm }) }));
  }

  /** Called when another tab changed what is open here. */
  onChange(changed: (reset: boolean) => void): void {
    this.#changed = changed;
  }

  async open(id: string, edge: boolean, progress: (done: number, total: number) => void): Promise<Opened> {
    const opening: Promise<Keeper> = edge ? Promise.resolve(new Edge(progress)) : this.#local;
    const loaded = id === FILE ? this.#loaded : undefined;
    this.#loaded = undefined;
    const world = await OpenWorld.open(this.#engine, opening, id, edge, progress, loaded);
    const store = await opening;
    this.#store = opening;
    this.#world?.free();
    this.#world = world;
    this.#reading = new Reading(world);
    this.#planning = new Planning(world, store);
    this.#ruling = new Ruling(world, this.#planning);
    return this.opened();
  }

  opened(): Opened {
    const { id, edge, title, noun, config, first, now, table, story } = this.#read.world;
    return { world: id, edge, title, noun, config, actor: first, now, told: Date.now(), size: table.size, problems: table.problemCount, story };
  }

  overview(actor: string) {
    return this.#read.overview(actor);
  }
  can(actor: string, question: Asked) {
    return this.#read.can(actor, question);
  }
  count(query: View["query"], actor: string) {
    return this.#read.count(query, actor);
  }
  find(view: View, actor: string, fields: string[], limit: number) {
    return this.#read.find(view, actor, fields, limit);
  }
  rows(key: number, offset: number, limit: number, fields: string[]) {
    return this.#read.rows(key, offset, limit, fields);
  }
  countBy(view: View, actor: string, field: string) {
    return this.#read.countBy(view, actor, field);
  }
  openLeads(actor: string) {
    return [...this.#read.openLeads(actor)];
  }
  csv(view: View, actor: string, fields: string[]) {
    return this.#read.csv(view, actor, fields);
  }
  lead(id: string, actor: string) {
    return this.#read.lead(id, actor);
  }
  receivers(lead: string, slot: string, actor: string) {
    return this.#read.receivers(lead, slot, actor);
  }
  offers(actor: string) {
    return this.#read.offers(actor);
  }
  /** Who got the lead of a run. */
  assigneeOf(run: string): string | null {
    return this.#read.world.runs.get(run)?.assignee ?? null;
  }
  groups(actor: string) {
    return this.#read.groups(actor);
  }
  newId(): Promise<string> {
    return this.#engine.then((engine) => engine.newId());
  }

  preview(command: Command, actor: string) {
    return this.#plan.preview(command, actor);
  }
  drops(token: number, code: string, limit: number) {
    return this.#plan.drops(token, code, limit);
  }
  planCsv(plan: string, actor: string) {
    return this.#plan.csv(plan, actor);
  }
  async write(token: number) {
    const written = await this.#plan.write(token);
    if (written.ok) this.#tell();
    // It may have been the configuration that is another one.
    else void this.#follow();
    return written;
  }
  log(): LogLine[] {
    return this.#read.world.log.slice(-200).reverse();
  }

  checkRules(draft: AssignmentRule[]) {
    return this.#rule.check(draft);
  }
  tryRules(draft: AssignmentRule[] | null, leads: LeadsRef, actor: string) {
    return this.#rule.trial(draft, leads, actor);
  }
  replay(draft: AssignmentRule[] | null, actor: string) {
    return this.#rule.replay(draft, actor, this.#read.openLeads(null));
  }
  explain(lead: string, actor: string, assume?: Assumption) {
    return this.#rule.explain(lead, actor, assume);
  }
  forecast(group: string, n: number, actor: string, draft: GroupSettings | null = null) {
    return this.#rule.forecast(group, n, actor, this.#read.openLeads(null), draft);
  }
  mayAddGroup(actor: string) {
    return this.#rule.mayAdd(newGroup(this.#read.world.config, actor, "new"), actor);
  }
  checkGroups(draft: GroupSettings) {
    return this.#rule.checkGroups(draft);
  }
  audit(source: AuditSource, ways: AuditWays, actor: string) {
    return audit(this.#read.world, source, ways, actor);
  }
  /** Puts a draft in force where what it began with still stands. What cannot be compiled is stored nowhere. */
  async saveSettings<P extends keyof Settings>(part: P, draft: Settings[P], began: Settings[P], actor: string): Promise<Failed> {
    const { world } = this.#read;
    const before = world.settings[part];
    const stale = { failure: { code: "stale", message: "somebody else changed this meanwhile", hint: "what is shown is theirs; make your change again" } };
    const only = (value: Settings[P]) => ({ [part]: value }) as Partial<Settings>;
    try {
      const refused = this.#read.refusal(only(draft), actor) ?? (part === "groups" ? this.#rule.refusal(draft as GroupSettings, actor) : null);
      if (refused !== null) return { failure: { code: "not_permitted", message: refused } };
      if (!alike(before, began)) return stale;
      world.takeSettings(only(draft));
      let fresh = false;
      try {
        fresh = await (await this.#store).setSettings(world.id, part, draft, began);
      } finally {
        if (!fresh) world.takeSettings(only(before));
      }
      if (!fresh) {
        await this.#follow();
        return stale;
      }
      this.#tell();
      return undefined;
    } catch (error) {
      return { failure: failure(error) };
    }
  }

  /** Stored first: what cannot be stored is not shown either. */
  async saveList(list: SavedList): Promise<Failed> {
    return this.#setList(list.id, list);
  }
  async deleteList(id: string): Promise<Failed> {
    return this.#setList(id, null);
  }
  async #setList(id: string, list: SavedList | null): Promise<Failed> {
    const { world } = this.#read;
    try {
      await (await this.#store).setList(world.id, id, list);
      world.takeLists([{ id, list }]);
      this.#tell();
      return undefined;
    } catch (error) {
      return { failure: failure(error) };
    }
  }

  /** Moves the clock, and takes forward what was waiting for it: offers that nobody answered move on. Gives back those that did. */
  async setNow(now: number): Promise<{ moved: Run[] } | { failure: Failure }> {
    const { world } = this.#read;
    try {
      const before = new Map(world.runs);
      await (await this.#store).setNow(world.id, now);
      world.now = now;
      world.revision += 1;
      const moved = world.edge ? await this.#moved(before) : await this.#sweep();
      this.#tell();
      return { moved };
    } catch (error) {
      return { failure: failure(error) };
    }
  }

  /** What the edge worker's own clock took forward. */
  async #moved(before: Map<string, Run>): Promise<Run[]> {
    await this.#plan.follow();
    return [...this.#read.world.runs.values()].filter((run) => JSON.stringify(run) !== JSON.stringify(before.get(run.id)));
  }

  async #sweep(): Promise<Run[]> {
    const { world } = this.#read;
    const { service } = world;
    if (service === undefined) return [];
    const moved: Run[] = [];
    // A step may open a window that is over as well.
    for (let steps = 0; steps < 20; steps += 1) {
      const due = [...world.runs.values()].filter(({ status, expiresAt }) => status === "offered" && expiresAt !== null && expiresAt <= world.now);
      if (due.length === 0) break;
      const summary = this.#plan.preview({ type: "sweep", runs: due.map(({ id }) => id) }, service);
      if ("failure" in summary || summary.refused.length > 0 || summary.runs.length === 0) break;
      const written = await this.#plan.write(summary.token);
      if (!written.ok) break;
      moved.push(...summary.runs);
    }
    return moved;
  }

  /** Forgets everything that was done in the world that is open. */
  async reset(): Promise<void> {
    await (await this.#store).clear(this.#read.world.id);
    channel.postMessage({ world: this.#name, reset: true });
  }

  /** Asks the edge worker what is new. Gives back how long its answer took, or nothing where there was none. */
  async look(): Promise<number | null> {
    const store = await this.#store;
    if (!(store instanceof Edge)) return null;
    try {
      await store.look();
      if (store.behind) await this.#follow();
      return store.milliseconds;
    } catch {
      return null;
    }
  }

  /** The same of a world that cannot be opened. */
  async forget(id: string): Promise<void> {
    await (await this.#local).clear(id);
  }

  async guess(file: File): Promise<FileGuess | { failure: Failure }> {
    try {
      return guess(await this.#engine, file.name, new Uint8Array(await file.arrayBuffer()));
    } catch (error) {
      return { failure: failure(error) };
    }
  }
  /** Loads a file and stores it with what its columns are; `open` then takes it over. Until it is stored nothing else has changed. Whoever stops it is told `stopped`. */
  async loadFile(file: File, setup: FileSetup, progress: (done: number, total: number) => void): Promise<Failed> {
    this.#loading = new AbortController();
    const { signal } = this.#loading;
    try {
      const loaded = await fileWorld(await this.#engine, file, setup, progress, signal);
      try {
        const bytes = new Uint8Array(await file.arrayBuffer());
        signal.throwIfAborted();
        await (await this.#local).setFile(FILE, setup.now, { bytes, setup: JSON.stringify(setup) });
      } catch (error) {
        loaded.table.free();
        loaded.workspace.free();
        throw error;
      }
      this.#loaded = loaded;
      // Another tab may show the file that was there before.
      channel.postMessage({ world: FILE, reset: true });
      return undefined;
    } catch (error) {
      return { failure: signal.aborted ? { code: "stopped", message: "the loading was stopped" } : failure(error) };
    }
  }
  stopLoading(): void {
    this.#loading?.abort();
  }
  async hasFile(): Promise<boolean> {
    return (await (await this.#local).read(FILE)).file !== null;
  }

  #tell(): void {
    channel.postMessage({ world: this.#name });
  }

  /** The open world, as tabs tell each other of it. */
  get #name(): string {
    return `${this.#world?.id}${this.#world?.edge ? " at the edge" : ""}`;
  }

  async #follow(): Promise<void> {
    const world = this.#world;
    if (!world) return;
    const { id } = world;
    const store = await this.#store;
    const plans = await this.#plan.follow();
    const [now, lists, settings] = await Promise.all([store.now(id), store.lists(id), store.settings(id)]);
    const same = JSON.stringify(lists.filter(({ list }) => list).map(({ list }) => list));
    const known = JSON.stringify(lists.filter(({ list }) => list).map(({ id }) => world.config.lists?.find((list) => list.id === id)));
    const other = same !== known || lists.some(({ id, list }) => list === null && world.config.lists?.some((one) => one.id === id));
    if (other) world.takeLists(lists);
    const here = world.settings;
    const { rules, groups } = settings;
    const ruled = !alike(rules ?? here.rules, here.rules) || !alike(groups ?? here.groups, here.groups);
    if (ruled) world.takeSettings({ ...(rules && { rules }), ...(groups && { groups }) });
    const moved = now !== null && now !== world.now;
    if (moved) {
      world.now = now;
      world.revision += 1;
    }
    if (plans || other || moved || ruled) this.#changed?.(false);
  }
}

Comlink.expose(new Desk());
