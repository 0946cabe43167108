/**
 * Every task definition of the corpus: the valid ones validate, the others are refused for the reasons that the index states,
 * and what only lacks filling in or its surroundings validates once it has them.
 */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { unwrapDocument } from "../../src/core/definition/document.ts";
import { applyChanges, keysOfPath } from "../../src/core/definition/fix.ts";
import { limitationsOf } from "../../src/core/definition/limitations.ts";
import { TASK_MEMBERS } from "../../src/core/definition/members.ts";
import { findPlaceholders } from "../../src/core/definition/placeholders.ts";
import type { Problem } from "../../src/core/definition/problem.ts";
import { isError } from "../../src/core/definition/problem.ts";
import type { RuleId } from "../../src/core/definition/rules.ts";
import { RULE_IDS, RULES } from "../../src/core/definition/rules.ts";
import { withoutUnset } from "../../src/core/definition/unset.ts";
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

/** What AWS refuses, also where it keeps nothing from running here. */
function faultsOf(input: unknown): readonly Problem[] {
  const { problems } = validateTaskDefinition(input);
  return problems.filter((problem) => isError(problem) || FAULTS.has(problem.rule));
}

/** The index was made by the documentation, which knows no other first word of a health check. */
const FAULTS: ReadonlySet<RuleId> = new Set([
  ...RULE_IDS.filter((id) => RULES[id].restsOn === "AWS"),
  "health-check-command",
]);

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

/** Empty values count as absent, which the index did not know: a health check without members is none. */
function isUnset(input: unknown, { path, rule, container }: Reason): boolean {
  const at = path ?? (rule === "health-check" ? `${containerPaths(input, container ?? "")[0]}.healthCheck` : undefined);
  if (at === undefined) return false;
  // What the reason asks for inside is not missing where the whole is absent.
  const keys = keysOfPath(at.replace(/\.(?:command|logDriver)$/, ""));
  const valueIn = (document: unknown) => keys.reduce((value, key) => Reflect.get(Object(value), key), document);
  return valueIn(input) !== undefined && valueIn(withoutUnset(input as object, TASK_MEMBERS)) === undefined;
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

  it.each(byVerdict("no").map(({ file, valid }) => [file, valid] as const))(
    "%s has its faults named: %s",
    (file, valid) => {
      const input = read(file);
      const faults = faultsOf(input);
      const unanswered = readReasons(valid).filter(
        (reason) => !isUnset(input, reason) && !faults.some((problem) => answers(problem, reason, input)),
      );
      expect({ unanswered, found: unanswered.length > 0 ? shown(faults) : [] }).toEqual({ unanswered: [], found: [] });
    },
  );

  it.each(rows.map(({ file }) => file))("%s: what is printed to be written mends it", (file) => {
    const input = read(file);
    const before = validateTaskDefinition(input).problems;
    for (const { rule, path, message, ways = [] } of before) {
      const mending = ways.filter((way) => way.every(({ op }) => op !== "option"));
      const after = mending.map((way) => validateTaskDefinition(applyChanges(input, way)).problems);
      const same = (problems: readonly Problem[]) =>
        problems.filter((each) => each.rule === rule && each.message === message).length;
      for (const problems of after) expect(same(problems), `${rule} ${path}`).toBeLessThan(same(before));
      const known = new Set(before.map((each) => `${each.rule} ${each.path}`));
      const worse = after.map((problems) =>
        problems.filter((each) => isError(each) && !known.has(`${each.rule} ${each.path}`)),
      );
      if (worse.length > 0) expect(worse.map(shown), `${rule} ${path}`).toContainEqual([]);
    }
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
  // Its only other mistakes are empty values, which count as absent.
  const ONLY_EMPTY = "ecs-task-def-fargate.json";
  const mistaken = byVerdict("no:").filter(({ file }) => file !== ONLY_PLACEHOLDERS && file !== ONLY_EMPTY);

  it.each(mistaken.map(({ file }) => file))("%s keeps its faults once filled in", (file) => {
    expect(faultsOf(fillAll(read(file)))).not.toEqual([]);
  });

  it.each([ONLY_PLACEHOLDERS, ONLY_EMPTY])("%s validates once filled in", (file) => {
    expect(shown(errorsOf(fillAll(read(file))))).toEqual([]);
  });
});
