/** From what Docker says of a container to what the machine understands. */
import { IMAGE_DIGEST_LABEL } from "../core/labels.ts";
import type { Observation } from "../core/machine/input.ts";
import { networkBindingsOf } from "../core/network-bindings.ts";
import type { Container, Task } from "../core/task.ts";
import type { ContainerInspection } from "../ports/docker-client.ts";

export function toObservation(task: Task, container: Container, seen: ContainerInspection): Observation {
  return {
    kind: "present",
    dockerId: seen.dockerId,
    status: seen.status,
    exitCode: seen.exitCode,
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
