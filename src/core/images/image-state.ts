/**
 * What is remembered of an image that tasks use: one record an image id.
 * Source: engine-behaviour 6.1, engine-modern 13.2.
 */
import type { EpochMs } from "../brand.ts";

/** The record of one image. Source: engine-behaviour 6.1. */
export type ImageState = {
  readonly imageId: string;
  /** Names as tasks write them. May be empty when all have moved to other images. */
  readonly names: readonly string[];
  readonly sizeBytes: number;
  /** Last successful pull, or when the record was made. */
  readonly pulledAt: EpochMs;
  /** When the record was made, then when a reference went. */
  readonly lastUsedAt: EpochMs;
  readonly pullSucceeded: boolean;
  /** Who uses it: `taskArn/containerName`. Not stored; rebuilt from the tasks after a restart. */
  readonly references: ReadonlySet<string>;
};

/**
 * Same container names occur in many tasks, so the task is part of it. Joined, so that it is one string: sets keep it, and
 * would keep the tree that a template makes as well. Source: W-52.
 */
export function referenceKey(taskArn: string, containerName: string): string {
  return [taskArn, containerName].join("/");
}
