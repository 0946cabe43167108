/** Containers and volumes that carry our labels and that no task has: whose they are, and a daemon that does not let go of them. */
import { describe, expect, it } from "vitest";
import { asDockerName } from "../../src/core/brand.ts";
import { CONTAINER_NAME_LABEL, containerLabels, ENGINE_ID_LABEL, TASK_ARN_LABEL } from "../../src/core/labels.ts";
import { readVolumeSpec } from "../../src/core/resources/volumes.ts";
import type { Task } from "../../src/core/task.ts";
import { DEFAULT_ENGINE_CONFIG } from "../../src/engine/engine-options.ts";
import { MemoryStateStore } from "../../src/store/memory-state-store.ts";
import type { SimulatedHost } from "../../src/testing/simulated-host.ts";
import { runningTask, startedHost } from "./started-host.ts";

const REFUSED = { kind: "errorBeforeEffect", status: 409, message: "device or resource busy" } as const;
const LEFT = "Leaving container alone: it carries our labels, and no task asked for it";

type Labels = Readonly<Record<string, string>>;

async function make(host: SimulatedHost, name: string, labels: Labels, image = "app", binds: readonly string[] = []) {
  const body = { Image: image, Labels: labels, HostConfig: { Binds: binds } };
  const client = host.docker.client();
  const { dockerId } = await host.clock.resolve(client.createContainer({ name: asDockerName(name), body }));
  await host.clock.resolve(client.startContainer(dockerId));
}

/** `docker commit` and `docker run --name NAME`: the image has the labels, and whatever is run from it has them too. */
async function runCopyOf(host: SimulatedHost, labels: Labels, name: string) {
  host.docker.image("copy", { where: "daemon", config: { labels } });
  await make(host, name, {}, "copy");
}

const labelsOf = (task: Task): Labels => {
  const [container] = task.containers;
  if (container === undefined) throw new Error("Cannot read labels: the task has no container");
  return containerLabels(task, container, "simulated");
};
const nameOf = (task: Task) => String(task.containers[0]?.dockerName);
const namesOf = (host: SimulatedHost) => host.docker.containers().map(({ dockerName }) => String(dockerName));
const volumesOf = async (host: SimulatedHost) =>
  (await host.clock.resolve(host.docker.client().listVolumes({ labels: {} }))).map(({ name }) => name);
const warningsOf = ({ log }: SimulatedHost) => log.lines.filter(({ message }) => message.startsWith("Cannot "));
const leftAlone = ({ log }: SimulatedHost) =>
  log.lines.filter(({ message }) => message === LEFT).map(({ fields }) => fields.dockerName);

async function relistTwice(host: SimulatedHost) {
  await host.clock.advance(2 * DEFAULT_ENGINE_CONFIG.relistIntervalMs + 1);
}

/** The answer of its only create never came, it failed by that, and is forgotten. */
async function forgottenTask(host: SimulatedHost): Promise<Task> {
  const mountPoints = [{ sourceVolume: "data", containerPath: "/data" }];
  const task = host.task([{ name: "web", mountPoints }], { volumes: [{ name: "data" }] });
  host.docker.faults.next("createContainer", { kind: "hang" });
  await host.add(task);
  await host.untilStatus(task, "STOPPED");
  await host.clock.resolve(host.engine.removeTask(task.arn));
  return task;
}

/** As forgottenTask(), and then Docker makes the container after all, and a volume along with it. */
async function lateContainer(host: SimulatedHost, task: Task) {
  const [volume] = task.resources;
  const binds = volume === undefined ? [] : [`${readVolumeSpec(volume).volumeName}:/data`];
  await make(host, nameOf(task), labelsOf(task), "app", binds);
}

/** Its create has gone out and the engine dies: the row has a name and no id. */
async function unansweredTask(host: SimulatedHost): Promise<Task> {
  const task = host.task([{ name: "web" }]);
  host.docker.faults.next("createContainer", { kind: "hang" });
  await host.add(task);
  await host.clock.runUntil(() => (host.docker.faults.counts.hang ?? 0) > 0);
  host.crash();
  return task;
}

