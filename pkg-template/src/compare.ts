import type * as Contract from "../evenhand.js";

export type Way = NonNullable<Contract.FieldDef["compare"]>;

/** How texts of a field compare; `caseSensitive` is the short form. */
export const wayOf = ({ compare, caseSensitive }: Contract.FieldDef): Way => compare ?? (caseSensitive === true ? "exact" : "caseless");
