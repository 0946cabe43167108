/** Durable state and its twins, for those who wire them. */
export { exportState, importState } from "./export.ts";
export {
  FailingStateStore,
  type FaultScript,
  faultsAt,
  type StoreCall,
  type StoreFault,
} from "./failing-state-store.ts";
export { LmdbStateStore, type LmdbStateStoreOptions } from "./lmdb-state-store.ts";
export { MemoryStateStore } from "./memory-state-store.ts";
export { formatExport, parseExport, STATE_VERSION } from "./state-document.ts";
