/**
 * A safe copy of a document: plain objects and lists only, null members left out (a null in a list stays), bounded in depth and size.
 * Everything after this step may recurse and may write to the copy.
 */
import { hint, remove } from "./fix.ts";
import type { Report, Trail } from "./problem.ts";
import { trailPath } from "./problem.ts";

/** A real definition is 8 levels deep. */
const DEPTH_MAX = 64;
/** Values in one document; AWS takes 64 KiB, which holds some thousands. */
const NODES_MAX = 200_000;

/**
 * `input` itself when a copy would say the same, as it does of nearly every file; else its copy, see {@link prepare}. Making
 * the copy takes as long as parsing the text. Nothing may be written to what comes back.
 */
export function plainOrCopy(input: unknown, report: Report): unknown {
  return isPlain(input, 0, { left: NODES_MAX }) ? input : prepare(input, report);
}

type Budget = { left: number };

function isPlain(value: unknown, depth: number, budget: Budget): boolean {
  budget.left -= 1;
  if (budget.left < 0 || value === null || value === undefined) return false;
  if (typeof value !== "object") return true;
  if (depth > DEPTH_MAX) return false;
  return Array.isArray(value) ? isPlainList(value, depth, budget) : isPlainObject(value, depth, budget);
}

function isPlainList(list: readonly unknown[], depth: number, budget: Budget): boolean {
  const maker: unknown = list.constructor; // what the methods of a list ask for before they make another
  if (maker !== Array) return false;
  for (let index = 0; index < list.length; index++) if (!isPlain(list[index], depth + 1, budget)) return false;
  return true;
}

function isPlainObject(object: object, depth: number, budget: Budget): boolean {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && prototype !== null) return false;
  const source = object as Readonly<Record<string, unknown>>;
  for (const key in source) if (key === "__proto__" || !isPlain(source[key], depth + 1, budget)) return false;
  return true;
}

type Progress = { nodes: number; full: boolean; readonly trail: Trail; readonly report: Report };

/** Copies `input`; the copy is its receiver's own. Findings: `document-too-deep`, `document-too-large`, `unsafe-member`. */
export function prepare(input: unknown, report: Report): unknown {
  return copy(input, { nodes: 0, full: false, trail: [], report });
}

function copy(value: unknown, progress: Progress): unknown {
  progress.nodes += 1;
  if (progress.nodes > NODES_MAX) return tooLarge(progress);
  if (typeof value !== "object" || value === null) return value;
  if (progress.trail.length > DEPTH_MAX) return tooDeep(progress);
  return Array.isArray(value) ? copyList(value, progress) : copyObject(value, progress);
}

function copyList(list: readonly unknown[], progress: Progress): unknown[] {
  const copies: unknown[] = [];
  for (let index = 0; index < list.length && !progress.full; index++) {
    progress.trail.push(index);
    // A null stays, so that the indices of later findings are right; the shape check reports it.
    copies.push(copy(list[index] ?? null, progress));
    progress.trail.pop();
  }
  return copies;
}

function copyObject(object: object, progress: Progress): Record<string, unknown> {
  const copied: Record<string, unknown> = {};
  const source = object as Readonly<Record<string, unknown>>;
  for (const key of Object.keys(source)) {
    if (progress.full) break;
    const value = source[key];
    if (value === null || value === undefined) continue;
    progress.trail.push(key);
    if (key === "__proto__") reportUnsafe(progress);
    else copied[key] = copy(value, progress);
    progress.trail.pop();
  }
  return copied;
}

function reportUnsafe({ report, trail }: Progress): void {
  report("unsafe-member", trailPath(trail), 'A member may not be named "__proto__"', {
    severity: "warning",
    fix: remove(trailPath(trail), "Remove it: it is ignored"),
  });
}

function tooLarge(progress: Progress): undefined {
  if (!progress.full) {
    progress.report("document-too-large", "", `The document holds more than ${NODES_MAX} values`, {
      fix: hint("Split it: one task definition has at most ten containers"),
    });
  }
  progress.full = true;
  return undefined;
}

const SHOWN_MAX = 120;

function tooDeep({ report, trail }: Progress): undefined {
  const path = trailPath(trail);
  const shown = path.length > SHOWN_MAX ? `${path.slice(0, SHOWN_MAX)}…` : path;
  report("document-too-deep", shown, `Objects and lists are nested more than ${DEPTH_MAX} levels deep`, {
    fix: hint("Check the brackets: a task definition is about eight levels deep"),
  });
  return undefined;
}
