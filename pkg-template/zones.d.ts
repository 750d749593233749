/** Time zones as data: the table that the package brings. */
import type { TimeZones } from "./evenhand.js";
export type { TimeZones, ZoneTable } from "./evenhand.js";

/**
 * The package's own table, the same in every runtime; engines use it unless they are told otherwise. It knows every name of the
 * IANA database that has an area (`Area/Location`, links too), and offsets from 1970 to the end of 2059.
 */
export const zones: TimeZones & { readonly version: string; readonly released: string; names(): string[] };
