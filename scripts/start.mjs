/** `npm start`: sets everything up and runs the example task, or the one that is named: `npm start -- FILE [options]`. */
import { join } from "node:path";
import { ensureBuild } from "./lib/build.mjs";
import { ensureDependencies } from "./lib/dependencies.mjs";
import { acquireDocker } from "./lib/docker.mjs";
import { environmentFor } from "./lib/endpoint.mjs";
import { DEMO_IMAGE, ensureImages } from "./lib/images.mjs";
import { main } from "./lib/lifetime.mjs";
import { ROOT } from "./lib/places.mjs";
import { run } from "./lib/run.mjs";
import { say } from "./lib/say.mjs";

const EXAMPLE = join("examples", "web-with-sidecar.json");

await main(async (life) => {
  await ensureDependencies(life);
  await ensureBuild(life);
  const { endpoint } = await acquireDocker(life);
  await ensureImages(life, endpoint, [DEMO_IMAGE]);
  const args = process.argv.length > 2 ? process.argv.slice(2) : [EXAMPLE];
  say(`berth run ${args.join(" ")}`);
  const env = { ...process.env, ...environmentFor(endpoint) };
  const command = [join(ROOT, "dist", "main.js"), "run", "--pull", "prefer-cached", ...args];
  return (await run(life, process.execPath, command, { env })).code;
});
