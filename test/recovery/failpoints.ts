/**
 * Kills the process exactly before and exactly after what it does to the world: each commit of the store and each call
 * to Docker, each point once in a life. Points are known by what is done to what, not by a count, because no two runs do
 * things in the same order; those that were used are kept in a file, so the next start gets past them.
 *
 * From the moment that a point is chosen nothing is saved and no answer of Docker is heard any more. What Docker has been
 * asked for takes its effect before the process dies: it leaves everything in the world that it can leave.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { Container, TaskResource } from "../../src/core/task.ts";
import type { DockerClient } from "../../src/ports/docker-client.ts";
import type { Mutation, StateStore } from "../../src/ports/state-store.ts";
import { SeededRandom } from "../../src/testing/seeded-random.ts";

export type FailpointPlan = {
  readonly file: string;
  readonly seed: string;
  /** The part of all points at which the process is killed, 0 to 1; 0 for none at all. */
  readonly share: number;
};

/** Where something comes into being, and where the intent of it is saved: always killed at. */
const DECISIVE = /^(?:\w+ (?:create|start)\w+|before commit intent) /;
/** Calls whose effect is waited for. */
const MAKES = /^(?:create|start)\w+ /;
/** A disk that hangs for so long before the end: time to do what must not be done before the save. */
const SLOW_DISK_MS = 100;
const EFFECT_LIMIT_MS = 5_000;

export class Failpoints {
  readonly #plan: FailpointPlan;
  readonly #used: Set<string>;
  readonly #making = new Set<Promise<void>>();
  #isDying = false;

  constructor(plan: FailpointPlan) {
    this.#plan = plan;
    this.#used = new Set(existsSync(plan.file) ? readFileSync(plan.file, "utf8").split("\n") : []);
  }

  async around<T>(what: string, act: () => Promise<T>): Promise<T> {
    await this.#pass(`before ${what}`);
    const acting = act();
    if (MAKES.test(what)) this.#track(acting);
    try {
      return await acting;
    } finally {
      await this.#pass(`after ${what}`);
    }
  }

