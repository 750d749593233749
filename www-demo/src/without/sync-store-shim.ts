// What React has had since version 18, and packages bring along for those before.
export { useSyncExternalStore } from "react";
