/** What the engine asks of Docker, the registry and a task's resources, call by call. */
import { describe, expect, it } from "vitest";
import {
  DockerTaskEngine,
  type DockerTaskEngineOptions,
  type Task,
  type TaskResourceAdapter,
} from "../../src/index.ts";
import { exits, MemoryLog, MemoryStateStore, runsForever, SimulatedHost } from "../../src/testing/index.ts";
import { type RecordedCall, recordingClient } from "./recording-client.ts";

type World = {
  readonly host: SimulatedHost;
  readonly engine: DockerTaskEngine;
  readonly calls: readonly RecordedCall[];
  readonly log: MemoryLog;
};

async function engineOn(host: SimulatedHost, options: Partial<DockerTaskEngineOptions> = {}): Promise<World> {
  const { client, calls } = recordingClient(host.docker.client());
  const { clock, random } = host;
  const log = new MemoryLog();
  const fixed = { client, clock, random, log, dynamicPortRange: "32768-33767", probeHostPort: async () => true };
  const engine = new DockerTaskEngine({ ...fixed, ...options });
  await clock.resolve(engine.init());
  return { host, engine, calls, log };
}

const started = (options: Partial<DockerTaskEngineOptions> = {}) => engineOn(new SimulatedHost(), options);

async function until({ host, engine }: World, task: Task, status: Task["knownStatus"]): Promise<Task> {
  await host.clock.runUntil(() => engine.getTaskByArn(task.arn)?.knownStatus === status);
  const known = engine.getTaskByArn(task.arn);
  if (known === undefined) throw new Error("the task is gone");
  return known;
}

async function run(world: World, task: Task, status: Task["knownStatus"] = "RUNNING"): Promise<Task> {
  await world.host.clock.resolve(world.engine.addTask(task));
  return await until(world, task, status);
}

async function stop(world: World, task: Task): Promise<Task> {
  await world.host.clock.resolve(world.engine.stopTask(task.arn));
  return await until(world, task, "STOPPED");
}

function callsOf({ calls }: Pick<World, "calls">, operation: string): readonly (readonly unknown[])[] {
  return calls.filter((call) => call.operation === operation).map(({ args }) => args);
}

describe("create, start and remove", () => {
  it("EN-31: the user's labels are kept, and the five of ECS are added", async () => {
    const world = await started();
    await run(world, world.host.task([{ name: "web", dockerLabels: { team: "blue" } }]));
    const labels = world.host.docker.find("web")?.labels ?? {};
    expect(labels.team).toBe("blue");
    expect(
      Object.keys(labels)
        .filter((label) => label.startsWith("com.amazonaws.ecs."))
        .toSorted(),
    ).toEqual([
      "com.amazonaws.ecs.cluster",
      "com.amazonaws.ecs.container-name",
      "com.amazonaws.ecs.task-arn",
      "com.amazonaws.ecs.task-definition-family",
      "com.amazonaws.ecs.task-definition-version",
    ]);
  });

  it("EN-32: an engine that died before its create was answered creates under the name it had reserved", async () => {
    const store = new MemoryStateStore();
    const first = await started({ store });
    const { host } = first;
    const task = host.task([{ name: "web" }]);
    host.docker.faults.next("createContainer", { kind: "hang", forMs: 60_000, takesEffect: false });
    await host.clock.resolve(first.engine.addTask(task));
    await host.clock.advance(1_000);
    expect(store.snapshot().tasks[0]?.containers[0]?.dockerName).toBe(task.containers[0]?.dockerName);
    first.engine.abandon();
    const second = await engineOn(host, { store });
    await until(second, task, "RUNNING");
    const names = callsOf(second, "createContainer").map(([request]) => Reflect.get(Object(request), "name"));
    expect(names).toEqual([task.containers[0]?.dockerName]);
    expect(host.docker.containers()).toHaveLength(1);
  });

  it("EN-34: a start names the id that its create returned, and has a limit", async () => {
    const world = await started();
    await run(world, world.host.task([{ name: "web" }]));
    const [[dockerId, options] = []] = callsOf(world, "startContainer");
    expect(dockerId).toBe(world.host.docker.find("web")?.dockerId);
    expect(options).toMatchObject({ timeoutMs: 3 * 60_000 });
    expect(callsOf(world, "createContainer")[0]?.[1]).toMatchObject({ timeoutMs: 4 * 60_000 });
  });

  // By id instead of by name: under the name may be somebody else's container by now.
  it("EN-41: a container is removed with its anonymous volumes, and is gone afterwards", async () => {
    const world = await started();
    const task = await run(world, world.host.task([{ name: "web" }]));
    const { dockerId } = world.host.docker.find("web") ?? {};
    await stop(world, task);
    await world.host.clock.resolve(world.engine.removeTask(task.arn));
    expect(callsOf(world, "removeContainer").map(([target, request]) => [target, request])).toEqual([
      [dockerId, { force: true, removeVolumes: true }],
    ]);
    expect(world.host.docker.containers()).toEqual([]);
  });

  it("EN-14: events that come while a task is removed harm nothing", async () => {
    const world = await started();
    const { host, engine } = world;
    host.docker.faults.always("events", { kind: "eventLate", ms: 5_000 });
    host.docker.faults.always("removeContainer", { kind: "latency", ms: 5_000 });
    const task = await run(world, host.task([{ name: "web" }, { name: "sidecar" }]));
    await stop(world, task);
    const removing = engine.removeTask(task.arn);
    host.docker.signal("web", "SIGKILL");
    await host.clock.resolve(removing);
    await host.clock.advance(60_000);
    expect(engine.listTasks()).toEqual([]);
    expect(host.docker.containers()).toEqual([]);
  });

  it("EN-13: a task's resource is made at least once, and removed exactly once", async () => {
    const calls: string[] = [];
    const adapter: TaskResourceAdapter = {
      type: "secrets",
      create: async (_, { id }) => {
        calls.push(`create ${id}`);
      },
      remove: async (_, { id }) => {
        calls.push(`remove ${id}`);
      },
    };
    const world = await started({ resources: [adapter] });
    const secrets = [{ name: "TOKEN", valueFrom: "arn:aws:ssm:us-east-1:000000000000:parameter/token" }];
    const task = await run(
      world,
      world.host.task([{ name: "web", secrets }], { executionRoleArn: "arn:aws:iam::000000000000:role/x" }),
    );
    await stop(world, task);
    await world.host.clock.resolve(world.engine.removeTask(task.arn));
    expect(calls).toEqual(["create secrets", "remove secrets"]);
  });
});

