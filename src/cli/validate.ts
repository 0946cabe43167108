/** `berth validate FILE…`: every problem of every file. Exit code 0 or 2. */
import type { Problem } from "../core/definition/problem.ts";
import { isError } from "../core/definition/problem.ts";
import { InvalidInputError } from "../core/errors.ts";
import { EXIT_OK, EXIT_USAGE } from "./exit-code.ts";
import type { CliHost } from "./host.ts";
import { examineDefinition } from "./load-definition.ts";
import { problemLines } from "./problem-text.ts";
import { createColours, wantsColours } from "./screen.ts";

export type ValidateOptions = { readonly set?: readonly string[]; readonly output: "text" | "json" };

/** One file's result. A file that cannot be read has an `error` in the place of findings. */
type Report = {
  readonly file: string;
  readonly valid: boolean;
  readonly error?: string;
  readonly problems: readonly Problem[];
  /** Members that have no effect, or another one, on this host. */
  readonly limitations: readonly Problem[];
};

export async function validateCommand(
  files: readonly string[],
  options: ValidateOptions,
  host: CliHost,
): Promise<number> {
  const reports: Report[] = [];
  for (const file of files) reports.push(await examine(file, options, host));
  if (options.output === "json") host.output.writeOut(`${JSON.stringify({ files: reports }, null, 2)}\n`);
  else host.output.writeOut(`${textOf(reports, host).join("\n")}\n`);
  return reports.every((report) => report.valid) ? EXIT_OK : EXIT_USAGE;
}

async function examine(file: string, options: ValidateOptions, host: CliHost): Promise<Report> {
  try {
    const { source, problems, limitations } = await examineDefinition(file, options, host);
    return { file: source, valid: !problems.some(isError), problems, limitations };
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return { file, valid: false, error: error.message, problems: [], limitations: [] };
  }
}

function textOf(reports: readonly Report[], host: CliHost): readonly string[] {
  const colours = createColours(wantsColours(host.output.env, host.output.isTerminal));
  return reports.flatMap((report, index) => {
    const gap = index === 0 ? [] : [""];
    if (report.error !== undefined) return [...gap, colours.red(report.error)];
    const lines = problemLines(report.file, report.problems, colours);
    if (report.limitations.length === 0) return [...gap, ...lines];
    const limits = report.limitations.flatMap((each) => [
      `  ${colours.bold(each.path === "" ? "the document" : each.path)}  ${colours.dim(`[${each.rule}]`)}`,
      `    ${each.message}`,
      ...(each.fix === undefined ? [] : [`    ${colours.green("fix:")} ${each.fix}`]),
    ]);
    return [...gap, ...lines, "", "  On this host:", ...limits];
  });
}
