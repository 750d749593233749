export interface WorldInfo {
  id: string;
  title: string;
  line: string;
  /** One of them, and several. */
  lead: [one: string, many: string];
  count: number;
  /** Where the clock of the world starts. */
  now: string;
  /** Who a visitor is at first. */
  actor: string;
  /** Its leads are a file that the build writes. */
  written?: boolean;
}
export declare const worlds: WorldInfo[];
