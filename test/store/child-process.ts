/** Runs one of this folder's programs in a process of its own, so that it can be killed. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

// Inside the checkout, so that the program finds its packages.
const programs = fileURLToPath(new URL("../../node_modules/.berth-test/", import.meta.url));

/** Makes a program that Node can run out of a TypeScript file. @returns its path */
export async function buildProgram(source: URL): Promise<string> {
  const name = basename(source.pathname, ".ts");
  await mkdir(programs, { recursive: true });
  const outfile = join(programs, `${name}-${process.pid}.mjs`);
  await build({
    entryPoints: [fileURLToPath(source)],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    packages: "external",
    logLevel: "error",
  });
  return outfile;
}

export function removeProgram(path: string): Promise<void> {
  return rm(path, { force: true });
}

export type RunningProgram = {
  readonly child: ChildProcess;
  /** Lines it has written so far. */
  readonly lines: readonly string[];
  /** Resolves when it has written this many lines. @throws {Error} when it ends before */
  written(count: number): Promise<void>;
  /** Resolves with the exit code, or the name of the signal. */
  readonly ended: Promise<number | string>;
};

export function startProgram(path: string, args: readonly string[]): RunningProgram {
  const child = spawn(process.execPath, [path, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const lines: string[] = [];
  const waiters = new Set<() => void>();
  let rest = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    const parts = `${rest}${chunk}`.split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts);
    for (const wake of waiters) wake();
  });
  const ended = new Promise<number | string>((resolve) => {
    child.on("close", (code, signal) => resolve(code ?? signal ?? "unknown"));
  });
  const written = (count: number) =>
    new Promise<void>((resolve, reject) => {
      const wake = () => {
        if (lines.length < count) return;
        waiters.delete(wake);
        resolve();
      };
      waiters.add(wake);
      wake();
      void ended.then((end) => reject(new Error(`Cannot wait for ${count} lines: the program ended with ${end}`)));
    });
  return { child, lines, written, ended };
}
