/**
 * `npm run example -- NAME [ARGUMENTS]`: runs a program of `examples/library` on Docker, whatever version of Node this is.
 * `npm run example` names them.
 */
import { join } from "node:path";
import { ensureDependencies } from "./lib/dependencies.mjs";
import { acquireDocker } from "./lib/docker.mjs";
import { environmentFor } from "./lib/endpoint.mjs";
import { bundleExamples, describeExample, exampleNames } from "./lib/examples.mjs";
import { DEMO_IMAGE, ensureImages } from "./lib/images.mjs";
import { main } from "./lib/lifetime.mjs";
import { BERTH_DIR, ROOT } from "./lib/places.mjs";
import { Problem } from "./lib/problem.mjs";
import { run } from "./lib/run.mjs";

await main(async (life) => {
  const [name, ...args] = process.argv.slice(2);
  if (name === undefined || name === "--help") return list();
  if (!exampleNames().includes(name)) {
    throw new Problem(`Cannot run example "${name}": there are ${exampleNames().join(", ")}`);
  }
  await ensureDependencies(life);
  const folder = join(BERTH_DIR, "examples");
  await bundleExamples([name], folder);
  const { endpoint } = await acquireDocker(life);
  await ensureImages(life, endpoint, [DEMO_IMAGE]);
  const env = { ...process.env, ...environmentFor(endpoint) };
  const command = [join(folder, `${name}.mjs`), ...withImage(name, args)];
  return (await run(life, process.execPath, command, { cwd: ROOT, env })).code;
});

function list() {
  for (const name of exampleNames()) {
    const { purpose, parameters } = describeExample(name);
    console.log(`${[name, ...parameters].join(" ")}\n    ${purpose}`);
  }
  return 0;
}

/** The image comes last; unless one is named it is the one that was just made. @param {string} name @param {string[]} args */
function withImage(name, args) {
  const { parameters } = describeExample(name);
  const isLeftOut = parameters.at(-1) === "[IMAGE]" && args.length === parameters.length - 1;
  return isLeftOut ? [...args, `${DEMO_IMAGE}:latest`] : args;
}
