/** Calls of which nobody heard the answer, and daemons that are away. Source: engine-modern 6.1, 33; W-20, W-22. */
import { describe, expect, it } from "vitest";
import { asDockerName } from "../core/brand.ts";
import { CONTAINER_NAME_LABEL, TASK_ARN_LABEL } from "../core/labels.ts";
import { exits, ignoresSigterm } from "../testing/simulated-docker/behaviour.ts";
import { aWorld } from "../testing/simulated-docker/test-world.ts";
import { ContainerCalls, DEFAULT_CALL_LIMITS } from "./container-calls.ts";

const NAME = asDockerName("ecs-test-1-web-0123456789");
const labels = { [TASK_ARN_LABEL]: "arn:a", [CONTAINER_NAME_LABEL]: "web" };
const body = { Image: "app", Labels: labels };

function setUp() {
  const world = aWorld();
  const asked: string[] = [];
  const ended = new AbortController();
  world.docker.onCall(({ operation }) => asked.push(operation));
  const calls = new ContainerCalls(world.client, world.clock, DEFAULT_CALL_LIMITS, ended.signal);
  return { ...world, calls, asked, ended };
}

describe("ContainerCalls.create()", () => {
  it("adopts what a create made whose answer was lost, and makes no second one", async () => {
    const { docker, clock, calls, asked } = setUp();
    docker.faults.next("createContainer", { kind: "errorAfterEffect" });
    const { dockerId } = await clock.resolve(calls.create(NAME, body));
    expect(docker.containers().map((each) => each.dockerId)).toEqual([dockerId]);
    expect(asked.filter((each) => each === "createContainer")).toHaveLength(1);
  });

  it("adopts its own container that stands under its name already", async () => {
    const { clock, calls, create } = setUp();
    const earlier = await create(NAME, body);
    expect((await clock.resolve(calls.create(NAME, body))).dockerId).toBe(earlier);
  });

  it.each([
    ["of another task", { ...labels, [TASK_ARN_LABEL]: "arn:b" }],
    ["of another container of the task", { ...labels, [CONTAINER_NAME_LABEL]: "db" }],
    ["of nobody", {}],
  ])("does not take a container %s for its own", async (_, others) => {
    const { calls, create, errorOf } = setUp();
    await create(NAME, { Image: "app", Labels: others });
    expect(await errorOf(calls.create(NAME, body))).toMatchObject({ name: "CannotCreateContainerError", status: 409 });
  });

  it("asks again when nothing came of it, after a short wait, and not for what was refused for good", async () => {
    const { docker, clock, calls, asked, errorOf } = setUp();
    docker.faults.next("createContainer", { kind: "connectionReset" });
    await clock.resolve(calls.create(NAME, body));
    expect(asked).toEqual(["createContainer", "inspectContainer", "createContainer"]);
    expect(clock.elapsedMs).toBe(50);
    docker.faults.next("createContainer", { kind: "errorBeforeEffect", status: 400, message: "bad" });
    expect(await errorOf(calls.create(asDockerName("other"), body))).toMatchObject({ message: "bad" });
    expect(asked.filter((each) => each === "createContainer")).toHaveLength(3);
  });

  it("waits for a daemon that is away, twice as long each time up to a second, until the limit is over", async () => {
    const { docker, clock, calls, errorOf } = setUp();
    const at: number[] = [];
    docker.onCall(({ operation }) => operation === "createContainer" && at.push(clock.elapsedMs));
    docker.faults.always("createContainer", { kind: "errorBeforeEffect", status: 503, message: "busy" });
    expect(await errorOf(calls.create(NAME, body))).toMatchObject({ status: 503 });
    expect(at.slice(0, 7)).toEqual([0, 50, 150, 350, 750, 1_550, 2_550]);
    expect(at.at(-1)).toBeGreaterThanOrEqual(DEFAULT_CALL_LIMITS.createTimeoutMs);
    expect(at.at(-1)).toBeLessThan(DEFAULT_CALL_LIMITS.createTimeoutMs + 1_000);
  });

  it("gives no try more time than the limit leaves", async () => {
    const { docker, clock, calls, errorOf } = setUp();
    const stop = docker.faults.always("createContainer", { kind: "errorBeforeEffect", status: 503 });
    const failed = errorOf(calls.create(NAME, body));
    await clock.advance(DEFAULT_CALL_LIMITS.createTimeoutMs - 5_000);
    stop();
    docker.faults.always("createContainer", { kind: "hang" });
    expect(await failed).toMatchObject({ name: "DockerTimeoutError" });
    expect(clock.elapsedMs).toBeLessThanOrEqual(DEFAULT_CALL_LIMITS.createTimeoutMs + 1_000);
  });

  it("ends with the engine, in the middle of a wait", async () => {
    const { docker, clock, calls, ended } = setUp();
    docker.faults.always("createContainer", { kind: "errorBeforeEffect", status: 503 });
    const made = calls.create(NAME, body);
    const failed = expect(made).rejects.toThrow("engine is shut down");
    await clock.advance(10_000);
    ended.abort(new Error("engine is shut down"));
    await failed;
    expect(clock.pending).toBe(0);
  });
});

