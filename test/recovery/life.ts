/** Lets the program live: starts it, kills it, starts it again, until it comes to its own end; then judges the life. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ENGINE_ID_LABEL } from "../../src/core/labels.ts";
import { createDockerClient } from "../../src/docker/index.ts";
import type { DockerClient } from "../../src/ports/docker-client.ts";
import { SeededRandom } from "../../src/testing/seeded-random.ts";
import { EventRecorder } from "../contract/event-recorder.ts";
import { type RunningProgram, startProgram } from "../store/child-process.ts";
import { readEntries } from "./journal.ts";
import { judge, type Verdict } from "./judge.ts";
import type { ProgramPlan } from "./plan.ts";

/** Of one start of the program, from open to end. Far more than it takes: who gets here hangs. */
const RUN_LIMIT_MS = 90_000;
const MOST_NOTED = 5;

export type LifeOptions = {
  readonly program: string;
  readonly endpoint: string;
  readonly seed: string;
  readonly tasks: number;
  /** Kills at seeded moments of the wall clock; after these the program is left alone. */
  readonly timedKills: number;
  /** The longest that a run is let live before its kill. */
  readonly maxRunMs: number;
  /** The part of all points before and after commits and Docker calls at which it is killed, each once. */
  readonly failpoints: number;
};

export type Life = Verdict & { readonly kills: number; readonly tasks: number; readonly durationMs: number };

export async function live(options: LifeOptions): Promise<Life> {
  const home = mkdtempSync(join(tmpdir(), "berth-life-"));
  const plan = planFor(options, home);
  const planFile = join(home, "plan.json");
  writeFileSync(planFile, JSON.stringify(plan));
  const client = createDockerClient({ endpoint: options.endpoint });
  const events = await EventRecorder.open(client, { [ENGINE_ID_LABEL]: plan.engineId });
  const began = performance.now();
  try {
    const kills = await liveOn(options, planFile).catch((error: unknown) => {
      throw new Error(`The life has no end; noted so far: ${noted(plan).join("; ") || "nothing"}`, { cause: error });
    });
    const durationMs = performance.now() - began;
    const verdict = await judge({ plan, client, events, entries: readEntries(plan.journal) });
    return { ...verdict, kills, tasks: options.tasks, durationMs };
  } finally {
    await events.close();
    await sweep(client, plan.engineId);
    client.close();
    rmSync(home, { recursive: true, force: true });
  }
}

function planFor({ seed, tasks, endpoint, failpoints }: LifeOptions, home: string): ProgramPlan {
  return {
    seed,
    tasks,
    endpoint,
    engineId: `recovery-${process.pid}-${seed}`,
    folder: join(home, "state"),
    journal: join(home, "journal"),
    failpoints: { file: join(home, "points"), share: failpoints },
  };
}

/** The first of what must never be. */
function noted({ journal }: ProgramPlan): readonly string[] {
  return readEntries(journal)
    .flatMap((entry) => (entry.type === "problem" ? [entry.text] : []))
    .slice(0, MOST_NOTED);
}

/** @returns how often it was killed */
async function liveOn(options: LifeOptions, planFile: string): Promise<number> {
  const random = new SeededRandom(`${options.seed}/moments`);
  for (let kills = 0; ; kills += 1) {
    const program = startProgram(options.program, [planFile]);
    const delayMs = kills < options.timedKills ? random.int(0, options.maxRunMs) : undefined;
    const end = await ended(program, delayMs);
    if (end === 0) return kills;
    if (end !== "SIGKILL") throw new Error(`Cannot go on: the program ended with ${end}`);
  }
}

async function ended(program: RunningProgram, killAfterMs: number | undefined): Promise<number | string> {
  const hangs = setTimeout(() => program.child.kill("SIGTERM"), RUN_LIMIT_MS);
  let moment: NodeJS.Timeout | undefined;
  if (killAfterMs !== undefined) {
    // It may end by itself before it is open, and then there is nobody to kill.
    const opened = program.written(1).then(() => {
      moment = setTimeout(() => program.child.kill("SIGKILL"), killAfterMs);
    });
    await Promise.race([opened, program.ended]);
  }
  try {
    return await program.ended;
  } finally {
    clearTimeout(hangs);
    clearTimeout(moment);
  }
}

/** Only a life that failed leaves something. */
async function sweep(client: DockerClient, engineId: string): Promise<void> {
  const labels = { [ENGINE_ID_LABEL]: engineId };
  for (const { dockerId } of await client.listContainers({ all: true, labels })) {
    await client.removeContainer(dockerId, { force: true, removeVolumes: true });
  }
  for (const { name } of await client.listVolumes({ labels })) await client.removeVolume(name);
}
