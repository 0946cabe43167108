/** Somebody else has the same daemon and meddles with the engine's containers. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { mustCall } from "../../scripts/lib/engine-api.mjs";
import type { DockerId } from "../../src/core/brand.ts";
import { ENGINE_ID_LABEL } from "../../src/core/labels.ts";
import type { Task } from "../../src/core/task.ts";
import { createDockerClient } from "../../src/docker/index.ts";
import type { DockerClient } from "../../src/ports/docker-client.ts";
import { IMAGE, realDaemon } from "../docker-client/real-daemon.ts";
import { eventually } from "./daemon-control.ts";
import { FaultWorld } from "./fault-world.ts";
import { noteFigures } from "./figures.ts";

const ENDPOINT = { host: realDaemon(), source: "BERTH_TEST_DOCKER_HOST" };

let world: FaultWorld;
/** Of a client that a test made for its engine. */
let closeClient: (() => void) | undefined;

beforeEach(async () => {
  world = await FaultWorld.open();
});
afterEach(async () => {
  expect(await world.close()).toEqual([]);
  closeClient?.();
  closeClient = undefined;
});

async function running(script?: string, more: Readonly<Record<string, unknown>> = {}): Promise<Task> {
  const task = await world.add([{ name: "web", ...(script === undefined ? {} : { script }), ...more }]);
  await world.untilStatus(task, "RUNNING");
  return task;
}

function dockerIdOf(task: Task): DockerId {
  const { dockerId } = world.container(task, "web");
  if (dockerId === undefined) throw new Error("Cannot meddle with the container: it has no id");
  return dockerId;
}

async function rename(dockerId: DockerId, name: string): Promise<void> {
  await mustCall(ENDPOINT, "POST", `/containers/${dockerId}/rename?name=${name}`, { action: "rename the container" });
}

async function pause(dockerId: DockerId): Promise<void> {
  await mustCall(ENDPOINT, "POST", `/containers/${dockerId}/pause`, { action: "pause the container" });
}

async function unpause(dockerId: DockerId): Promise<void> {
  await mustCall(ENDPOINT, "POST", `/containers/${dockerId}/unpause`, { action: "unpause the container" });
}

async function isRunning(dockerId: DockerId): Promise<boolean> {
  return (await world.docker.inspectContainer(dockerId))?.status === "running";
}

