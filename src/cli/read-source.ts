/** Text of a file or of standard input, with the usual mistakes put into words. */
import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { suggestion } from "../core/definition/nearest.ts";
import { InvalidInputError } from "../core/errors.ts";
import { readFault } from "../core/read-fault.ts";
import { decodeText } from "../core/text-encoding.ts";
import type { CliHost } from "./host.ts";

export type SourceText = { readonly text: string; readonly name: string };

/** @throws {InvalidInputError} when there is no such file or it cannot be read */
export async function readSource(
  file: string,
  host: Pick<CliHost, "readStdin" | "workingDirectory">,
): Promise<SourceText> {
  if (file === "-") return { text: decodeText(await host.readStdin(), STDIN), name: STDIN };
  return { text: decodeText(await readBytes(file, resolve(host.workingDirectory, file)), file), name: file };
}

/** What standard input is called. */
export const STDIN = "standard input";

async function readBytes(file: string, path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    throw new InvalidInputError("", `Cannot read ${file}: ${whyNot(String(error.code), path)}`);
  }
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
