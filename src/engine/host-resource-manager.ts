/**
 * Lets tasks in as long as the host has room: all or nothing for a task, strictly first come first served, given back
 * when the task is STOPPED. Source: engine-modern 15 (HRM-*).
 *
 * INVARIANTS
 * - A task is accounted once, whatever is asked twice; giving back twice changes nothing.
 * - Nobody overtakes the head of the queue, and nothing that can never fit gets into it.
 */
import type { TaskArn } from "../core/brand.ts";
import {
  type HostNeed,
  type HostTotals,
  needOf,
  neverFits,
  type ResourceName,
  shortages,
} from "../core/host-resources.ts";
import type { Task } from "../core/task.ts";

export type Admission =
  | { readonly type: "granted" }
  | { readonly type: "waiting" }
  /** For ever: the host is too small, or a port is reserved. */
  | { readonly type: "refused"; readonly resources: readonly ResourceName[] };

export class HostResourceManager {
  readonly #totals: HostTotals | undefined;
  readonly #taken = new Map<TaskArn, HostNeed>();
  readonly #queue: { readonly taskArn: TaskArn; readonly need: HostNeed; readonly grant: () => void }[] = [];

  /** @param totals undefined lets everything in: the caller answers for what fits */
  constructor(totals: HostTotals | undefined) {
    this.#totals = totals;
  }

  /** @param grant called when a waiting task gets in */
  request(task: Task, grant: () => void): Admission {
    if (this.#totals === undefined || this.#taken.has(task.arn)) return { type: "granted" };
    const need = needOf(task);
    const refused = neverFits(need, this.#totals);
    if (refused.length > 0) return { type: "refused", resources: refused };
    if (!this.#queue.some((entry) => entry.taskArn === task.arn)) this.#queue.push({ taskArn: task.arn, need, grant });
    this.#admit(task.arn);
    return this.#taken.has(task.arn) ? { type: "granted" } : { type: "waiting" };
  }

  /** Accounts a task that runs already, even where the host has become too small for it. Source: engine-modern 15.5. */
  adopt(task: Task): void {
    if (this.#totals !== undefined) this.#taken.set(task.arn, needOf(task));
  }

  /** Gives back, or leaves the queue; either way others may get in now. */
  release(taskArn: TaskArn): void {
    const place = this.#queue.findIndex((entry) => entry.taskArn === taskArn);
    if (place >= 0) this.#queue.splice(place, 1);
    if (this.#taken.delete(taskArn) || place === 0) this.#admit(undefined);
  }

  /** What the waiting task is short of at this moment. */
  shortagesOf(task: Task): readonly ResourceName[] {
    if (this.#totals === undefined || this.#taken.has(task.arn)) return [];
    return shortages(needOf(task), [...this.#taken.values()], this.#totals);
  }

  /** @param asking told by the return value of `request`, not by its callback */
  #admit(asking: TaskArn | undefined): void {
    for (let head = this.#queue[0]; head !== undefined && this.#totals !== undefined; head = this.#queue[0]) {
      if (shortages(head.need, [...this.#taken.values()], this.#totals).length > 0) return;
      this.#queue.shift();
      this.#taken.set(head.taskArn, head.need);
      if (head.taskArn !== asking) head.grant();
    }
  }
}
