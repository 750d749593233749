// The edge worker as the place where everything lasts, instead of the store in the browser. A plan is posted with its actor's token: the
// worker derives it again from its own leads and writes it only if it comes out equal. What others wrote is read from its log.
import type { State, WorkspaceConfig } from "evenhand";
import { alike, settingsOf, weighted } from "./settings";
import type { Entry, Keeper, Saved, Write } from "./store";
import type { Settings } from "./types";

/** Leads in one answer. */
const PAGE = 10_000;
/** Behind the app's own server, which hands out tokens for whoever a visitor acts as. */
const ADDRESS = new URL("../edge/", self.location.href);

interface Session {
  tenant: string;
  token: string;
}
interface Logged {
  plan: string | null;
  actor: string;
  action: string;
  at: number;
  changed: number;
  seq: number;
}
interface Asking extends RequestInit {
  /** In whose name; nobody's is the Desk's own, which may follow all that is written. */
  actor?: string;
}

const unreachable = { code: "unreachable", message: "the edge worker does not answer", hint: "nothing was lost; try again, or switch to this browser" };

async function answered(path: string, init: RequestInit): Promise<Response> {
  const answer = await fetch(new URL(path, ADDRESS), init).catch(() => undefined);
  if (answer?.ok) return answer;
  const { code, title, detail, message, hint, problems: [first] = [] } = (await answer?.json().catch(() => undefined)) ?? {};
  const words = first?.detail ?? detail ?? message ?? title;
  throw Object.assign(new Error(words ?? unreachable.message), words ? { code, hint: first?.hint ?? hint, status: answer?.status } : unreachable);
}

export class Edge implements Keeper {
  /** What the last answer took. */
  milliseconds = 0;
  #world = "";
  #sessions = new Map<string | undefined, Promise<Session>>();
  /** What was read of the log and not taken over yet, and up to where it was read. */
  #news: Logged[] = [];
  #seq = 0;
  /** How much later it is there, and what was told of that. */
  #ahead = 0;
  #told = 0;
  #config: WorkspaceConfig | undefined;
  #lists = new Set<string>();

  constructor(readonly progress: (done: number, total: number) => void) {}

  #session(actor?: string, over = false): Promise<Session> {
    let session = this.#sessions.get(actor);
    if (!session) {
      session = answered("session", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ world: this.#world, actor, over }) }).then((answer) => answer.json());
      session.catch(() => this.#sessions.delete(actor));
      this.#sessions.set(actor, session);
    }
    return session;
  }

  async #ask(path: string, { actor, headers, ...init }: Asking = {}): Promise<Response> {
    const { tenant, token } = await this.#session(actor);
    try {
      return await answered(`v1/tenants/${tenant}/${path}`, { ...init, headers: { "content-type": "application/json", ...headers, authorization: `Bearer ${token}` } });
    } catch (error) {
      // The next attempt is made with a new one.
      if ((error as { status?: number }).status === 401) this.#sessions.clear();
      throw error;
    }
  }

  async #json<T>(path: string): Promise<T> {
    return (await this.#ask(`admin/${path}`)).json();
  }

  /** Whether something that was written is known, and not taken over yet. */
  get behind(): boolean {
    return this.#news.length > 0;
  }

  /** Reads on in the log; tells whether there was anything. */
  async look(): Promise<boolean> {
    const start = performance.now();
    const { now, entries } = await this.#json<{ now: number; entries: Logged[] }>(`audit?after=${this.#seq}`);
    this.milliseconds = performance.now() - start;
    // Late rather than early: no plan may be dated ahead.
    this.#ahead = now - Date.now();
    for (const entry of entries) this.#seq = Math.max(this.#seq, entry.seq);
    this.#news.push(...entries);
    if (entries.some(({ action }) => action === "configure")) this.#config = await this.#json<WorkspaceConfig>("config");
    return entries.length > 0;
  }

