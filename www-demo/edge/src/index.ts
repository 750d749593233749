export { app as default } from "./app.ts";
export { Coordinator } from "./shards/coordinator.ts";
export { Shard } from "./shards/shard.ts";
export { Tenant } from "./tenant.ts";
