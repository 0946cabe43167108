/**
 * Is this a task definition that ECS would take? Collects every problem, in the order in which RegisterTaskDefinition
 * checks: types, then the rules, then what the model alone asks for, then enums, then warnings.
 * Source: interfaces 1.3.
 */
import { checkMembers } from "./check-members.ts";
import { hint } from "./fix.ts";
import { isWithoutEffect } from "./member-effect.ts";
import { OUTPUT_ONLY_MEMBERS, TASK_MEMBERS } from "./members.ts";
import { normalise } from "./normalise.ts";
import { findPlaceholders } from "./placeholders.ts";
import { plainOrCopy, prepare } from "./prepare.ts";
import type { Problem } from "./problem.ts";
import { isError, ProblemList } from "./problem.ts";
import { namePlaceholders } from "./report-placeholders.ts";
import { RULE_CHECKS } from "./rule-checks.ts";
import { ruleContext } from "./rule-context.ts";
import type { SourceOf } from "./shape.ts";
import { asShaped, checkShape } from "./shape.ts";
import type { TaskDefinition } from "./types.ts";
import { withoutUnset } from "./unset.ts";
import type { WireTask } from "./wire.ts";

export type ValidationOptions = {
  /** Name unfilled placeholders (default true). An API server leaves that to the caller's tools. */
  readonly placeholders?: boolean;
  /** How the file spells a number, for findings about it; the document itself knows 1.10 as 1.1 only. */
  readonly sourceOf?: SourceOf;
};

export type Validation =
  /** `problems` are warnings. The definition is normalised and deeply frozen. */
  | { readonly ok: true; readonly definition: TaskDefinition; readonly problems: readonly Problem[] }
  /** At least one error; never empty. */
  | {
      readonly ok: false;
      readonly problems: readonly Problem[];
      /** What can be read of the definition, for what is to be said beside the errors. Not to be run; made when asked for. */
      readonly draft?: () => TaskDefinition;
    };

/** Checks the request form of a definition (see `unwrapDocument` for the others). Never throws. */
export function validateTaskDefinition(input: unknown, options: ValidationOptions = {}): Validation {
  const types = new ProblemList();
  const plain = plainOrCopy(input, types.report);
  if (typeof plain !== "object" || plain === null || Array.isArray(plain)) return notAnObject(types);
  const prepared = withoutUnset(plain, TASK_MEMBERS);
  // The shape check takes wrong values out of its copy, and placeholders are among them.
  const placeholders = options.placeholders === false ? [] : findPlaceholders(prepared);
  const own = () => prepare(prepared, types.report);
  const { task, problems, warn } = checkAll(prepared, own, types, options.sourceOf);
  namePlaceholders(placeholders, problems, warn.report);
  problems.push(...warn.problems);
  const weighed = problems.map(weigh);
  const errors = weighed.filter(isError);
  if (errors.length > 0) {
    const all = [...errors, ...weighed.filter((problem) => !isError(problem))];
    return { ok: false, problems: all, draft: () => normalise(task) };
  }
  return { ok: true, definition: normalise(task), problems: weighed };
}

/** What has no effect here never keeps a task from running, whatever AWS says to it. */
function weigh(problem: Problem): Problem {
  return isError(problem) && isWithoutEffect(problem.path) ? { ...problem, severity: "warning" } : problem;
}

/** @param own makes of `prepared` what may be written to */
function checkAll(
  prepared: object,
  own: () => unknown,
  types: ProblemList,
  sourceOf: SourceOf | undefined,
): { task: WireTask; problems: Problem[]; warn: ProblemList } {
  const rules = new ProblemList();
  const missing = new ProblemList();
  const enums = new ProblemList();
  const warn = new ProblemList();
  const memberReports = { unknown: warn.report, pascal: types.report, missing: missing.report };
  const fits = checkMembers(prepared, TASK_MEMBERS, memberReports, OUTPUT_ONLY_MEMBERS);
  const wrongCase = wrongCasePaths(types.problems);
  const shaped = fits
    ? asShaped<WireTask>(prepared)
    : checkShape<WireTask>(own() as object, TASK_MEMBERS, {
        type: types.report,
        enum: enums.report,
        sourceOf,
      });
  const context = ruleContext(
    shaped.value,
    wrongCase.length === 0 ? shaped.damaged : new Set([...shaped.damaged, ...wrongCase]),
    rules.report,
  );
  for (const check of RULE_CHECKS) check(context);
  return {
    task: shaped.value,
    problems: [...types.problems, ...rules.problems, ...missing.problems, ...enums.problems],
    warn,
  };
}

function wrongCasePaths(problems: readonly Problem[]): string[] {
  return problems.filter(({ rule }) => rule === "pascal-case-member").map(({ path }) => camelPath(path));
}

/** `containerDefinitions[0].Name` is where `containerDefinitions[0].name` would be. */
function camelPath(path: string): string {
  const last = path.lastIndexOf(".") + 1;
  return path.slice(0, last) + path.charAt(last).toLowerCase() + path.slice(last + 1);
}

function notAnObject(types: ProblemList): Validation {
  types.report("document-not-object", "", "The document is no object", {
    fix: hint('Write {"family": "NAME", "containerDefinitions": [...]}'),
  });
  return { ok: false, problems: types.problems };
}
