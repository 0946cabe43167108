/**
 * `npm run sim`: bundles the simulator and runs it; arguments go to it. With `--bugs` it runs the hunt for deliberate
 * bugs instead. Exits with 1 when an invariant is broken (or a deliberate bug is not found).
 */
import { bundleProgram } from "./lib/bundle.mjs";
import { ensureDependencies } from "./lib/dependencies.mjs";
import { main } from "./lib/lifetime.mjs";
import { ROOT } from "./lib/places.mjs";
import { run } from "./lib/run.mjs";

const args = process.argv.slice(2);
const isHunt = args.includes("--bugs");
const ENTRY = isHunt ? "test/deliberate-bugs/main.ts" : "src/testing/simulator/main.ts";

await main(async (life) => {
  await ensureDependencies(life);
  const outfile = await bundleProgram(ENTRY, isHunt ? "sim-bugs" : "sim");
  const rest = args.filter((each) => each !== "--bugs");
  const command = ["--enable-source-maps", outfile, ...rest];
  return (await run(life, process.execPath, command, { cwd: ROOT })).code;
});
