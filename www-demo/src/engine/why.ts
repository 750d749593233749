// What would allow what was denied: found by asking the engine again, with one grant more each time.
import type { Engine, PermissionQuestion, Profile, Reason, Scope, User, Verb, Workspace, WorkspaceConfig } from "evenhand";
import type { Explained, Remedy } from "./types";

const SCOPES: Scope[] = ["own", "team", "subtree", "company", "all"];
const TRIAL = "evenhand:trial";

/** The verb that a question is about. */
const verbs: Record<string, Verb> = { view: "lead.view", edit: "lead.edit", release: "lead.release", give: "lead.give", claim: "lead.claim", mass: "lead.mass", use: "list.use" };

const asks = (profile: Profile, verb: Verb, scope: Scope) =>
  profile.grants.some((grant) => grant.deny !== true && grant.do.includes(verb) && (grant.scope === scope || SCOPES.indexOf(grant.scope) > SCOPES.indexOf(scope)));

export class Why {
  readonly #engine: Engine;
  readonly #config: WorkspaceConfig;
  readonly #trials = new Map<string, Workspace>();

  constructor(engine: Engine, config: WorkspaceConfig) {
    this.#engine = engine;
    this.#config = config;
  }

  /** The decision with, for every question that failed, the smallest grant under which it would not. */
  explain(question: PermissionQuestion, decision: { allowed: boolean; reasons: Reason[] }, lead?: Record<string, unknown>): Explained {
    if (decision.allowed) return { ...decision, remedies: [] };
    const { leads: _, ...plain } = question;
    const asked = lead === undefined ? plain : { ...plain, lead };
    return { ...decision, remedies: this.remedies(decision.reasons, `${question.actor}`, (trial) => trial.can(asked).reasons, question.do.startsWith("lead.") ? undefined : (question.do as Verb)) };
  }

  remedies(reasons: Reason[], actor: string, again: (trial: Workspace) => Reason[], own?: Verb): Remedy[] {
    const found: Remedy[] = [];
    for (const { question, code } of reasons) {
      // Whatever is not about a lead has one question, which is its verb.
      const verb = question === undefined ? undefined : (own ?? verbs[question]);
      if (question === undefined || verb === undefined || code !== "not_permitted" || found.some((remedy) => remedy.question === question)) continue;
      const scope = SCOPES.find((candidate) => {
        try {
          return !again(this.#trial(actor, verb, candidate)).some((reason) => reason.question === question && reason.code === code);
        } catch {
          return false;
        }
      });
      if (scope === undefined) continue;
      const profiles = (this.#config.profiles ?? []).filter((profile) => asks(profile, verb, scope)).map(({ id, name }) => name ?? id);
      found.push({ question, verb, scope, profiles });
    }
    return found;
  }

  #trial(actor: string, verb: Verb, scope: Scope): Workspace {
    const key = `${actor}\n${verb}\n${scope}`;
    const held = this.#trials.get(key);
    if (held) return held;
    if (this.#trials.size > 24) this.free();
    const profile: Profile = { id: TRIAL, grants: [{ do: [verb], scope }] };
    const users = this.#config.users.map((user): User => (user.id === actor ? { ...user, profiles: [...(user.profiles ?? []), TRIAL] } : user));
    const made = this.#engine.workspace({ ...this.#config, users, profiles: [...(this.#config.profiles ?? []), profile] });
    this.#trials.set(key, made);
    return made;
  }

  free(): void {
    for (const trial of this.#trials.values()) trial.free();
    this.#trials.clear();
  }
}
