/** Builds the simulator with one deliberate bug in the engine that it runs. */
import { mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { build, type Plugin } from "esbuild";
import type { DeliberateBug } from "./bugs.ts";

const ROOT = process.cwd();

/** The source file that the bug changes. */
export function sourceOf({ file }: Pick<DeliberateBug, "file">): string {
  return readFileSync(resolve(ROOT, "src", file), "utf8");
}

/** @throws {Error} when the text of the bug is not in its file exactly once */
export function plant(source: string, { name, file, find, replace }: Omit<DeliberateBug, "breaks">): string {
  const parts = source.split(find);
  if (parts.length !== 2) {
    throw new Error(`Cannot plant bug "${name}": its text stands ${parts.length - 1} times in src/${file}, not once`);
  }
  return parts.join(replace);
}

function planting(bug: DeliberateBug): Plugin {
  const path = resolve(ROOT, "src", bug.file);
  return {
    name: "plant",
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, (args) =>
        args.path === path ? { contents: plant(sourceOf(bug), bug), loader: "ts" } : undefined,
      );
    },
  };
}

/** Makes the simulator with the bug a module of its own. @returns its file, to be removed by the caller */
export async function bundleSimulator(bug: DeliberateBug): Promise<string> {
  const directory = join(ROOT, ".berth", "bugs");
  mkdirSync(directory, { recursive: true });
  const outfile = join(directory, `${bug.name.replaceAll(" ", "-")}.${process.pid}.mjs`);
  await build({
    entryPoints: [join(ROOT, "test", "deliberate-bugs", "simulator.ts")],
    outfile,
    bundle: true,
    packages: "external",
    format: "esm",
    platform: "node",
    target: "node20",
    logLevel: "silent",
    plugins: [planting(bug)],
  });
  return outfile;
}
