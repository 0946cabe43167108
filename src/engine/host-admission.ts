/** A task's room on the host: asked for, told as an input, given back. Ports that containers hold go with it. */
import type { NamedError } from "../core/errors.ts";
import { leasesFor, requestedHostPorts } from "../core/host-ports.ts";
import type { ContainerObservation, Input } from "../core/machine/input.ts";
import type { Container, HostPortLease, Task } from "../core/task.ts";
import { type HostPortAllocator, portOwner } from "./host-port-allocator.ts";
import type { HostGrant, HostResourceManager } from "./host-resource-manager.ts";
import type { Observations } from "./restore.ts";

export type HostAdmissionPorts = {
  readonly hostResources: HostResourceManager;
  readonly hostPorts: HostPortAllocator;
  readonly send: (taskArn: string, input: Input) => void;
};

/** Told to a task that waits for room when the engine takes no new tasks. Source: DRAIN-2. */
const DISABLED: NamedError = {
  name: "EngineDisabledError",
  message: "the task waited for room on this host, and the engine takes no new tasks",
};

export class HostAdmission {
  readonly #ports: HostAdmissionPorts;
  #isClosed = false;

  constructor(ports: HostAdmissionPorts) {
    this.#ports = ports;
  }

  /** Who runs is accounted before anybody new is let in; the others queue in the order in which they are resumed. */
  adopt(tasks: readonly Task[], observations: Observations): void {
    for (const task of tasks) {
      if (hasContainers(task, observations)) this.#ports.hostResources.adopt(task);
      if (task.knownStatus !== "STOPPED") this.#adoptPorts(task, observations);
    }
  }

  request(task: Task): void {
    const { hostResources, send } = this.#ports;
    const tell = ({ gpus }: HostGrant) => send(task.arn, { type: "hostResourcesGranted", gpus });
    const admission = hostResources.request(task, tell);
    if (admission.type === "granted") tell(admission.grant);
    if (admission.type === "waiting" && this.#isClosed) this.#turnAway(task);
    if (admission.type !== "refused") return;
    const { message } = admission;
    send(task.arn, { type: "admissionRefused", error: { name: "ResourceInitializationError", message } });
  }

  /** Who has room keeps it; who waits, now or later, is turned away. */
  close(): void {
    this.#isClosed = true;
    for (const task of this.#ports.hostResources.waiting()) this.#turnAway(task);
  }

  /** It leaves the queue first: what is given back meanwhile must not let it in. */
  #turnAway(task: Task): void {
    this.#ports.hostResources.release(task.arn);
    this.#ports.send(task.arn, { type: "admissionRefused", error: DISABLED });
  }

  release(task: Task): void {
    this.#ports.hostResources.release(task.arn);
    for (const { name } of task.containers) this.#ports.hostPorts.release(portOwner(task.arn, name));
  }

  /** A container that was found under its name, and of whose create no answer is saved, has the ports that its definition fixes. */
  #adoptPorts(task: Task, observations: Observations): void {
    for (const container of task.containers) {
      const { name, hostPorts } = container;
      const isUnanswered = hostPorts.length === 0 && isFound(observations.get(task.arn), name);
      const leases = isUnanswered ? fixedPorts(task, container) : hostPorts;
      this.#ports.hostPorts.adopt(portOwner(task.arn, name), leases);
    }
  }
}

function isFound(observed: readonly ContainerObservation[] | undefined, name: string): boolean {
  return observed?.some((each) => each.containerName === name && each.observation.kind === "present") === true;
}

function fixedPorts(task: Task, container: Container): readonly HostPortLease[] {
  return requestedHostPorts(task, container).flatMap((request) =>
    request.choice === "fixed" && request.hostPort !== undefined ? leasesFor(request, request.hostPort) : [],
  );
}

/** Has it got past the queue before? Source: engine-modern 15.5. */
function hasContainers(task: Task, observations: Observations): boolean {
  if (task.knownStatus === "STOPPED") return false;
  const isFound = observations.get(task.arn)?.some(({ observation }) => observation.kind === "present") === true;
  return isFound || task.containers.some((container) => container.knownStatus !== "NONE");
}