  async #entries(): Promise<Entry[]> {
    const news = this.#news.splice(0);
    const all = news.map(async ({ plan, actor, at, changed, seq }) => {
      if (plan === null) return [];
      const bytes = new Uint8Array(await (await this.#ask(`admin/plans/${encodeURIComponent(plan)}`)).arrayBuffer());
      return [{ world: this.#world, seq, id: plan, bytes, actor, at, title: "", count: changed, leads: [], texts: new Uint32Array(), words: [] }];
    });
    try {
      return (await Promise.all(all)).flat();
    } catch (error) {
      // They are asked for again.
      this.#news.unshift(...news);
      throw error;
    }
  }

  async read(world: string): Promise<Saved> {
    this.#world = world;
    this.#sessions.clear();
    this.#seq = 0;
    this.#news = [];
    // The log first: what is written meanwhile comes again after it, and its rows are then as it left them.
    while (await this.look());
    const loaded = this.#news.reduce((sum, { action, changed }) => sum + (action === "load" ? changed : 0), 0);
    this.#told = this.#ahead;
    const [log, state, config] = await Promise.all([this.#entries(), this.state(), this.#json<WorkspaceConfig>("config")]);
    this.#config = config;
    const leads: string[] = [];
    for (let after: string | undefined = ""; after !== undefined; ) {
      const text: string = await (await this.#ask(`admin/leads?limit=${PAGE}${after && `&after=${encodeURIComponent(after)}`}`)).text();
      this.progress(Math.min(leads.push(text) * PAGE, loaded), loaded);
      const last = text.slice(text.lastIndexOf("\n", text.length - 2) + 1);
      after = last ? String(JSON.parse(last)[config.lead.id]) : undefined;
    }
    return { now: Date.now() + this.#ahead, file: null, log, state, lists: [], settings: {}, edge: { config, leads: leads.join("") } };
  }

  async later(): Promise<Entry[]> {
    await this.look();
    return this.#entries();
  }

  state(): Promise<State> {
    return this.#json<State>("state");
  }

  async lists(): ReturnType<Keeper["lists"]> {
    const lists = (this.#config?.lists ?? []).map((list) => ({ id: list.id, list }));
    for (const { id } of lists) this.#lists.add(id);
    return [...lists, ...[...this.#lists].filter((id) => !lists.some((one) => one.id === id)).map((id) => ({ id, list: null }))];
  }

  async settings(): Promise<Partial<Settings>> {
    return this.#config ? settingsOf(this.#config) : {};
  }

  /** Nothing while it goes as it went. */
  async now(): Promise<number | null> {
    if (Math.abs(this.#ahead - this.#told) < 2000) return null;
    this.#told = this.#ahead;
    return Date.now() + this.#ahead;
  }

  async write({ bytes, actor }: Entry): Promise<Write> {
    try {
      await this.#ask("plans", { method: "POST", body: bytes as Uint8Array<ArrayBuffer>, headers: { "content-type": "application/octet-stream" }, actor });
    } catch (error) {
      const { status, code } = error as { status?: number; code?: string };
      // It was written before, and only the answer was lost.
      if (code !== "already_done") {
        if (status !== 409) throw error;
        return { done: false, reason: "state", keys: [] };
      }
    }
    return { done: true };
  }

  async #configure(change: (config: WorkspaceConfig) => WorkspaceConfig | undefined): Promise<boolean> {
    const config = change(await this.#json<WorkspaceConfig>("config"));
    if (config) await this.#ask("admin/config", { method: "PUT", body: JSON.stringify(config) });
    return config !== undefined;
  }

  setSettings<P extends keyof Settings>(_: string, part: P, value: Settings[P], seen: Settings[P]): Promise<boolean> {
    return this.#configure((config) => {
      const there = settingsOf(config);
      if (!alike(there[part], seen)) return undefined;
      const { rules, groups }: Settings = { ...there, [part]: value };
      return { ...config, rules, groups: groups.groups, users: weighted(config.users, groups.weights) };
    });
  }

  async setList(_: string, id: string, list: Parameters<Keeper["setList"]>[2]): Promise<void> {
    // Where it stood, as the workspace here has it as well: their order is a part of the configuration.
    await this.#configure(({ lists = [], ...config }) => {
      const put = list ? [list] : [];
      return { ...config, lists: lists.some((one) => one.id === id) ? lists.flatMap((one) => (one.id === id ? put : [one])) : [...lists, ...put] };
    });
  }

  async setNow(_: string, now: number): Promise<void> {
    await this.#ask("admin/clock", { method: "PUT", body: JSON.stringify({ now }) });
    this.#ahead = this.#told = now - Date.now();
  }

  async setFile(): Promise<void> {
    throw new Error("a file stays in this browser");
  }

  async clear(): Promise<void> {
    this.#sessions.clear();
    await this.#session(undefined, true);
  }
}
