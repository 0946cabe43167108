/** The engine as the library exports it: its phases, its state as JSON, what it tells others. */
import { describe, expect, it } from "vitest";
import {
  ContainerChangeEventStream,
  CredentialsManager,
  createTaskEngine,
  DockerTaskEngine,
  type DockerTaskEngineOptions,
  type MetadataManager,
  type Task,
  type TaskEngine,
} from "../../src/index.ts";
import { fake } from "../../src/testing/fake.ts";
import {
  engineStatesEqual,
  enginesEqual,
  exits,
  MemoryLog,
  MemoryStateStore,
  runsForever,
  SimulatedHost,
} from "../../src/testing/index.ts";
import { recordingClient } from "./recording-client.ts";

type World = { readonly host: SimulatedHost; readonly engine: DockerTaskEngine; readonly log: MemoryLog };

/** A simulated host without an engine of its own, and an engine that is not initialised. */
function world(options: Partial<DockerTaskEngineOptions> = {}): World {
  const host = new SimulatedHost();
  const log = new MemoryLog();
  return { host, log, engine: engineOn(host, { log, ...options }) };
}

function engineOn(host: SimulatedHost, options: Partial<DockerTaskEngineOptions> = {}): DockerTaskEngine {
  const { clock, random } = host;
  return new DockerTaskEngine({
    client: host.docker.client(),
    clock,
    random,
    dynamicPortRange: "32768-33767",
    probeHostPort: async () => true,
    ...options,
  });
}

async function started(options: Partial<DockerTaskEngineOptions> = {}): Promise<World> {
  const made = world(options);
  await made.host.clock.resolve(made.engine.init());
  return made;
}

async function run({ host, engine }: World, task: Task, status: Task["knownStatus"] = "RUNNING"): Promise<Task> {
  await host.clock.resolve(engine.addTask(task));
  await host.clock.runUntil(() => engine.getTaskByArn(task.arn)?.knownStatus === status);
  const known = engine.getTaskByArn(task.arn);
  if (known === undefined) throw new Error("the task is gone");
  return known;
}

const USES: readonly (readonly [string, (engine: TaskEngine, task: Task) => unknown])[] = [
  ["addTask", (engine, task) => engine.addTask(task)],
  ["stopTask", (engine, task) => engine.stopTask(task.arn)],
  ["removeTask", (engine, task) => engine.removeTask(task.arn)],
  ["getTaskByArn", (engine, task) => engine.getTaskByArn(task.arn)],
  ["listTasks", (engine) => engine.listTasks()],
  ["whyBlocked", (engine, task) => engine.whyBlocked(task.arn)],
  ["stateChangeEvents", (engine) => engine.stateChangeEvents()],
  ["subscribe", (engine) => engine.subscribe(() => undefined)],
  ["disable", (engine) => engine.disable()],
  ["version", (engine) => engine.version()],
];

/** Of what is thrown or rejected. */
async function failureOf(use: () => unknown): Promise<unknown> {
  try {
    await use();
  } catch (error) {
    return error;
  }
  return "no failure";
}

describe("an engine before init", () => {
  it("construction asks neither Docker nor the store for anything", async () => {
    const host = new SimulatedHost();
    const calls: string[] = [];
    host.docker.onCall(({ operation }) => calls.push(operation));
    engineOn(host, { store: fake("StateStore") });
    await host.clock.advance(60_000);
    expect(calls).toEqual([]);
  });

  it.each(USES)("%s fails with EngineNotInitializedError", async (_, use) => {
    const { host, engine } = world();
    const task = host.task([{ name: "web" }]);
    expect(await failureOf(() => use(engine, task))).toMatchObject({ errorName: "EngineNotInitializedError" });
  });

  it("can be saved, restored and shut down", async () => {
    const { engine } = world();
    expect(engine.toJSON()).toMatchObject({ format: "berth-state", version: 1, tasks: [], changes: [], images: [] });
    engine.restoreFromJSON(JSON.stringify(engine));
    engine.setSaver({ save: async () => undefined });
    await engine.shutdown();
  });

  it("createTaskEngine() makes one", () => {
    const host = new SimulatedHost();
    expect(createTaskEngine({ client: host.docker.client() })).toBeInstanceOf(DockerTaskEngine);
  });
});

