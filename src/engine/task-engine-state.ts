/**
 * Indices over the tasks of an engine, for whoever looks something up by what Docker or the network calls it. Every
 * lookup is O(1) but for short ids. Source: engine-behaviour 5.1, 5.2 (DS-*).
 *
 * INVARIANTS
 * - A container is found by its Docker id, or by its reserved Docker name while a create that was asked for has not told
 *   the id yet; never by both.
 * - An IP address belongs to the container that is up and had it last: Docker gives the address of a stopped one to others.
 * - Snapshots are the engine's own, frozen in time: who keeps one sees no later change in it.
 * - The newest snapshot of a task is its holder's; whoever changes it there tells so at once ({@link TaskEngineState.changed}).
 */
import { assert } from "../core/assert.ts";
import type { DockerId, DockerName, TaskArn } from "../core/brand.ts";
import { isRunningStatus } from "../core/status.ts";
import type { Container, Task } from "../core/task.ts";

export type FoundContainer = { readonly task: Task; readonly container: Container };

/** How Docker knows a container. */
export type DockerContainer = {
  /** Absent while the create is under way. */
  readonly dockerId: DockerId | undefined;
  readonly dockerName: DockerName;
  readonly container: Container;
};

/** Who has the newest snapshot of a task. */
export interface TaskHolder {
  readonly task: Task;
}

/** Its holder, and not its ARN: an event finds its task with one look, however many tasks there are. */
type Place = { readonly holder: TaskHolder; readonly index: number };

/** Lookups over the tasks and containers of an engine, by every name that they have. Reads are snapshots. */
export class TaskEngineState {
  readonly #holders = new Map<TaskArn, TaskHolder>();
  readonly #byId = new Map<DockerId, Place>();
  /** By reserved name: a few, which come and go. */
  readonly #byName = new Map<DockerName, Place>();
  readonly #byIp = new Map<string, Place>();

