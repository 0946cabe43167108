/** What a simulation has seen so far, over all restarts of the engine: what all the checks look at. */

import { TASK_ARN_LABEL } from "../../core/labels.ts";
import { readVolumeSpec } from "../../core/resources/volumes.ts";
import type { Container, Task } from "../../core/task.ts";
import type { SimulatedContainer } from "../simulated-docker/container.ts";
import type { SimulatedDocker, SimulatedEvent } from "../simulated-docker/index.ts";

/** What really happened to a container, by its Docker name. */
export type Truth = {
  started: boolean;
  /** Starts of each object that had the name: Docker ids. */
  readonly starts: Map<string, number>;
  readonly exitCodes: Set<number>;
  everHealthy: boolean;
};

export type Found = { readonly task: Task; readonly container: Container };

export class History {
  readonly docker: SimulatedDocker;
  /** The newest snapshot of each task that the engine showed. */
  readonly tasks = new Map<string, Task>();
  /** The newest stored row of each task. */
  readonly rows = new Map<string, Task>();
  /** Containers, by Docker name, of which a row said at some time that they may be made and started. */
  readonly namesOnRecord = new Set<string>();
  /** Names of volumes of which a row said at some time that they may be made. */
  readonly volumesOnRecord = new Set<string>();
  /** Tasks that may go before everybody has been told, by ARN. */
  readonly removals = new Set<string>();
  readonly #truth = new Map<string, Truth>();
  /** Containers that somebody else meddled with: what happens to them is not the engine's doing alone. */
  readonly #meddled = new Set<string>();
  /** Docker id of the newest object of each container, by the name that it was made under; and the way back. */
  readonly #objects = new Map<string, string>();
  readonly #names = new Map<string, string>();
  readonly #lateStarts = new Map<string, number>();
  readonly #homes = new Map<string, { readonly arn: string; readonly index: number }>();

  constructor(docker: SimulatedDocker) {
    this.docker = docker;
  }

  addTask(task: Task): void {
    this.tasks.set(task.arn, task);
    for (const [index, { dockerName }] of task.containers.entries())
      this.#homes.set(dockerName, { arn: task.arn, index });
  }

  /** A row is stored. */
  store(task: Task): void {
    this.rows.set(task.arn, task);
    for (const { dockerName, knownStatus, desiredStatus, startRequestedAt } of task.containers) {
      // That it is to run says that it may be made and started, under its name.
      const isToRun = knownStatus !== "STOPPED" && desiredStatus !== "STOPPED";
      if (isToRun || startRequestedAt !== undefined) this.namesOnRecord.add(dockerName);
    }
    for (const resource of task.resources) {
      if (resource.type === "dockerVolume") this.volumesOnRecord.add(readVolumeSpec(resource).volumeName);
    }
  }

  /** What its engine had asked for, Docker may still do. */
  engineDied(): void {
    for (const { containers } of this.tasks.values()) {
      for (const { dockerName, inFlight } of containers) {
        if (inFlight?.action !== "start" && inFlight?.action !== "restart") continue;
        this.#lateStarts.set(dockerName, this.lateStartsOf(dockerName) + 1);
      }
    }
  }

  /** How many starts at most Docker may have done for engines that were dead by then. */
  lateStartsOf(dockerName: string): number {
    return this.#lateStarts.get(dockerName) ?? 0;
  }

  meddle(dockerName: string): void {
    this.#meddled.add(dockerName);
  }

  isMeddled({ dockerName }: Container): boolean {
    return this.#meddled.has(dockerName);
  }

  findByName(dockerName: string): Found | undefined {
    const home = this.#homes.get(dockerName);
    const task = home === undefined ? undefined : this.tasks.get(home.arn);
    const container = home === undefined ? undefined : task?.containers[home.index];
    return task === undefined || container === undefined ? undefined : { task, container };
  }

  /** The stored state of a container. */
  rowOf(dockerName: string): Container | undefined {
    const home = this.#homes.get(dockerName);
    return home === undefined ? undefined : this.rows.get(home.arn)?.containers[home.index];
  }

  /** The container as Docker has it now, whatever it is called by now; never what somebody else made under its name. */
  objectOf(dockerName: string): SimulatedContainer | undefined {
    const dockerId = this.#objects.get(dockerName);
    return dockerId === undefined ? undefined : this.docker.state.findContainer(dockerId);
  }

  /** Names, as the engine knows them, of all containers of tasks that run now. */
  running(): readonly string[] {
    return [...this.#objects.keys()].filter((dockerName) => this.objectOf(dockerName)?.isRunning === true);
  }

  isRunning({ dockerName }: Container): boolean {
    return this.objectOf(dockerName)?.isRunning === true;
  }

  /** The name that the engine knows the container of an event by. */
  nameIn({ id, attributes }: SimulatedEvent): string {
    return this.#names.get(id) ?? attributes.name ?? "";
  }

  truthOf(dockerName: string): Truth {
    let truth = this.#truth.get(dockerName);
    if (truth === undefined) {
      truth = { started: false, starts: new Map(), exitCodes: new Set(), everHealthy: false };
      this.#truth.set(dockerName, truth);
    }
    return truth;
  }

  /** Takes note of an event; called after the checks have looked at it. */
  note(event: SimulatedEvent): void {
    if (event.action === "create" && event.attributes[TASK_ARN_LABEL] !== undefined) this.#noteObject(event);
    const truth = this.truthOf(this.nameIn(event));
    switch (event.action) {
      case "start":
        truth.started = true;
        truth.starts.set(event.id, (truth.starts.get(event.id) ?? 0) + 1);
        break;
      case "die":
        if (event.exitCode !== undefined) truth.exitCodes.add(event.exitCode);
        break;
      case "health_status: healthy":
        truth.everHealthy = true;
        break;
      default:
    }
  }

  #noteObject({ id, attributes: { name = "" } }: SimulatedEvent): void {
    this.#objects.set(name, id);
    this.#names.set(id, name);
  }
}
