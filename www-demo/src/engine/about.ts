import type { Diagnostic } from "evenhand";

/** Of diagnostics of a configuration, those about one rule. */
export const about = (found: Diagnostic[], at: number) => found.filter(({ path }) => path === `/rules/${at}` || path.startsWith(`/rules/${at}/`));