describe("init()", () => {
  it("EN-1: opens the event feed once", async () => {
    const host = new SimulatedHost();
    const calls: string[] = [];
    host.docker.onCall(({ operation }) => calls.push(operation));
    const { client, calls: asked } = recordingClient(host.docker.client());
    const engine = engineOn(host, { client });
    await host.clock.resolve(engine.init());
    expect(asked.filter(({ operation }) => operation === "events")).toHaveLength(1);
    expect(calls.filter((call) => call === "info")).toHaveLength(1);
  });

  it("EN-3: a second init or mustInit does nothing; two at once share one", async () => {
    const host = new SimulatedHost();
    const calls: string[] = [];
    host.docker.onCall(({ operation }) => calls.push(operation));
    const engine = engineOn(host);
    await host.clock.resolve(Promise.all([engine.init(), engine.init()]));
    const before = calls.length;
    expect(calls.filter((call) => call === "ping")).toHaveLength(1);
    await engine.init();
    await engine.mustInit();
    expect(calls.slice(before).filter((call) => call !== "listContainers")).toEqual([]);
  });

  it("EN-3: mustInit tries until the daemon is there, waits 200 ms to 2.4 s between tries, and logs once", async () => {
    const { host, engine, log } = world();
    host.docker.stopDaemon();
    const tries: number[] = [];
    host.docker.onCall(({ operation }) => {
      if (operation === "ping") tries.push(host.clock.elapsedMs);
    });
    const initialising = engine.mustInit();
    await host.clock.advance(20_000);
    host.docker.startDaemon();
    await host.clock.resolve(initialising);
    const waits = tries.slice(1).map((at, index) => at - (tries[index] ?? 0));
    expect(waits[0]).toBeGreaterThanOrEqual(200);
    expect(waits[0]).toBeLessThanOrEqual(240);
    expect(Math.max(...waits)).toBeLessThanOrEqual(2_400);
    expect(log.lines.filter((line) => line.message.startsWith("Cannot initialise engine"))).toHaveLength(1);
    expect(engine.listTasks()).toEqual([]);
  });

  it("mustInit obeys its signal, and ends when the engine is shut down", async () => {
    const { host, engine } = world();
    host.docker.stopDaemon();
    const abort = new AbortController();
    const aborted = failureOf(() => engine.mustInit({ signal: abort.signal }));
    await host.clock.advance(1_000);
    abort.abort(new Error("enough"));
    expect(await host.clock.resolve(aborted)).toMatchObject({ message: "enough" });
    const shutDown = failureOf(() => engine.mustInit());
    await host.clock.advance(1_000);
    await engine.shutdown();
    expect(await host.clock.resolve(shutDown)).toMatchObject({ errorName: "EngineDisabledError" });
  });

  it("an engine that is shut down while it initialises stays shut down", async () => {
    const { host, engine } = world();
    const initialising = failureOf(() => engine.init());
    await engine.shutdown();
    expect(await host.clock.resolve(initialising)).toMatchObject({ errorName: "EngineDisabledError" });
    expect(await failureOf(() => engine.listTasks())).toMatchObject({ errorName: "EngineDisabledError" });
  });
});

describe("an engine after shutdown", () => {
  it.each([...USES, ["init", (engine: TaskEngine) => engine.init()] as const])(
    "%s fails with EngineDisabledError",
    async (_, use) => {
      const { host, engine } = await started();
      const task = host.task([{ name: "web" }]);
      await host.clock.resolve(engine.shutdown());
      expect(await failureOf(() => use(engine, task))).toMatchObject({ errorName: "EngineDisabledError" });
    },
  );

  it("leaves its containers running, and shows the state it had", async () => {
    const made = await started();
    const task = await run(made, made.host.task([{ name: "web" }]));
    await made.host.clock.resolve(made.engine.shutdown());
    await made.engine.shutdown();
    expect(made.host.docker.find("web")?.status).toBe("running");
    expect(made.engine.toJSON().tasks.map(({ arn }) => arn)).toEqual([task.arn]);
  });
});

