/**
 * Removes images that no task uses any more, a few each cycle. A failure costs its image this cycle and nothing else.
 * Source: engine-modern 13.3, 13.5; engine-behaviour 6.4.
 *
 * INVARIANTS
 * - An image with a reference, one that a container in Docker was made of, one that is excluded and one that is being
 *   pulled is never removed.
 * - Cycles do not overlap: who asks for one while one runs gets the result of that one.
 * - At most one timer waits, and none once the process has ended.
 */

import { asEpochMs } from "../core/brand.ts";
import {
  type CleanupRules,
  type CleanupVerdict,
  explainImages,
  imageStatesForDeletion,
} from "../core/images/cleanup-policy.ts";
import { type DiskReading, isPressed } from "../core/images/disk-pressure.ts";
import type { ImageState } from "../core/images/image-state.ts";
import type { Mutation } from "../ports/state-store.ts";
import type { ImageCleanupOptions } from "./cleanup-options.ts";
import type { ImageLocks } from "./image-locks.ts";
import type { ImageRecords } from "./image-records.ts";
import { containersByImage, type ImagesInUse } from "./images-in-use.ts";
import type { ImagePorts } from "./types.ts";
import { UntrackedCleanup } from "./untracked-cleanup.ts";

/** What one cycle of the clean-up did. */
export type CleanupResult = {
  readonly removed: readonly string[];
  readonly failed: readonly string[];
};

type Cycle = { readonly result: Promise<CleanupResult>; readonly abort: AbortController };

const REMOVE_TIMEOUT_MS = 3 * 60_000;

export class ImageCleanup {
  readonly #ports: ImagePorts;
  readonly #records: ImageRecords;
  readonly #locks: ImageLocks;
  readonly #options: ImageCleanupOptions;
  readonly #save: (mutations: readonly Mutation[]) => Promise<void>;
  readonly #untracked: UntrackedCleanup;
  #cycle: Cycle | undefined;
  /** While the process runs: takes back the timer that waits for the next cycle. */
  #cancelTimer: (() => void) | undefined;

  constructor(
    ports: ImagePorts,
    parts: { readonly records: ImageRecords; readonly locks: ImageLocks },
    options: ImageCleanupOptions,
    save: (mutations: readonly Mutation[]) => Promise<void>,
  ) {
    this.#ports = ports;
    this.#records = parts.records;
    this.#locks = parts.locks;
    this.#options = options;
    this.#save = save;
    this.#untracked = new UntrackedCleanup(ports, parts, options);
  }

