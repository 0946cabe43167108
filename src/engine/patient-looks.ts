/**
 * Looks that nobody waits for, because all they can tell is the exact time of a start. They wait while the daemon has
 * starts to do: each takes it a few milliseconds, and the last of a hundred tasks would be RUNNING that much later. What
 * went down meanwhile is not looked at, since its end was. Source: docs/decisions/021.
 *
 * INVARIANTS
 * - First come, first looked at; of those that had to wait a few at a time, each of which has its own time limit.
 * - Who has waited for `PATIENCE_MS`, or behind `MAX_WAITING` others, is looked at although starts wait: when the next place of the
 *   gate is given back, or lent, which is in fifteen seconds at the latest.
 */
import { isUp } from "../core/machine/derive.ts";
import { findContainer, type Task } from "../core/task.ts";
import type { Clock } from "../ports/clock.ts";
import type { CallGate } from "./call-gate.ts";

export type PatientLooksPorts = {
  readonly clock: Clock;
  readonly startGate: CallGate;
  readonly signal: AbortSignal;
  readonly taskOf: (taskArn: string) => Task | undefined;
  /** Never rejects. */
  readonly observe: (taskArn: Task["arn"], containerName: string) => Promise<void>;
};

type Look = { readonly taskArn: Task["arn"]; readonly containerName: string; readonly since: number };

const PATIENCE_MS = 30_000;
const MAX_WAITING = 256;
/** Of those that had to wait: they all may go in the same moment. */
const AT_A_TIME = 4;

export class PatientLooks {
  readonly #ports: PatientLooksPorts;
  #waiting: Look[] = [];
  #underWay = 0;

  constructor(ports: PatientLooksPorts) {
    this.#ports = ports;
    ports.startGate.onRelease(() => this.#goOn());
  }

  /** Looks at once when the daemon has nothing to start and nobody waits, else in its turn. */
  add(taskArn: Task["arn"], containerName: string): void {
    const { clock, startGate, observe } = this.#ports;
    if (this.#waiting.length === 0 && startGate.isCalm) {
      void observe(taskArn, containerName);
      return;
    }
    this.#waiting.push({ taskArn, containerName, since: clock.elapsedMs });
    this.#goOn();
  }

  #goOn(): void {
    if (this.#waiting.length === 0) return;
    if (this.#ports.signal.aborted) this.#waiting = [];
    while (this.#underWay < AT_A_TIME && this.#mayLook()) {
      const next = this.#waiting.shift();
      if (next !== undefined && this.#isWorthIt(next)) void this.#look(next);
    }
  }

  #mayLook(): boolean {
    const [first] = this.#waiting;
    if (first === undefined) return false;
    const { clock, startGate } = this.#ports;
    const waitedMs = clock.elapsedMs - first.since;
    return startGate.isCalm || waitedMs >= PATIENCE_MS || this.#waiting.length > MAX_WAITING;
  }

  #isWorthIt({ taskArn, containerName }: Look): boolean {
    const task = this.#ports.taskOf(taskArn);
    const container = task === undefined ? undefined : findContainer(task, containerName);
    return container !== undefined && isUp(container);
  }

  async #look({ taskArn, containerName }: Look): Promise<void> {
    this.#underWay += 1;
    await this.#ports.observe(taskArn, containerName);
    this.#underWay -= 1;
    this.#goOn();
  }
}
