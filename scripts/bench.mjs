/**
 * `npm run bench`: all benchmarks; `npm run bench -- NAME …`: these. Each prints one line of JSON with its figures and the
 * machine, which is also kept in `.berth/bench/NAME.json`. `--plot` draws the kept figures into `docs/`.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensureBuild } from "./lib/build.mjs";
import { bundleProgram } from "./lib/bundle.mjs";
import { ensureDependencies } from "./lib/dependencies.mjs";
import { acquireDocker } from "./lib/docker.mjs";
import { environmentFor } from "./lib/endpoint.mjs";
import { ensureImages, TEST_IMAGE } from "./lib/images.mjs";
import { main } from "./lib/lifetime.mjs";
import { BERTH_DIR, ROOT } from "./lib/places.mjs";
import { UsageProblem } from "./lib/problem.mjs";
import { mustRun } from "./lib/run.mjs";
import { say } from "./lib/say.mjs";

/** @typedef {import("./lib/lifetime.mjs").Lifetime} Lifetime */

/** Those without Docker first: what a daemon leaves running would show in them. */
const BENCHMARKS = /** @type {const} */ ([
  "validate",
  "store",
  "lifecycle",
  "restore",
  "events",
  "cli",
  "footprint",
  "edge",
  "overhead",
  "burst",
  "logs",
]);
const WITH_DOCKER = new Set(["footprint", "edge", "overhead", "burst", "logs"]);
const RESULTS = join(BERTH_DIR, "bench");

await main(async (life) => {
  const args = process.argv.slice(2);
  if (args.includes("--help")) return help();
  const wrong = args.find((each) => each.startsWith("-") && each !== "--plot");
  if (wrong !== undefined) throw new UsageProblem(`Cannot use option ${wrong}: there are --plot and --help`);
  const names = chosen(args.filter((each) => !each.startsWith("-")));
  await ensureDependencies(life);
  if (args.includes("--plot")) return plot(life);
  if (names.includes("cli") || names.includes("logs")) await ensureBuild(life);
  const env = names.some((name) => WITH_DOCKER.has(name)) ? await dockerEnvironment(life) : {};
  mkdirSync(RESULTS, { recursive: true });
  for (const name of names) {
    say(`bench ${name}`);
    // What comes before the last line is progress.
    const lines = (await runBundled(life, name, env)).trimEnd().split("\n");
    const line = lines.pop() ?? "";
    for (const each of lines) console.error(each);
    writeFileSync(join(RESULTS, `${name}.json`), `${line}\n`);
    console.log(line);
  }
  return 0;
});

function help() {
  console.log(`Usage: npm run bench -- [NAME ...]   runs these benchmarks, or all of them (about ten minutes)
       npm run bench -- --plot       draws the figures of the last runs into docs/

Benchmarks: ${BENCHMARKS.join(", ")}`);
  return 0;
}

/** @param {readonly string[]} names */
function chosen(names) {
  const unknown = names.find((name) => !BENCHMARKS.some((each) => each === name));
  if (unknown !== undefined)
    throw new UsageProblem(`Cannot run benchmark ${unknown}: there are ${BENCHMARKS.join(", ")}`);
  return names.length === 0 ? BENCHMARKS : names;
}

/** @param {Lifetime} life @returns {Promise<NodeJS.ProcessEnv>} */
async function dockerEnvironment(life) {
  const host = process.env.DOCKER_HOST ?? process.env.BERTH_TEST_DOCKER_HOST;
  if (host !== undefined) process.env.DOCKER_HOST = host;
  const { endpoint } = await acquireDocker(life);
  await ensureImages(life, endpoint, [TEST_IMAGE]);
  return environmentFor(endpoint);
}

/** @param {Lifetime} life */
async function plot(life) {
  process.stdout.write(await runBundled(life, "plot", {}));
  return 0;
}

/** @param {Lifetime} life @param {string} name @param {NodeJS.ProcessEnv} env @returns {Promise<string>} */
async function runBundled(life, name, env) {
  const outfile = await bundleProgram(`bench/${name}.ts`, `bench-${name}`);
  const flags = ["--expose-gc", "--max-old-space-size=6144", ...(process.env.BENCH_NODE_FLAGS?.split(" ") ?? [])];
  return await mustRun(life, process.execPath, [...flags, outfile], {
    cwd: ROOT,
    output: "keep",
    env: { ...process.env, ...env },
  });
}
