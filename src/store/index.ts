/** Durable state and its twins, for those who wire them. */
export { exportState, importState } from "./export.ts";
export { FailingStateStore } from "./failing-state-store.ts";
export { LmdbStateStore } from "./lmdb-state-store.ts";
export { MemoryStateStore } from "./memory-state-store.ts";
export { parseExport, STATE_VERSION } from "./state-document.ts";
