/**
 * What a life leaves for its judge: one JSON line an entry, written with one system call each, so that a SIGKILL leaves
 * whole lines only.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import type { StateChange } from "../../src/core/state-change.ts";

export type Entry =
  /** A process took up the state; `run` counts from 1. */
  | { readonly type: "opened"; readonly run: number }
  | { readonly type: "added"; readonly run: number; readonly taskArn: string }
  /** A state change was handed out; it is acknowledged only after this line. */
  | { readonly type: "change"; readonly run: number; readonly change: StateChange }
  /** All tasks rest (1), all are gone (2). */
  | { readonly type: "reached"; readonly run: number; readonly phase: 1 | 2 }
  /** Something that must never be. */
  | { readonly type: "problem"; readonly run: number; readonly text: string };

export function writeEntry(file: string, entry: Entry): void {
  appendFileSync(file, `${JSON.stringify(entry)}\n`);
}

export function readEntries(file: string): readonly Entry[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n").filter(Boolean);
  return lines.map((line): Entry => JSON.parse(line));
}
