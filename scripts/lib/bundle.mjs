/** Makes one runnable file of a TypeScript program of the project (benchmarks, the simulator). */
import { join } from "node:path";
import { BERTH_DIR, ROOT } from "./places.mjs";

/**
 * @param {string} entry the program, from the root of the project
 * @param {string} name of the file that is made in `.berth/`, without its ending
 * @returns {Promise<string>} its path
 */
export async function bundleProgram(entry, name) {
  const { build } = await import("esbuild"); // not at the top: this file is read before dependencies are installed
  const outfile = join(BERTH_DIR, `${name}.mjs`);
  await build({
    entryPoints: [join(ROOT, entry)],
    outfile,
    bundle: true,
    packages: "external",
    format: "esm",
    platform: "node",
    target: "node20",
    // Beside the program, not in it: an engine keeps the text of what it runs in memory.
    sourcemap: "linked",
    logLevel: "warning",
  });
  return outfile;
}