describe("what carries our labels and nobody asked for", () => {
  it("is left alone when it is run from a copy of a container that runs, over relists and restarts", async () => {
    const host = await startedHost();
    const task = await runningTask(host, [{ name: "web" }]);
    await runCopyOf(host, labelsOf(task), "theirs");
    await relistTwice(host);
    expect(leftAlone(host)).toEqual(["theirs"]);
    host.crash();
    await host.start();
    await relistTwice(host);
    expect(host.docker.find("theirs")?.status).toBe("running");
    expect(host.now(task).knownStatus).toBe("RUNNING");
    expect(leftAlone(host)).toEqual(["theirs", "theirs"]);
  });

  it("is left alone when it is run from a copy under the very name of ours, whose task ends and is removed", async () => {
    const host = await startedHost();
    const task = await runningTask(host, [{ name: "web" }]);
    const client = host.docker.client();
    const removal = { force: true, removeVolumes: true };
    await host.clock.resolve(client.removeContainer(asDockerName(nameOf(task)), removal));
    await runCopyOf(host, labelsOf(task), nameOf(task));
    await host.untilStatus(task, "STOPPED");
    await relistTwice(host);
    await host.clock.resolve(host.engine.removeTask(task.arn));
    await relistTwice(host);
    expect(host.docker.find(nameOf(task))?.status).toBe("running");
  });

  it.each(["theirs", "the name of ours"])(
    "is left alone by a restart that looks for what a crash left, when a copy is called %s",
    async (name) => {
      const host = await startedHost();
      const task = await unansweredTask(host);
      const dockerName = name === "theirs" ? name : nameOf(task);
      await runCopyOf(host, labelsOf(task), dockerName);
      await host.start();
      await relistTwice(host);
      expect(host.docker.find(dockerName)?.status).toBe("running");
      expect(host.docker.find(dockerName)?.dockerId).not.toBe(host.container(task, "web").dockerId);
    },
  );

  it("is left alone when it was made for a task that the state does not have: another engine's, or of a lost time", async () => {
    const host = await startedHost();
    const labels = { [ENGINE_ID_LABEL]: "simulated", [TASK_ARN_LABEL]: "arn:gone", [CONTAINER_NAME_LABEL]: "web" };
    await make(host, "ecs-test-1-web-0123456789abcdef0123", labels, "app", ["gone-data:/data"]);
    const volume = { name: "ecs-test-1-data-0123456789abcdef0123", driver: "local", labels };
    await host.clock.resolve(host.docker.client().createVolume(volume));
    await relistTwice(host);
    host.crash();
    await host.start();
    await relistTwice(host);
    expect(host.docker.find("ecs-test-1-web-0123456789abcdef0123")?.status).toBe("running");
    expect(await volumesOf(host)).toEqual(["gone-data", "ecs-test-1-data-0123456789abcdef0123"]);
  });

  it.each<[string, (task: Task) => Labels, number]>([
    ["the labels of ours", (task) => labelsOf(task), 1],
    ["the name of another container", (task) => ({ ...labelsOf(task), [CONTAINER_NAME_LABEL]: "other" }), 1],
    ["no task", () => ({ [ENGINE_ID_LABEL]: "simulated" }), 1],
    ["another engine", (task) => ({ ...labelsOf(task), [ENGINE_ID_LABEL]: "another" }), 0],
    ["no engine", (task) => ({ [TASK_ARN_LABEL]: task.arn }), 0],
  ])("is left alone beside a container that is known by its id, with labels of %s", async (_of, labels, told) => {
    const host = await startedHost();
    const task = await runningTask(host, [{ name: "web" }]);
    await make(host, "theirs", labels(task));
    await relistTwice(host);
    expect(leftAlone(host)).toHaveLength(told);
    host.crash();
    await host.start();
    await relistTwice(host);
    expect(namesOf(host)).toEqual([nameOf(task), "theirs"]);
    expect(host.docker.containers().map(({ status }) => status)).toEqual(["running", "running"]);
  });
});

describe("what was asked for and never heard of", () => {
  it("is removed when Docker makes it after its task is forgotten, with the volume that it brought along", async () => {
    const host = await startedHost();
    await lateContainer(host, await forgottenTask(host));
    await relistTwice(host);
    expect(namesOf(host)).toEqual([]);
    expect(await volumesOf(host)).toEqual([]);
  });

  it("is removed by the next engine as well, and so is a volume by itself", async () => {
    const host = await startedHost();
    const task = await forgottenTask(host);
    host.crash();
    await lateContainer(host, task);
    const other = { name: "kept", driver: "local", labels: labelsOf(task) };
    await host.clock.resolve(host.docker.client().createVolume(other));
    await host.start();
    expect(namesOf(host)).toEqual([]);
    expect(await volumesOf(host)).toEqual(["kept"]);
  });

  it("is no longer waited for after a day", async () => {
    const host = await startedHost();
    const first = await forgottenTask(host);
    await host.clock.advance(25 * 60 * 60_000);
    await forgottenTask(host);
    await lateContainer(host, first);
    await relistTwice(host);
    expect(leftAlone(host)).toEqual([nameOf(first)]);
  });

  it("is left alone when it is a copy of it", async () => {
    const host = await startedHost();
    await runCopyOf(host, labelsOf(await forgottenTask(host)), "theirs");
    await relistTwice(host);
    expect(leftAlone(host)).toEqual(["theirs"]);
  });

  it("is found by its labels after a crash when somebody has renamed it, and its task gets another", async () => {
    const host = await startedHost();
    const task = await unansweredTask(host);
    await make(host, "renamed", labelsOf(task));
    await host.start();
    await host.untilStatus(task, "RUNNING");
    expect(namesOf(host)).toEqual([nameOf(task)]);
  });
});

