import type { WorkspaceConfig } from "evenhand";

export interface WorldData {
  config: WorkspaceConfig;
  leads: (count: number, now: string) => Record<string, unknown>[];
  story: { title: string; steps: { say: string; actor: string }[] };
}
export declare function loadWorld(id: string): Promise<WorldData>;
