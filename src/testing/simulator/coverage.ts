/** Which statuses and transitions simulations went through, and what went wrong in them. */
import type { Task } from "../../core/task.ts";

export type Counts = Readonly<Record<string, number>>;

/** Follows the containers and tasks of one simulation. */
export class Coverage {
  readonly #last = new Map<string, string>();
  readonly #transitions = new Map<string, number>();
  readonly #statuses = new Map<string, number>();

  /** @returns the transitions of containers in words */
  see(task: Task): readonly string[] {
    this.#move(task.arn, "task ", task.knownStatus);
    const moved: string[] = [];
    for (const { dockerName, knownStatus, name } of task.containers) {
      const before = this.#move(dockerName, "", knownStatus);
      if (before !== undefined) moved.push(`${name} ${before} > ${knownStatus}`);
    }
    return moved;
  }

  get transitions(): Counts {
    return Object.fromEntries(this.#transitions);
  }

  get statuses(): Counts {
    return Object.fromEntries(this.#statuses);
  }

  #move(key: string, kind: string, status: string): string | undefined {
    const before = this.#last.get(key) ?? "NONE";
    if (before === status) return undefined;
    this.#last.set(key, status);
    addTo(this.#transitions, `${kind}${before}>${status}`, 1);
    addTo(this.#statuses, `${kind}${status}`, 1);
    return before;
  }
}

export function addTo(counts: Map<string, number>, key: string, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}
