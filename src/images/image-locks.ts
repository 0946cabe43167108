/**
 * Keeps pulls and deletions of one image apart without making other images wait. Source: W-12, IM-28, IMC-9.
 *
 * INVARIANTS
 * - While a name is being deleted nobody uses it, and while it is used it is not deleted.
 */
import { normaliseReference } from "../core/images/reference.ts";

export class ImageLocks {
  readonly #users = new Map<string, number>();
  readonly #deletions = new Map<string, Promise<unknown>>();

  /** Is a pull of one of these names under way? */
  isUsed(names: readonly string[]): boolean {
    return names.some((name) => this.#users.has(lockName(name)));
  }

  /** Waits for a deletion of this name, then runs the work; from then on until its end the name is not deleted. */
  async use<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const lock = lockName(name);
    for (let deletion = this.#deletions.get(lock); deletion !== undefined; deletion = this.#deletions.get(lock)) {
      await deletion;
    }
    this.#users.set(lock, (this.#users.get(lock) ?? 0) + 1);
    try {
      return await work();
    } finally {
      const users = (this.#users.get(lock) ?? 1) - 1;
      if (users === 0) this.#users.delete(lock);
      else this.#users.set(lock, users);
    }
  }

  /** Runs a deletion of names that nobody uses; `undefined` when somebody does. The work must not reject. */
  async delete<Result>(names: readonly string[], work: () => Promise<Result>): Promise<Result | undefined> {
    const locks = names.map(lockName);
    if (this.isUsed(names) || locks.some((lock) => this.#deletions.has(lock))) return undefined;
    const deletion = work();
    for (const lock of locks) this.#deletions.set(lock, deletion);
    try {
      return await deletion;
    } finally {
      for (const lock of locks) this.#deletions.delete(lock);
    }
  }
}

function lockName(name: string): string {
  return normaliseReference(name) ?? name;
}
