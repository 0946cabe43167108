/** A task's room on the host: asked for, told as an input, given back. Ports that containers hold go with it. */
import type { NamedError } from "../core/errors.ts";
import type { Input } from "../core/machine/input.ts";
import type { Task } from "../core/task.ts";
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
      if (task.knownStatus !== "STOPPED") this.#adoptPorts(task);
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

  #adoptPorts(task: Task): void {
    for (const { name, hostPorts } of task.containers)
      this.#ports.hostPorts.adopt(portOwner(task.arn, name), hostPorts);
  }
}

/** Has it got past the queue before? Source: engine-modern 15.5. */
function hasContainers(task: Task, observations: Observations): boolean {
  if (task.knownStatus === "STOPPED") return false;
  const isFound = observations.get(task.arn)?.some(({ observation }) => observation.kind === "present") === true;
  return isFound || task.containers.some((container) => container.knownStatus !== "NONE");
}
