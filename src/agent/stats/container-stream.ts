/** The samples of one container: a stream while it runs, or a look at an interval, and the last few samples. */
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

/** Of an interval, so that the looks at many containers do not all come at once. Source: engine-modern 24. */
const POLL_JITTER = 0.8;

export type StreamSettings = {
  readonly historyLimit: number;
  /** Looks once in each such interval instead of holding a stream open. */
  readonly pollIntervalMs?: number | undefined;
};

/** A container may run several times; a run has a stream of its own. */
export type Run = { readonly dockerId: DockerId; readonly restarts: number };

/**
 * INVARIANTS
 * - At most one stream is open, and none while the container does not run; none at all where it is polled.
 * - At most `historyLimit` samples are kept.
 */
export class ContainerStream {
  readonly #ports: StreamPorts;
  readonly #settings: StreamSettings;
  readonly #onUsage: (usage: ContainerUsage) => void;
  readonly #history: ContainerUsage[] = [];
  #meter: Meter = NEW_METER;
  #run: Run | undefined;
  #open: AbortController | undefined;

  constructor(ports: StreamPorts, settings: StreamSettings, onUsage: (usage: ContainerUsage) => void) {
    this.#ports = ports;
    this.#settings = settings;
    this.#onUsage = onUsage;
  }

  /** Oldest first. */
  get history(): readonly ContainerUsage[] {
    return this.#history;
  }

  /** Is a stream held open? */
  get isOpen(): boolean {
    return this.#open !== undefined && this.#settings.pollIntervalMs === undefined;
  }

  /** The container runs: safe to repeat for the same run. */
  follow(run: Run): void {
    const isSameRun = this.#run?.dockerId === run.dockerId && this.#run.restarts === run.restarts;
    if (isSameRun && this.#open !== undefined) return;
    this.end();
    if (this.#run !== undefined && !isSameRun) this.#meter = meterNewRun(this.#meter);
    this.#run = run;
    const opened = new AbortController();
    this.#open = opened;
    const { pollIntervalMs } = this.#settings;
    if (pollIntervalMs === undefined) void this.#read(run.dockerId, opened.signal);
    else void this.#poll(run.dockerId, opened.signal, pollIntervalMs);
  }

  /** The container does not run, or nobody wants to know any more. */
  end(): void {
    this.#open?.abort(new Error("statistics are not wanted any more"));
    this.#open = undefined;
  }

  /** Until the signal fires: whoever knows that the container has ended says so. */
  async #read(dockerId: DockerId, signal: AbortSignal): Promise<void> {
    const { client, random, log } = this.#ports;
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
      await this.#rest(reopenMs * (1 - random.next() / 5), signal);
      reopenMs = Math.min(LAST_REOPEN_MS, reopenMs * 2);
    }
  }

  /** One look in each interval, at a moment of its own. */
  async #poll(dockerId: DockerId, signal: AbortSignal, intervalMs: number): Promise<void> {
    const { client, random, log } = this.#ports;
    while (!signal.aborted) {
      const jitterMs = intervalMs * POLL_JITTER * random.next();
      await this.#rest(jitterMs, signal);
      if (signal.aborted) return;
      try {
        for await (const sample of client.stats(dockerId, { signal, once: true })) {
          if (signal.aborted) return;
          this.#take(sample);
          break;
        }
      } catch (error) {
        if (!signal.aborted) log.debug("Statistics of a container cannot be read", { dockerId, error });
      }
      await this.#rest(intervalMs - jitterMs, signal);
    }
  }

  /** Ends early when the signal fires, which is no failure: whoever rests looks at the signal next. */
  async #rest(ms: number, signal: AbortSignal): Promise<void> {
    await wait(this.#ports.clock, ms, signal).catch(() => undefined);
  }

  #take(sample: Parameters<typeof meterSample>[1]): void {
    const { meter, usage } = meterSample(this.#meter, sample);
    this.#meter = meter;
    if (usage === undefined) return;
    this.#history.push(usage);
    if (this.#history.length > this.#settings.historyLimit) this.#history.shift();
    this.#onUsage(usage);
  }
}
