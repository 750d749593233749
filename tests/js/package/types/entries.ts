// Every entry is assignable to the public types: the contract may not promise what an entry does not have.
import type * as Contract from "../../../../pkg-template/evenhand.js";
import * as browser from "../../../../pkg-template/src/browser.js";
import * as bun from "../../../../pkg-template/src/bun.js";
import * as fallback from "../../../../pkg-template/src/default.js";
import * as deno from "../../../../pkg-template/src/deno.js";
import * as edgeLight from "../../../../pkg-template/src/edge-light.js";
import * as node from "../../../../pkg-template/src/node.js";
import * as inline from "../../../../pkg-template/src/inline.js";
import * as slim from "../../../../pkg-template/src/slim.js";
import type * as SlimContract from "../../../../pkg-template/slim.js";
import * as workerd from "../../../../pkg-template/src/workerd.js";

import type * as ZonesContract from "../../../../pkg-template/zones.js";
import * as zones from "../../../../pkg-template/src/zones.js";

import type * as ColumnsContract from "../../../../pkg-template/columns.js";
import * as columns from "../../../../pkg-template/src/columns.js";

export const subpath: typeof ZonesContract = zones;
export const columnsSubpath: typeof ColumnsContract = columns;
import type * as ImportContract from "../../../../pkg-template/import.js";
import * as imports from "../../../../pkg-template/src/import.js";
import type * as StoreContract from "../../../../pkg-template/store.js";
import * as store from "../../../../pkg-template/src/store.js";
export const importing: typeof ImportContract = imports;
export const storing: typeof StoreContract = store;
import type * as HostContract from "../../../../pkg-template/host.js";
import * as host from "../../../../pkg-template/src/host.js";
export const hosting: typeof HostContract = host;
import type * as ReactContract from "../../../../pkg-template/react.js";
import * as react from "../../../../pkg-template/src/react.js";
import type * as BuilderContract from "../../../../pkg-template/query-builder.js";
import * as builder from "../../../../pkg-template/src/query-builder.js";
export const hooks: typeof ReactContract = react;
export const building: typeof BuilderContract = builder;

type Public = typeof Contract;
export const entries: Public[] = [workerd, edgeLight, bun, deno, node, browser, fallback, inline];
export const withoutModule: typeof SlimContract = slim;

type Same<A, B> = [A, B] extends [B, A] ? true : false;
/** And no entry has a name that the public types do not tell of. */
export const names: Same<keyof typeof node | keyof typeof browser | keyof typeof workerd | keyof typeof edgeLight, keyof Public> = true;