describe("a container of ours", () => {
  it("that somebody removes by force ends its task with the exit code of the kill", async () => {
    const task = await running();
    await world.docker.removeContainer(dockerIdOf(task), { force: true, removeVolumes: true });
    const ended = await world.untilStatus(task, "STOPPED");
    expect(ended).toMatchObject({
      stopCode: "EssentialContainerExited",
      stoppedReason: "Essential container in task exited",
    });
    const [container] = ended.containers;
    // Whether the die event or the look at what is no more comes first is Docker's choice.
    if (container?.exitCode === undefined) expect(container?.error?.name).toBe("ContainerVanishedError");
    else expect(container.exitCode).toBe(137);
  });

  it("that somebody removes between its create and its start ends its task, which never ran", async () => {
    await world.close();
    const client = createDockerClient({ endpoint: realDaemon() });
    const startContainer: DockerClient["startContainer"] = async (dockerId, options) => {
      await world.docker.removeContainer(dockerId, { force: true, removeVolumes: true });
      await client.startContainer(dockerId, options);
    };
    closeClient = () => client.close();
    world = await FaultWorld.open({ client: { ...client, startContainer } });
    const ended = await world.untilStatus(await world.add([{ name: "web" }]), "STOPPED");
    expect(ended.stopCode).toBe("TaskFailedToStart");
    expect(ended.stoppedReason).toMatch(/^CannotStartContainerError: No such container/);
    const [web] = ended.containers;
    expect([web?.error?.name, web?.exitCode, web?.startedAt]).toEqual([
      "CannotStartContainerError",
      undefined,
      undefined,
    ]);
  });

  it("that somebody stops ends its task with its own exit code", async () => {
    const task = await running("trap 'exit 9' TERM; sleep 1000 & wait");
    await world.docker.stopContainer(dockerIdOf(task), { stopTimeoutMs: 10_000 });
    const ended = await world.untilStatus(task, "STOPPED");
    expect(ended).toMatchObject({ stopCode: "EssentialContainerExited" });
    expect(ended.containers[0]).toMatchObject({ exitCode: 9 });
  });

  it("that somebody starts again after its task has stopped is stopped again", async () => {
    const task = await running("trap 'exit 0' TERM; sleep 1000 & wait");
    await world.engine.stopTask(task.arn, { reason: "bye" });
    await world.untilStatus(task, "STOPPED");
    const dockerId = dockerIdOf(task);
    await world.docker.startContainer(dockerId);
    await eventually(async () => !(await isRunning(dockerId)), 30_000, "the container to be stopped again");
    expect(world.now(task)).toMatchObject({ knownStatus: "STOPPED", stoppedReason: "bye" });
    expect(world.told(task).filter((each) => each === "task STOPPED")).toHaveLength(1);
  });

  it("that somebody restarts runs on under the same task", async () => {
    const task = await running();
    const dockerId = dockerIdOf(task);
    await mustCall(ENDPOINT, "POST", `/containers/${dockerId}/restart?t=5`, { action: "restart the container" });
    // A restart is an exit; with no restart policy the task is over, and what runs again is stopped.
    const ended = await world.until(task, ({ knownStatus }) => knownStatus === "STOPPED" || knownStatus === "RUNNING");
    if (ended.knownStatus === "STOPPED") {
      expect(ended).toMatchObject({ stopCode: "EssentialContainerExited" });
      await eventually(async () => !(await isRunning(dockerId)), 30_000, "the container to be stopped again");
    } else expect(await isRunning(dockerId)).toBe(true);
  });

  it("that somebody renames runs on, is stopped, and is removed under its new name", async () => {
    const task = await running();
    const dockerId = dockerIdOf(task);
    await rename(dockerId, `${world.engineId}-renamed`);
    await world.engine.stopTask(task.arn, { reason: "bye" });
    expect(await world.untilStatus(task, "STOPPED")).toMatchObject({ stoppedReason: "bye" });
    await world.engine.removeTask(task.arn);
    expect(await world.docker.inspectContainer(dockerId)).toBeUndefined();
  });

  it("that somebody renames is known again after a restart of the engine", async () => {
    const task = await running();
    const dockerId = dockerIdOf(task);
    await rename(dockerId, `${world.engineId}-renamed`);
    world.crashEngine();
    await world.startEngine();
    expect(world.now(task)).toMatchObject({ knownStatus: "RUNNING", desiredStatus: "RUNNING" });
    expect(await isRunning(dockerId)).toBe(true);
  });
});

describe("a container that somebody runs from a copy of ours (docker commit)", () => {
  it.each([
    ["beside it", false],
    ["under its name, in its place", true],
  ])("%s runs on over relists, restarts and the end of our task", async (_where, takesPlace) => {
    const task = await running();
    const dockerId = dockerIdOf(task);
    const copy = await makeCopy(dockerId);
    try {
      const name = String(world.container(task, "web").dockerName);
      if (takesPlace) await world.docker.removeContainer(dockerId, { force: true, removeVolumes: true });
      const theirs = await runImage(copy, takesPlace ? name : `${name}-copy`);
      try {
        world.crashEngine();
        await world.startEngine();
        await world.engine.stopTask(task.arn);
        await world.untilStatus(task, "STOPPED");
        await world.engine.removeTask(task.arn);
        world.crashEngine();
        await world.startEngine();
        expect(await isRunning(theirs)).toBe(true);
      } finally {
        await world.docker.removeContainer(theirs, { force: true, removeVolumes: true });
      }
    } finally {
      await world.docker.removeImage(copy);
    }
  });

  async function makeCopy(dockerId: DockerId): Promise<string> {
    const path = `/commit?container=${dockerId}&repo=${world.engineId}&tag=copy`;
    await mustCall(ENDPOINT, "POST", path, { action: "commit the container" });
    return `${world.engineId}:copy`;
  }

  async function runImage(image: string, name: string): Promise<DockerId> {
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ Image: image });
    const made = await mustCall(ENDPOINT, "POST", `/containers/create?name=${name}`, { body, headers, action: "run" });
    await world.docker.startContainer(made.Id);
    return made.Id;
  }
});