describe("addTask()", () => {
  it("EN-4: a task is found by its ARN and not by another's", async () => {
    const made = await started();
    const task = await run(made, made.host.task([{ name: "web" }]));
    expect(made.engine.getTaskByArn(task.arn)).toBe(task);
    expect(made.engine.getTaskByArn(made.host.task([{ name: "web" }]).arn)).toBeUndefined();
  });

  it("EN-5: adding a known task with desired STOPPED stops it, however often", async () => {
    const made = await started();
    const task = await run(made, made.host.task([{ name: "web" }]));
    for (let time = 1; time <= 3; time += 1) {
      await made.host.clock.resolve(made.engine.addTask({ ...task, desiredStatus: "STOPPED" }));
    }
    await made.host.clock.runUntil(() => made.engine.getTaskByArn(task.arn)?.knownStatus === "STOPPED");
    expect(made.host.docker.containers()).toHaveLength(1);
  });

  it("disable() takes no new task, and goes on with those it has", async () => {
    const made = await started();
    const task = await run(made, made.host.task([{ name: "web" }]));
    made.engine.disable();
    const another = made.host.task([{ name: "web" }]);
    expect(await failureOf(() => made.engine.addTask(another))).toMatchObject({ errorName: "EngineDisabledError" });
    expect(made.engine.getTaskByArn(another.arn)).toBeUndefined();
    await made.host.clock.resolve(made.engine.stopTask(task.arn));
    await made.host.clock.runUntil(() => made.engine.getTaskByArn(task.arn)?.knownStatus === "STOPPED");
  });

  it("DRAIN-2: disable() turns away a task that waits for room, with a reason, and later ones that would have to wait", async () => {
    const hostTotals = { cpuUnits: 1024, memoryMiB: 4096, reservedTcp: [], reservedUdp: [], gpus: [] };
    const host = new SimulatedHost();
    const engine = engineOn(host, { hostTotals });
    await host.clock.resolve(engine.init());
    const onPort = () => host.task([{ name: "web", portMappings: [{ containerPort: 80, hostPort: 8080 }] }]);
    const [holder, waiting, late] = [onPort(), onPort(), onPort()];
    for (const task of [holder, waiting]) await host.clock.resolve(engine.addTask(task));
    await host.clock.runUntil(() => engine.getTaskByArn(holder.arn)?.knownStatus === "RUNNING");
    await host.clock.resolve(engine.addTask(late));
    engine.disable();
    for (const { arn } of [waiting, late]) {
      await host.clock.runUntil(() => engine.getTaskByArn(arn)?.knownStatus === "STOPPED");
      expect(engine.getTaskByArn(arn)).toMatchObject({
        stopCode: "TaskFailedToStart",
        stoppedReason: expect.stringMatching(/^EngineDisabledError: the task waited for room/),
      });
    }
    await host.clock.resolve(engine.stopTask(holder.arn));
    await host.clock.advance(60_000);
    expect(host.docker.containers().map(({ status }) => status)).not.toContain("running");
  });

  it.each([
    [undefined, "task: Cannot add task: it is missing"],
    [null, "task: Cannot add task: it is missing"],
    ["a", "task: Cannot add task: it is no object"],
    [[], "task: Cannot add task: it is no object"],
    [{}, "task.arn: Cannot add task: it is missing"],
    [{ arn: 1 }, "task.arn: Cannot add task: it is no string"],
    [{ family: "a", containerDefinitions: [] }, "task.arn: Cannot add task: it is missing"],
  ])("addTask(%j) is refused with the path of what is wrong", async (given, message) => {
    const { engine } = await started();
    const failure = await failureOf(() => engine.addTask(given as unknown as Task));
    expect(failure).toMatchObject({ name: "InvalidInputError" });
    expect(String((failure as Error).message)).toContain(message);
    expect(engine.listTasks()).toEqual([]);
  });

  it("addTask() wants containers and known statuses", async () => {
    const { host, engine } = await started();
    const task = host.task([{ name: "web" }]);
    const refused = (given: object) => failureOf(() => engine.addTask({ ...task, ...given } as Task));
    expect(await refused({ containers: [] })).toMatchObject({ path: "task.containers" });
    expect(await refused({ desiredStatus: "GONE" })).toMatchObject({ path: "task.desiredStatus" });
  });

  it("a task that is added with the desired status STOPPED ends with a code and a reason", async () => {
    const { host, engine } = await started();
    const task = { ...host.task([{ name: "web" }]), desiredStatus: "STOPPED" as const };
    await host.clock.resolve(engine.addTask(task));
    await host.clock.runUntil(() => engine.getTaskByArn(task.arn)?.knownStatus === "STOPPED");
    expect(engine.getTaskByArn(task.arn)).toMatchObject({
      stopCode: "UserInitiated",
      stoppedReason: "Task stopped by user",
    });
  });

  it("EN-16: a container whose pull is fast runs while another one's is still under way", async () => {
    const made = await started();
    const { host, engine } = made;
    host.docker.image("slow:1", { where: "registry" });
    host.docker.faults.always("pullImage", { kind: "latency", ms: 60_000 });
    const task = host.task([{ name: "slow", image: "slow:1" }, { name: "fast" }]);
    await host.clock.resolve(engine.addTask(task));
    const statusOf = (name: string) =>
      engine.getTaskByArn(task.arn)?.containers.find((each) => each.name === name)?.knownStatus;
    await host.clock.advance(30_000);
    expect([statusOf("fast"), statusOf("slow")]).toEqual(["RUNNING", "MANIFEST_PULLED"]);
    await host.clock.advance(31_000);
    expect([statusOf("fast"), statusOf("slow")]).toEqual(["RUNNING", "RUNNING"]);
  });

  it("EN-33, EN-30: the Docker name holds the container's, and is stored before the create", async () => {
    const store = new MemoryStateStore();
    const { host, engine } = await started({ store });
    const stored: (string | undefined)[] = [];
    const task = host.task([{ name: "web" }]);
    const [web] = task.containers;
    host.docker.onEvent((event) => {
      if (event.action !== "create") return;
      stored.push(store.snapshot().tasks[0]?.containers[0]?.dockerName);
    });
    await host.clock.resolve(engine.addTask(task));
    await host.clock.advance(10_000);
    expect(stored).toEqual([web?.dockerName]);
    expect(web?.dockerName).toContain("-web-");
  });

  it("EN-10, EN-18, EN-19: late, doubled and strange events change nothing", async () => {
    const made = await started();
    const { host, engine } = made;
    host.docker.container("web", { run: exits(3, { afterMs: 100 }) });
    host.docker.faults.always("events", { kind: "eventDoubled" });
    const task = await run(made, host.task([{ name: "web" }]), "STOPPED");
    const strange = host.docker.client();
    await host.clock.resolve(strange.createContainer({ name: "theirs" as never, body: { Image: "app" } }));
    await host.clock.advance(60_000);
    expect(engine.getTaskByArn(task.arn)?.containers[0]?.exitCode).toBe(3);
    expect(engine.toJSON().changes.filter(({ status }) => status === "STOPPED")).toHaveLength(2);
  });
});

