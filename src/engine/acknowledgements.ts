/**
 * What readers have acknowledged, on its way to disk: while one save is under way the next ones gather, the newest of each
 * task counts for those before it, and all of them go in one commit.
 */
import type { TaskArn } from "../core/brand.ts";
import type { Mutation } from "../ports/state-store.ts";

type Batch = {
  readonly upTo: Map<TaskArn, number>;
  readonly saved: Promise<void>;
};

export type AcknowledgementsPorts = {
  /** Makes them durable, however long that takes; rejects only at the engine's end. */
  readonly commit: (mutations: readonly Mutation[]) => Promise<void>;
  readonly onSaved: (taskArn: TaskArn, upTo: number) => void;
};

export class Acknowledgements {
  readonly #ports: AcknowledgementsPorts;
  #gathering: Batch | undefined;
  #underWay: Promise<void> | undefined;

  constructor(ports: AcknowledgementsPorts) {
    this.#ports = ports;
  }

  /** Resolves when it is durable that this task's changes up to this number have been taken. */
  acknowledge(taskArn: TaskArn, upTo: number): Promise<void> {
    this.#gathering ??= this.#begin();
    const { upTo: gathered, saved } = this.#gathering;
    gathered.set(taskArn, Math.max(upTo, gathered.get(taskArn) ?? 0));
    return saved;
  }

  #begin(): Batch {
    const upTo = new Map<TaskArn, number>();
    const saved = this.#save(upTo, this.#underWay);
    this.#underWay = saved;
    return { upTo, saved };
  }

  async #save(upTo: ReadonlyMap<TaskArn, number>, before: Promise<void> | undefined): Promise<void> {
    // One that failed has told its own callers.
    await before?.catch(() => undefined);
    this.#gathering = undefined;
    const mutations = Array.from(upTo, ([taskArn, last]): Mutation => ({ type: "acknowledge", taskArn, upTo: last }));
    await this.#ports.commit(mutations);
    for (const [taskArn, last] of upTo) this.#ports.onSaved(taskArn, last);
  }
}
