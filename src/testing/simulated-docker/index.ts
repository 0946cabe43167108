/** The simulated Docker daemon: everything a test needs to build one and to make it misbehave. */
export {
  answersExec,
  attempts,
  becomesUnhealthy,
  type ContainerScript,
  commandNotFound,
  type ExecCall,
  type ExecResult,
  type ExecScript,
  exits,
  failsToStart,
  type HealthScript,
  handlesSigterm,
  healthyAfter,
  ignoresSigterm,
  neverHealthy,
  type OutputStream,
  oomKilled,
  type Probe,
  type ProbeResult,
  prints,
  type RunScript,
  runsForever,
  type ScriptedProcess,
  type Usage,
} from "./behaviour.ts";
export { SimulatedDockerClient } from "./client.ts";
export { runsCommand } from "./commands.ts";
export type { CallRecord } from "./connection.ts";
export type { LabelFilter, SimulatedEvent } from "./event-log.ts";
export {
  type CallFault,
  type EventFault,
  type Fault,
  type FaultKind,
  type FaultProfile,
  Faults,
  type FaultTarget,
  roughFaults,
} from "./faults.ts";
export { type ServerAddress, SimulatedDockerServer } from "./http/server.ts";
export type { ImageConfig } from "./image-store.ts";
export { instantLatency, type Latency, type LatencyTable, typicalLatency } from "./latency.ts";
export type { DockerOperation } from "./operations.ts";
export type { SimulatedRegistry } from "./registry.ts";
export { SimulatedDocker, type SimulatedDockerOptions, type SimulatedImageSpec } from "./simulated-docker.ts";
