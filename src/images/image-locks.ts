/**
 * Keeps pulls and deletions of one image apart without making other images wait. Source: W-12, IM-28, IMC-9.
 *
 * INVARIANTS
 * - While a name is being deleted nobody uses it, and while it is used it is not deleted.
 * - An image without names is deleted while nobody uses any: what is being pulled may turn out to be that image.
 */
import { normaliseReference } from "../core/images/reference.ts";

/** One lock for each image reference: who pulls it and who deletes it wait for each other, and for nobody else. */
export class ImageLocks {
  readonly #users = new Map<string, number>();
  readonly #deletions = new Map<string, Promise<unknown>>();
  #deletionOfNameless: Promise<unknown> | undefined;

  /** Is a pull of one of these names under way? Without names: any pull. */
  isUsed(names: readonly string[]): boolean {
    if (names.length === 0) return this.#users.size > 0;
    return names.some((name) => this.#users.has(lockName(name)));
  }

  /** Waits for a deletion of this name, then runs the work; from then on until its end the name is not deleted. */
  async use<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const waiting = this.enter(name);
    if (waiting !== undefined) await waiting;
    try {
      return await work();
    } finally {
      this.leave(name);
    }
  }

  /**
   * From now on until {@link leave} the name is not deleted.
   * @returns what has to be waited for first, if it is being deleted; nothing as a rule, which costs no promise
   */
  enter(name: string): Promise<void> | undefined {
    const lock = lockName(name);
    if (this.#deletionOf(lock) !== undefined) return this.#enterAfterDeletion(lock);
    this.#addUser(lock);
    return undefined;
  }

  leave(name: string): void {
    const lock = lockName(name);
    const users = (this.#users.get(lock) ?? 1) - 1;
    if (users === 0) this.#users.delete(lock);
    else this.#users.set(lock, users);
  }

  /** Runs a deletion of names that nobody uses; `undefined` when somebody does. The work must not reject. */
  async delete<Result>(names: readonly string[], work: () => Promise<Result>): Promise<Result | undefined> {
    if (names.length === 0) return this.#deleteNameless(work);
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

  async #deleteNameless<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
    if (this.isUsed([]) || this.#deletionOfNameless !== undefined) return undefined;
    const deletion = work();
    this.#deletionOfNameless = deletion;
    try {
      return await deletion;
    } finally {
      this.#deletionOfNameless = undefined;
    }
  }

  /** Another deletion may begin in the moment that one ends. */
  async #enterAfterDeletion(lock: string): Promise<void> {
    for (let deletion = this.#deletionOf(lock); deletion !== undefined; deletion = this.#deletionOf(lock)) {
      await deletion;
    }
    this.#addUser(lock);
  }

  #addUser(lock: string): void {
    this.#users.set(lock, (this.#users.get(lock) ?? 0) + 1);
  }

  #deletionOf(lock: string): Promise<unknown> | undefined {
    return this.#deletionOfNameless ?? this.#deletions.get(lock);
  }
}

function lockName(name: string): string {
  return normaliseReference(name) ?? name;
}
