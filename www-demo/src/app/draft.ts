// What a person is about to do: the form that is open in the inspector.
import type { Command } from "evenhand";

export type Draft =
  /** Ticked fields of one lead, of the selected ones, or of all that the view shows. */
  | { kind: "mass"; lead?: string; split: boolean }
  | { kind: "return" }
  | { kind: "reclaim"; from: string[] }
  | { kind: "rebalance"; users: string[] }
  | { kind: "transfer"; lead: string; seen: string | number | null }
  /** To a group, by hand. */
  | { kind: "group"; lead?: string }
  /** A command that needs no form: only its plan is shown. */
  | { kind: "fixed"; title: string; verb: string; command: Command };
