/** Durable state and its twins, for those who wire them. */
export { DiskStateStore } from "./disk-state-store.ts";
export { exportState, importState } from "./export.ts";
export { FailingStateStore } from "./failing-state-store.ts";
export { MemoryStateStore } from "./memory-state-store.ts";
export { parseExport } from "./state-document.ts";
