/** Shells that people type into, on a terminal of their own, and what comes of what is typed. */
import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { canInstall, install, which } from "../../scripts/lib/debian.mjs";
import { Lifetime } from "../../scripts/lib/lifetime.mjs";
import { berthCommand } from "./berth-command.ts";

const PACKAGES = { zsh: "zsh", fish: "fish" } as const;

/** Is the shell there? In a CI that may install packages, it is installed. */
export async function hasShell(name: keyof typeof PACKAGES): Promise<boolean> {
  if (which(name) !== undefined) return true;
  if (process.env.CI === undefined || !canInstall()) return false;
  await install(new Lifetime(), [PACKAGES[name]]);
  return which(name) !== undefined;
}

/**
 * Makes a folder with a `berth` in it that answers completions as the packed one, and for all else prints its arguments.
 * @returns the environment of a shell that finds it
 */
export async function berthThatPrintsArguments(folder: string): Promise<NodeJS.ProcessEnv> {
  const bin = join(folder, "bin");
  mkdirSync(bin);
  const real = `"${process.execPath}" "${await berthCommand()}" "$@"`;
  const script = `#!/bin/sh\ncase "$1" in\ncomplete*) exec ${real} ;;\n*) printf 'typed:'; printf ' <%s>' "$@"; echo ;;\nesac\n`;
  writeFileSync(join(bin, "berth"), script);
  chmodSync(join(bin, "berth"), 0o755);
  return { PATH: `${bin}:${process.env.PATH}`, HOME: folder, ZDOTDIR: folder, TERM: "dumb" };
}

export type Typing = { readonly cwd: string; readonly env: NodeJS.ProcessEnv; readonly lines: readonly string[] };

/** Types lines into a shell; `\t` is the key for completion. @returns the arguments that each `berth` was started with */
export async function typed(shell: string, { cwd, env, lines }: Typing): Promise<readonly string[]> {
  // `script` gives it a terminal: without one, shells complete nothing.
  const child = spawn("script", ["-qefc", shell, "/dev/null"], { cwd, env, stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.end([...lines, "exit", ""].join("\n"));
  const output = await textOf(child.stdout);
  return output.split(/\r?\n/).flatMap((line) => /^typed: ?(.*)$/.exec(line)?.[1] ?? []);
}

export async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
