/**
 * Commits that wait for the disk, in groups that share one promise: what each of them has of its own outlives several
 * collections while it waits (docs/performance.md).
 */
import type { Mutation } from "../ports/state-store.ts";

export type Group = {
  readonly commits: (readonly Mutation[])[];
  readonly saved: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
};

/** INVARIANT: `commits` is how many there are in all groups. */
export class WaitingGroups {
  #groups: Group[] = [];
  #commits = 0;

  get commits(): number {
    return this.#commits;
  }

  get isEmpty(): boolean {
    return this.#groups.length === 0;
  }

  /**
   * @param isAlone in a group of its own, because it may still have to be refused by itself
   * @returns what its group answers
   */
  add(mutations: readonly Mutation[], isAlone: boolean): Promise<void> {
    const last = this.#groups.at(-1);
    const group = last === undefined || isAlone ? newGroup() : last;
    if (group !== last) this.#groups.push(group);
    group.commits.push(mutations);
    this.#commits += 1;
    return group.saved;
  }

  /** All of them, which wait here no more. */
  take(): readonly Group[] {
    const groups = this.#groups;
    this.#groups = [];
    this.#commits = 0;
    return groups;
  }

  /** Those that are not kept wait no more. */
  keep(isKept: (group: Group) => boolean): void {
    this.#groups = this.#groups.filter(isKept);
    this.#commits = this.#groups.reduce((sum, { commits }) => sum + commits.length, 0);
  }
}

function newGroup(): Group {
  let [resolve, reject] = [() => {}, (_: unknown) => {}];
  const saved = new Promise<void>((onSaved, onFailed) => {
    [resolve, reject] = [onSaved, onFailed];
  });
  return { commits: [], saved, resolve, reject };
}
