/** Runs a program of `examples/library` as its reader would: a process of its own, `berth` as the package's code. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { bundleExamples, EXAMPLES, exampleNames } from "../../scripts/lib/examples.mjs";

const ROOT = join(import.meta.dirname, "..", "..");
const BUNDLES = join(ROOT, ".berth", "test-library");

export type Ended = {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
};

/** Makes the programs runnable by any Node. */
export async function bundleAll(): Promise<void> {
  await bundleExamples(exampleNames(), BUNDLES);
}

export function runExample(name: string, args: readonly string[], dockerHost: string): Promise<Ended> {
  return runProgram([join(BUNDLES, `${name}.mjs`), ...args], { DOCKER_HOST: dockerHost });
}

/** What the compiler says of all of them; empty when it has nothing to say. */
export async function typeCheck(): Promise<string> {
  const compiler = join(ROOT, "node_modules", "typescript", "bin", "tsc");
  const { code, stdout, stderr } = await runProgram([compiler, "-p", EXAMPLES], {});
  return code === 0 ? "" : `${stdout}${stderr}`;
}

function runProgram(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ended> {
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const text = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (chunk: string) => {
      text[stream] += chunk;
    });
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal, ...text }));
  });
}
