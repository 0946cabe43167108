/** The rows that the state consists of: their keys, and what a mutation does to them. */
import { unreachable } from "../core/assert.ts";
import type { RawState } from "../core/saved/contents.ts";
import type { Mutation } from "../ports/state-store.ts";
import { changeText } from "./change-text.ts";
import { jsonOfText } from "./json-text.ts";
import { taskText } from "./task-text.ts";

/** `["task", arn]`, `["change", arn, sequence]`, `["image", id]`, `["meta", key]`; as text it is this JSON. */
export type RowKey = readonly [kind: "task" | "change" | "image" | "meta", id: string, sequence?: number];

/** What a mutation comes to. Which rows an acknowledgement removes is worked out when its turn comes. */
export type RowOperation =
  | { readonly type: "put"; readonly key: string; readonly json: string }
  /** Changes a row that is there; `whole` gives that row as it is then. */
  | { readonly type: "patch"; readonly key: string; readonly json: string; readonly whole: () => string }
  | { readonly type: "putChange"; readonly taskArn: string; readonly sequence: number; readonly json: string }
  | { readonly type: "remove"; readonly key: string }
  | { readonly type: "acknowledge"; readonly taskArn: string; readonly upTo: number };

/** @throws {TypeError} when a row cannot be written as JSON */
export function toOperation(mutation: Mutation): RowOperation {
  switch (mutation.type) {
    case "putTask":
      return { type: "put", key: keyText(["task", mutation.task.arn]), json: taskText(mutation.task) };
    case "deleteTask":
      return { type: "remove", key: keyText(["task", mutation.taskArn]) };
    case "putChange": {
      const { taskArn, sequence } = mutation.change;
      return { type: "putChange", taskArn, sequence, json: changeText(mutation.change) };
    }
    case "acknowledge":
      return { type: "acknowledge", taskArn: mutation.taskArn, upTo: mutation.upTo };
    case "putImage":
      return put(["image", mutation.image.imageId], mutation.image);
    case "deleteImage":
      return { type: "remove", key: keyText(["image", mutation.imageId]) };
    case "putMeta":
      return put(["meta", mutation.key], mutation.value);
    default:
      return unreachable(mutation);
  }
}

export function keyText([kind, id, sequence]: RowKey): string {
  // Joined, so that it is one string: a template makes a tree, which the maps that it is a key of keep beside its text.
  return sequence === undefined
    ? ['["', kind, '",', jsonOfText(id), "]"].join("")
    : sequenceKeyText(kind, id, sequence);
}

/** The key of a state change, as text. */
export function changeKey(taskArn: string, sequence: number): string {
  return sequenceKeyText("change", taskArn, sequence);
}

/** In the place of a key: of this task's changes those up to a number are no more. */
export function acknowledgementKey(taskArn: string, upTo: number): string {
  return sequenceKeyText("acknowledged", taskArn, upTo);
}

/** The JSON of a list of these, put together by hand in half the time. */
function sequenceKeyText(kind: string, id: string, sequence: number): string {
  return `["${kind}",${jsonOfText(id)},${sequence}]`;
}

export function isChangeKey(text: string): boolean {
  return text.startsWith('["change",');
}

export function isAcknowledgement(text: string): boolean {
  return text.startsWith('["acknowledged",');
}

/** What the key of a change or an acknowledgement is about, or undefined when it is none that was ever written. */
export function parseSequenceKey(text: string): { readonly taskArn: string; readonly sequence: number } | undefined {
  const key = parseJson(text);
  if (!Array.isArray(key)) return undefined;
  const [, taskArn, sequence] = key;
  return typeof taskArn === "string" && typeof sequence === "number" ? { taskArn, sequence } : undefined;
}

/** The key that a text is, or undefined when it is none that was ever written. */
export function parseKey(text: string): RowKey | undefined {
  const key = parseJson(text);
  if (!Array.isArray(key)) return undefined;
  const [kind, id, sequence] = key;
  if (typeof id !== "string") return undefined;
  if (kind === "change") return typeof sequence === "number" ? [kind, id, sequence] : undefined;
  const isKind = kind === "task" || kind === "image" || kind === "meta";
  return isKind && key.length === 2 ? [kind, id] : undefined;
}

/** Rows as the raw state that is then read through the schema: ordered by key. */
export function toRawState(rows: readonly (readonly [RowKey, unknown])[]): RawState {
  const ordered = rows.toSorted(([a], [b]) => compareKeys(a, b));
  const ofKind = (kind: RowKey[0]) => ordered.filter(([key]) => key[0] === kind);
  const contents = (kind: RowKey[0]) => ofKind(kind).map(([, content]) => content);
  const meta = ofKind("meta").map(([[, key], content]) => [key, String(content)]);
  return {
    tasks: contents("task"),
    changes: contents("change"),
    images: contents("image"),
    meta: Object.fromEntries(meta),
  };
}

function compareKeys([, a, first = 0]: RowKey, [, b, second = 0]: RowKey): number {
  if (a !== b) return a < b ? -1 : 1;
  return first - second;
}

function put(key: RowKey, content: unknown): RowOperation {
  return { type: "put", key: keyText(key), json: JSON.stringify(content) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
