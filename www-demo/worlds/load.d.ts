import type { WorkspaceConfig } from "evenhand";

export interface WorldBook {
  config: WorkspaceConfig;
  story: { title: string; steps: { say: string; actor: string }[] };
}
export type MakeLeads = (count: number, now: string) => Record<string, unknown>[];
export declare function loadBook(id: string): Promise<WorldBook>;
export declare function loadLeads(id: string): Promise<MakeLeads>;
export declare function loadWorld(id: string): Promise<WorldBook & { leads: MakeLeads }>;
