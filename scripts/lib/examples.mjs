/** The programs of `examples/library`: which there are, and how they are made runnable by any Node. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./places.mjs";
import { UsageProblem } from "./problem.mjs";

/** The parameter of those that run containers. */
const IMAGE = "[IMAGE]";

export const EXAMPLES = join(ROOT, "examples", "library");

/** @returns {readonly string[]} */
export function exampleNames() {
  return readdirSync(EXAMPLES).flatMap((file) => (file.endsWith(".ts") ? [file.slice(0, -".ts".length)] : []));
}

/** @param {readonly string[]} names @param {string} folder where `NAME.mjs` is put, with the package's code in the place of `berth` */
export async function bundleExamples(names, folder) {
  const { build } = await import("esbuild"); // not at the top: this file is read before dependencies are installed
  await build({
    entryPoints: names.map((name) => join(EXAMPLES, `${name}.ts`)),
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    alias: { "berth/testing": join(ROOT, "src", "testing", "index.ts"), berth: join(ROOT, "src", "index.ts") },
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    external: ["@aws-sdk/*", "@smithy/*"],
    logLevel: "warning",
  });
}

/** What its first lines say of it. @param {string} name */
export function describeExample(name) {
  const [comment = ""] = readFileSync(join(EXAMPLES, `${name}.ts`), "utf8").split("*/", 1);
  const text = comment
    .replace(/^\/?\*+/gm, "")
    .replace(/^ \* ?/gm, "")
    .replace(/\s+/g, " ");
  const [, purpose = "", usage = ""] = /^ ?(.*?)[.:,;]? `npm run example -- \S+ ?([^`]*)`/.exec(text) ?? [];
  const parameters = usage.split(" ").filter((word) => word !== "");
  return { purpose, parameters, needsDocker: parameters.includes(IMAGE) };
}

/**
 * The arguments of an example. Its image comes last; unless one is named it is `image`.
 * @param {string} name @param {readonly string[]} given @param {string} image
 * @throws {UsageProblem} for too few or too many
 */
export function exampleArguments(name, given, image) {
  const { parameters } = describeExample(name);
  const missing = parameters.slice(given.length);
  if (given.length <= parameters.length && missing.every((each) => each === IMAGE)) {
    return [...given, ...missing.map(() => image)];
  }
  const [needed] = missing;
  const fact = needed === undefined ? `it takes ${parameters.length} arguments` : `it needs ${needed}`;
  const usage = ["npm run example --", name, ...parameters].join(" ");
  throw new UsageProblem(`Cannot run example "${name}": ${fact}\nUsage: ${usage}`);
}