describe("the network pause", () => {
  const awsvpc = { networkMode: "awsvpc" };

  it("EN-50: the pause is created and started first, and the others share its network", async () => {
    const world = await started();
    await run(world, world.host.task([{ name: "web" }], awsvpc));
    const order = world.calls
      .filter(({ operation }) => operation === "createContainer" || operation === "startContainer")
      .map(({ operation }) => operation);
    expect(order).toEqual(["createContainer", "startContainer", "createContainer", "startContainer"]);
    const [pause, web] = callsOf(world, "createContainer").map(([request]) => Object(request).body);
    expect(pause.Labels["com.amazonaws.ecs.container-name"]).toBe("~internal~ecs~pause");
    const pauseId = world.host.docker.find("~internal~ecs~pause")?.dockerId;
    expect(web.HostConfig.NetworkMode).toBe(`container:${pauseId}`);
  });

  it("EN-51, EN-52: the task is found by the pause's address, until it stops; then the pause is stopped last", async () => {
    const world = await started();
    const task = await run(world, world.host.task([{ name: "web" }], awsvpc));
    const [ip = ""] = world.engine.state.ipAddressesByTaskArn(task.arn);
    expect(world.engine.state.taskByIpAddress(ip)?.arn).toBe(task.arn);
    const ids = ["web", "~internal~ecs~pause"].map((name) => world.host.docker.find(name)?.dockerId);
    await stop(world, task);
    await world.host.clock.advance(60_000);
    expect(callsOf(world, "stopContainer").map(([id]) => id)).toEqual(ids);
    expect(world.engine.state.taskByIpAddress(ip)).toBeUndefined();
  });

  it("EN-53, EN-60: the pause's image is not pulled and has no reference; both containers are removed", async () => {
    const world = await started();
    world.host.docker.image("fresh:1", { where: "registry" });
    const task = await run(world, world.host.task([{ name: "web", image: "fresh:1" }], awsvpc));
    expect(callsOf(world, "pullImage")).toHaveLength(1);
    expect(world.engine.imageManager.imageStates().map(({ references }) => [...references])).toEqual([
      [`${task.arn}/web`],
    ]);
    await stop(world, task);
    await world.host.clock.resolve(world.engine.removeTask(task.arn));
    expect(callsOf(world, "removeContainer")).toHaveLength(2);
    expect(world.engine.imageManager.imageStates().map(({ references }) => references.size)).toEqual([0]);
  });
});

