/** Rows for the tests of the stores. */
import { asEpochMs, asTaskArn } from "../../src/core/brand.ts";
import type { StateChange } from "../../src/core/state-change.ts";
import type { ImageRow } from "../../src/ports/state-store.ts";

export const TASK_A = `arn:aws:ecs:us-east-1:000000000000:task/default/${"a".repeat(32)}`;
export const TASK_B = `arn:aws:ecs:us-east-1:000000000000:task/default/${"b".repeat(32)}`;

export function aChange(taskArn: string, sequence: number): StateChange {
  return { type: "task", taskArn: asTaskArn(taskArn), sequence, at: asEpochMs(1_000 + sequence), status: "RUNNING" };
}

export function anImage(imageId: string): ImageRow {
  return { imageId, names: ["app:1"], sizeBytes: 5, pulledAt: 1, lastUsedAt: 2, pullSucceeded: true };
}
