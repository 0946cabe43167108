/**
 * Makes `dist/`: the library, file by file with its types, and the command as bundles: what is needed now and then is in
 * files of its own, loaded on demand. A start then reads few files.
 */
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { withMutex } from "./mutex.mjs";
import { BERTH_DIR, CLONE_ID, ROOT } from "./places.mjs";
import { Problem } from "./problem.mjs";
import { publishTypes } from "./published-types.mjs";
import { mustRun } from "./run.mjs";
import { say, seconds } from "./say.mjs";
import { shipCode } from "./ship-code.mjs";

/** @typedef {import("./lifetime.mjs").Lifetime} Lifetime */

const DIST = join(ROOT, "dist");
/** Says of which sources `dist/` was made. */
export const BUILT_STAMP = join(BERTH_DIR, "built");
const SOURCES = [
  "src",
  "package.json",
  "package-lock.json",
  "tsconfig.json",
  "tsconfig.build.json",
  "scripts/lib/build.mjs",
  "scripts/lib/published-types.mjs",
  "scripts/lib/ship-code.mjs",
];

/** Not bundled: so big that only a lazy import loads them. Those with native parts, files or threads of their own belong here, too. */
const EXTERNAL = ["@aws-sdk/*", "@smithy/*"];

/** Builds when a source is newer than what is built. @param {Lifetime} life */
export async function ensureBuild(life) {
  await withMutex(life, `${CLONE_ID}-build`, async () => {
    const isBuilt = existsSync(join(DIST, "main.js")) && existsSync(BUILT_STAMP);
    if (isBuilt && readFileSync(BUILT_STAMP, "utf8") === fingerprint()) return;
    await buildAll(life);
  });
}

/** @param {Lifetime} life */
export async function buildAll(life) {
  const began = performance.now();
  const before = fingerprint();
  const target = join(BERTH_DIR, `dist.${process.pid}`);
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  try {
    await Promise.all([buildLibrary(life, target), buildCommand(target)]);
    await shipCode(life, target);
    // Made apart and moved as a whole: nobody ever sees half of it.
    rmSync(BUILT_STAMP, { force: true });
    rmSync(DIST, { recursive: true, force: true });
    renameSync(target, DIST);
    writeFileSync(BUILT_STAMP, before);
  } finally {
    rmSync(target, { recursive: true, force: true });
  }
  say(`Built dist/ (${seconds(performance.now() - began)})`);
}

/** @param {Lifetime} life @param {string} target */
async function buildLibrary(life, target) {
  const compiler = join(ROOT, "node_modules", "typescript", "bin", "tsc");
  const args = [compiler, "-p", "tsconfig.build.json", "--outDir", target];
  await mustRun(life, process.execPath, args, { cwd: ROOT, output: "keep" });
  publishTypes(target, DIST);
}

/** @type {import("esbuild").BuildOptions} */
const COMMAND = {
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  logLevel: "warning",
  absWorkingDir: ROOT,
};

/** `main.js` and what it loads. @param {string} target folder that they come into */
export async function buildCommand(target) {
  await Promise.all([buildStart(target), buildParts(join(target, "command"))]);
}

/** What the shell runs: it loads the parts. @param {string} target */
async function buildStart(target) {
  const { build } = await import("esbuild"); // not at the top: this file is read before dependencies are installed
  const outfile = join(target, "main.js");
  await build({ ...COMMAND, entryPoints: [join(ROOT, "src", "main.ts")], outfile });
  chmodSync(outfile, 0o755);
}

/**
 * Only ES modules can be split by esbuild, and only of scripts V8's code can be kept on Node 20: therefore split first, and
 * made CommonJS then. `src/cli/start/` loads the files.
 * @param {string} folder
 */
async function buildParts(folder) {
  const { build, transform } = await import("esbuild");
  const { outputFiles, metafile } = await build({
    ...COMMAND,
    entryPoints: [join(ROOT, "src", "cli", "main.ts")],
    outdir: folder,
    outExtension: { ".js": ".cjs" },
    splitting: true,
    chunkNames: "[name]-[hash]",
    external: EXTERNAL,
    define: { "import.meta.url": "moduleUrl" },
    legalComments: "inline",
    write: false,
    metafile: true,
  });
  refuseNameless(metafile);
  mkdirSync(folder, { recursive: true });
  await Promise.all(
    outputFiles.map(async ({ path, text }) => {
      // An import on demand becomes a require, which goes through our own loader.
      const supported = { "dynamic-import": false };
      const { code } = await transform(text, { format: "cjs", platform: "node", target: "node20", supported });
      writeFileSync(path, code);
    }),
  );
}

/**
 * What is bundled of a CommonJS package to be loaded on demand has one name, `default`: `const { parse } = await
 * import("package")` would be undefined in the built command, and only there. A file of ours that imports it has all.
 * @param {import("esbuild").Metafile} metafile
 */
export function refuseNameless({ inputs }) {
  for (const [file, { imports }] of Object.entries(inputs)) {
    const found = imports.find(({ kind, path }) => kind === "dynamic-import" && inputs[path]?.format === "cjs");
    if (found === undefined) continue;
    const remedy = "import a file of ours on demand that imports it at its top";
    throw new Problem(`Cannot bundle ${file}: it imports ${found.path} on demand; ${remedy}`);
  }
}

/** Changes with every source file. */
function fingerprint() {
  const lines = SOURCES.flatMap((path) => filesOf(join(ROOT, path)))
    .filter((path) => !path.endsWith(".test.ts"))
    .map((path) => {
      const { mtimeMs, size } = statSync(path);
      return `${path}\t${mtimeMs}\t${size}`;
    });
  return createHash("sha256").update(lines.join("\n")).digest("hex");
}

/** @param {string} path @returns {string[]} */
function filesOf(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesOf(join(path, name)));
}
