/**
 * `berth/testing`: what is needed to run an engine without a network and without waiting. A simulated Docker daemon
 * that follows scripts and misbehaves on demand, a clock that is turned by hand, chance from a seed, and ready-made
 * tasks.
 */
export {
  FailingStateStore,
  type FaultScript,
  faultsAt,
  type StoreCall,
  type StoreFault,
} from "../store/failing-state-store.ts";
export { MemoryStateStore } from "../store/memory-state-store.ts";
export * from "./builders.ts";
export { engineStatesEqual, enginesEqual } from "./equality.ts";
export { fake } from "./fake.ts";
export { type LoggedLine, type LogLevel, MemoryLog, type MemoryLogOptions } from "./memory-log.ts";
export { realTimeClock } from "./real-time-clock.ts";
export { SeededRandom } from "./seeded-random.ts";
export { SimulatedClock, type SimulatedClockOptions } from "./simulated-clock.ts";
export * from "./simulated-disk/index.ts";
export * from "./simulated-docker/index.ts";
export { EngineCrashedError, type QuickContainer, SimulatedHost, type SimulatedHostOptions } from "./simulated-host.ts";
export * from "./simulator/index.ts";
