/** One configuration to start from, as a module of its own: `evenhand/presets/lender` and so on. */
import type { WorkspaceConfig } from "./evenhand.js";
declare const config: WorkspaceConfig;
export default config;
