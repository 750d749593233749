// Methods of a group in words, and what can be set of each.
import type { Group, Method } from "evenhand";

export const METHODS: Record<string, string> = {
  round_robin: "each in turn",
  weighted: "in turn, by weight",
  least_recent: "whoever waited longest",
  least_loaded: "whoever has the fewest open",
  fewest_in_period: "whoever had the fewest lately",
  sequential_offer: "asks one after the other",
  broadcast_offer: "asks everybody at once, the first claim wins",
};

/** A number with its unit, a choice of words of which the first holds if nothing is said, or a yes or no with what holds then. */
export type Setting = { key: string; label: string } & ({ unit: string } | { choices: Record<string, string> } | { flag: boolean });

const run: Setting = { key: "runMinutes", label: "Over at the latest after", unit: "minutes" };
const rest: Setting = { key: "restSeconds", label: "Rest after a claim", unit: "seconds" };

export const SETTINGS: Record<Method["type"], Setting[]> = {
  round_robin: [{ key: "perRound", label: "Leads in a round", unit: "each" }],
  weighted: [],
  least_recent: [{ key: "manualCounts", label: "Leads given by hand count as well", flag: true }],
  least_loaded: [{ key: "measure", label: "Measured by", choices: { open: "Open leads", spare: "Room that is left", spare_percent: "Share of room that is left" } }],
  fewest_in_period: [
    { key: "period", label: "Counted over", choices: { day: "The day", week: "The week", month: "The month" } },
    { key: "baseline", label: "Newcomers begin", choices: { minimum: "With the fewest of the others", average: "With the average of the others", zero: "With none" } },
  ],
  sequential_offer: [{ key: "minutes", label: "Each is asked for", unit: "minutes" }, { key: "passes", label: "All are asked", unit: "times" }, { key: "clock", label: "The minutes run", choices: { wall: "All day and night", working: "In the group’s hours" } }, run, rest],
  broadcast_offer: [{ key: "minutes", label: "All are asked for", unit: "minutes" }, { key: "reopenMinutes", label: "Then once more for", unit: "minutes" }, run, rest, { key: "anonymous", label: "Nobody sees the lead before the claim", flag: false }],
};

const joining = { next_round: "Waits for the next round", now: "Comes in this round" };
const joiners: Setting = { key: "joiners", label: "Who joins", choices: joining };

/** The same of the group itself, where its method takes rounds. */
export const OF_GROUP: Partial<Record<Method["type"], Setting[]>> = {
  round_robin: [{ ...joiners, choices: { ...joining, reset: "Begins the round anew" } }, { key: "absentTurn", label: "A missed turn", choices: { forfeit: "Is lost", hold: "Is held, one at most", credit: "Is made up for, three at most" } }],
  sequential_offer: [joiners],
};

/** What a method cannot do without. */
export const NEEDED: Partial<Record<Method["type"], object>> = { fewest_in_period: { period: "week" }, sequential_offer: { minutes: 10 }, broadcast_offer: { minutes: 10 } };

/** How it is dealt, in words. */
export function words({ method }: Pick<Group, "method">): string {
  return `${METHODS[method.type] ?? method.type}${"minutes" in method ? `, ${method.minutes} ${method.minutes === 1 ? "minute" : "minutes"}${method.type === "sequential_offer" ? " each" : ""}` : ""}`;
}