describe("ContainerCalls.start()", () => {
  it("has started what runs although nobody heard the answer", async () => {
    const { docker, clock, calls, create, asked } = setUp();
    const dockerId = await create(NAME, body);
    docker.faults.next("startContainer", { kind: "errorAfterEffect" });
    await clock.resolve(calls.start(dockerId));
    expect(asked.filter((each) => each === "startContainer")).toHaveLength(1);
    expect(docker.find(NAME)?.status).toBe("running");
  });

  it("has started what has ended by then, and does not run it twice", async () => {
    const { docker, clock, calls, create, asked } = setUp();
    docker.container(NAME, { run: exits(3) });
    const dockerId = await create(NAME, body);
    docker.faults.next("startContainer", { kind: "errorAfterEffect" });
    await clock.resolve(calls.start(dockerId));
    expect(asked.filter((each) => each === "startContainer")).toHaveLength(1);
  });

  it("does not take the run before a restart for the restart", async () => {
    const { docker, clock, calls, run, asked } = setUp();
    docker.container(NAME, { run: exits(3) });
    const dockerId = await run(NAME, body);
    await clock.advance(60_000);
    docker.faults.next("startContainer", { kind: "connectionReset" });
    await clock.resolve(calls.start(dockerId));
    expect(asked.filter((each) => each === "startContainer")).toHaveLength(3);
  });

  it("does not look when the daemon said no", async () => {
    const { docker, calls, create, asked, errorOf } = setUp();
    const dockerId = await create(NAME, body);
    docker.faults.next("startContainer", { kind: "errorBeforeEffect", status: 400, message: "no such file" });
    expect(await errorOf(calls.start(dockerId))).toMatchObject({ message: "no such file" });
    expect(asked).not.toContain("inspectContainer");
  });
});

describe("ContainerCalls.stop() and kill()", () => {
  it("answer with how the container looks once it is down", async () => {
    const { clock, calls, run } = setUp();
    const stopped = await run(NAME, body);
    expect(await clock.resolve(calls.stop(stopped, 30_000))).toMatchObject({ status: "stopped", exitCode: 143 });
    const killed = await run("other", body);
    expect(await clock.resolve(calls.kill(killed))).toMatchObject({ status: "stopped", exitCode: 137 });
  });

  it("know of one that is gone by then", async () => {
    const { docker, clock, calls, client, run } = setUp();
    const dockerId = await run(NAME, body);
    docker.onCall(({ operation }) => {
      if (operation === "stopContainer") void client.removeContainer(dockerId, { force: true, removeVolumes: true });
    });
    expect(await clock.resolve(calls.stop(dockerId, 30_000))).toBeUndefined();
  });

  it("wait for a container that takes its time, and say so when it is up still", async () => {
    const { docker, clock, calls, run, errorOf } = setUp();
    docker.container(NAME, { run: ignoresSigterm() });
    const dockerId = await run(NAME, body);
    docker.onCall(({ operation }) => {
      if (operation === "stopContainer") void docker.client().startContainer(dockerId);
    });
    expect(await errorOf(calls.stop(dockerId, 1_000))).toMatchObject({
      name: "CannotStopContainerError",
      message: "container is still running after its stop",
      retryable: true,
      indeterminate: true,
    });
    expect(clock.elapsedMs).toBeGreaterThanOrEqual(1_000 + DEFAULT_CALL_LIMITS.killTimeoutMs);
    expect(clock.elapsedMs).toBeLessThan(1_000 + DEFAULT_CALL_LIMITS.killTimeoutMs + 1_100);
  });
});

describe("ContainerCalls.inspect() and retried()", () => {
  it("ask until there is an answer", async () => {
    const { docker, clock, calls, run } = setUp();
    const dockerId = await run(NAME, body);
    docker.faults.next("inspectContainer", { kind: "connectionReset" }, { times: 3 });
    expect(await clock.resolve(calls.inspect(dockerId))).toMatchObject({ dockerId });
    let tries = 0;
    const call = async () => {
      tries += 1;
      return tries < 3 ? await calls.inspect(asDockerName("nobody")) : "done";
    };
    expect(await clock.resolve(calls.retried(call))).toBeUndefined();
  });

  it("give a look half a minute, and up when it hangs", async () => {
    const { docker, clock, calls, errorOf } = setUp();
    docker.faults.always("inspectContainer", { kind: "hang" });
    expect(await errorOf(calls.inspect(NAME))).toMatchObject({ name: "DockerTimeoutError" });
    expect(clock.elapsedMs).toBe(30_000);
  });

  it("pass on at once what is no failure of the daemon", async () => {
    const { clock, calls } = setUp();
    const bug = new TypeError("our bug");
    await expect(clock.resolve(calls.retried(() => Promise.reject(bug)))).rejects.toBe(bug);
    const thrown = () => {
      throw bug;
    };
    await expect(clock.resolve(calls.retried(thrown))).rejects.toBe(bug);
    expect(clock.elapsedMs).toBe(0);
  });
});
