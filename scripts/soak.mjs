/**
 * `npm run soak`: tasks of mixed shapes for a long time, on the simulated daemon in virtual time and on a real one; says
 * whether anything has grown. Exits with 1 when something has, or is left when all tasks are gone.
 */
import { bundleProgram } from "./lib/bundle.mjs";
import { ensureDependencies } from "./lib/dependencies.mjs";
import { acquireDocker } from "./lib/docker.mjs";
import { environmentFor } from "./lib/endpoint.mjs";
import { ensureImages, TEST_IMAGE } from "./lib/images.mjs";
import { main } from "./lib/lifetime.mjs";
import { ROOT } from "./lib/places.mjs";
import { run } from "./lib/run.mjs";

const USAGE = `npm run soak -- [options]
  --simulated      only on the simulated daemon, in virtual time
  --real           only on the real daemon
  --tasks N        of the simulated soak, 1000000 unless set
  --store KIND     of the simulated soak: memory (unless set) or disk, for which virtual time waits
  --minutes N      of the real soak, 15 unless set
  --in-flight N    tasks that the real daemon has at a time at most, 16 unless set
  --rate N         tasks added per second, 5 unless set
  --seed N         draws names and times, 1 unless set`;

const args = process.argv.slice(2);

await main(async (life) => {
  if (args.includes("--help")) {
    console.log(USAGE);
    return 0;
  }
  await ensureDependencies(life);
  const outfile = await bundleProgram("test/soak/main.ts", "soak");
  const env = { ...process.env, ...(args.includes("--simulated") ? {} : await dockerEnvironment(life)) };
  const command = ["--disable-warning=ExperimentalWarning", "--enable-source-maps", outfile, ...args];
  return (await run(life, process.execPath, command, { cwd: ROOT, env })).code;
});

/** @param {import("./lib/lifetime.mjs").Lifetime} life @returns {Promise<NodeJS.ProcessEnv>} */
async function dockerEnvironment(life) {
  const { endpoint } = await acquireDocker(life);
  await ensureImages(life, endpoint, [TEST_IMAGE]);
  return environmentFor(endpoint);
}
