/** Runs a program of `examples/library` as its reader would: in a project of its own that has the packed package. */
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EXAMPLES, exampleNames } from "../../scripts/lib/examples.mjs";
import { Lifetime } from "../../scripts/lib/lifetime.mjs";
import { ensurePacked, PROJECT } from "../../scripts/lib/packed.mjs";

const ROOT = join(import.meta.dirname, "..", "..");
const SOURCES = join(PROJECT, "src");
const PROGRAMS = join(PROJECT, "programs");

export type Program = { readonly name: string; readonly text: string };

export type Ended = {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
};

/** Puts the examples, and what else is given, into the project, as TypeScript and runnable by any Node. */
export async function installPrograms(more: readonly Program[] = []): Promise<void> {
  await ensurePacked(new Lifetime());
  for (const folder of [SOURCES, PROGRAMS]) rmSync(folder, { recursive: true, force: true });
  mkdirSync(SOURCES);
  for (const name of exampleNames()) cpSync(join(EXAMPLES, `${name}.ts`), join(SOURCES, `${name}.ts`));
  for (const { name, text } of more) writeFileSync(join(SOURCES, `${name}.ts`), text);
  const { build } = await import("esbuild");
  const entryPoints = [...exampleNames(), ...more.map(({ name }) => name)].map((name) => join(SOURCES, `${name}.ts`));
  // Types are taken away, and nothing else: `berth` is found by Node, in the project.
  await build({
    entryPoints,
    outdir: PROGRAMS,
    outExtension: { ".js": ".mjs" },
    target: "node20",
    logLevel: "warning",
  });
}

export function runExample(name: string, args: readonly string[], dockerHost: string): Promise<Ended> {
  return runProgram([join(PROGRAMS, `${name}.mjs`), ...args], { DOCKER_HOST: dockerHost });
}

/** What the compiler says of all of them with the package's own types; empty when it has nothing to say. */
export async function typeCheck(): Promise<string> {
  const types = join(PROJECT, "node_modules", "@types");
  rmSync(types, { recursive: true, force: true });
  symlinkSync(join(ROOT, "node_modules", "@types"), types);
  const config = { extends: join(ROOT, "tsconfig.json"), compilerOptions: { skipLibCheck: false }, include: ["src"] };
  writeFileSync(join(PROJECT, "tsconfig.json"), JSON.stringify(config));
  const compiler = join(ROOT, "node_modules", "typescript", "bin", "tsc");
  const { code, stdout, stderr } = await runProgram([compiler, "-p", PROJECT], {});
  return code === 0 ? "" : `${stdout}${stderr}`;
}

function runProgram(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ended> {
  const child = spawn(process.execPath, args, {
    cwd: PROJECT,
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
