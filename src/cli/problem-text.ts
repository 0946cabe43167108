/** Findings about a definition as text for people. */
import { isError, type Problem } from "../core/definition/problem.ts";
import type { Colours } from "./screen.ts";
import { type Shown, show, spaces, visible } from "./shown.ts";
import { count } from "./units.ts";

/** The same finding at several places. */
export type FindingGroup = { readonly problem: Problem; readonly paths: readonly string[] };

/** Findings that say the same are one, in the order of the first of each. */
export function grouped(problems: readonly Problem[]): readonly FindingGroup[] {
  const groups = new Map<string, { readonly problem: Problem; readonly paths: string[] }>();
  for (const problem of problems) {
    const { severity, rule, message, fix, awsMessage } = problem;
    const key = JSON.stringify([severity, rule, message, fix, awsMessage]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { problem, paths: [problem.path] });
    else group.paths.push(problem.path);
  }
  return [...groups.values()];
}

const PATHS_SHOWN = 3;

/** `a, b, c and 6 more (9 times)`. */
function placesOf(paths: readonly string[]): string {
  const shown = paths.slice(0, PATHS_SHOWN).map((path) => (path === "" ? "the document" : path));
  const more = paths.length - shown.length;
  const times = paths.length > 1 ? ` (${paths.length} times)` : "";
  return `${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""}${times}`;
}

/** `task.json: 2 errors, 1 warning`, then each finding with what to write; errors first. */
export function problemLines(source: string, problems: readonly Problem[], colours: Colours): Shown[] {
  const errors = problems.filter(isError);
  const warnings = problems.filter((problem) => !isError(problem));
  const lines = grouped([...errors, ...warnings]).flatMap((group) => [show``, ...linesOf(group, colours)]);
  return [show`${colours.bold(source)}: ${visible(summary(errors.length, warnings.length))}`, ...lines];
}

function summary(errors: number, warnings: number): string {
  const parts = [errors > 0 ? count(errors, "error") : "", warnings > 0 ? count(warnings, "warning") : ""];
  return parts.filter((part) => part !== "").join(", ") || "valid";
}

const INDENT = spaces(4);

function linesOf({ problem, paths }: FindingGroup, colours: Colours): Shown[] {
  const severity = isError(problem) ? colours.red("error  ") : colours.yellow("warning");
  const aws = problem.awsMessage === undefined ? [] : [show`${INDENT}${colours.dim(`AWS: ${problem.awsMessage}`)}`];
  return [show`  ${severity} ${headOf(problem, paths, colours)}`, ...bodyOf(problem, colours), ...aws];
}

/** What this host does in another way, under a heading of its own. */
export function limitationLines(limitations: readonly Problem[], colours: Colours): Shown[] {
  return grouped(limitations).flatMap(({ problem, paths }) => [
    show`  ${headOf(problem, paths, colours)}`,
    ...bodyOf(problem, colours),
  ]);
}

function headOf(problem: Problem, paths: readonly string[], colours: Colours): Shown {
  return show`${colours.bold(placesOf(paths))}  ${colours.dim(`[${problem.rule}]`)}`;
}

function bodyOf({ message, fix }: Problem, colours: Colours): Shown[] {
  const how = fix === undefined ? [] : [show`${INDENT}${colours.green("fix:")} ${visible(fix)}`];
  return [show`${INDENT}${visible(message)}`, ...how];
}

/** A finding at all its places, as one line. */
export function groupLine({ problem, paths }: FindingGroup): string {
  const [only = ""] = paths;
  return problemLine({ ...problem, path: paths.length === 1 ? only : placesOf(paths) });
}

/** One line for a log or a board. */
export function problemLine(problem: Problem): string {
  const where = problem.path === "" ? "" : `${problem.path}: `;
  return `${where}${problem.message} [${problem.rule}]`;
}
