/** A task with an address of its own: the pause container before, under and after the others. */
import { beforeEach, describe, expect, it } from "vitest";
import type { Task } from "../../src/core/task.ts";
import { handlesSigterm } from "../../src/testing/index.ts";
import { SimulatedHost } from "../../src/testing/simulated-host.ts";
import { runningTask } from "./started-host.ts";

const PAUSE = "~internal~ecs~pause";

let host: SimulatedHost;
let task: Task;
/** What the daemon did, in order: `create web`, `start web` … */
let done: string[];
let asked: string[];

beforeEach(async () => {
  host = new SimulatedHost();
  done = [];
  asked = [];
  host.docker.onEvent(({ type, action, attributes }) => {
    const name = attributes["com.amazonaws.ecs.container-name"];
    if (type === "container" && name !== undefined) done.push(`${action} ${name}`);
  });
  host.docker.onCall(({ operation, subject }) => asked.push(`${operation} ${subject}`));
  await host.start();
  host.docker.container("web", { run: handlesSigterm({ afterMs: 100, exitCode: 0 }) });
  task = await runningTask(host, [{ name: "web" }], { networkMode: "awsvpc" });
});

const pauseOf = () => host.container(task, PAUSE);

describe("a task in awsvpc mode", () => {
  // Where there are no elastic network interfaces the pause is on a bridge instead of none (docs/decisions/002).
  it("EN-50: creates, starts and looks at the pause first, and then puts the other container into its network", () => {
    expect(done.slice(0, 4)).toEqual([`create ${PAUSE}`, `start ${PAUSE}`, "create web", "start web"]);
    const { dockerId } = pauseOf();
    expect(asked.indexOf(`inspectContainer ${dockerId}`)).toBeLessThan(
      asked.findIndex((each) => /create.*web/.test(each)),
    );
    expect(host.docker.find("web")?.raw).toMatchObject({ HostConfig: { NetworkMode: `container:${dockerId}` } });
  });

  it("EN-51, EN-52: is found by its address while it is up, and not afterwards", async () => {
    const { ipAddress = "" } = pauseOf();
    expect(ipAddress).not.toBe("");
    expect(host.engine.state.taskByIpAddress(ipAddress)?.arn).toBe(task.arn);
    await host.engine.stopTask(task.arn);
    await host.untilStatus(task, "STOPPED");
    expect(host.engine.state.taskByIpAddress(ipAddress)).toBeUndefined();
  });

  it("EN-52: stops the pause after the container", async () => {
    await host.engine.stopTask(task.arn);
    await host.untilStatus(task, "STOPPED");
    expect(done.filter((each) => each.startsWith("die "))).toEqual(["die web", `die ${PAUSE}`]);
  });

  it("EN-53, EN-60: names the pause by its label, pulls nothing for it, refers to one image and removes both", async () => {
    expect(host.docker.find(PAUSE)?.labels["com.amazonaws.ecs.container-name"]).toBe(PAUSE);
    expect(asked.filter((each) => /^(pullImage|inspectDistribution) .*pause/.test(each))).toEqual([]);
    const references = () => host.images.imageStates().flatMap((image) => [...image.references]);
    expect(references()).toEqual([`${task.arn}/web`]);
    await host.engine.stopTask(task.arn);
    await host.untilStatus(task, "STOPPED");
    await host.clock.resolve(host.engine.removeTask(task.arn));
    expect(host.docker.containers()).toEqual([]);
    expect(references()).toEqual([]);
  });
});
