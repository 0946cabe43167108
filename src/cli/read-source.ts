/** Text of a file or of standard input, with the usual mistakes put into words. */
import { readdirSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { suggestion } from "../core/definition/nearest.ts";
import { InvalidInputError } from "../core/errors.ts";
import { readFault } from "../core/read-fault.ts";
import { decodeText } from "../core/text-encoding.ts";
import { readNamedFile } from "../files/read-named-file.ts";
import type { CliHost } from "./host.ts";

export type SourceText = { readonly text: string; readonly name: string };

/** @throws {InvalidInputError} when there is no such file or it cannot be read */
export async function readSource(
  file: string,
  host: Pick<CliHost, "readStdin" | "workingDirectory">,
): Promise<SourceText> {
  const [name, bytes] = file === "-" ? [STDIN, await readStdin(host)] : [file, await readBytes(file, host)];
  return { text: decodeText(bytes, name), name };
}

/** What standard input is called. */
export const STDIN = "standard input";

async function readBytes(file: string, { workingDirectory }: Pick<CliHost, "workingDirectory">): Promise<Uint8Array> {
  const path = resolve(workingDirectory, file);
  try {
    return await readNamedFile(path);
  } catch (error) {
    throw faultOf(error, file, (code) => whyNot(code, path));
  }
}

async function readStdin(host: Pick<CliHost, "readStdin">): Promise<Uint8Array> {
  try {
    return await host.readStdin();
  } catch (error) {
    throw faultOf(error, STDIN, readFault);
  }
}

function faultOf(error: unknown, name: string, words: (code: string) => string): unknown {
  if (!(error instanceof Error && "code" in error)) return error;
  return new InvalidInputError("", `Cannot read ${name}: ${words(String(error.code))}`);
}

function whyNot(code: string, path: string): string {
  const guess = code === "ENOENT" ? suggestion(basename(path), namesBeside(path)) : undefined;
  return `${readFault(code)}${guess === undefined ? "" : `. ${guess}?`}`;
}

/** For the hint only, so that a folder that cannot be listed has no names. */
function namesBeside(path: string): readonly string[] {
  try {
    return readdirSync(dirname(path));
  } catch {
    return [];
  }
}
