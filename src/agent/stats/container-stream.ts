/** The samples of one container: one stream while it runs, and the last few samples. */
import type { DockerId } from "../../core/brand.ts";
import { wait } from "../../engine/wait.ts";
import type { Clock } from "../../ports/clock.ts";
import type { DockerClient } from "../../ports/docker-client.ts";
import type { Log } from "../../ports/log.ts";
import type { Random } from "../../ports/random.ts";
import { type ContainerUsage, type Meter, meterNewRun, meterSample, NEW_METER } from "./usage.ts";

/** Between two tries at a stream that ends although the container runs. Source: engine-modern 24. */
const FIRST_REOPEN_MS = 1_000;
const LAST_REOPEN_MS = 10_000;

export type StreamPorts = {
  readonly client: Pick<DockerClient, "stats">;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
};

/** A container may run several times; a run has a stream of its own. */
export type Run = { readonly dockerId: DockerId; readonly restarts: number };

/**
 * INVARIANTS
 * - At most one stream is open, and none while the container does not run.
 * - At most `historyLimit` samples are kept.
 */
export class ContainerStream {
  readonly #ports: StreamPorts;
  readonly #historyLimit: number;
  readonly #onUsage: (usage: ContainerUsage) => void;
  readonly #history: ContainerUsage[] = [];
  #meter: Meter = NEW_METER;
  #run: Run | undefined;
  #open: AbortController | undefined;

  constructor(ports: StreamPorts, historyLimit: number, onUsage: (usage: ContainerUsage) => void) {
    this.#ports = ports;
    this.#historyLimit = historyLimit;
    this.#onUsage = onUsage;
  }

  /** Oldest first. */
  get history(): readonly ContainerUsage[] {
    return this.#history;
  }

  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  /** The container runs: safe to repeat for the same run. */
  follow(run: Run): void {
    const isSameRun = this.#run?.dockerId === run.dockerId && this.#run.restarts === run.restarts;
    if (isSameRun && this.isOpen) return;
    this.end();
    if (this.#run !== undefined && !isSameRun) this.#meter = meterNewRun(this.#meter);
    this.#run = run;
    const opened = new AbortController();
    this.#open = opened;
    void this.#read(run.dockerId, opened.signal);
  }

  /** The container does not run, or nobody wants to know any more. */
  end(): void {
    this.#open?.abort(new Error("statistics are not wanted any more"));
    this.#open = undefined;
  }

  /** Until the signal fires: whoever knows that the container has ended says so. */
  async #read(dockerId: DockerId, signal: AbortSignal): Promise<void> {
    const { client, clock, random, log } = this.#ports;
    let reopenMs = FIRST_REOPEN_MS;
    while (!signal.aborted) {
      try {
        for await (const sample of client.stats(dockerId, { signal })) {
          if (signal.aborted) return;
          reopenMs = FIRST_REOPEN_MS;
          this.#take(sample);
        }
      } catch (error) {
        if (!signal.aborted) log.debug("Statistics of a container ended early", { dockerId, error });
      }
      await wait(clock, reopenMs * (1 - random.next() / 5), signal).catch(() => undefined);
      reopenMs = Math.min(LAST_REOPEN_MS, reopenMs * 2);
    }
  }

  #take(sample: Parameters<typeof meterSample>[1]): void {
    const { meter, usage } = meterSample(this.#meter, sample);
    this.#meter = meter;
    if (usage === undefined) return;
    this.#history.push(usage);
    if (this.#history.length > this.#historyLimit) this.#history.shift();
    this.#onUsage(usage);
  }
}
