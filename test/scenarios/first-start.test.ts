/** Neither a create nor the first start has a save of its own: what a crash leaves of them is found by name. */
import { describe, expect, it } from "vitest";
import { DockerTaskEngine, type DockerTaskEngineOptions, type Task } from "../../src/index.ts";
import { MemoryLog, MemoryStateStore, SimulatedHost } from "../../src/testing/index.ts";
import { recordingClient } from "./recording-client.ts";

async function engineOn(
  host: SimulatedHost,
  store: MemoryStateStore,
  options: Pick<DockerTaskEngineOptions, "hostTotals"> = {},
) {
  const { client, calls } = recordingClient(host.docker.client());
  const { clock, random } = host;
  const fixed = {
    clock,
    random,
    log: new MemoryLog(),
    dynamicPortRange: "32768-33767",
    probeHostPort: async () => true,
  };
  const engine = new DockerTaskEngine({ ...fixed, ...options, client, store });
  await clock.resolve(engine.init());
  const count = (operation: string) => calls.filter((call) => call.operation === operation).length;
  return { engine, count };
}

/** An engine that died while `operation` was under way, which Docker carried out or did not. */
async function afterCrash(operation: "createContainer" | "startContainer", takesEffect: boolean) {
  const host = new SimulatedHost();
  const store = new MemoryStateStore();
  const { engine } = await engineOn(host, store);
  const task = host.task([{ name: "web" }]);
  host.docker.faults.next(operation, { kind: "hang", forMs: 600_000, takesEffect });
  await host.clock.resolve(engine.addTask(task));
  await host.clock.advance(1_000);
  engine.abandon();
  const row = store.snapshot().tasks[0]?.containers[0];
  return { host, store, task, row };
}

const until = async (host: SimulatedHost, engine: DockerTaskEngine, task: Task, status: Task["knownStatus"]) => {
  await host.clock.runUntil(() => engine.getTaskByArn(task.arn)?.knownStatus === status);
  return engine.getTaskByArn(task.arn);
};

