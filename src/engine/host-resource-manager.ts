/**
 * Lets tasks in as long as the host has room: all or nothing for a task, strictly first come first served, given back
 * when the task is STOPPED. Source: engine-modern 15 (HRM-*).
 *
 * INVARIANTS
 * - A task is accounted once, whatever is asked twice; giving back twice changes nothing.
 * - A GPU is in the hands of one task at a time.
 * - Nobody overtakes the head of the queue, and nothing that can never fit gets into it.
 */
import type { TaskArn } from "../core/brand.ts";
import { assignGpus, type GpuAssignment } from "../core/gpus.ts";
import {
  assertHostTotals,
  freeGpus,
  type HostNeed,
  type HostTotals,
  needOf,
  neverFits,
  type ResourceName,
  refusalText,
  shortages,
} from "../core/host-resources.ts";
import type { Task } from "../core/task.ts";

/** What the task is given by name. */
export type HostGrant = { readonly gpus: GpuAssignment };

export type Admission =
  | { readonly type: "granted"; readonly grant: HostGrant }
  | { readonly type: "waiting" }
  /** For ever: the host is too small, or a port is reserved. */
  | { readonly type: "refused"; readonly resources: readonly ResourceName[]; readonly message: string };

type Held = { readonly need: HostNeed; readonly grant: HostGrant };
type Waiting = { readonly task: Task; readonly need: HostNeed; readonly tell: (grant: HostGrant) => void };

const NOTHING: HostGrant = { gpus: {} };

export class HostResourceManager {
  readonly #totals: HostTotals | undefined;
  readonly #taken = new Map<TaskArn, Held>();
  readonly #queue: Waiting[] = [];

  /**
   * @param totals undefined lets everything in: the caller answers for what fits, and the daemon chooses GPUs
   * @throws {InvalidInputError} when a GPU is listed twice
   */
  constructor(totals: HostTotals | undefined) {
    if (totals !== undefined) assertHostTotals(totals);
    this.#totals = totals;
  }

  /** @param tell called when a waiting task gets in */
  request(task: Task, tell: (grant: HostGrant) => void): Admission {
    if (this.#totals === undefined) return { type: "granted", grant: NOTHING };
    const held = this.#taken.get(task.arn);
    if (held !== undefined) return { type: "granted", grant: held.grant };
    const need = needOf(task);
    const refused = neverFits(need, this.#totals);
    if (refused.length > 0)
      return { type: "refused", resources: refused, message: refusalText(refused, need, this.#totals) };
    if (!this.#queue.some((entry) => entry.task.arn === task.arn)) this.#queue.push({ task, need, tell });
    this.#admit(task.arn);
    const admitted = this.#taken.get(task.arn);
    return admitted === undefined ? { type: "waiting" } : { type: "granted", grant: admitted.grant };
  }

  /**
   * Accounts a task that runs already, even where the host has become too small for it, with the GPUs that its containers
   * have. To be called for all of them before anybody new is let in. Source: engine-modern 15.5.
   */
  adopt(task: Task): void {
    if (this.#totals === undefined) return;
    this.#taken.set(task.arn, { need: needOf(task), grant: { gpus: assignGpus(task, []) } });
  }

  /** Gives back, or leaves the queue; either way others may get in now. */
  release(taskArn: TaskArn): void {
    const place = this.#queue.findIndex((entry) => entry.task.arn === taskArn);
    if (place >= 0) this.#queue.splice(place, 1);
    if (this.#taken.delete(taskArn) || place === 0) this.#admit(undefined);
  }

  /** The tasks that wait for room, the first in the queue first. */
  waiting(): readonly Task[] {
    return this.#queue.map(({ task }) => task);
  }

  /** What the waiting task is short of at this moment. */
  shortagesOf(task: Task): readonly ResourceName[] {
    if (this.#totals === undefined || this.#taken.has(task.arn)) return [];
    return shortages(needOf(task), this.#needs(), this.#totals);
  }

  /** @param asking told by the return value of `request`, not by its callback */
  #admit(asking: TaskArn | undefined): void {
    for (let head = this.#queue[0]; head !== undefined && this.#totals !== undefined; head = this.#queue[0]) {
      const taken = this.#needs();
      if (shortages(head.need, taken, this.#totals).length > 0) return;
      this.#queue.shift();
      const gpus = assignGpus(head.task, freeGpus(taken, this.#totals));
      const grant = { gpus };
      this.#taken.set(head.task.arn, { need: { ...head.need, gpuIds: Object.values(gpus).flat() }, grant });
      if (head.task.arn !== asking) head.tell(grant);
    }
  }

  #needs(): readonly HostNeed[] {
    return Array.from(this.#taken.values(), ({ need }) => need);
  }
}
