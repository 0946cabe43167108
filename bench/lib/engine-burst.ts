/** Tasks of one container that an engine on a real daemon is given all at once. */
import type { DockerTaskEngine } from "../../src/engine/docker-task-engine.ts";
import type { CreateBody, DockerClient } from "../../src/ports/docker-client.ts";
import { DiskStateStore } from "../../src/store/index.ts";
import { freshFolder } from "./folder.ts";
import type { Times } from "./raw-burst.ts";
import { realClient, TEST_IMAGE } from "./real-world.ts";
import { definitionOf, newTask, startEngine } from "./simulated-world.ts";
import { endTasks } from "./waves.ts";

export const COMMAND = ["sleep", "600"];

let serial = 0;

type EngineBurst = { readonly count: number; readonly startConcurrency?: number | undefined };

export async function engineBurst({ count, startConcurrency }: EngineBurst): Promise<Times> {
  const client = realClient();
  const store = await DiskStateStore.open({ folder: freshFolder() });
  const engine = await startEngine({
    client,
    store,
    engineId: `bench-${process.pid}-${serial++}`,
    ...(startConcurrency === undefined ? {} : { startConcurrency }),
  });
  const times = await untilAllRun(engine, count);
  await endTasks(engine);
  await engine.shutdown();
  await store.close();
  client.close();
  return times;
}

/** What the engine asks Docker to create for such a task. */
export async function recordedBody(): Promise<CreateBody> {
  const client = realClient();
  const bodies: CreateBody[] = [];
  const store = await DiskStateStore.open({ folder: freshFolder() });
  const engine = await startEngine({ client: recording(client, bodies), store, engineId: `bench-${process.pid}-body` });
  await untilAllRun(engine, 1);
  await endTasks(engine);
  await engine.shutdown();
  await store.close();
  client.close();
  const [body] = bodies;
  if (body === undefined) throw new Error("Cannot record a create: the engine made none");
  return body;
}

async function untilAllRun(engine: DockerTaskEngine, count: number): Promise<Times> {
  void acknowledgeAll(engine);
  const definition = definitionOf([{ name: "web", image: TEST_IMAGE, command: COMMAND }]);
  const tasks = Array.from({ length: count }, () => newTask(definition));
  const began = performance.now();
  const running = new Map<string, number>();
  const all = new Promise<void>((resolve) => {
    engine.subscribe((event) => {
      if (event.type !== "task" || event.task.knownStatus !== "RUNNING" || running.has(event.task.arn)) return;
      running.set(event.task.arn, performance.now() - began);
      if (running.size === count) resolve();
    });
  });
  await Promise.all(tasks.map((task) => engine.addTask(task)));
  await all;
  return [...running.values()];
}

async function acknowledgeAll(engine: DockerTaskEngine): Promise<void> {
  for await (const { acknowledge } of engine.stateChangeEvents()) await acknowledge();
}

function recording(client: DockerClient, bodies: CreateBody[]): DockerClient {
  return new Proxy(client, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      if (name !== "createContainer") return member.bind(target);
      return (...[request, options]: Parameters<DockerClient["createContainer"]>) => {
        bodies.push(request.body);
        return target.createContainer(request, options);
      };
    },
  });
}
