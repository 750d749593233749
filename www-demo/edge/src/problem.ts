// Problem details (RFC 9457): one form for everything that is refused.
import type { Answer } from "./env.ts";

/** One thing that is wrong, of which a refusal may have many. */
export interface Fault {
  code: string;
  detail: string;
  /** JSON pointer into what was posted. */
  pointer?: string;
  lead?: string;
  hint?: string;
}

export interface ProblemOptions {
  detail?: string;
  problems?: readonly Fault[];
  headers?: Record<string, string>;
}

/** At most so many faults are written out; `count` tells how many there were. */
const MOST_FAULTS = 1000;

const TITLES: Record<number, string> = {
  400: "The request cannot be read",
  401: "The token is not accepted",
  403: "Not permitted",
  404: "There is no such thing here",
  408: "The body came too slowly",
  409: "The data has moved on",
  413: "The body is too large",
  415: "The content type is not accepted",
  422: "The request was understood and is wrong",
  429: "Too many requests",
  500: "Something failed here",
  503: "Not available just now",
};

/** A refusal, for the worker or for a tenant's object to answer with. */
export function problem(status: number, code: string, { detail, problems = [], headers }: ProblemOptions = {}): Answer {
  const title = TITLES[status] ?? "Refused";
  const said = problems.slice(0, MOST_FAULTS);
  const body = { type: `urn:evenhand:problem:${code}`, title, status, code, ...(detail === undefined ? {} : { detail }), count: problems.length, problems: said };
  return { status, type: "application/problem+json", body: JSON.stringify(body), log: { code }, ...(headers === undefined ? {} : { headers }) };
}

/** An answer that refuses, on its way out of a deeper call. */
export class Refused extends Error {
  constructor(readonly answer: Answer) {
    super(String(answer.log?.code ?? answer.status));
  }
}

/** The same, said here. */
export class Refusal extends Refused {
  constructor(...of: Parameters<typeof problem>) {
    super(problem(...of));
  }
}