describe("a container of ours that somebody pauses", () => {
  const ENDS_AT_ONCE = "trap 'exit 4' TERM; sleep 1000 & wait";

  it("and unpauses runs on, and nobody is told anything", async () => {
    const task = await running();
    const dockerId = dockerIdOf(task);
    await eventually(() => world.told(task).length === 2, 10_000, "the changes to be read");
    await pause(dockerId);
    const other = await running();
    expect(world.now(task)).toMatchObject({ knownStatus: "RUNNING", desiredStatus: "RUNNING" });
    await unpause(dockerId);
    await world.engine.stopTask(other.arn, { reason: "bye" });
    await world.untilStatus(other, "STOPPED");
    expect(world.now(task)).toMatchObject({ knownStatus: "RUNNING", desiredStatus: "RUNNING" });
    expect(world.told(task)).toEqual(["web RUNNING", "task RUNNING"]);
    expect(await isRunning(dockerId)).toBe(true);
  });

  it("is stopped all the same, and ends with its own exit code", async () => {
    const task = await running(ENDS_AT_ONCE);
    await pause(dockerIdOf(task));
    await world.engine.stopTask(task.arn, { reason: "bye" });
    const ended = await world.untilStatus(task, "STOPPED");
    expect(ended).toMatchObject({ stopCode: "UserInitiated", stoppedReason: "bye" });
    expect(ended.containers[0]).toMatchObject({ exitCode: 4 });
  });

  it("is known again after a restart of the engine, and is neither restarted nor written off", async () => {
    const task = await running();
    const dockerId = dockerIdOf(task);
    const before = await world.docker.inspectContainer(dockerId);
    await pause(dockerId);
    world.crashEngine();
    await world.startEngine();
    expect(world.now(task)).toMatchObject({ knownStatus: "RUNNING", desiredStatus: "RUNNING" });
    await unpause(dockerId);
    const after = await world.docker.inspectContainer(dockerId);
    expect([after?.pid, after?.startedAt]).toEqual([before?.pid, before?.startedAt]);
  });

  it("and removes by force ends its task with the exit code of the kill", async () => {
    const task = await running();
    await pause(dockerIdOf(task));
    await world.docker.removeContainer(dockerIdOf(task), { force: true, removeVolumes: true });
    const ended = await world.untilStatus(task, "STOPPED");
    expect(ended).toMatchObject({ stopCode: "EssentialContainerExited" });
  });
});

describe("an event storm", () => {
  const CONTAINERS = 4;
  const EVENTS = 2_000;

  it(`of ${EVENTS} events of foreign containers delays nobody and touches none of them`, async () => {
    // They carry the engine's label, so their events get through the filter.
    const labels = { [ENGINE_ID_LABEL]: world.engineId };
    const foreign = await Promise.all(Array.from({ length: CONTAINERS }, (_, index) => makeForeign(index, labels)));
    const quiet = await timeToRun();
    const storm = Promise.all(foreign.map((dockerId, index) => renameOften(dockerId, index)));
    const began = performance.now();
    const duringStorm = await timeToRun();
    await storm;
    const stormMs = performance.now() - began;
    noteFigures("event storm", { events: EVENTS, stormMs, quietStartMs: quiet, startMs: duringStorm });
    for (const dockerId of foreign) {
      expect(await isRunning(dockerId)).toBe(true);
      await world.docker.removeContainer(dockerId, { force: true, removeVolumes: true });
    }
  });

  async function makeForeign(index: number, labels: Readonly<Record<string, string>>): Promise<DockerId> {
    const body = { Image: IMAGE, Cmd: ["sleep", "1000"], Labels: labels };
    const path = `/containers/create?name=${world.engineId}-foreign-${index}`;
    const headers = { "content-type": "application/json" };
    const made = await mustCall(ENDPOINT, "POST", path, { body: JSON.stringify(body), headers, action: "create" });
    await world.docker.startContainer(made.Id);
    return made.Id;
  }

  async function renameOften(dockerId: DockerId, index: number): Promise<void> {
    for (let count = 0; count < EVENTS / CONTAINERS; count += 1) {
      await rename(dockerId, `${world.engineId}-foreign-${index}-${count % 2}`);
    }
  }

  async function timeToRun(): Promise<number> {
    const began = performance.now();
    const task = await world.add([{ name: "web" }]);
    await world.untilStatus(task, "RUNNING");
    return performance.now() - began;
  }
});