describe("what an engine tells others", () => {
  it("EN-15: role credentials go when their task stops", async () => {
    const credentialsManager = new CredentialsManager();
    const made = await started({ credentialsManager });
    const task = await run(made, made.host.task([{ name: "web" }]));
    const credentials = { roleArn: "arn:r", accessKeyId: "a", secretAccessKey: "s", sessionToken: "t", expiration: "" };
    credentialsManager.setCredentials("c1", { taskArn: task.arn, credentials });
    await made.host.clock.advance(60_000);
    expect(credentialsManager.getCredentials("c1")?.credentials).toEqual(credentials);
    await made.host.clock.resolve(made.engine.stopTask(task.arn));
    await made.host.clock.runUntil(() => made.engine.getTaskByArn(task.arn)?.knownStatus === "STOPPED");
    expect(credentialsManager.getCredentials("c1")).toBeUndefined();
    expect(JSON.stringify(made.engine)).not.toContain("secretAccessKey");
  });

  it("ES-1: container changes reach every handler that is subscribed, whatever another one does", async () => {
    const log = new MemoryLog();
    const containerChangeEventStream = new ContainerChangeEventStream(log);
    const seen: string[] = [];
    containerChangeEventStream.subscribe("broken", () => {
      throw new Error("no");
    });
    const unsubscribed: string[] = [];
    containerChangeEventStream.subscribe("gone", ({ container }) => unsubscribed.push(container.name))();
    containerChangeEventStream.subscribe("stats", ({ container }) => {
      if (seen.at(-1) !== container.knownStatus) seen.push(container.knownStatus);
    });
    expect(() => containerChangeEventStream.subscribe("stats", () => undefined)).toThrow("is subscribed already");
    const made = await started({ containerChangeEventStream });
    await run(made, made.host.task([{ name: "web" }]));
    expect(seen).toEqual(["MANIFEST_PULLED", "PULLED", "CREATED", "RUNNING"]);
    expect(log.lines.length).toBeGreaterThan(0);
    expect(unsubscribed).toEqual([]);
  });

  it("metadata is made before the container, completed when it runs, and removed with the task", async () => {
    const calls: string[] = [];
    const metadataManager: MetadataManager = {
      create: async (_, { name }) => {
        calls.push(`create ${name}`);
        return { binds: ["/data/web:/opt/ecs/metadata/1"], env: ["ECS_CONTAINER_METADATA_FILE=/opt/ecs/metadata/1/f"] };
      },
      update: async (_, { name, dockerId }) => {
        calls.push(`update ${name} ${dockerId === undefined ? "without" : "with"} id`);
      },
      clean: async () => {
        calls.push("clean");
      },
    };
    const made = await started({ metadataManager });
    const { host, engine } = made;
    const task = await run(made, host.task([{ name: "web" }]));
    expect(JSON.stringify(host.docker.find("web")?.raw)).toContain("/data/web:/opt/ecs/metadata/1");
    expect(JSON.stringify(host.docker.find("web")?.raw)).toContain("ECS_CONTAINER_METADATA_FILE=");
    await host.clock.resolve(engine.stopTask(task.arn));
    await host.clock.runUntil(() => engine.getTaskByArn(task.arn)?.knownStatus === "STOPPED");
    await host.clock.resolve(engine.removeTask(task.arn));
    await host.clock.settle();
    expect(calls).toEqual(["create web", "update web with id", "clean"]);
  });

  it("EN-84: metadata of containers that run is completed again by the engine that takes over", async () => {
    const store = new MemoryStateStore();
    const first = await started({ store });
    await run(first, first.host.task([{ name: "web" }]));
    const updated: string[] = [];
    const metadataManager = fake<MetadataManager>("MetadataManager", {
      update: async (task, { name, dockerId }) => {
        updated.push(`${task.family} ${name} ${dockerId === first.host.docker.find("web")?.dockerId}`);
      },
    });
    first.engine.abandon();
    const second = engineOn(first.host, { store, metadataManager });
    await first.host.clock.resolve(second.init());
    await first.host.clock.settle();
    expect(updated).toEqual(["test web true"]);
  });

  it("EN-12: metadata that fails at every step costs warnings, and changes nothing of the task's life", async () => {
    const fails = () => Promise.reject(new Error("no room"));
    const metadataManager: MetadataManager = { create: fails, update: fails, clean: fails };
    const made = await started({ metadataManager });
    const { host, engine } = made;
    const task = await run(made, host.task([{ name: "web" }]));
    await host.clock.resolve(engine.stopTask(task.arn));
    await host.clock.runUntil(() => engine.getTaskByArn(task.arn)?.knownStatus === "STOPPED");
    await host.clock.resolve(engine.removeTask(task.arn));
    await host.clock.settle();
    expect(engine.listTasks()).toEqual([]);
    expect(
      made.log.lines.filter(({ level, message }) => level === "warn" && message.includes("metadata")),
    ).toHaveLength(3);
  });
});

