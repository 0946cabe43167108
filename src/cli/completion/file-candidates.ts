/** Files and folders that begin as what is typed. */
import { type Dirent, readdirSync } from "node:fs";
import { dirname, resolve } from "node:path";

const DEFINITION_FILE = /\.(?:json|ya?ml)$/iu;
/** As many names as a shell shows without asking. */
const MAX_NAMES = 100;

export function definitionFiles(typed: string, workingDirectory: string): readonly string[] {
  return entries(typed, workingDirectory, (name) => DEFINITION_FILE.test(name));
}

export function files(typed: string, workingDirectory: string): readonly string[] {
  return entries(typed, workingDirectory, () => true);
}

export function folders(typed: string, workingDirectory: string): readonly string[] {
  return entries(typed, workingDirectory, () => false);
}

/** Files that are accepted, and all folders, which end in a slash. */
function entries(typed: string, workingDirectory: string, accept: (name: string) => boolean): readonly string[] {
  const folder = typed.endsWith("/") ? typed : folderOf(typed);
  const hidden = typed.slice(folder.length).startsWith(".");
  return list(resolve(workingDirectory, folder))
    .filter((entry) => hidden || !entry.name.startsWith("."))
    .filter((entry) => entry.isDirectory() || accept(entry.name))
    .map((entry) => `${folder}${entry.name}${entry.isDirectory() ? "/" : ""}`)
    .filter((path) => path.startsWith(typed))
    .slice(0, MAX_NAMES);
}

/** As it is typed: `""` for `a`, `./` for `./a`, `/` for `/a`. */
function folderOf(typed: string): string {
  return typed.includes("/") ? `${dirname(typed).replace(/\/$/u, "")}/` : "";
}

/** A folder that cannot be read has nothing to offer. */
function list(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    return [];
  }
}
