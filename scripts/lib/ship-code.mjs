/**
 * Puts the command's compiled code into what was built (`src/cli/start/code-cache.ts`): whoever starts it for the first
 * time with the same version of Node, as each job of a CI does, need not compile it.
 */
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { mustRun } from "./run.mjs";

const LIMIT_MS = 60_000;
const IMAGE = "app:latest";
const TASK = {
  family: "first",
  networkMode: "none",
  containerDefinitions: [{ name: "web", image: IMAGE, memory: 64, command: ["true"] }],
};

/** @param {import("./lifetime.mjs").Lifetime} life @param {string} target folder of what was built */
export async function shipCode(life, target) {
  // A short path: sockets have no long ones.
  const folder = mkdtempSync(join(tmpdir(), "berth-code-"));
  try {
    await useCommand(life, target, folder);
    const kept = join(folder, "berth");
    for (const name of readdirSync(kept)) {
      const file = join(target, "command", name);
      copyFileSync(join(kept, name), file);
      chmodSync(file, 0o644); // an installation is often read by others than its owner
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Each verb once, as at a first start, with a simulated daemon.
 * @param {import("./lifetime.mjs").Lifetime} life @param {string} target @param {string} folder
 */
async function useCommand(life, target, folder) {
  const testing = await import(pathToFileURL(join(target, "testing", "index.js")).href);
  const docker = new testing.SimulatedDocker({ clock: testing.realTimeClock() });
  docker.image(IMAGE);
  const server = await testing.SimulatedDockerServer.listen(docker, { socketPath: join(folder, "docker.sock") });
  const definition = join(folder, "task.json");
  writeFileSync(definition, JSON.stringify(TASK));
  mkdirSync(join(folder, "berth"), { mode: 0o700 });
  // Nothing of whoever builds: settings of their Docker would lead elsewhere, and code that was compiled with their
  // NODE_OPTIONS would be refused by everybody else's V8.
  const env = { PATH: process.env.PATH, HOME: folder, XDG_CACHE_HOME: folder, DOCKER_HOST: server.endpoint };
  try {
    const uses = [
      ["--help"],
      ["validate", definition],
      ["plan", definition],
      ["run", "--pull", "prefer-cached", definition],
    ];
    for (const args of uses) {
      await mustRun(life, process.execPath, [join(target, "main.js"), ...args], {
        env,
        output: "keep",
        limitMs: LIMIT_MS,
      });
    }
  } finally {
    await server.close();
  }
}
