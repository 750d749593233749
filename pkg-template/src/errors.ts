import type * as Contract from "../evenhand.js";

/** The plain form of an error: what the module throws, and what crosses between threads. */
export type Failure = ReturnType<Contract.EvenhandError["toJSON"]>;

export class EvenhandError extends Error implements Contract.EvenhandError {
  override readonly name = "EvenhandError";
  readonly code: Contract.Code;
  readonly diagnostics: Contract.Diagnostic[];

  constructor(message?: string, options?: ErrorOptions & { code?: Contract.Code; diagnostics?: Contract.Diagnostic[] }) {
    super(message, options);
    this.code = options?.code ?? "error";
    this.diagnostics = options?.diagnostics ?? [];
  }

  toJSON(): Failure {
    return { code: this.code, message: this.message, diagnostics: this.diagnostics };
  }

  static fromJSON(data: Failure): EvenhandError {
    return new EvenhandError(data.message, { code: data.code, diagnostics: data.diagnostics });
  }
}

/** An error of the facade's own, with one fault of the same code. */
export function fault(code: Contract.Code, message: string, more: { path?: string; hint?: string; cause?: unknown } = {}): EvenhandError {
  const { path = "", hint, cause } = more;
  const diagnostic: Contract.Diagnostic = { severity: "error", code, path, message, ...(hint === undefined ? {} : { hint }) };
  return new EvenhandError(message, { code, diagnostics: [diagnostic], ...(cause === undefined ? {} : { cause }) });
}

/** The error of a module that is not to be had, with what to do about it. */
export const unavailable = (message: string, more: { hint: string; cause?: unknown }): EvenhandError => fault("wasm_unavailable", message, more);

/** Whether the module threw this as a failure of its own. */
export function isFailure(thrown: unknown): thrown is Failure {
  return typeof thrown === "object" && thrown !== null && "code" in thrown && "diagnostics" in thrown && Array.isArray(thrown.diagnostics);
}
