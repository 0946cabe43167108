/** Names the placeholders of a definition: on the findings that they cause, or in findings of their own. */
import type { Fix } from "./fix.ts";
import type { Placeholder } from "./placeholders.ts";
import { setOption } from "./placeholders.ts";
import type { Problem, Report } from "./problem.ts";
import { quote } from "./problem.ts";

/** Adds the option that fills a placeholder to every error at its place; reports the others as warnings. */
export function namePlaceholders(placeholders: readonly Placeholder[], problems: Problem[], report: Report): void {
  const byPath = groupByPath(placeholders);
  for (const [index, problem] of problems.entries()) {
    const found = byPath.get(problem.path);
    if (found !== undefined && isCause(problem)) problems[index] = withPlaceholders(problem, found);
  }
  const whole = takeWholeValues(byPath);
  const explained = new Set(problems.filter(isCause).map(({ path }) => path));
  for (const [path, found] of byPath) {
    if (explained.has(path)) continue;
    report("placeholder-unfilled", path, `${list(found)} is not filled in`, {
      severity: "warning",
      fix: fixOf(path, found),
    });
  }
  for (const [path, found] of whole) {
    const names = [...new Set(found.map(({ placeholder }) => quote(placeholder)))];
    const they =
      names.length === 1 ? "is all that a variable holds, and reaches" : "are all that variables hold, and reach";
    report("placeholder-unfilled", path, `${names.join(", ")} ${they} the container as it stands`, {
      severity: "warning",
      fix: fixOf(path, found),
    });
  }
}

/** May be mended by filling in. */
function isCause({ severity, rule }: Problem): boolean {
  return severity === "error" || rule === "image-reference";
}

const VARIABLE = /^(?<list>.*\benvironment)\[\d+\](?:\.\w+)?$/;

/** Those of variables, taken out of the groups: one finding for all of a container. */
function takeWholeValues(groups: Map<string, Placeholder[]>): Map<string, Placeholder[]> {
  const whole = new Map<string, Placeholder[]>();
  for (const [path, found] of [...groups]) {
    const list = VARIABLE.exec(path)?.groups?.list;
    if (list === undefined) continue;
    whole.set(list, [...(whole.get(list) ?? []), ...found]);
    groups.delete(path);
  }
  return whole;
}

function groupByPath(placeholders: readonly Placeholder[]): Map<string, Placeholder[]> {
  const groups = new Map<string, Placeholder[]>();
  for (const placeholder of placeholders) {
    const group = groups.get(placeholder.path);
    if (group === undefined) groups.set(placeholder.path, [placeholder]);
    else group.push(placeholder);
  }
  return groups;
}

function list(found: readonly Placeholder[]): string {
  const names = [...new Set(found.map(({ placeholder }) => quote(placeholder)))];
  return `${names.length === 1 ? "The placeholder" : "Each of the placeholders"} ${names.join(", ")}`;
}

/** Values that one would give are not known: names as values fill them in all the same. */
function fixOf(path: string, found: readonly Placeholder[]): Fix {
  const names = [...new Set(found.map(({ name }) => name))];
  const image = /\.image$/.test(path) ? ", or put another image in its place with --image CONTAINER=REFERENCE" : "";
  const text = `Fill it in with ${names.map(setOption).join(" ")}${image}`;
  return { text, ways: [names.map((name) => ({ op: "option", option: "--set", value: `${name}=1` }))] };
}

function withPlaceholders(problem: Problem, found: readonly Placeholder[]): Problem {
  const { text, ways } = fixOf(problem.path, found);
  return { ...problem, message: `${problem.message}. ${list(found)} is not filled in`, fix: text, ways };
}
