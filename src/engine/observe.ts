/** From what Docker says of a container to what the machine understands. */
import { IMAGE_DIGEST_LABEL } from "../core/labels.ts";
import type { Observation } from "../core/machine/input.ts";
import { networkBindingsOf } from "../core/network-bindings.ts";
import type { Container, Task } from "../core/task.ts";
import type { ContainerInspection } from "../ports/docker-client.ts";

/** @param lastExitCode of a run that has ended, from the event that told so */
export function toObservation(
  task: Task,
  container: Container,
  seen: ContainerInspection,
  lastExitCode?: number,
): Observation {
  const isDockersRun = seen.status === "running" && seen.dockerRestarts > 0;
  return {
    kind: "present",
    dockerId: seen.dockerId,
    status: seen.status,
    exitCode: isDockersRun ? lastExitCode : seen.exitCode,
    isDockersRun,
    createdAt: seen.createdAt,
    startedAt: seen.startedAt,
    finishedAt: seen.finishedAt,
    oomKilled: seen.oomKilled,
    stateError: seen.stateError,
    health: seen.health,
    imageId: seen.imageId,
    imageDigest: seen.labels[IMAGE_DIGEST_LABEL],
    ipAddress: seen.ipAddress,
    networkBindings: seen.status === "running" ? networkBindingsOf(task, container, seen.ports) : undefined,
  };
}
