/**
 * A safe copy of a document: plain objects and lists only, null members left out (a null in a list stays), bounded in depth and size.
 * Everything after this step may recurse and may write to the copy.
 */
import type { Report } from "./problem.ts";
import { childPath } from "./problem.ts";

/** A real definition is 8 levels deep. */
const DEPTH_MAX = 64;
/** Values in one document; AWS takes 64 KiB, which holds some thousands. */
const NODES_MAX = 200_000;

type Progress = { nodes: number; full: boolean; readonly report: Report };

/** Copies `input`. Findings: `document-too-deep`, `document-too-large`, `unsafe-member`. */
export function prepare(input: unknown, report: Report): unknown {
  return copy(input, "", 0, { nodes: 0, full: false, report });
}

function copy(value: unknown, path: string, depth: number, progress: Progress): unknown {
  if (typeof value !== "object" || value === null) return value;
  progress.nodes += 1;
  if (progress.nodes > NODES_MAX) return tooLarge(progress);
  if (depth > DEPTH_MAX) return tooDeep(path, progress);
  if (Array.isArray(value)) return copyList(value, path, depth, progress);
  return copyObject(value, path, depth, progress);
}

function copyList(list: readonly unknown[], path: string, depth: number, progress: Progress): unknown[] {
  const copies: unknown[] = [];
  for (let index = 0; index < list.length && !progress.full; index++) {
    progress.nodes += 1;
    if (progress.nodes > NODES_MAX) tooLarge(progress);
    const item = list[index];
    // A null stays, so that the indices of later findings are right; the shape check reports it.
    copies.push(copy(item ?? null, childPath(path, index), depth + 1, progress));
  }
  return copies;
}

function copyObject(object: object, path: string, depth: number, progress: Progress): Record<string, unknown> {
  const copied: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(object)) {
    if (progress.full) break;
    progress.nodes += 1;
    if (progress.nodes > NODES_MAX) tooLarge(progress);
    if (value === null || value === undefined) continue;
    if (key === "__proto__") {
      progress.report("unsafe-member", childPath(path, key), 'A member may not be named "__proto__"', {
        severity: "warning",
        fix: "Remove it: it is ignored",
      });
      continue;
    }
    copied[key] = copy(value, childPath(path, key), depth + 1, progress);
  }
  return copied;
}

function tooLarge(progress: Progress): undefined {
  if (!progress.full) {
    progress.report("document-too-large", "", `The document holds more than ${NODES_MAX} values`, {
      fix: "Split it: one task definition has at most ten containers",
    });
  }
  progress.full = true;
  return undefined;
}

function tooDeep(path: string, progress: Progress): undefined {
  const shown = path.length > 120 ? `${path.slice(0, 120)}…` : path;
  progress.report("document-too-deep", shown, `Objects and lists are nested more than ${DEPTH_MAX} levels deep`, {
    fix: "Check the brackets: a task definition is about eight levels deep",
  });
  return undefined;
}
