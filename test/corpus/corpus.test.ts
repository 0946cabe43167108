/**
 * Every task definition of the corpus: the valid ones validate, the others are refused for the reasons that the index states,
 * and what only lacks filling in or its surroundings validates once it has them.
 */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { unwrapDocument } from "../../src/core/definition/document.ts";
import { limitationsOf } from "../../src/core/definition/limitations.ts";
import { findPlaceholders } from "../../src/core/definition/placeholders.ts";
import type { Problem } from "../../src/core/definition/problem.ts";
import { isError } from "../../src/core/definition/problem.ts";
import { validateTaskDefinition } from "../../src/core/definition/validate.ts";
import { addSurroundings, fillAll } from "./fill-in.ts";
import { readIndex } from "./read-index.ts";
import type { Reason } from "./reasons.ts";
import { readReasons } from "./reasons.ts";

const CORPUS = fileURLToPath(new URL("../../../shared/corpus/", import.meta.url));
const isThere = existsSync(`${CORPUS}index.csv`);
const rows = isThere ? readIndex(readFileSync(`${CORPUS}index.csv`, "utf8")) : [];
const byVerdict = (start: string) => rows.filter(({ valid }) => valid.startsWith(start));

function read(file: string): unknown {
  return unwrapDocument(JSON.parse(readFileSync(`${CORPUS}task-definitions/${file}`, "utf8"))).input;
}

function errorsOf(input: unknown): readonly Problem[] {
  return validateTaskDefinition(input).problems.filter(isError);
}

const shown = (problems: readonly Problem[]) =>
  problems.map(({ rule, path, message }) => `${rule} ${path}: ${message}`);

/** Paths of the containers that have this name. */
function containerPaths(input: unknown, name: string): string[] {
  const containers = (input as { containerDefinitions: readonly { name?: unknown }[] }).containerDefinitions;
  return containers.flatMap((container, index) => (container.name === name ? [`containerDefinitions[${index}]`] : []));
}

function answers(problem: Problem, reason: Reason, input: unknown): boolean {
  if (problem.rule !== reason.rule) return false;
  if (reason.path !== undefined) return problem.path === reason.path;
  if (reason.container === undefined) return true;
  const paths = containerPaths(input, reason.container);
  // A container without a name is shown by its number in the index.
  return paths.length === 0 || paths.some((path) => problem.path === path || problem.path.startsWith(`${path}.`));
}

describe.skipIf(!isThere)("corpus of published task definitions (not beside this checkout: nothing is tested)", () => {
  it("has an index whose every row is one of the known verdicts", () => {
    const counts = ["yes", "no:", "no, placeholders only:", "no, wrapping only:"].map(
      (start) => byVerdict(start).length,
    );
    expect(counts).toEqual([124, 39, 67, 15]);
    expect(rows).toHaveLength(245);
  });

  it.each(byVerdict("yes").map(({ file }) => file))("%s validates", (file) => {
    const validation = validateTaskDefinition(read(file));
    expect(shown(validation.problems.filter(isError))).toEqual([]);
    expect(validation.ok).toBe(true);
    if (validation.ok) {
      expect(validateTaskDefinition(validation.definition)).toMatchObject({
        ok: true,
        definition: validation.definition,
      });
      expect(limitationsOf(validation.definition).every(({ severity }) => severity === "warning")).toBe(true);
    }
  });

  it.each(byVerdict("no").map(({ file, valid }) => [file, valid] as const))("%s is refused: %s", (file, valid) => {
    const input = read(file);
    const errors = errorsOf(input);
    const unanswered = readReasons(valid).filter(
      (reason) => !errors.some((problem) => answers(problem, reason, input)),
    );
    expect({ unanswered, found: unanswered.length > 0 ? shown(errors) : [] }).toEqual({ unanswered: [], found: [] });
  });

  it.each(byVerdict("no, placeholders only").map(({ file }) => file))("%s validates once filled in", (file) => {
    const input = read(file);
    const named = new Set(findPlaceholders(input).map(({ path }) => path));
    expect(errorsOf(input).filter(({ path }) => !named.has(path))).toEqual([]);
    expect(shown(errorsOf(fillAll(input)))).toEqual([]);
  });

  it.each(byVerdict("no, wrapping only").map(({ file }) => file))("%s validates with its surroundings", (file) => {
    const filled = fillAll(read(file));
    expect(shown(errorsOf(addSurroundings(filled, errorsOf(filled))))).toEqual([]);
  });

  // Its family is "firelens-repro-{INSERT ticket/issue ID}", which the index counts as a mistake and Berth as a placeholder.
  const ONLY_PLACEHOLDERS = "task-def-template-firelens-scratch-volume.json";
  const mistaken = byVerdict("no:").filter(({ file }) => file !== ONLY_PLACEHOLDERS);

  it.each(mistaken.map(({ file }) => file))("%s stays refused once filled in", (file) => {
    expect(errorsOf(fillAll(read(file)))).not.toEqual([]);
  });

  it(`${ONLY_PLACEHOLDERS} validates once filled in`, () => {
    expect(shown(errorsOf(fillAll(read(ONLY_PLACEHOLDERS))))).toEqual([]);
  });
});
