/**
 * 10 000 Docker events a second, for containers of nobody's and for containers of ours: how much of one core they take,
 * and whether the engine keeps up.
 */
import { asEpochMs } from "../src/core/brand.ts";
import type { Task } from "../src/core/task.ts";
import type { DockerClient, DockerEvent, FeedItem } from "../src/ports/docker-client.ts";
import { MemoryStateStore } from "../src/store/memory-state-store.ts";
import { CpuTimer } from "./lib/cpu.ts";
import { report } from "./lib/report.ts";
import { newTasks, SIMULATED, simulatedDocker, startEngine } from "./lib/simulated-world.ts";
import { interleaved, spreadOf } from "./lib/stats.ts";
import { runTasks } from "./lib/waves.ts";

const PER_SECOND = 10_000;
const SECONDS = 3;
const TICK_MS = 10;
const ROUNDS = 3;
const TASKS = 1_000;
const STRANGER = "f".repeat(64);

/** A feed that is filled by hand, in front of a client. */
class Feed {
  readonly #waiting: FeedItem[] = [];
  #wake: (() => void) | undefined;
  taken = 0;
  given = 0;
  mostWaiting = 0;

  push(event: DockerEvent): void {
    this.given += 1;
    this.#waiting.push({ type: "event", event });
    this.mostWaiting = Math.max(this.mostWaiting, this.given - this.taken);
    this.#wake?.();
  }

  async *items(signal: AbortSignal): AsyncIterable<FeedItem> {
    yield { type: "connected" };
    while (!signal.aborted) {
      const batch = this.#waiting.splice(0);
      if (batch.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
      for (const item of batch) {
        this.taken += 1;
        yield item;
      }
    }
  }

  reset(): void {
    this.taken = 0;
    this.given = 0;
    this.mostWaiting = 0;
  }
}

const feed = new Feed();
const docker = simulatedDocker();
const inner = docker.client();
const live = { on: false };
const client: DockerClient = new Proxy(inner as DockerClient, {
  get(target, name) {
    if (name === "events" && live.on) return ({ signal }: { signal: AbortSignal }) => feed.items(signal);
    const member: unknown = Reflect.get(target, name);
    return typeof member === "function" ? member.bind(target) : member;
  },
});

const store = new MemoryStateStore();
const first = await startEngine({ client, store, startConcurrency: 1_000 });
await runTasks({ engine: first, tasks: newTasks(TASKS), inFlight: TASKS });
first.abandon();
live.on = true;
const engine = await startEngine({ client, store: store.reopen(), startConcurrency: 1_000 });
const ours = engine.listTasks().map((task: Task) => task.containers[0]?.dockerId);
let inspects = 0;
docker.onCall(({ operation }) => {
  if (operation === "inspectContainer") inspects += 1;
});

type Load = {
  readonly cores: number;
  readonly mostWaiting: number;
  readonly leftOver: number;
  readonly inspects: number;
};
type EventOf = (number: number) => Pick<DockerEvent, "action" | "dockerId">;

async function load(eventOf: EventOf | undefined): Promise<Load> {
  feed.reset();
  inspects = 0;
  const timer = new CpuTimer();
  let sent = 0;
  while (timer.wallMs < SECONDS * 1_000) {
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    if (eventOf === undefined) continue;
    for (const due = (timer.wallMs / 1_000) * PER_SECOND; sent < due; sent += 1) {
      feed.push({ ...eventOf(sent), attributes: {}, at: asEpochMs(Date.now()) });
    }
  }
  await new Promise((resolve) => setImmediate(resolve));
  const leftOver = feed.given - feed.taken;
  return { cores: timer.cpuMs / timer.wallMs, mostWaiting: feed.mostWaiting, leftOver, inspects };
}

const id = (number: number) => ours[number % ours.length] ?? STRANGER;
const runs = await interleaved(ROUNDS, {
  idle: () => load(undefined),
  unrelated: () => load(() => ({ action: "start", dockerId: STRANGER as DockerEvent["dockerId"] })),
  relatedHarmless: () => load((number) => ({ action: "create", dockerId: id(number) as DockerEvent["dockerId"] })),
  relatedNeedingALook: () => load((number) => ({ action: "die", dockerId: id(number) as DockerEvent["dockerId"] })),
});
engine.abandon();
const idle = spreadOf(runs.idle.map(({ cores }) => cores)).median;
const figures = Object.fromEntries(
  Object.entries(runs).map(([name, loads]) => [
    name,
    {
      percentOfOneCore: spreadOf(loads.map(({ cores }) => 100 * (name === "idle" ? cores : cores - idle))),
      mostWaiting: spreadOf(loads.map(({ mostWaiting }) => mostWaiting)),
      leftOver: spreadOf(loads.map(({ leftOver }) => leftOver)),
      inspectsPerSecond: spreadOf(loads.map(({ inspects: looks }) => looks / SECONDS)),
    },
  ]),
);
report(
  "events",
  { perSecond: PER_SECOND, tasks: TASKS, ...figures, target: "40 % of one core, no backlog" },
  SIMULATED,
);
process.exit(0);