  async #pass(point: string): Promise<void> {
    const isCommit = / commit /.test(point);
    // Whoever asks Docker for something now gets it, and does not hear of it.
    if (this.#isDying) return point.startsWith("before") && !isCommit ? undefined : never();
    if (!this.#isChosen(point)) return;
    this.#isDying = true;
    appendFileSync(this.#plan.file, `${point}\n`);
    if (point.startsWith("before commit")) await delay(SLOW_DISK_MS);
    await Promise.race([this.#allMade(), delay(EFFECT_LIMIT_MS)]);
    process.kill(process.pid, "SIGKILL");
    // Another thread may get the signal: not one more line of ours is to run.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  }

  #isChosen(point: string): boolean {
    const { seed, share } = this.#plan;
    if (share === 0 || this.#used.has(point)) return false;
    return new SeededRandom(`${seed}/${point}`).chance(DECISIVE.test(point) ? 1 : share);
  }

  #track(acting: Promise<unknown>): void {
    const settled = acting.then(
      () => undefined,
      () => undefined, // the caller hears of it
    );
    this.#making.add(settled);
    void settled.then(() => this.#making.delete(settled));
  }

  async #allMade(): Promise<void> {
    while (this.#making.size > 0) await Promise.all(this.#making);
  }
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}

export function killedStore(inner: StateStore, failpoints: Failpoints): StateStore {
  const intents = new Set<string>();
  return {
    load: () => failpoints.around("load", () => inner.load()),
    commit: (mutations) => {
      const isNew = mutations.flatMap(intentsOf).filter((intent) => !intents.has(intent));
      for (const intent of isNew) intents.add(intent);
      const word = isNew.length === 0 ? "commit" : "commit intent";
      return failpoints.around(`${word} ${describe(mutations)}`, () => inner.commit(mutations));
    },
    close: () => inner.close(),
  };
}

/** What a row says that Docker will be asked for. */
function intentsOf(mutation: Mutation): readonly string[] {
  if (mutation.type !== "putTask") return [];
  const { containers, resources } = mutation.task;
  return [
    ...containers.flatMap(({ dockerName, createRequestedAt, startRequestedAt }) => [
      ...(createRequestedAt === undefined ? [] : [`create ${dockerName}`]),
      ...(startRequestedAt === undefined ? [] : [`start ${dockerName}`]),
    ]),
    ...resources.flatMap(({ id, createRequested }) => (createRequested ? [`${mutation.task.id} ${id}`] : [])),
  ];
}

type Call = Exclude<
  {
    [Name in keyof DockerClient]: DockerClient[Name] extends (...args: never) => Promise<unknown> ? Name : never;
  }[keyof DockerClient],
  "logs" | "events" | "stats"
>;

const CALLS: readonly Call[] = [
  ...(["ping", "version", "info", "createContainer", "startContainer", "stopContainer", "killContainer"] as const),
  ...(["removeContainer", "inspectContainer", "listContainers", "pullImage", "inspectImage", "listImages"] as const),
  ...(["tagImage", "removeImage", "importImage", "inspectDistribution", "createVolume", "inspectVolume"] as const),
  ...(["removeVolume", "listVolumes", "createNetwork", "removeNetwork", "listNetworks"] as const),
];

/** A call is told by its name, what it is about and the phase of the life. */
export function killedClient(inner: DockerClient, failpoints: Failpoints, phase: () => number): DockerClient {
  const names = new DockerNames();
  return new Proxy(inner, {
    get(target, property, receiver) {
      const value: unknown = Reflect.get(target, property, receiver);
      const call = CALLS.find((each) => each === property);
      if (call === undefined || typeof value !== "function") return value;
      return async (...args: readonly unknown[]) => {
        const point = `${call} ${names.subjectOf(args[0])} in phase ${phase()}`;
        const answer: unknown = await failpoints.around(point, () => Reflect.apply(value, target, args));
        names.learn(args[0], answer);
        return answer;
      };
    },
  });
}

/** Docker draws ids by chance; by their names the same points are chosen each time. */
class DockerNames {
  readonly #names = new Map<string, string>();

  subjectOf(argument: unknown): string {
    if (typeof argument === "string") return this.#names.get(argument) ?? argument;
    return memberOf(argument, "name") ?? "";
  }

  learn(argument: unknown, answer: unknown): void {
    for (const each of Array.isArray(answer) ? answer : [answer]) {
      const dockerId = memberOf(each, "dockerId");
      const name = memberOf(each, "dockerName") ?? memberOf(argument, "name");
      if (dockerId !== undefined && name !== undefined) this.#names.set(dockerId, name);
    }
  }
}

function memberOf(value: unknown, member: string): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const found: unknown = Reflect.get(value, member);
  return typeof found === "string" ? found : undefined;
}

function describe(mutations: readonly Mutation[]): string {
  return mutations.map(describeOne).join(", ");
}

function describeOne(mutation: Mutation): string {
  switch (mutation.type) {
    case "putTask": {
      const { task } = mutation;
      return `${task.id} ${task.desiredStatus} ${task.containers.map(stateOf)} ${task.resources.map(resourceStateOf)}`;
    }
    case "putChange":
      return `change ${mutation.change.sequence}`;
    case "acknowledge":
      return `acknowledge ${mutation.taskArn} ${mutation.upTo}`;
    case "deleteTask":
      return `delete ${mutation.taskArn}`;
    case "putImage":
      return `image ${mutation.image.imageId}`;
    case "deleteImage":
      return `no image ${mutation.imageId}`;
    case "putMeta":
      return `meta ${mutation.key}`;
  }
}

/** What of a container a restart acts on. */
function stateOf(container: Container): string {
  const { knownStatus, desiredStatus, createRequestedAt, startRequestedAt, restart, stopOwed, removed } = container;
  const flags = [createRequestedAt !== undefined, startRequestedAt !== undefined, restart.pending, stopOwed, removed];
  return `${knownStatus}-${desiredStatus}-${restart.count}${flags.map(Number).join("")}`;
}

function resourceStateOf({ knownStatus, createRequested }: TaskResource): string {
  return `${knownStatus}${Number(createRequested)}`;
}