  /** Adds a task, or has another holder tell of it from now on. For the engine only. */
  add(holder: TaskHolder): void {
    const { task } = holder;
    // What is found by way of the former one would never change again.
    if (this.#holders.has(task.arn)) this.remove(task.arn);
    this.#holders.set(task.arn, holder);
    this.#reindex(undefined, task);
  }

  /** The holder of a task that is here has another snapshot of it. For the engine only. */
  changed(before: Task, task: Task): void {
    if (before.containers !== task.containers) this.#reindex(before, task);
  }

  /** For the engine only. Unknown ARNs are ignored. */
  remove(taskArn: TaskArn): void {
    const task = this.taskByArn(taskArn);
    this.#holders.delete(taskArn);
    for (const container of task?.containers ?? []) {
      this.#dropId(container);
      this.#dropIp(ipOf(container), taskArn);
    }
  }

  /** Forgets everything. For the engine only. */
  reset(): void {
    for (const index of [this.#holders, this.#byId, this.#byName, this.#byIp]) index.clear();
  }

  taskByArn(taskArn: TaskArn): Task | undefined {
    return this.#holders.get(taskArn)?.task;
  }

  /** Who has the newest snapshot of this task. For the engine only. */
  holderOf(taskArn: TaskArn): TaskHolder | undefined {
    return this.#holders.get(taskArn);
  }

  /** For the engine only. */
  holders(): Iterable<TaskHolder> {
    return this.#holders.values();
  }

  allTasks(): readonly Task[] {
    return Array.from(this.#holders.values(), ({ task }) => task);
  }

  /** One after the other: each as it is when its turn comes. */
  *tasks(): Iterable<Task> {
    for (const { task } of this.#holders.values()) yield task;
  }

  /** By Docker id, or by reserved name while there is no id. */
  containerById(idOrName: DockerId | DockerName): FoundContainer | undefined {
    return this.#at(this.#byId.get(idOrName as DockerId) ?? this.#byName.get(idOrName as DockerName));
  }

  /** By Docker id of one of its containers, or by reserved name while there is no id. */
  taskById(idOrName: DockerId | DockerName): Task | undefined {
    return this.containerById(idOrName)?.task;
  }

  /** All tasks that have a container whose Docker id begins like this. Looks through all of them: it is for people. */
  tasksByShortId(prefix: string): readonly Task[] {
    if (prefix === "") return [];
    return this.allTasks().filter(({ containers }) =>
      containers.some(({ dockerId }) => dockerId?.startsWith(prefix) === true),
    );
  }

  /** Docker ids of all containers; reserved names for those whose create is under way. */
  allContainerIds(): readonly (DockerId | DockerName)[] {
    return this.allTasks().flatMap((task) => task.containers.map(idOf).filter((id) => id !== undefined));
  }

  /**
   * Containers of a task for which a create was asked, by name; `undefined` when there are none. A copy.
   * Source: engine-behaviour 5.2, DS-15.
   */
  containerMapByArn(taskArn: TaskArn): ReadonlyMap<string, DockerContainer> | undefined {
    const created = this.taskByArn(taskArn)?.containers.filter((container) => idOf(container) !== undefined) ?? [];
    if (created.length === 0) return undefined;
    return new Map(
      created.map((container) => {
        const { name, dockerId, dockerName } = container;
        return [name, { dockerId, dockerName, container }];
      }),
    );
  }

  /** The container that has this address on its network right now. */
  containerByIpAddress(ip: string): FoundContainer | undefined {
    return this.#at(this.#byIp.get(ip));
  }

  taskByIpAddress(ip: string): Task | undefined {
    return this.containerByIpAddress(ip)?.task;
  }

  /** Addresses of the task's containers that are up. */
  ipAddressesByTaskArn(taskArn: TaskArn): readonly string[] {
    return (this.taskByArn(taskArn)?.containers ?? []).map(ipOf).filter((ip) => ip !== undefined);
  }

  #at(place: Place | undefined): FoundContainer | undefined {
    if (place === undefined) return undefined;
    const { task } = place.holder;
    const container = task.containers[place.index];
    return container === undefined ? undefined : { task, container };
  }

  #reindex(before: Task | undefined, { arn, containers }: Task): void {
    for (let index = 0; index < containers.length; index += 1) {
      const [old, container] = [before?.containers[index], containers[index]];
      if (container === undefined || container === old) continue;
      this.#reindexId(old, container, arn, index);
      this.#reindexIp(old, container, arn, index);
    }
  }

  #place(taskArn: TaskArn, index: number): Place {
    const holder = this.#holders.get(taskArn);
    assert(holder !== undefined, `Cannot index task ${taskArn}: it was never added`);
    return { holder, index };
  }

  #reindexId(before: Container | undefined, after: Container, taskArn: TaskArn, index: number): void {
    const id = idOf(after);
    if (before !== undefined && idOf(before) === id) return;
    if (before !== undefined) this.#dropId(before);
    if (id === undefined) return;
    const place = this.#place(taskArn, index);
    if (after.dockerId === undefined) this.#byName.set(after.dockerName, place);
    else this.#byId.set(after.dockerId, place);
  }

  #dropId({ dockerId, dockerName }: Container): void {
    if (dockerId === undefined) this.#byName.delete(dockerName);
    else this.#byId.delete(dockerId);
  }

  #reindexIp(before: Container | undefined, after: Container, taskArn: TaskArn, index: number): void {
    const old = before === undefined ? undefined : ipOf(before);
    const ip = ipOf(after);
    if (old === ip) return;
    this.#dropIp(old, taskArn);
    if (ip !== undefined) this.#byIp.set(ip, this.#place(taskArn, index));
  }

  /** Another one may have the address by now. */
  #dropIp(ip: string | undefined, taskArn: TaskArn): void {
    if (ip !== undefined && this.#byIp.get(ip)?.holder.task.arn === taskArn) this.#byIp.delete(ip);
  }
}

function idOf(container: Container): DockerId | DockerName | undefined {
  if (container.dockerId !== undefined) return container.dockerId;
  return container.createRequestedAt === undefined ? undefined : container.dockerName;
}

function ipOf({ knownStatus, ipAddress }: Container): string | undefined {
  return isRunningStatus(knownStatus) && ipAddress !== "" ? ipAddress : undefined;
}