describe("a first start", () => {
  it("is on record with its task, and not done again when the next engine finds it running", async () => {
    const { host, store, task, row } = await afterCrash("startContainer", true);
    expect(row).toMatchObject({
      knownStatus: "MANIFEST_PULLED",
      dockerName: expect.any(String),
      createRequestedAt: undefined,
    });
    const { engine, count } = await engineOn(host, store);
    await until(host, engine, task, "RUNNING");
    expect([count("createContainer"), count("startContainer")]).toEqual([0, 0]);
    expect(host.docker.containers()).toHaveLength(1);
  });

  it("is done once when the engine died before Docker did it", async () => {
    const { host, store, task } = await afterCrash("startContainer", false);
    const { engine, count } = await engineOn(host, store);
    await until(host, engine, task, "RUNNING");
    expect([count("createContainer"), count("startContainer")]).toEqual([0, 1]);
  });

  it("is stopped with its task when nobody could look at first", async () => {
    const { host, store, task, row } = await afterCrash("startContainer", true);
    const end = host.docker.faults.always("inspectContainer", { kind: "errorBeforeEffect", status: 400 });
    const { engine } = await engineOn(host, store);
    end();
    await host.clock.resolve(engine.stopTask(task.arn));
    const stopped = await until(host, engine, task, "STOPPED");
    expect(host.docker.find(row?.dockerName ?? "")?.status).toBe("stopped");
    expect(stopped?.containers[0]).toMatchObject({ dockerId: expect.any(String), exitCode: expect.any(Number) });
  });

  it("is looked for by name and stopped when nobody could look and the create that is tried again fails", async () => {
    const { host, store, task, row } = await afterCrash("startContainer", true);
    const end = host.docker.faults.always("inspectContainer", { kind: "errorBeforeEffect", status: 400 });
    host.docker.faults.next("createContainer", { kind: "errorBeforeEffect", status: 400 });
    const { engine, count } = await engineOn(host, store);
    end();
    const stopped = await until(host, engine, task, "STOPPED");
    expect(count("stopContainer")).toBe(1);
    expect(host.docker.find(row?.dockerName ?? "")?.status).toBe("stopped");
    expect(stopped?.containers[0]?.error?.name).toBe("CannotCreateContainerError");
  });

  it("knows the image that it was made of, whatever the name means by now", async () => {
    const { host, store, task } = await afterCrash("startContainer", true);
    const [made] = host.docker.containers();
    const { digest } = host.docker.image("app");
    const { engine } = await engineOn(host, store);
    const found = (await until(host, engine, task, "RUNNING"))?.containers[0];
    expect(found?.imageDigest).toMatch(/^sha256:/);
    expect(found?.imageDigest).not.toBe(digest);
    expect(engine.imageManager.imageStates().map(({ imageId }) => imageId)).toEqual([found?.imageId]);
    expect(made?.dockerId).toBe(found?.dockerId);
  });

  it("is accounted on its host before anybody new is let in", async () => {
    const hostTotals = { cpuUnits: 1024, memoryMiB: 100, reservedTcp: [], reservedUdp: [], gpus: [] };
    const { host, store, task } = await afterCrash("startContainer", true);
    const { engine } = await engineOn(host, store, { hostTotals });
    const next = host.task([{ name: "next" }]);
    await host.clock.resolve(engine.addTask(next));
    await until(host, engine, task, "RUNNING");
    expect(engine.whyBlocked(next.arn)).toMatchObject([{ type: "hostResources", resources: ["MEMORY"] }]);
  });

  it("needs no stop when not even the create took effect, now or before", async () => {
    const { host, store, task } = await afterCrash("createContainer", false);
    host.docker.faults.next("createContainer", { kind: "errorBeforeEffect", status: 400 });
    const { engine, count } = await engineOn(host, store);
    await until(host, engine, task, "STOPPED");
    expect([count("stopContainer"), host.docker.containers().length]).toEqual([0, 0]);
  });

  it("under a name that somebody else has taken meanwhile leaves that one alone", async () => {
    const { host, store, task, row } = await afterCrash("createContainer", false);
    const client = host.docker.client();
    const name = row?.dockerName ?? task.containers[0]?.dockerName;
    if (name === undefined) throw new Error("the task has no container");
    const { dockerId } = await host.clock.resolve(client.createContainer({ name, body: { Image: "app" } }));
    await host.clock.resolve(client.startContainer(dockerId));
    const { engine, count } = await engineOn(host, store);
    await host.clock.resolve(engine.stopTask(task.arn));
    await until(host, engine, task, "STOPPED");
    expect(count("stopContainer")).toBe(0);
    expect(host.docker.find(name)?.status).toBe("running");
  });
});

describe("a volume", () => {
  it("goes with its task, also when the engine died before anybody knew that it was made", async () => {
    const host = new SimulatedHost();
    const store = new MemoryStateStore();
    const { engine: first } = await engineOn(host, store);
    // Made on the host: no registry is asked, so that no digest is told and saved.
    host.docker.image("made-here:1", { where: "daemon" });
    const volumes = [{ name: "data", dockerVolumeConfiguration: { scope: "task", driver: "local" } }];
    const task = host.task(
      [{ name: "web", image: "made-here:1", mountPoints: [{ sourceVolume: "data", containerPath: "/data" }] }],
      {
        volumes,
      },
    );
    host.docker.faults.next("createVolume", { kind: "hang", forMs: 600_000, takesEffect: true });
    await host.clock.resolve(first.addTask(task));
    await host.clock.advance(1_000);
    first.abandon();
    expect(store.snapshot().tasks[0]?.resources[0]).toMatchObject({ knownStatus: "NONE", createRequested: false });
    const { engine } = await engineOn(host, store);
    expect(await host.clock.resolve(host.docker.client().listVolumes({ labels: {} }))).toHaveLength(1);
    await host.clock.resolve(engine.stopTask(task.arn, { force: true }));
    await until(host, engine, task, "STOPPED");
    await host.clock.resolve(engine.removeTask(task.arn));
    expect(await host.clock.resolve(host.docker.client().listVolumes({ labels: {} }))).toEqual([]);
  });
});
