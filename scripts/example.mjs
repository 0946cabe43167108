/**
 * `npm run example -- NAME [ARGUMENTS]`: runs a program of `examples/library`, whatever version of Node this is, on Docker if it
 * takes an image.
 * `npm run example` names them.
 */
import { join } from "node:path";
import { ensureDependencies } from "./lib/dependencies.mjs";
import { acquireDocker } from "./lib/docker.mjs";
import { environmentFor } from "./lib/endpoint.mjs";
import { bundleExamples, describeExample, exampleArguments, exampleNames } from "./lib/examples.mjs";
import { DEMO_IMAGE, ensureImages } from "./lib/images.mjs";
import { main } from "./lib/lifetime.mjs";
import { BERTH_DIR, ROOT } from "./lib/places.mjs";
import { UsageProblem } from "./lib/problem.mjs";
import { run } from "./lib/run.mjs";

await main(async (life) => {
  const [name, ...args] = process.argv.slice(2);
  if (name === undefined || name === "--help") return list();
  if (!exampleNames().includes(name)) {
    throw new UsageProblem(`Cannot run example "${name}": there are ${exampleNames().join(", ")}`);
  }
  const { needsDocker } = describeExample(name);
  const programArgs = exampleArguments(name, args, `${DEMO_IMAGE}:latest`);
  await ensureDependencies(life);
  const folder = join(BERTH_DIR, "examples");
  await bundleExamples([name], folder);
  const env = { ...process.env, ...(needsDocker ? await dockerEnvironment(life) : {}) };
  const command = [join(folder, `${name}.mjs`), ...programArgs];
  return (await run(life, process.execPath, command, { cwd: ROOT, env })).code;
});

/** @param {import("./lib/lifetime.mjs").Lifetime} life */
async function dockerEnvironment(life) {
  const { endpoint } = await acquireDocker(life);
  await ensureImages(life, endpoint, [DEMO_IMAGE]);
  return environmentFor(endpoint);
}

function list() {
  for (const name of exampleNames()) {
    const { purpose, parameters } = describeExample(name);
    console.log(`${[name, ...parameters].join(" ")}\n    ${purpose}`);
  }
  return 0;
}