  /**
   * Runs a cycle every interval until the signal fires, which also ends the cycle that runs. Does nothing when clean-up
   * is off or when the process runs already. Source: IM-22.
   */
  start(signal: AbortSignal): void {
    if (!this.#options.enabled || signal.aborted || this.#cancelTimer !== undefined) return;
    this.#arm();
    signal.addEventListener("abort", () => this.#stop(), { once: true });
  }

  /** Resolves when no cycle runs. */
  async untilIdle(): Promise<void> {
    await Promise.allSettled([this.#cycle?.result]);
  }

  /** What the next cycle would do with each image on the host, and why. @throws {EngineError} when Docker cannot be asked */
  async explain(): Promise<readonly CleanupVerdict[]> {
    const images = await this.#ports.docker.listImages();
    if (!this.#options.enabled) return this.#explainOff().concat(this.#untracked.explainOff(images, OFF));
    const [inUse, disk] = await Promise.all([containersByImage(this.#ports.docker), this.#readDisk()]);
    const limit = this.#options.imagesPerCycle;
    const ours = explainImages(this.#records.all(), this.#rules(inUse), { limit, disk });
    const left = limit - ours.filter(({ type }) => type === "delete").length;
    return [...ours, ...this.#untracked.explain(images, inUse, Math.max(0, left))];
  }

  #explainOff(): CleanupVerdict[] {
    return this.#records.all().map(({ imageId, names }) => ({ type: "keep", imageId, names, reason: OFF }));
  }

  runCycle(): Promise<CleanupResult> {
    this.#cycle ??= this.#begin();
    return this.#cycle.result;
  }

  #begin(): Cycle {
    const abort = new AbortController();
    const result = this.#run(abort.signal).finally(() => {
      this.#cycle = undefined;
    });
    return { result, abort };
  }

  #arm(): void {
    const at = asEpochMs(this.#ports.clock.now() + this.#options.intervalMs);
    this.#cancelTimer = this.#ports.clock.schedule(at, () => void this.#tick());
  }

  async #tick(): Promise<void> {
    try {
      await this.runCycle();
    } catch (error) {
      this.#ports.log.error("Cannot clean up images", { error: String(error) });
    }
    if (this.#cancelTimer !== undefined) this.#arm();
  }

  #stop(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#cycle?.abort.abort(new Error("image clean-up has ended"));
  }

  async #run(signal: AbortSignal): Promise<CleanupResult> {
    const removed: string[] = [];
    const failed = new Set<string>();
    const disk = await this.#readDisk();
    const remove = async (): Promise<boolean> => {
      const next = await this.#next(failed, signal);
      if (next === undefined) return false;
      if (await this.#remove(next, signal)) removed.push(next.imageId);
      else failed.add(next.imageId);
      return true;
    };
    // A failed removal uses up one of the cycle's tries. Source: engine-behaviour 6.4.
    for (let tries = 0; tries < this.#options.imagesPerCycle && (await remove()); tries++);
    if (disk !== undefined && isPressed(disk)) while ((await this.#isAboveLow()) && (await remove()));
    const quota = this.#options.imagesPerCycle - removed.length;
    const others = await this.#untracked.run(Math.max(0, quota), signal);
    return { removed: [...removed, ...others], failed: [...failed] };
  }

  /** Docker is asked each time: a container may have been made meanwhile. When it cannot say, nothing goes. */
  async #next(failed: ReadonlySet<string>, signal: AbortSignal): Promise<ImageState | undefined> {
    const states = this.#records.all().filter((state) => !failed.has(state.imageId));
    if (signal.aborted || imageStatesForDeletion(states, this.#rules(), 1).length === 0) return undefined;
    try {
      const inUse = await containersByImage(this.#ports.docker, signal);
      return imageStatesForDeletion(states, this.#rules(inUse), 1)[0];
    } catch (error) {
      if (signal.aborted) return undefined;
      this.#ports.log.warn("Cannot tell which images containers use: none is removed", { error: String(error) });
      return undefined;
    }
  }

  #rules(inUse: ImagesInUse = new Map()): CleanupRules {
    const { minimumAgeMs, excluded, untracked, removeNotPulled = untracked !== undefined } = this.#options;
    return {
      now: this.#ports.clock.now(),
      minimumAgeMs,
      excluded,
      removeNotPulled,
      isBusy: (state) => this.#locks.isUsed(state.names),
      usedBy: (imageId) => inUse.get(imageId),
    };
  }

  async #isAboveLow(): Promise<boolean> {
    const disk = await this.#readDisk();
    return disk !== undefined && disk.usedPart >= disk.low;
  }

  async #readDisk(): Promise<DiskReading | undefined> {
    const pressure = this.#options.diskPressure;
    if (pressure === undefined) return undefined;
    try {
      const usedPart = await pressure.usedPart();
      return usedPart === undefined ? undefined : { usedPart, high: pressure.high, low: pressure.low };
    } catch (error) {
      this.#ports.log.warn("Cannot tell how full the disk is", { error: String(error) });
      return undefined;
    }
  }

  /** Untags each name; without names the image goes by its id. `false` when something of it stayed. */
  async #remove(state: ImageState, signal: AbortSignal): Promise<boolean> {
    const removed = await this.#locks.delete(state.names, async () => {
      if (state.names.length === 0) return this.#removeById(state.imageId, signal);
      const results: boolean[] = [];
      for (const name of state.names) results.push(await this.#removeName(state.imageId, name, signal));
      return results.every(Boolean);
    });
    return removed ?? false;
  }

  #removeName(imageId: string, name: string, signal: AbortSignal): Promise<boolean> {
    return this.#try(name, signal, () => this.#records.dropName(imageId, name));
  }

  #removeById(imageId: string, signal: AbortSignal): Promise<boolean> {
    return this.#try(imageId, signal, () => this.#records.drop(imageId));
  }

  async #try(reference: string, signal: AbortSignal, drop: () => readonly Mutation[]): Promise<boolean> {
    try {
      await this.#ports.docker.removeImage(reference, { timeoutMs: REMOVE_TIMEOUT_MS, signal });
      await this.#save(drop());
      return true;
    } catch (error) {
      // Cut off by the end: the next process finds the image, or finds it gone, which counts as removed.
      if (signal.aborted) return false;
      this.#ports.log.warn("Cannot remove an image: it is left for the next cycle", {
        image: reference,
        error: String(error),
      });
      return false;
    }
  }
}

const OFF = "image clean-up is switched off";
