// What the worker is given, and what its parts hand to each other.
import type { Coordinator } from "./shards/coordinator.ts";
import type { Shard } from "./shards/shard.ts";
import type { Tenant } from "./tenant.ts";

export interface Env {
  TENANT: DurableObjectNamespace<Tenant>;
  COORDINATOR: DurableObjectNamespace<Coordinator>;
  SHARD: DurableObjectNamespace<Shard>;
  ISSUER: string;
  AUDIENCE: string;
  /** The issuer's public keys: a JWK set as JSON. */
  JWKS: string;
  MAX_BODY_BYTES: string;
  MAX_LOAD_BYTES: string;
  BODY_SECONDS: string;
  /** For each actor of a tenant. */
  RATE_PER_SECOND: string;
  RATE_BURST: string;
  /** The user who sweeps when the alarm rings, in every tenant's configuration where something happens by the clock. */
  SWEEPER: string;
  /** The most that one alarm moves; the next one follows at once. */
  SWEEP_LIMIT: string;
  /** After how long leads that wait, or may retire, and what a sweep had to leave are looked at again. */
  SWEEP_SECONDS: string;
  /** How long the coordinator of a commit over several objects waits for votes, and a command for the commit before it. */
  VOTE_SECONDS: string;
  /** After how long what was decided is sent again, and a shard asks what was. */
  RETRY_SECONDS: string;
}

/** Who asks, as the token says. */
export interface Caller {
  actor: string;
  tenant: string;
  admin: boolean;
}

/** A request as it reaches a tenant's object. */
export interface Call {
  actor: string;
  request: string;
}

/** What a tenant's object answers. Text or bytes, so that nothing is written or read a second time between the objects of the runtime. */
export interface Answer {
  status: number;
  type: "application/json" | "application/problem+json" | "application/x-ndjson" | "application/octet-stream";
  body: string | Uint8Array<ArrayBuffer>;
  headers?: Record<string, string>;
  /** For the log: never what a body holds. */
  log?: Record<string, string | number>;
}
