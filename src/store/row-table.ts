/**
 * How rows lie in the key-value file. Each value begins with a checksum of its row, and one row tells how many others
 * there are and what their checksums come to: a page that went bad is noticed, whether it changes rows or loses them.
 */
import { crc32 } from "node:zlib";
import { unreachable } from "../core/assert.ts";
import type { Mutation } from "../ports/state-store.ts";
import { persistedTask } from "./persisted.ts";
import type { RawState } from "./state-document.ts";

/** `["task", arn]`, `["change", arn, sequence]`, `["image", id]`, `["meta", key]`. */
export type RowKey = readonly [kind: "task" | "change" | "image" | "meta", id: string, sequence?: number];

/** What a mutation comes to in the file. Acknowledging is worked out when its turn comes. */
export type RowOperation =
  | { readonly type: "put"; readonly key: RowKey; readonly json: string }
  | { readonly type: "remove"; readonly key: RowKey }
  | { readonly type: "acknowledge"; readonly taskArn: string; readonly upTo: number };

/** Number of rows and the exclusive-or of their checksums: the same whatever the order they were written in. */
export type Fingerprint = { readonly count: number; readonly mix: number };

export const SCHEMA_KEY = ["store", "schema"] as const;
export const FINGERPRINT_KEY = ["store", "rows"] as const;
export const CHECKSUM_DIGITS = 8;

/** @throws {TypeError} when a row cannot be written as JSON */
export function toOperation(mutation: Mutation): RowOperation {
  switch (mutation.type) {
    case "putTask":
      return put(["task", mutation.task.arn], persistedTask(mutation.task));
    case "deleteTask":
      return { type: "remove", key: ["task", mutation.taskArn] };
    case "putChange":
      return put(["change", mutation.change.taskArn, mutation.change.sequence], mutation.change);
    case "acknowledge":
      return { type: "acknowledge", taskArn: mutation.taskArn, upTo: mutation.upTo };
    case "putImage":
      return put(["image", mutation.image.imageId], mutation.image);
    case "deleteImage":
      return { type: "remove", key: ["image", mutation.imageId] };
    case "putMeta":
      return put(["meta", mutation.key], mutation.value);
    default:
      return unreachable(mutation);
  }
}

export function keyText(key: RowKey): string {
  return JSON.stringify(key);
}

function checksumOf(key: RowKey, json: string): number {
  return crc32(json, crc32(keyText(key)));
}

/** The JSON of a row, or `undefined` when it is not what was written. */
export function checkedJson(key: RowKey, value: string): string | undefined {
  const json = value.slice(CHECKSUM_DIGITS);
  return value.slice(0, CHECKSUM_DIGITS) === checksumText(checksumOf(key, json)) ? json : undefined;
}

export function storedChecksum(value: string): number {
  return Number.parseInt(value.slice(0, CHECKSUM_DIGITS), 16);
}

/** Rows in the order of their keys, as the raw state that is then read through the schema. */
export function toRawState(rows: readonly (readonly [RowKey, unknown])[]): RawState {
  const ofKind = (kind: RowKey[0]) => rows.filter(([key]) => key[0] === kind);
  const contents = (kind: RowKey[0]) => ofKind(kind).map(([, content]) => content);
  const meta = ofKind("meta").map(([[, key], content]) => [key, String(content)]);
  return {
    tasks: contents("task"),
    changes: contents("change"),
    images: contents("image"),
    meta: Object.fromEntries(meta),
  };
}

function put(key: RowKey, content: unknown): RowOperation {
  return { type: "put", key, json: JSON.stringify(content) };
}

/** As it stands before a row. */
export function checksumText(checksum: number): string {
  return checksum.toString(16).padStart(CHECKSUM_DIGITS, "0");
}
