/** What can stand at the cursor. What an option takes is read off its own flags, so that a new one is completed as well. */
import { type Argument, type Command, Option } from "commander";
import { RULE_IDS, RULES } from "../../core/definition/rules.ts";
import type { CliHost } from "../host.ts";
import { type CompletionPoint, verbsOf } from "./completion-point.ts";
import { definitionFiles, files, folders } from "./file-candidates.ts";
import { containerNames, placeholderNames, volumeNames } from "./names-in-definition.ts";

/** One that ends in `/`, `=` or `:` is typed on: no space follows. */
export type Candidate = { readonly value: string; readonly about: string };
export type CompletionHost = Pick<CliHost, "workingDirectory" | "readStdin">;

/** Those that begin as what is typed. */
export async function candidatesAt(point: CompletionPoint, host: CompletionHost): Promise<readonly Candidate[]> {
  const all = await candidatesFor(point, host);
  const fitting = all.filter(({ value }) => value.startsWith(point.typed));
  return fitting.map(({ value, about }) => ({ value: `${point.before}${value}`, about }));
}

function candidatesFor(
  point: CompletionPoint,
  host: CompletionHost,
): Promise<readonly Candidate[]> | readonly Candidate[] {
  const { command, wanted } = point;
  if (wanted === undefined) return [];
  if (wanted === "verb") return verbs(command);
  if (wanted === "option") return options(command);
  const choices = wanted.argChoices;
  if (choices !== undefined) return plain(choices);
  return wanted instanceof Option ? optionValues(wanted, point, host) : argumentValues(wanted, point, host);
}

function verbs(program: Command): readonly Candidate[] {
  return verbsOf(program).map((each) => ({ value: each.name(), about: each.summary() || each.description() }));
}

function options(command: Command): readonly Candidate[] {
  const visible = command.createHelp().visibleOptions(command);
  return visible.map(({ long, short, description }) => ({ value: long ?? short ?? "", about: description }));
}

function argumentValues(
  argument: Argument,
  { typed, program }: CompletionPoint,
  host: CompletionHost,
): readonly Candidate[] {
  switch (argument.name()) {
    case "file":
      return plain(definitionFiles(typed, host.workingDirectory));
    case "rule":
      return RULE_IDS.map((id) => ({ value: id, about: RULES[id].summary }));
    case "command":
      return verbs(program);
    default:
      return [];
  }
}

/** By what stands in the flags: `--secrets <file>`. */
async function optionValues(
  option: Option,
  { typed, given }: CompletionPoint,
  host: CompletionHost,
): Promise<readonly Candidate[]> {
  const [file] = given;
  switch (/<(.+)>/u.exec(option.flags)?.[1]) {
    case "file":
    case "file|json":
      return plain(files(typed, host.workingDirectory));
    case "dir":
      return plain(folders(typed, host.workingDirectory));
    case "container=ref":
      return plain(await containerNames(file, host), "=");
    case "container:name=value":
      return plain(await containerNames(file, host), ":");
    case "name=path":
      return pathOf(typed, host) ?? plain(await volumeNames(file, host), "=");
    case "name=value":
      return plain(await placeholderNames(file, host), "=");
    default:
      return [];
  }
}

/** Behind the name of a volume. */
function pathOf(typed: string, { workingDirectory }: CompletionHost): readonly Candidate[] | undefined {
  const [, name, path] = /^([^=]+=)(.*)$/su.exec(typed) ?? [];
  if (name === undefined || path === undefined) return undefined;
  return plain(folders(path, workingDirectory).map((folder) => `${name}${folder}`));
}

function plain(values: readonly string[], end = ""): readonly Candidate[] {
  return values.map((value) => ({ value: `${value}${end}`, about: "" }));
}
