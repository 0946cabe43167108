/**
 * Gives an engine tasks of mixed shapes, one after the other, and sees each to its end: stops those that do not end by
 * themselves, reads and acknowledges every state change, looks at how each ended, and notes when it is gone.
 */

import type { DockerTaskEngine } from "../../src/agent/docker-task-engine.ts";
import { describeBlocker } from "../../src/core/blocker.ts";
import { asEpochMs, type TaskArn } from "../../src/core/brand.ts";
import { isInternal, type Task } from "../../src/core/task.ts";
import { buildTask } from "../../src/core/task-builder.ts";
import type { StateChangeDelivery } from "../../src/engine/task-engine.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { PAUSE_IMAGE } from "../../src/resources/pause-image.ts";
import type { SeededRandom } from "../../src/testing/index.ts";
import type { Shape } from "./shapes.ts";

type Lived = { readonly shape: Shape; ending: string | undefined };

const IDENTITY = { cluster: "default", region: "us-east-1", accountId: "000000000000", revision: 1 } as const;
/** One change in so many is acknowledged late, together with those that came meanwhile. */
const LATE_EVERY = 50;
const LATE_MS = 1_000;
const MAX_PROBLEMS = 20;

export class Load {
  /** Tasks that are there, in whatever state. */
  readonly #live = new Map<TaskArn, Lived>();
  readonly #engine: DockerTaskEngine;
  readonly #clock: Clock;
  readonly #random: SeededRandom;
  readonly #unsubscribe: () => void;
  readonly #reading: Promise<void>;
  /** What should not have happened; the first few. */
  readonly problems: string[] = [];
  readonly byShape = new Map<string, number>();
  added = 0;
  changes = 0;
  /** Tasks that are gone. */
  done = 0;
  #acknowledging = 0;

  constructor(ports: { readonly engine: DockerTaskEngine; readonly clock: Clock; readonly random: SeededRandom }) {
    this.#engine = ports.engine;
    this.#clock = ports.clock;
    this.#random = ports.random;
    this.#unsubscribe = this.#engine.subscribe((event) => {
      if (event.type === "task") this.#see(event.task);
      if (event.type === "removed") this.#forget(event.taskArn);
    });
    this.#reading = this.#read();
  }

  /** Tasks and acknowledgements under way. */
  get inFlight(): number {
    return this.#live.size + this.#acknowledging;
  }

  /** Gives the engine one more task. */
  add(shape: Shape): void {
    const task = this.#build(shape);
    this.added += 1;
    this.byShape.set(shape.name, (this.byShape.get(shape.name) ?? 0) + 1);
    this.#live.set(task.arn, { shape, ending: undefined });
    this.#tellFailure(this.#engine.addTask(task).then(() => this.#stopLater(task, shape)));
  }

  #stopLater({ arn }: Task, { stop }: Shape): void {
    if (stop === undefined) return;
    const { afterMs, ...request } = stop;
    this.#after(afterMs, () => this.#tellFailure(this.#engine.stopTask(arn, request)));
  }

  /** Why the task that has been there longest does not move. */
  explainOldest(): string {
    const [oldest] = this.#live;
    if (oldest === undefined) return "acknowledgements are under way";
    const [taskArn, { shape, ending = "not STOPPED" }] = oldest;
    const blockers = this.#engine.whyBlocked(taskArn).map(describeBlocker);
    return `the oldest is "${shape.name}", ${ending}: ${blockers.join("; ")}`;
  }

  /** Resolves when the engine is shut down. */
  async ended(): Promise<void> {
    this.#unsubscribe();
    await this.#reading;
  }

  #build(shape: Shape): Task {
    return buildTask(shape.definition, {
      ...IDENTITY,
      now: this.#clock.now(),
      hex: (digits) => this.#random.hex(digits),
      uuid: () => this.#random.uuid(),
      pauseImage: PAUSE_IMAGE,
      stopTimeoutMs: 2_000,
    });
  }

  #see(task: Task): void {
    const lived = this.#live.get(task.arn);
    if (task.knownStatus !== "STOPPED" || lived === undefined || lived.ending !== undefined) return;
    const { shape } = lived;
    const ending = endingOf(task);
    lived.ending = ending;
    if (!shape.endings.some((expected) => expected.test(ending))) {
      this.#tell(`"${shape.name}" ended with ${ending}: ${task.stoppedReason}`);
    }
    if (shape.removeAtOnce) this.#tellFailure(this.#engine.removeTask(task.arn));
  }

  #forget(taskArn: TaskArn): void {
    const lived = this.#live.get(taskArn);
    if (lived === undefined) this.#tell(`${taskArn} is gone twice`);
    else if (lived.ending === undefined) this.#tell(`"${lived.shape.name}" is gone and was never STOPPED`);
    this.#live.delete(taskArn);
    this.done += 1;
  }

  async #read(): Promise<void> {
    for await (const delivery of this.#engine.stateChangeEvents()) {
      this.changes += 1;
      if (this.changes % LATE_EVERY === 0) this.#after(LATE_MS, () => this.#acknowledge(delivery));
      else this.#acknowledge(delivery);
    }
  }

  #acknowledge({ acknowledge }: StateChangeDelivery): void {
    this.#acknowledging += 1;
    const over = () => {
      this.#acknowledging -= 1;
    };
    this.#tellFailure(acknowledge().finally(over));
  }

  #after(ms: number, act: () => void): void {
    this.#clock.schedule(asEpochMs(this.#clock.now() + ms), act);
  }

  #tellFailure(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.#tell(String(error)));
  }

  #tell(problem: string): void {
    if (this.problems.length < MAX_PROBLEMS) this.problems.push(problem);
  }
}

/** `UserInitiated web=0 log=137`; `-` for a container that never ran. */
export function endingOf({ stopCode, containers }: Task): string {
  const own = containers.filter((each) => !isInternal(each));
  return [stopCode ?? "-", ...own.map(({ name, exitCode }) => `${name}=${exitCode ?? "-"}`)].join(" ");
}
