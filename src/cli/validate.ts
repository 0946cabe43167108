/** `berth validate FILE…`: every problem of every file. Exit code 0 or 2. */

import type { PlacedPlaceholder } from "../core/definition/placeholder-places.ts";
import { setOption } from "../core/definition/placeholders.ts";
import type { Problem } from "../core/definition/problem.ts";
import { isError } from "../core/definition/problem.ts";
import { InvalidInputError } from "../core/errors.ts";
import { berthCommand } from "./command-line.ts";
import { EXIT_OK, EXIT_USAGE } from "./exit-code.ts";
import type { CliHost } from "./host.ts";
import { type ExamineOptions, examineDefinition } from "./load-definition.ts";
import { limitationLines, problemLines } from "./problem-text.ts";
import type { Idle } from "./read-definition.ts";
import { STDIN } from "./read-source.ts";
import { createColours, wantsColours } from "./screen.ts";
import { inLines, type Shown, show, shownJson, visible } from "./shown.ts";
import { linesOf } from "./told-in-lines.ts";
import { count } from "./units.ts";

export type ValidateOptions = ExamineOptions & { readonly output: "text" | "json" };

/** One file's result. A file that cannot be read has an `error` in the place of findings. */
type Report = {
  readonly file: string;
  readonly valid: boolean;
  readonly error?: string;
  readonly problems: readonly Problem[];
  /** Members that have no effect, or another one, on this host. */
  readonly limitations: readonly Problem[];
  /** What is not filled in yet. */
  readonly placeholders: readonly PlacedPlaceholder[];
};

export async function validateCommand(
  files: readonly string[],
  options: ValidateOptions,
  host: CliHost,
): Promise<number> {
  const examined: Examined[] = [];
  for (const file of files) examined.push(await examine(file, options, host));
  const reports = examined.map((each) => withIdle(each, examined));
  if (options.output === "json") host.output.writeOut(show`${shownJson({ files: reports }, 2)}\n`);
  else host.output.writeOut(inLines(textOf(reports, options, host)));
  return reports.every((report) => report.valid) ? EXIT_OK : EXIT_USAGE;
}

type Examined = { readonly report: Report; readonly idle?: Idle };

async function examine(file: string, options: ValidateOptions, host: CliHost): Promise<Examined> {
  try {
    const { source, problems, limitations, placeholders, idle } = await examineDefinition(file, options, host);
    return { report: { file: source, valid: !problems.some(isError), problems, limitations, placeholders }, idle };
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return { report: refused(file, linesOf(error).join("; ")) };
  }
}

function refused(file: string, error: string): Report {
  return { file, valid: false, error, problems: [], limitations: [], placeholders: [] };
}

/** A value is given for all files together: it is a slip when none of them takes it. */
function withIdle({ report, idle }: Examined, all: readonly Examined[]): Report {
  if (idle === undefined) return report;
  const nobodys = idle.names.filter((name) => all.every((each) => each.idle?.names.includes(name) !== false));
  return nobodys.length === 0 ? report : refused(report.file, idle.message);
}

function textOf(reports: readonly Report[], options: ExamineOptions, host: CliHost): readonly Shown[] {
  const colours = createColours(wantsColours(host.output.env, host.output.isTerminal));
  return reports.flatMap((report, index) => {
    const gap = index === 0 ? [] : [show``];
    if (report.error !== undefined) return [...gap, colours.red(report.error)];
    const lines = [
      ...problemLines(report.file, report.problems, colours),
      ...fillInLines(report, options).map(visible),
    ];
    if (report.limitations.length === 0) return [...gap, ...lines];
    const limits = limitationLines(report.limitations, colours);
    return [...gap, ...lines, show``, show`  On this host:`, ...limits];
  });
}

/** More than these are easier written into a file. */
const TYPED_MAX = 8;

/** All that is missing, where it stands, and one command that fills it in. */
function fillInLines(
  { file, placeholders }: Report,
  { set, setFile, image, volume, overrides }: ExamineOptions,
): readonly string[] {
  const missing = placeholders.filter(
    ({ name }, index) => placeholders.findIndex((each) => each.name === name) === index,
  );
  if (missing.length === 0) return [];
  const command = (values: string | undefined) =>
    berthCommand({ verb: "run", file: file === STDIN ? "-" : file, set, setFile: values, image, volume, overrides });
  if (missing.length <= TYPED_MAX) {
    return [
      "",
      `  ${count(missing.length, "placeholder")}:`,
      ...aligned(missing.map((each) => [each.name, placeOf(each)])),
      `  Fill in with: ${command(setFile)} ${missing.map(setOption).join(" ")}`,
    ];
  }
  const values = setFile ?? "values.env";
  return [
    "",
    `  ${count(missing.length, "placeholder")}. Fill in with: ${command(values)}`,
    `  where ${values} has a value in each of these lines:`,
    ...missing.flatMap((each) => [`    # ${placeOf(each)}`, `    ${each.name}=`]),
  ];
}

function placeOf({ path, line, column }: PlacedPlaceholder): string {
  const place = line === undefined ? [] : [`line ${line}, column ${column}`];
  return [...place, ...(path === undefined || path === "" ? [] : [path])].join(", ");
}

function aligned(rows: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.min(40, Math.max(...rows.map(([name]) => name.length)));
  return rows.map(([name, place]) => `    ${name.padEnd(width)}  ${place}`.trimEnd());
}
