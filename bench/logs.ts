/**
 * A container that prints much and ends: how long until its last line is here, through `berth run` and through `docker logs -f`,
 * in turns, each into a pipe that is read at once. The clock starts with the first line, when both have begun to follow.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freshFolder } from "./lib/folder.ts";
import { TEST_IMAGE } from "./lib/real-world.ts";
import { progress, report } from "./lib/report.ts";
import { interleaved, ratioOf, spreadOf } from "./lib/stats.ts";

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 7);
const MEGABYTES = Number(process.env.BENCH_MEGABYTES ?? 30);
/** What a line takes with its newline. */
const LINE_BYTES = 100;
const LINES = (MEGABYTES * 1_000_000) / LINE_BYTES;

/** The pause is for those who follow to come. */
const COMMAND = ["sh", "-c", `echo BEGIN; sleep 1; yes ${"x".repeat(LINE_BYTES - 1)} | head -n ${LINES}; echo END`];

type Reading = { readonly seconds: number; readonly lines: number };

async function read(child: ChildProcess): Promise<Reading> {
  const seen = { begin: 0, end: 0, lines: 0 };
  let last = "";
  for await (const chunk of child.stdout ?? []) {
    const text = last + chunk.toString("latin1");
    const broken = text.lastIndexOf("\n") + 1;
    last = text.slice(broken);
    seen.lines += chunk.toString("latin1").split("\n").length - 1;
    if (seen.begin === 0 && text.includes("BEGIN")) seen.begin = performance.now();
    if (text.slice(-1_000).includes("END")) seen.end = performance.now();
  }
  if (child.exitCode === null) await once(child, "exit");
  if (seen.end === 0) throw new Error("Cannot measure: the last line did not come");
  return { seconds: (seen.end - seen.begin) / 1_000, lines: seen.lines };
}

const file = join(freshFolder(), "task.json");
const container = { name: "web", image: TEST_IMAGE, memory: 64, command: COMMAND };
writeFileSync(file, JSON.stringify({ family: "bulk", networkMode: "none", containerDefinitions: [container] }));

function berthRun(): Promise<Reading> {
  const main = join(process.cwd(), "dist", "main.js");
  return read(
    spawn(process.execPath, [main, "run", "--pull", "prefer-cached", file], { stdio: ["ignore", "pipe", "ignore"] }),
  );
}

async function dockerLogs(): Promise<Reading> {
  const started = execFileSync("docker", ["run", "--detach", "--network", "none", TEST_IMAGE, ...COMMAND]);
  const id = started.toString().trim();
  try {
    return await read(spawn("docker", ["logs", "--follow", id], { stdio: ["ignore", "pipe", "ignore"] }));
  } finally {
    execFileSync("docker", ["rm", "--force", id]);
  }
}

const runs = await interleaved(ROUNDS, { berthRun, dockerLogs });
for (const [name, readings] of Object.entries(runs)) {
  const shown = readings.map(({ seconds, lines }) => `${seconds.toFixed(2)} s (${lines} lines)`);
  progress(`${name}: ${shown.join(", ")}`);
}
const secondsOf = ({ seconds }: Reading) => seconds;
report(
  "logs",
  {
    megabytes: MEGABYTES,
    lines: LINES,
    berthRunSeconds: spreadOf((runs.berthRun ?? []).map(secondsOf)),
    dockerLogsSeconds: spreadOf((runs.dockerLogs ?? []).map(secondsOf)),
    ratio: ratioOf(secondsOf, runs.berthRun, runs.dockerLogs),
  },
  execFileSync("docker", ["version", "--format", "{{.Server.Version}}"]).toString().trim(),
);
