/** Everything countable that a leak would show in: of the process, of the engine, of its store, and of the daemon. */
import { getEventListeners } from "node:events";
import { readdirSync } from "node:fs";
import { queryObjects } from "node:v8";
import { DockerTaskEngine } from "../../src/agent/docker-task-engine.ts";
import { TaskActor } from "../../src/engine/task-actor.ts";
import type { DockerClient } from "../../src/ports/docker-client.ts";

/** Values by name. */
export type Reading = Readonly<Record<string, number>>;

/** Objects that are alive; counting them collects all garbage. */
export function objectGauges(): Reading {
  return {
    engines: queryObjects(DockerTaskEngine) as number,
    actors: queryObjects(TaskActor) as number,
    abortSignals: queryObjects(AbortSignal) as number,
  };
}

/** Of the whole process. */
export function processGauges(): Reading {
  const objects = objectGauges();
  const { heapUsed, rss, external } = process.memoryUsage();
  return {
    ...objects,
    heapMb: heapUsed / 1e6,
    rssMb: rss / 1e6,
    externalMb: external / 1e6,
    descriptors: readdirSync("/proc/self/fd").length,
    // Timers, sockets, requests under way: whatever keeps the event loop turning.
    activeResources: process.getActiveResourcesInfo().length,
  };
}

/** What the engine and its store know of tasks. */
export function engineGauges(engine: DockerTaskEngine): Reading {
  const { tasks, changes } = engine.toJSON();
  const { state, imageManager } = engine;
  return {
    taskRows: tasks.length,
    changeRows: changes.length,
    stateTasks: state.allTasks().length,
    stateContainers: state.allContainerIds().length,
    imageReferences: imageManager.imageStates().reduce((sum, { references }) => sum + references.size, 0),
  };
}

/** What carries the engine's label in the daemon. */
export async function dockerGauges(client: DockerClient, labels: Readonly<Record<string, string>>): Promise<Reading> {
  const [containers, volumes, networks] = await Promise.all([
    client.listContainers({ all: true, labels }),
    client.listVolumes({ labels }),
    client.listNetworks({ labels }),
  ]);
  return { containers: containers.length, volumes: volumes.length, networks: networks.length };
}

/** Knows every abort signal that a client was given, as long as anybody else does, and how many listen to it. */
export class SignalSpy {
  readonly #known = new WeakSet<AbortSignal>();
  #signals: WeakRef<AbortSignal>[] = [];

  /** The same client, overheard. */
  over(inner: DockerClient): DockerClient {
    return new Proxy(inner, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== "function") return member;
        return (...args: readonly unknown[]) => {
          for (const argument of args) this.#note(argument);
          return member.apply(target, args);
        };
      },
    });
  }

  /** Listeners of all signals that are still there; run after a garbage collection. */
  get listeners(): number {
    this.#signals = this.#signals.filter((each) => each.deref() !== undefined);
    return this.#signals.reduce((sum, each) => sum + listenersOf(each.deref()), 0);
  }

  #note(argument: unknown): void {
    if (typeof argument !== "object" || argument === null || !("signal" in argument)) return;
    const { signal } = argument;
    if (!(signal instanceof AbortSignal) || this.#known.has(signal)) return;
    this.#known.add(signal);
    this.#signals.push(new WeakRef(signal));
  }
}

function listenersOf(signal: AbortSignal | undefined): number {
  return signal === undefined ? 0 : getEventListeners(signal, "abort").length;
}
