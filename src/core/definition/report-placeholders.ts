/** Names the placeholders of a definition: on the findings that they cause, or in findings of their own. */
import { type Fix, hint } from "./fix.ts";
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
    report("placeholder-unfilled", path, factOf(found), {
      severity: "warning",
      fix: fixOf(path, found),
    });
  }
  for (const [path, found] of whole) {
    const names = [...new Set(found.map(({ placeholder }) => quote(placeholder)))];
    const they =
      names.length === 1 ? "is all that a variable holds, and reaches" : "are all that variables hold, and reach";
    const as = names.length === 1 ? "as it stands" : "as they stand";
    report("placeholder-unfilled", path, `${names.join(", ")} ${they} the container ${as}`, {
      severity: "warning",
      fix: fixOf(path, found),
    });
  }
}

/** May be mended by filling in. */
function isCause({ severity, rule }: Problem): boolean {
  return severity === "error" || rule === "image-reference";
}

const VARIABLE = /^(?<list>.*\benvironment)\[\d+\]\.\w+$/;

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

/** What is the matter, as a sentence. */
function factOf(found: readonly Placeholder[]): string {
  const statement = found.find(({ isStatement }) => isStatement);
  if (statement !== undefined) return `${quote(statement.placeholder)} is a statement of a template`;
  const names = [...new Set(found.map(({ placeholder }) => quote(placeholder)))];
  return `${names.length === 1 ? "The placeholder" : "Each of the placeholders"} ${names.join(", ")} is not filled in`;
}

const RENDER = "Render the template with the tool that it is written for, and give the outcome";

/** Values that one would give are not known: names as values fill them in all the same. */
function fixOf(path: string, found: readonly Placeholder[]): Fix {
  const image = /\.image$/.test(path) ? ", or put another image in its place with --image CONTAINER=REFERENCE" : "";
  if (found.some(({ isStatement }) => isStatement)) return hint(`${RENDER}${image}`);
  const each = [...new Map(found.map((one) => [one.name, one])).values()];
  return {
    text: `Fill ${each.length === 1 ? "it" : "them"} in with ${each.map(setOption).join(" ")}${image}`,
    ways: [
      each.map(({ name, takes }) => ({ op: "option", option: "--set", value: `${name}=${EXAMPLES[takes ?? "text"]}` })),
    ],
  };
}

const EXAMPLES = { text: "1", list: "[]", object: "{}" } as const;

function withPlaceholders(problem: Problem, found: readonly Placeholder[]): Problem {
  const { text, ways } = fixOf(problem.path, found);
  const { ways: _, ...rest } = problem;
  const message = `${problem.message}. ${factOf(found)}`;
  return { ...rest, message, fix: text, ...(ways.length === 0 ? {} : { ways }) };
}
