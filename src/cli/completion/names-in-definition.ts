/** Names in the definition that stands on the command line already. One that is not read has none. */
import { unwrapDocument } from "../../core/definition/document.ts";
import { findPlaceholders } from "../../core/definition/placeholders.ts";
import { InvalidInputError } from "../../core/errors.ts";
import { readText } from "../definition-text.ts";
import type { CliHost } from "../host.ts";
import { readSource } from "../read-source.ts";

type ReadingHost = Pick<CliHost, "workingDirectory" | "readStdin">;

export async function containerNames(file: string | undefined, host: ReadingHost): Promise<readonly string[]> {
  return namesIn(memberOf(await readInput(file, host), "containerDefinitions"));
}

export async function volumeNames(file: string | undefined, host: ReadingHost): Promise<readonly string[]> {
  return namesIn(memberOf(await readInput(file, host), "volumes"));
}

export async function placeholderNames(file: string | undefined, host: ReadingHost): Promise<readonly string[]> {
  return [...new Set(findPlaceholders(await readInput(file, host)).map(({ name }) => name))];
}

/** Standard input is not there yet while a command line is typed. */
async function readInput(file: string | undefined, host: ReadingHost): Promise<unknown> {
  if (file === undefined || file === "-") return undefined;
  try {
    const { text, name } = await readSource(file, host);
    return unwrapDocument((await readText(text, name)).value).input;
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return undefined;
  }
}

function namesIn(list: unknown): readonly string[] {
  const names = Array.isArray(list) ? list.map((each) => memberOf(each, "name")) : [];
  return names.filter((name): name is string => typeof name === "string");
}

function memberOf(value: unknown, member: string): unknown {
  return typeof value === "object" && value !== null
    ? Object.getOwnPropertyDescriptor(value, member)?.value
    : undefined;
}