describe("pulls", () => {
  it("EN-62, EN-65: a pull records who uses the image and that it succeeded, and both are stored", async () => {
    const store = new MemoryStateStore();
    const world = await started({ store });
    world.host.docker.image("fresh:1", { where: "registry" });
    const task = await run(world, world.host.task([{ name: "web", image: "fresh:1" }]));
    const state = world.engine.imageManager.getImageStateFromImageName("fresh:1");
    expect(state).toMatchObject({ pullSucceeded: true });
    expect([...(state?.references ?? [])]).toEqual([`${task.arn}/web`]);
    expect(store.snapshot().images).toMatchObject([{ names: ["fresh:1"], pullSucceeded: true }]);
  });

  it("EN-66, EN-69: a container's own login goes to its pull only, and is kept nowhere", async () => {
    const store = new MemoryStateStore();
    const auth = { username: "u", password: "very secret" };
    const registryAuthOf = (_: string, containerName: string) => (containerName === "web" ? auth : undefined);
    const world = await started({ store, registryAuthOf });
    for (const image of ["private:1", "public:1"]) world.host.docker.image(image, { where: "registry" });
    await run(
      world,
      world.host.task([
        { name: "web", image: "private:1" },
        { name: "sidecar", image: "public:1" },
      ]),
    );
    const logins = callsOf(world, "pullImage").map(([reference, options]) => [
      String(reference).replace(/[:@].*/, ""),
      Reflect.get(Object(options), "auth"),
    ]);
    expect(Object.fromEntries(logins)).toEqual({ private: auth, public: undefined });
    const kept = [JSON.stringify(world.engine), JSON.stringify(store.snapshot()), JSON.stringify(world.log.lines)];
    expect(kept.some((text) => text.includes("very secret"))).toBe(false);
  });

  // Better than the reference: the failure is shown where it belongs and is no reason of a container that runs.
  it("EN-70: a pull that fails costs a warning when the image is there already", async () => {
    const world = await started();
    world.host.docker.image("app", { where: "registry", config: { cmd: ["newer"] } });
    world.host.docker.faults.always("pullImage", { kind: "pullError", message: "registry is away" });
    const task = await run(world, world.host.task([{ name: "web" }]));
    expect(task.containers[0]?.pullError?.name).toBe("CannotPullContainerError");
    expect(task.containers[0]?.error).toBeUndefined();
    expect(world.engine.toJSON().changes.filter((change) => change.reason !== undefined)).toEqual([]);
  });

  // Today's Docker pulls in parallel whatever its version: there is no serial mode to fall back to.
  it("EN-2: pulls of one task run at the same time", async () => {
    const world = await started();
    const { host } = world;
    const images = ["one:1", "two:1", "three:1"];
    for (const image of images) host.docker.image(image, { where: "registry" });
    host.docker.faults.always("pullImage", { kind: "latency", ms: 10_000 });
    const before = host.clock.elapsedMs;
    await run(world, host.task(images.map((image) => ({ name: image.replace(":1", ""), image }))));
    expect(host.clock.elapsedMs - before).toBeLessThan(20_000);
  });
});

describe("taking over", () => {
  it("EN-80, EN-81: a container that was created without an answer is found by name, with all that inspect tells", async () => {
    const store = new MemoryStateStore();
    const first = await started({ store });
    const { host } = first;
    const task = host.task([{ name: "web" }]);
    host.docker.faults.next("createContainer", { kind: "hang", forMs: 60_000, takesEffect: true });
    await host.clock.resolve(first.engine.addTask(task));
    await host.clock.advance(1_000);
    expect(store.snapshot().tasks[0]?.containers[0]?.dockerId).toBeUndefined();
    first.engine.abandon();
    const second = await engineOn(host, { store });
    const restored = await until(second, task, "RUNNING");
    const seen = host.docker.find("web");
    expect(restored.containers[0]).toMatchObject({ dockerId: seen?.dockerId, createdAt: seen?.createdAt });
    expect(callsOf(second, "createContainer")).toEqual([]);
    expect(second.engine.imageManager.getImageStateFromImageName("app")?.references.size).toBe(1);
  });

  it("EN-82: a container that was started meanwhile has its start time and its ports", async () => {
    const store = new MemoryStateStore();
    const first = await started({ store });
    const { host } = first;
    host.docker.container("web", { run: runsForever() });
    const task = host.task([{ name: "web", portMappings: [{ containerPort: 80 }] }]);
    host.docker.faults.next("startContainer", { kind: "hang", forMs: 60_000, takesEffect: true });
    await host.clock.resolve(first.engine.addTask(task));
    await host.clock.advance(1_000);
    first.engine.abandon();
    const second = await engineOn(host, { store });
    const restored = await until(second, task, "RUNNING");
    expect(restored.containers[0]?.startedAt).toBe(host.docker.find("web")?.startedAt);
    expect(restored.containers[0]?.networkBindings).toMatchObject([{ containerPort: 80, hostPort: 32_768 }]);
  });

  it("DS-8: image states are kept by id, and come back", async () => {
    const store = new MemoryStateStore();
    const first = await started({ store });
    first.host.docker.container("web", { run: exits(0) });
    await run(first, first.host.task([{ name: "web" }]), "STOPPED");
    const states = first.engine.imageManager.imageStates();
    await first.host.clock.resolve(first.engine.shutdown());
    const second = await engineOn(first.host, { store: store.reopen() });
    expect(second.engine.imageManager.imageStates()).toEqual(states);
  });
});
