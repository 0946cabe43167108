/** The command as a user runs it: a process of its own, out of the packed package, nothing loaded beside it. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { Lifetime } from "../../scripts/lib/lifetime.mjs";
import { ensurePacked, PACKAGE } from "../../scripts/lib/packed.mjs";

const ROOT = join(import.meta.dirname, "..", "..");

let packed: Promise<void> | undefined;

/** @returns the program that Node is to run */
export async function berthCommand(): Promise<string> {
  packed ??= ensurePacked(new Lifetime());
  await packed;
  return join(PACKAGE, "dist", "main.js");
}

export type BerthOptions = {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
};

export type BerthResult = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

export type BerthProcess = {
  readonly child: ChildProcess;
  readonly result: Promise<BerthResult>;
  /** Resolves as soon as stdout and stderr together match; rejects when the process ends before. */
  seen(pattern: RegExp): Promise<void>;
};

export async function berth(args: readonly string[], options: BerthOptions = {}): Promise<BerthResult> {
  return (await startBerth(args, options)).result;
}

export async function startBerth(args: readonly string[], options: BerthOptions = {}): Promise<BerthProcess> {
  const child = spawn(process.execPath, [await berthCommand(), ...args], {
    cwd: options.cwd ?? ROOT,
    env: { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "", ...options.env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  // A program that ends without reading all of its input is no failure of the test.
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.stdin ?? "");
  const text = { stdout: "", stderr: "" };
  const waiting = new Set<() => void>();
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (chunk: string) => {
      text[name] += chunk;
      for (const look of [...waiting]) look();
    });
  }
  const result = new Promise<BerthResult>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, ...text }));
  });
  const seen = (pattern: RegExp) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!pattern.test(text.stdout + text.stderr)) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
      const tooLate = () => reject(new Error(`Ended before ${pattern} was seen:\n${text.stdout}${text.stderr}`));
      result.then(tooLate, tooLate);
    });
  return { child, result, seen };
}
