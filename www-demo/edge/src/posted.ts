// What comes in as JSON, and goes out as it.
import type { Command } from "evenhand";
import type { Answer } from "./env.ts";
import { Refusal } from "./problem.ts";

export interface Posted {
  command: Command;
  outcome: string | null;
  options: { allOrNothing?: boolean; notify?: "digest" | "none"; pin?: boolean };
}

export const json = (data: unknown): Answer => ({ status: 200, type: "application/json", body: JSON.stringify(data) });

export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, "not_json", { detail: "the body is not JSON" });
  }
}

/** A key under which a command is carried out once, as the actor's own: nobody takes another's. */
export function keyOf(actor: string, key: string): string {
  if (key === "" || key.length > 200) throw new Refusal(400, "key_invalid", { detail: "an idempotency key has 1 to 200 characters" });
  return `${actor}/${key}`;
}

/** A posted command: what is in it is the engine's to judge, what stands around it is looked at here. */
export function posted(text: string): Posted {
  const body = parsed(text);
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw new Refusal(422, "body_invalid", { detail: "an object with `command` is needed" });
  const { command, outcome = null, options = {}, ...rest } = body as Record<string, unknown>;
  const wrong: { code: string; detail: string; pointer: string }[] = [];
  const fault = (pointer: string, detail: string) => wrong.push({ code: "body_invalid", detail, pointer });
  for (const name of Object.keys(rest)) fault(`/${name}`, "there is no such member");
  if (typeof command !== "object" || command === null) fault("/command", "a command is needed");
  if (outcome !== null && typeof outcome !== "string") fault("/outcome", "an outcome is the text that a plan says");
  if (typeof options !== "object" || options === null || Array.isArray(options)) fault("/options", "options are an object");
  else for (const name of Object.keys(options)) if (!["allOrNothing", "notify", "pin"].includes(name)) fault(`/options/${name}`, "there is no such option");
  if (wrong.length > 0) throw new Refusal(422, "body_invalid", { problems: wrong });
  return { command: command as Command, outcome: outcome as string | null, options: options as Posted["options"] };
}
