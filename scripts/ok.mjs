/** `npm run ok`: the quality gate. Runs every step also after one failed, and fails when any did. */
import { join } from "node:path";
import { ensureBuild } from "./lib/build.mjs";
import { ensureDependencies } from "./lib/dependencies.mjs";
import { main } from "./lib/lifetime.mjs";
import { ROOT } from "./lib/places.mjs";
import { Problem } from "./lib/problem.mjs";
import { run } from "./lib/run.mjs";
import { seconds } from "./lib/say.mjs";
import { isWritten } from "./lint/room-borders.mjs";

/** @typedef {import("./lib/lifetime.mjs").Lifetime} Lifetime */
/** @typedef {{ name: string, check: (life: Lifetime) => Promise<boolean> }} Step */

const STEP_LIMIT_MS = 5 * 60_000;

/** @type {Step[]} */
const STEPS = [
  { name: "types", check: tool("typescript/bin/tsc", "-p", "tsconfig.json") },
  { name: "room borders are written", check: async () => isWritten() },
  { name: "ECS model is the pinned SDK's", check: script("scripts/ecs-model.mjs", "--check") },
  { name: "format, lint, room borders", check: tool("@biomejs/biome/bin/biome", "check", "--error-on-warnings") },
  { name: "build", check: built },
  { name: "unit tests", check: tool("vitest/vitest.mjs", "run", "--project", "unit", "--reporter=dot") },
  { name: "dead code", check: tool("knip/bin/knip.js") },
  { name: "package (publint)", check: tool("publint/src/cli.js", "--strict") },
  {
    name: "package types (attw)",
    check: tool("@arethetypeswrong/cli/dist/index.js", "--pack", "--profile", "esm-only"),
  },
];

/** A step that runs a tool of node_modules. @param {string} path @param {string[]} args @returns {Step["check"]} */
function tool(path, ...args) {
  return script(join("node_modules", path), ...args);
}

/** @param {string} path @param {string[]} args @returns {Step["check"]} */
function script(path, ...args) {
  const command = [join(ROOT, path), ...args];
  return async (life) => (await run(life, process.execPath, command, { cwd: ROOT, limitMs: STEP_LIMIT_MS })).code === 0;
}

/** @param {Lifetime} life */
async function built(life) {
  await ensureBuild(life);
  return true;
}

/** @param {Lifetime} life @param {Step} step */
async function timed(life, { name, check }) {
  console.log(`\n--- ${name}`);
  const began = performance.now();
  const passed = await check(life).catch((thrown) => {
    if (!(thrown instanceof Problem)) throw thrown;
    console.error(thrown.message);
    return false;
  });
  return { name, passed, ms: performance.now() - began };
}

await main(async (life) => {
  await ensureDependencies(life);
  const results = [];
  for (const step of STEPS) results.push(await timed(life, step));
  console.log("");
  for (const { name, passed, ms } of results) console.log(`${passed ? "ok    " : "FAILED"} ${name} (${seconds(ms)})`);
  return results.every(({ passed }) => passed) ? 0 : 1;
});
