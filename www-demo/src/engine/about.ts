import type { Diagnostic } from "evenhand";

/** Of diagnostics of a configuration, those about one of its rules or groups. */
export const about = (found: Diagnostic[], at: number, what = "rules") => found.filter(({ path }) => path === `/${what}/${at}` || path.startsWith(`/${what}/${at}/`));
