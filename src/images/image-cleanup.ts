/**
 * Removes images that no task uses any more, a few each cycle. A failure costs its image this cycle and nothing else.
 * Source: engine-modern 13.3, 13.5; engine-behaviour 6.4.
 *
 * INVARIANTS
 * - An image with a reference, one that is excluded and one that is being pulled is never removed.
 * - Cycles do not overlap: who asks for one while one runs gets the result of that one.
 */

import { asEpochMs } from "../core/brand.ts";
import {
  type CleanupRules,
  type CleanupVerdict,
  explainImages,
  imageStatesForDeletion,
} from "../core/images/cleanup-policy.ts";
import type { ImageState } from "../core/images/image-state.ts";
import type { Mutation } from "../ports/state-store.ts";
import type { ImageCleanupOptions } from "./cleanup-options.ts";
import type { ImageLocks } from "./image-locks.ts";
import type { ImageRecords } from "./image-records.ts";
import type { ImagePorts } from "./types.ts";
import { UntrackedCleanup } from "./untracked-cleanup.ts";

export type CleanupResult = {
  readonly removed: readonly string[];
  readonly failed: readonly string[];
};

const REMOVE_TIMEOUT_MS = 3 * 60_000;

export class ImageCleanup {
  readonly #ports: ImagePorts;
  readonly #records: ImageRecords;
  readonly #locks: ImageLocks;
  readonly #options: ImageCleanupOptions;
  readonly #save: (mutations: readonly Mutation[]) => Promise<void>;
  readonly #untracked: UntrackedCleanup | undefined;
  #cycle: Promise<CleanupResult> | undefined;

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
    this.#untracked =
      options.untracked === undefined ? undefined : new UntrackedCleanup(ports, parts, options, options.untracked);
  }

  /** Runs a cycle every interval until the signal fires. Does nothing when clean-up is off. Source: IM-22. */
  start(signal: AbortSignal): void {
    if (!this.#options.enabled || signal.aborted) return;
    const cancel = this.#ports.clock.schedule(asEpochMs(this.#ports.clock.now() + this.#options.intervalMs), () => {
      signal.removeEventListener("abort", cancel);
      this.runCycle().then(
        () => this.start(signal),
        (error: unknown) => {
          this.#ports.log.error("Cannot clean up images", { error: String(error) });
          this.start(signal);
        },
      );
    });
    signal.addEventListener("abort", cancel, { once: true });
  }

  /** What the next cycle would do with each recorded image, and why. */
  explain(): readonly CleanupVerdict[] {
    if (this.#options.enabled) {
      return explainImages(this.#records.all(), this.#rules(), this.#options.imagesPerCycle);
    }
    return this.#records
      .all()
      .map(({ imageId, names }) => ({ type: "keep", imageId, names, reason: "image clean-up is switched off" }));
  }

  runCycle(): Promise<CleanupResult> {
    this.#cycle ??= this.#run().finally(() => {
      this.#cycle = undefined;
    });
    return this.#cycle;
  }

  async #run(): Promise<CleanupResult> {
    const removed: string[] = [];
    const failed = new Set<string>();
    const isPressed = await this.#isAbove("high");
    const remove = async (): Promise<boolean> => {
      const next = this.#next(failed);
      if (next === undefined) return false;
      if (await this.#remove(next)) removed.push(next.imageId);
      else failed.add(next.imageId);
      return true;
    };
    // A failed removal uses up one of the cycle's tries. Source: engine-behaviour 6.4.
    for (let tries = 0; tries < this.#options.imagesPerCycle && (await remove()); tries++);
    while (isPressed && (await this.#isAbove("low")) && (await remove()));
    const quota = this.#options.imagesPerCycle - removed.length;
    const others = await this.#untracked?.run(Math.max(0, quota));
    return { removed: [...removed, ...(others ?? [])], failed: [...failed] };
  }

  #next(failed: ReadonlySet<string>): ImageState | undefined {
    const states = this.#records.all().filter((state) => !failed.has(state.imageId));
    return imageStatesForDeletion(states, this.#rules(), 1)[0];
  }

  #rules(): CleanupRules {
    const { minimumAgeMs, excluded } = this.#options;
    const isBusy = (state: ImageState) => this.#locks.isUsed(state.names);
    return { now: this.#ports.clock.now(), minimumAgeMs, excluded, isBusy };
  }

  async #isAbove(mark: "high" | "low"): Promise<boolean> {
    const pressure = this.#options.diskPressure;
    if (pressure === undefined) return false;
    try {
      return (await pressure.usedPart()) >= pressure[mark];
    } catch (error) {
      this.#ports.log.warn("Cannot tell how full the disk is", { error: String(error) });
      return false;
    }
  }

  /** Untags each name; without names the image goes by its id. `false` when something of it stayed. */
  async #remove(state: ImageState): Promise<boolean> {
    const removed = await this.#locks.delete(state.names, async () => {
      if (state.names.length === 0) return this.#removeById(state.imageId);
      const results: boolean[] = [];
      for (const name of state.names) results.push(await this.#removeName(state.imageId, name));
      return results.every(Boolean);
    });
    return removed ?? false;
  }

  #removeName(imageId: string, name: string): Promise<boolean> {
    return this.#try(name, () => this.#records.dropName(imageId, name));
  }

  #removeById(imageId: string): Promise<boolean> {
    return this.#try(imageId, () => this.#records.drop(imageId));
  }

  async #try(reference: string, drop: () => readonly Mutation[]): Promise<boolean> {
    try {
      await this.#ports.docker.removeImage(reference, { timeoutMs: REMOVE_TIMEOUT_MS });
      await this.#save(drop());
      return true;
    } catch (error) {
      this.#ports.log.warn("Cannot remove an image: it is left for the next cycle", {
        image: reference,
        error: String(error),
      });
      return false;
    }
  }
}
