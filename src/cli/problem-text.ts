/** Findings about a definition as text for people. */
import { isError, type Problem } from "../core/definition/problem.ts";
import type { Colours } from "./screen.ts";
import { count } from "./units.ts";

/** `task.json: 2 errors, 1 warning`, then each finding with what to write; errors first. */
export function problemLines(source: string, problems: readonly Problem[], colours: Colours): string[] {
  const errors = problems.filter(isError);
  const warnings = problems.filter((problem) => !isError(problem));
  const lines = [...errors, ...warnings].flatMap((problem) => ["", ...linesOf(problem, colours)]);
  return [`${colours.bold(source)}: ${summary(errors.length, warnings.length)}`, ...lines];
}

function summary(errors: number, warnings: number): string {
  const parts = [errors > 0 ? count(errors, "error") : "", warnings > 0 ? count(warnings, "warning") : ""];
  return parts.filter((part) => part !== "").join(", ") || "valid";
}

const INDENT = "    ";

function linesOf(problem: Problem, colours: Colours): string[] {
  const severity = isError(problem) ? colours.red("error  ") : colours.yellow("warning");
  const where = problem.path === "" ? "the document" : problem.path;
  return [
    `  ${severity} ${colours.bold(where)}  ${colours.dim(`[${problem.rule}]`)}`,
    `${INDENT}${problem.message}`,
    ...(problem.fix === undefined ? [] : [`${INDENT}${colours.green("fix:")} ${problem.fix}`]),
    ...(problem.awsMessage === undefined ? [] : [`${INDENT}${colours.dim(`AWS: ${problem.awsMessage}`)}`]),
  ];
}

/** One line for a log or a board. */
export function problemLine(problem: Problem): string {
  const where = problem.path === "" ? "" : `${problem.path}: `;
  return `${where}${problem.message} [${problem.rule}]`;
}
