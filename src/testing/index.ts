/**
 * `berth/testing`: what is needed to run an engine without a network and without waiting. A simulated Docker daemon
 * that follows scripts and misbehaves on demand, a clock that is turned by hand, chance from a seed, and ready-made
 * tasks.
 */
export * from "./builders.ts";
export { type LoggedLine, type LogLevel, MemoryLog, type MemoryLogOptions } from "./memory-log.ts";
export { realTimeClock } from "./real-time-clock.ts";
export { SeededRandom } from "./seeded-random.ts";
export { SimulatedClock, type SimulatedClockOptions } from "./simulated-clock.ts";
export * from "./simulated-docker/index.ts";