describe("a stray whose removal is refused", () => {
  it("is named as such by the relist, keeps nobody from the others, and goes with the next list", async () => {
    const host = await startedHost();
    const [busy, free] = [await forgottenTask(host), await forgottenTask(host)];
    await lateContainer(host, busy);
    await lateContainer(host, free);
    const { dockerId } = host.docker.find(nameOf(busy)) ?? {};
    host.docker.faults.next("removeContainer", REFUSED, { subject: dockerId ?? "" });
    await host.clock.runUntil(() => namesOf(host).length === 1);
    expect(namesOf(host)).toEqual([nameOf(busy)]);
    expect(warningsOf(host)).toMatchObject([
      {
        level: "warn",
        message: "Cannot remove container without a task",
        fields: {
          dockerName: nameOf(busy),
          dockerId,
          error: { name: "CannotRemoveContainerError", message: expect.stringContaining("device or resource busy") },
        },
      },
    ]);
    await host.clock.runUntil(() => namesOf(host).length === 0);
  });

  it("does not keep the relist from others while the daemon says nothing of it", async () => {
    const host = await startedHost();
    const gone = await forgottenTask(host);
    const task = await runningTask(host, [{ name: "side" }]);
    await lateContainer(host, gone);
    const stray = host.docker.find(nameOf(gone))?.dockerId ?? "";
    const hangs = () => host.docker.faults.counts.hang ?? 0;
    const before = hangs();
    host.docker.faults.next("removeContainer", { kind: "hang" }, { subject: stray });
    await host.clock.runUntil(() => hangs() > before);
    host.docker.faults.always("events", { kind: "eventLost" });
    host.docker.signal("side", "SIGKILL");
    await host.untilStatus(task, "STOPPED", 2 * DEFAULT_ENGINE_CONFIG.relistIntervalMs);
    expect(namesOf(host)).toContain(nameOf(gone));
    await host.clock.runUntil(() => !namesOf(host).includes(nameOf(gone)));
  });

  it("does not keep the engine from starting, nor does the volume that it uses", async () => {
    const host = await startedHost();
    const [busy, free] = [await forgottenTask(host), await forgottenTask(host)];
    host.crash();
    await lateContainer(host, busy);
    await lateContainer(host, free);
    const { dockerId } = host.docker.find(nameOf(busy)) ?? {};
    host.docker.faults.next("removeContainer", REFUSED, { subject: dockerId ?? "", times: 2 });
    await host.start();
    expect(namesOf(host)).toEqual([nameOf(busy)]);
    await host.clock.runUntil(() => namesOf(host).length === 0);
    expect(await volumesOf(host)).toEqual([]);
  });

  it("keeps the engine from starting when its task is still there, and would make another beside it", async () => {
    const host = await startedHost();
    const task = await unansweredTask(host);
    await make(host, "double", labelsOf(task));
    host.docker.faults.next("removeContainer", REFUSED, { subject: host.docker.find("double")?.dockerId ?? "" });
    await expect(host.start()).rejects.toMatchObject({ name: "CannotRemoveContainerError", retryable: true });
    expect(namesOf(host)).toEqual(["double"]);
    await host.start();
    await host.untilStatus(task, "RUNNING");
    expect(namesOf(host)).toEqual([nameOf(task)]);
  });
});

/** A state that no engine wrote, or that another one did: its rows name what is somebody else's. */
describe("a row that names somebody else's container by its id", () => {
  it.each([
    ["runs", "RUNNING", {}],
    ["runs", "RUNNING", { desiredStatus: "STOPPED" }],
    ["has ended", "STOPPED", { desiredStatus: "STOPPED" }],
    ["is to be made yet", "PULLED", {}],
  ] as const)(
    "and says that it %s (%s, %o) neither stops nor removes it, over its clean-up",
    async (_is, status, changed) => {
      const store = new MemoryStateStore();
      const host = await startedHost({ store });
      const task = await runningTask(host, [{ name: "web" }]);
      await make(host, "theirs", {});
      const dockerId = host.docker.find("theirs")?.dockerId;
      host.crash();
      const { tasks } = store.snapshot();
      for (const row of tasks) {
        const containers = row.containers.map((each) => ({ ...each, dockerId, knownStatus: status }));
        await store.commit([{ type: "putTask", task: { ...row, containers, ...changed } as Task }]);
      }
      await host.start();
      await host.engine.stopTask(task.arn);
      await host.untilStatus(task, "STOPPED");
      await host.clock.resolve(host.engine.removeTask(task.arn));
      expect(host.docker.find("theirs")?.status).toBe("running");
      expect(host.log.lines.map(({ message }) => message)).toContain(
        "Leaving container alone: a task names it, and it is not of that task",
      );
    },
  );
});