describe("state as JSON", () => {
  it("DS-12, REC-8: an engine restored from JSON equals the one it came from, and carries on with its containers", async () => {
    const first = await started();
    const { host } = first;
    host.docker.container("web", { run: runsForever() });
    const task = await run(first, host.task([{ name: "web" }]));
    const text = JSON.stringify(first.engine);
    first.engine.abandon();
    const second = engineOn(host);
    second.restoreFromJSON(text);
    expect(enginesEqual(first.engine, second)).toBe(true);
    expect(engineStatesEqual(first.engine.state, second.state)).toBe(true);
    await host.clock.resolve(second.init());
    await host.clock.advance(60_000);
    expect(second.getTaskByArn(task.arn)?.knownStatus).toBe("RUNNING");
    expect(host.docker.containers()).toHaveLength(1);
    expect(second.imageManager.getImageStateFromImageName("app")?.references.size).toBe(1);
  });

  it("EN-7: a restored task that has no container yet is managed", async () => {
    const { host } = world();
    const task = host.task([{ name: "web" }]);
    const engine = engineOn(host);
    engine.restoreFromJSON({ format: "berth-state", version: 1, tasks: [task], changes: [], images: [], meta: {} });
    await host.clock.resolve(engine.init());
    await host.clock.runUntil(() => engine.getTaskByArn(task.arn)?.knownStatus === "RUNNING");
  });

  it("DS-13: what cannot be restored leaves the old state as it was", async () => {
    const made = await started();
    await run(made, made.host.task([{ name: "web" }]));
    const text = JSON.stringify(made.engine);
    const engine = engineOn(made.host);
    engine.restoreFromJSON(text);
    for (const bad of ["{", { format: "other" }, text.replace('"RUNNING"', '"RUNING"')]) {
      expect(await failureOf(() => engine.restoreFromJSON(bad))).toMatchObject({ name: "InvalidInputError" });
      expect(enginesEqual(engine, made.engine)).toBe(true);
      expect(engineStatesEqual(engine.state, made.engine.state)).toBe(true);
    }
  });

  it("does not give out the state of a store that nobody has read yet", async () => {
    const host = new SimulatedHost();
    const engine = engineOn(host, { store: fake("StateStore") });
    expect(await failureOf(() => engine.toJSON())).toMatchObject({ errorName: "EngineNotInitializedError" });
    const other = await started();
    const task = await run(other, other.host.task([{ name: "web" }]));
    engine.restoreFromJSON(other.engine.toJSON());
    expect(engine.toJSON().tasks.map(({ arn }) => arn)).toEqual([task.arn]);
  });

  it("an engine that is in use is not restored over", async () => {
    const { engine } = await started();
    expect(await failureOf(() => engine.restoreFromJSON(engine.toJSON()))).toMatchObject({
      name: "InvalidInputError",
      message: "Cannot restore state: the engine is in use already",
    });
  });

  it("changes that nobody acknowledged are in it, and are told again by the engine that takes over", async () => {
    const first = await started();
    const task = await run(first, first.host.task([{ name: "web" }]));
    const second = engineOn(first.host);
    second.restoreFromJSON(first.engine.toJSON());
    first.engine.abandon();
    await first.host.clock.resolve(second.init());
    const reader = second.stateChangeEvents()[Symbol.asyncIterator]();
    const told = await first.host.clock.resolve(reader.next());
    expect(told.value?.change).toMatchObject({ taskArn: task.arn, sequence: 1 });
    await told.value?.acknowledge();
    expect(second.toJSON().changes.map(({ sequence }) => sequence)).not.toContain(1);
  });

  it("setSaver(): each change is with the saver before anybody acts on it, and enough to carry on from", async () => {
    const made = world();
    const { host, engine } = made;
    let saved = "";
    engine.setSaver({
      save: async () => {
        saved = JSON.stringify(engine);
      },
    });
    await host.clock.resolve(engine.init());
    const behind: string[] = [];
    host.docker.onCall(({ operation, subject }) => {
      if (operation === "createContainer" && !saved.includes(subject)) behind.push(subject);
    });
    const task = await run(made, host.task([{ name: "web" }, { name: "sidecar" }]));
    expect(behind).toEqual([]);
    engine.abandon();
    const second = engineOn(host);
    second.restoreFromJSON(saved);
    await host.clock.resolve(second.init());
    await host.clock.advance(30_000);
    expect(second.getTaskByArn(task.arn)?.knownStatus).toBe("RUNNING");
    expect(host.docker.containers()).toHaveLength(2);
  });

  it("a saver that fails holds up the task, not the engine, until it works again", async () => {
    const made = await started();
    const { host, engine } = made;
    const task = await run(made, host.task([{ name: "web" }]));
    let works = false;
    engine.setSaver({ save: async () => (works ? undefined : Promise.reject(new Error("disk full"))) });
    const stopping = engine.stopTask(task.arn);
    await host.clock.advance(10_000);
    expect(host.docker.find("web")?.status).toBe("running");
    works = true;
    await host.clock.resolve(stopping);
    await host.clock.runUntil(() => engine.getTaskByArn(task.arn)?.knownStatus === "STOPPED");
  });

  it("the engine's id is drawn once and goes with the state", async () => {
    const store = new MemoryStateStore();
    const first = await started({ store });
    await run(first, first.host.task([{ name: "web" }]));
    const id = first.engine.toJSON().meta.engineId;
    expect(id).toMatch(/^[0-9a-f]{20}$/);
    expect(first.host.docker.find("web")?.labels["berth.engine-id"]).toBe(id);
    first.engine.abandon();
    const second = engineOn(first.host, { store });
    await first.host.clock.resolve(second.init());
    expect(second.toJSON().meta.engineId).toBe(id);
    expect(first.host.docker.containers()).toHaveLength(1);
  });
});
