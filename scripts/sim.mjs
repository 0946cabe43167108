/**
 * `npm run sim`: bundles the simulator and runs it; arguments go to it. With `--bugs` it runs the hunt for deliberate
 * bugs instead. Exits with 1 when an invariant is broken (or a deliberate bug is not found).
 */
import { join } from "node:path";
import { ensureDependencies } from "./lib/dependencies.mjs";
import { main } from "./lib/lifetime.mjs";
import { BERTH_DIR, ROOT } from "./lib/places.mjs";
import { run } from "./lib/run.mjs";

const args = process.argv.slice(2);
const isHunt = args.includes("--bugs");
const ENTRY = isHunt ? "test/deliberate-bugs/main.ts" : "src/testing/simulator/main.ts";

await main(async (life) => {
  await ensureDependencies(life);
  const { build } = await import("esbuild"); // not at the top: this file is read before dependencies are installed
  const outfile = join(BERTH_DIR, isHunt ? "sim-bugs.mjs" : "sim.mjs");
  await build({
    entryPoints: [join(ROOT, ENTRY)],
    outfile,
    bundle: true,
    packages: "external",
    format: "esm",
    platform: "node",
    target: "node20",
    sourcemap: "inline",
    logLevel: "warning",
  });
  const rest = args.filter((each) => each !== "--bugs");
  const command = ["--enable-source-maps", outfile, ...rest];
  return (await run(life, process.execPath, command, { cwd: ROOT })).code;
});
