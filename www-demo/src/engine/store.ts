// Where everything lasts: IndexedDB. Leads are not stored one by one. What is stored is the log of the plans that were written;
// a world is its seeded leads with the log applied, in order. A plan and its state are written in one transaction, which first
// checks that the log ends where this tab believes it ends and that the state has the versions the plan expects.
import type { PlanData, Run, SavedList, State, StateChange, WorkspaceConfig } from "evenhand";
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import { alike } from "./settings";
import type { Given, Settings } from "./types";

export interface Entry {
  world: string;
  seq: number;
  id: string;
  /** The plan as `encode` writes it. */
  bytes: Uint8Array;
  actor: string;
  at: number;
  title: string;
  count: number;
  undoes?: string;
  /** The leads that it changed, and for each the text of its timeline. */
  leads: string[];
  texts: Uint32Array;
  words: string[];
  /** Runs of offers as they are after it. */
  runs?: Run[];
  /** Who got what by it. */
  given?: Given;
}

/** A visitor's own file, and as JSON what its columns are. */
export interface StoredFile {
  bytes: Uint8Array<ArrayBuffer>;
  setup: string;
}

interface Schema extends DBSchema {
  worlds: { key: string; value: { world: string; now: number; file?: StoredFile } };
  log: { key: [string, number]; value: Entry };
  state: { key: [string, string]; value: { world: string; key: string; version: number; value: unknown } };
  lists: { key: [string, string]; value: { world: string; id: string; list: SavedList | null } };
  rules: { key: string; value: { world: string } & Partial<Settings> };
}

const PARTS = ["log", "state", "lists", "rules"] as const;

export interface Saved {
  now: number | null;
  file: StoredFile | null;
  log: Entry[];
  state: State;
  lists: { id: string; list: SavedList | null }[];
  settings: Partial<Settings>;
  /** Where leads and configuration are there as well: those of the edge worker, one lead a line. */
  edge?: { config: WorkspaceConfig; leads: string };
}

/** Where a world lasts: in this browser or at the edge. */
export type Keeper = { [K in keyof Store]: Store[K] };

export type Write = { done: true } | { done: false; reason: "behind" } | { done: false; reason: "state"; keys: string[] };

const all = (world: string) => IDBKeyRange.bound([world], [world, []]);
const after = (world: string, seq: number) => IDBKeyRange.bound([world, seq], [world, []], true);

export class Store {
  readonly #db: IDBPDatabase<Schema>;

  private constructor(db: IDBPDatabase<Schema>) {
    this.#db = db;
  }

  static async open(): Promise<Store> {
    const db = await openDB<Schema>("evenhand-desk", 2, {
      upgrade(fresh, from) {
        if (from < 1) {
          fresh.createObjectStore("worlds", { keyPath: "world" });
          fresh.createObjectStore("log", { keyPath: ["world", "seq"] });
          fresh.createObjectStore("state", { keyPath: ["world", "key"] });
          fresh.createObjectStore("lists", { keyPath: ["world", "id"] });
        }
        fresh.createObjectStore("rules", { keyPath: "world" });
      },
    });
    return new Store(db);
  }

  /** All of a world, as of one moment. */
  async read(world: string): Promise<Saved> {
    const tx = this.#db.transaction(["worlds", ...PARTS]);
    const [head, log, state, lists, rules] = await Promise.all([
      tx.objectStore("worlds").get(world),
      tx.objectStore("log").getAll(all(world)),
      tx.objectStore("state").getAll(all(world)),
      tx.objectStore("lists").getAll(all(world)),
      tx.objectStore("rules").get(world),
    ]);
    return {
      now: head?.now ?? null,
      file: head?.file ?? null,
      log,
      state: Object.fromEntries(state.map(({ key, version, value }) => [key, { version, value }])),
      lists,
      settings: rules ?? {},
    };
  }

  async settings(world: string): Promise<Partial<Settings>> {
    return (await this.#db.get("rules", world)) ?? {};
  }

  /** Writes a part of the settings where what was seen of it still stands; tells whether it did. */
  async setSettings<P extends keyof Settings>(world: string, part: P, value: Settings[P], seen: Settings[P]): Promise<boolean> {
    const tx = this.#db.transaction("rules", "readwrite", { durability: "strict" });
    const there = await tx.store.get(world);
    const fresh = there?.[part] === undefined || alike(there[part], seen);
    if (fresh) void tx.store.put({ ...there, world, [part]: value });
    await tx.done;
    return fresh;
  }

  async later(world: string, seq: number): Promise<Entry[]> {
    return this.#db.getAll("log", after(world, seq));
  }

  async state(world: string): Promise<State> {
    const rows = await this.#db.getAll("state", all(world));
    return Object.fromEntries(rows.map(({ key, version, value }) => [key, { version, value }]));
  }

  async lists(world: string): Promise<{ id: string; list: SavedList | null }[]> {
    return this.#db.getAll("lists", all(world));
  }

  async now(world: string): Promise<number | null> {
    return (await this.#db.get("worlds", world))?.now ?? null;
  }

  /** Writes a plan with its state, all or nothing. */
  async write(entry: Entry, state: StateChange[], reads: PlanData["reads"]): Promise<Write> {
    const tx = this.#db.transaction(["log", "state"], "readwrite", { durability: "strict" });
    const [log, states] = [tx.objectStore("log"), tx.objectStore("state")];
    const last = await log.openKeyCursor(all(entry.world), "prev");
    if ((last ? last.key[1] : 0) !== entry.seq - 1) {
      tx.abort();
      await tx.done.catch(() => {});
      return { done: false, reason: "behind" };
    }
    const wrong: string[] = [];
    const expected = [...state.map(({ key, expect }) => ({ key, version: expect })), ...reads];
    for (const { key, version } of expected) {
      const found = await states.get([entry.world, key]);
      if ((found?.version ?? null) !== version) wrong.push(key);
    }
    if (wrong.length > 0) {
      tx.abort();
      await tx.done.catch(() => {});
      return { done: false, reason: "state", keys: wrong };
    }
    for (const { key, version, value } of state) void states.put({ world: entry.world, key, version, value });
    void log.add(entry);
    await tx.done;
    return { done: true };
  }

  async setNow(world: string, now: number): Promise<void> {
    const tx = this.#db.transaction("worlds", "readwrite");
    const head = await tx.store.get(world);
    await Promise.all([tx.store.put({ ...head, world, now }), tx.done]);
  }

  /** Takes a file over as the world; what was there of it goes. */
  async setFile(world: string, now: number, file: StoredFile): Promise<void> {
    const tx = this.#db.transaction(["worlds", ...PARTS], "readwrite", { durability: "strict" });
    for (const name of PARTS) void tx.objectStore(name).delete(name === "rules" ? world : all(world));
    void tx.objectStore("worlds").put({ world, now, file });
    await tx.done;
  }

  async setList(world: string, id: string, list: SavedList | null): Promise<void> {
    await this.#db.put("lists", { world, id, list });
  }

  /** Forgets what was done in a world. */
  async clear(world: string): Promise<void> {
    const tx = this.#db.transaction(["worlds", ...PARTS], "readwrite");
    for (const name of PARTS) void tx.objectStore(name).delete(name === "rules" ? world : all(world));
    const head = await tx.objectStore("worlds").get(world);
    if (head && !head.file) void tx.objectStore("worlds").delete(world);
    await tx.done;
  }
}
