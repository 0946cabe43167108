/**
 * The command from a cold start: `--help` against node that does nothing, and `run` up to the create call. A simulated
 * daemon answers on a socket, in this process: its time is the other processor's, and the time that `run` waits for its
 * answers is told apart. Compiled code is kept in a folder of the benchmark's own, filled before. A first start has none of its
 * own, only what the build brought with the program; one without any compiles everything, as with another version of Node.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { realTimeClock } from "../src/testing/real-time-clock.ts";
import { SimulatedDocker, SimulatedDockerServer } from "../src/testing/simulated-docker/index.ts";
import { freshFolder } from "./lib/folder.ts";
import { report } from "./lib/report.ts";
import { SIMULATED } from "./lib/simulated-world.ts";
import { interleaved, spreadOf } from "./lib/stats.ts";

const ROUNDS = 21;
const TICKS_PER_SECOND = 100;

type Start = { readonly wallMs: number; readonly cpuMs: number };

/** Processor time of all children that have ended, in ticks. Rough for one, good over many. */
function childTicks(): number {
  const fields = readFileSync("/proc/self/stat", "utf8").split(") ")[1]?.split(" ") ?? [];
  return Number(fields[13]) + Number(fields[14]);
}

async function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Start> {
  const [ticks, began] = [childTicks(), performance.now()];
  const child = spawn(process.execPath, args, { stdio: "ignore", env: { ...process.env, ...CACHED, ...env } });
  await once(child, "exit");
  return { wallMs: performance.now() - began, cpuMs: ((childTicks() - ticks) * 1_000) / TICKS_PER_SECOND };
}

const main = join(process.cwd(), "dist", "main.js");
const folder = freshFolder();
const CACHED = { XDG_CACHE_HOME: join(folder, "cache") };
const UNCACHED = { NODE_DISABLE_COMPILE_CACHE: "1" };
mkdirSync(CACHED.XDG_CACHE_HOME);
let firstStarts = 0;
/** A cache folder that nobody has used. */
function unused(): NodeJS.ProcessEnv {
  firstStarts += 1;
  const XDG_CACHE_HOME = join(folder, `cache-${firstStarts}`);
  mkdirSync(XDG_CACHE_HOME);
  return { XDG_CACHE_HOME };
}
const empty = join(folder, "empty.mjs");
writeFileSync(empty, "");
const definition = join(folder, "task.json");
const containers = [{ name: "web", image: "app", memory: 64, command: ["true"] }];
writeFileSync(definition, JSON.stringify({ family: "cold", networkMode: "none", containerDefinitions: containers }));

const docker = new SimulatedDocker({ clock: realTimeClock() });
docker.image("app");
const server = await SimulatedDockerServer.listen(docker, { socketPath: join(folder, "docker.sock") });
let createdAt = 0;
docker.onCall(({ operation }) => {
  if (operation === "createContainer") createdAt = performance.now();
});

/** Until the daemon has made the container; the processor time is that of the whole run. */
async function coldRun(env: NodeJS.ProcessEnv = {}): Promise<Start> {
  const began = performance.now();
  const args = [main, "run", "--pull", "prefer-cached", "--no-logs", definition];
  const { cpuMs } = await start(args, { DOCKER_HOST: server.endpoint, ...env });
  return { wallMs: createdAt - began, cpuMs };
}

await start([main, "--help"]);
await coldRun();
const runs = await interleaved(ROUNDS, {
  bareNode: () => start([empty]),
  help: () => start([main, "--help"]),
  version: () => start([main, "--version"]),
  runUntilCreated: () => coldRun(),
  firstHelp: () => start([main, "--help"], unused()),
  firstRunUntilCreated: () => coldRun(unused()),
  uncompiledHelp: () => start([main, "--help"], UNCACHED),
  uncompiledRunUntilCreated: () => coldRun(UNCACHED),
});
await server.close();
const overBare = (name: keyof typeof runs) => ({
  wallMs: spreadOf(runs[name].map(({ wallMs }, index) => wallMs - (runs.bareNode[index]?.wallMs ?? 0))),
  // Ticks are too coarse for a difference of two single starts.
  cpuMs: mean(runs[name]) - mean(runs.bareNode),
});
report(
  "cli",
  {
    bareNode: { wallMs: spreadOf(runs.bareNode.map(({ wallMs }) => wallMs)), cpuMs: mean(runs.bareNode) },
    helpOverBareNode: overBare("help"),
    versionOverBareNode: overBare("version"),
    runUntilCreated: { wallMs: spreadOf(runs.runUntilCreated.map(({ wallMs }) => wallMs)) },
    runUntilCreatedOverBareNode: overBare("runUntilCreated"),
    firstHelpOverBareNode: overBare("firstHelp"),
    firstRunUntilCreatedOverBareNode: overBare("firstRunUntilCreated"),
    uncompiledHelpOverBareNode: overBare("uncompiledHelp"),
    uncompiledRunUntilCreatedOverBareNode: overBare("uncompiledRunUntilCreated"),
    target: "run until created 150 ms, help 60 ms over bare node",
  },
  SIMULATED,
);
process.exit(0);

function mean(starts: readonly Start[]): number {
  return Math.round((10 * starts.reduce((sum, { cpuMs }) => sum + cpuMs, 0)) / starts.length) / 10;
}
