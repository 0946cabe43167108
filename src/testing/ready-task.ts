/** Tasks whose containers are about to be created: all that a create call refers to is there. */
import { asDockerId, asDockerName } from "../core/brand.ts";
import { leasesFor, requestedHostPorts } from "../core/host-ports.ts";
import { volumeResourcesOf } from "../core/resources/volumes.ts";
import type { Container, HostPortLease, Task } from "../core/task.ts";
import { aContainer, aDefinition, aTask } from "./builders.ts";

/** A pause container of the task, as internal containers are. */
export function aPause(type: "CNI_PAUSE" | "NAMESPACE_PAUSE"): Container {
  const name = type === "CNI_PAUSE" ? "~internal~ecs~pause" : "~internal~ecs~pause~namespace";
  return aContainer({ name, type, image: "berth/pause:test", dockerName: `ecs-test-1-${type}` });
}

/**
 * A task in which everything that a create body refers to is there: volumes are listed, host ports leased from 32768
 * upwards, and all containers have an id that tells their name.
 */
export function readyTask(input: Parameters<typeof aDefinition>[0], pause: readonly Container[] = []): Task {
  const definition = aDefinition(input);
  const task = aTask({ definition });
  let nextHex = 0;
  const resources = volumeResourcesOf(definition, { family: task.family, revision: task.revision }, (digits) => {
    nextHex += 1;
    return nextHex.toString(16).padStart(digits, "0");
  });
  const containers = [...pause, ...task.containers];
  const listed: Task = { ...task, containers, resources };
  return { ...listed, containers: lease(listed) };
}

function lease(task: Task): readonly Container[] {
  let next = 32_768;
  return task.containers.map((container) => {
    const hostPorts: HostPortLease[] = [];
    for (const request of requestedHostPorts(task, container)) {
      hostPorts.push(...leasesFor(request, request.hostPort ?? next));
      if (request.hostPort === undefined) next += request.count;
    }
    return { ...container, hostPorts, dockerId: asDockerId(`id-of-${container.name}`) };
  });
}

/** The task with other names and ids for its containers, as the daemon that runs them gave them. */
export function withDockerIdentity(
  task: Task,
  containerName: string,
  identity: { readonly dockerName?: string; readonly dockerId?: string },
): Task {
  return {
    ...task,
    containers: task.containers.map((container) => {
      if (container.name !== containerName) return container;
      return {
        ...container,
        dockerName: identity.dockerName === undefined ? container.dockerName : asDockerName(identity.dockerName),
        dockerId: identity.dockerId === undefined ? undefined : asDockerId(identity.dockerId),
      };
    }),
  };
}
