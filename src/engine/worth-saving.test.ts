import { describe, expect, it } from "vitest";
import { asDockerId, asEpochMs } from "../core/brand.ts";
import type { Container, Task, TaskResource } from "../core/task.ts";
import { aContainer, aTask } from "../testing/builders.ts";
import { isWorthASave } from "./worth-saving.ts";

const container = aContainer();
const task = aTask({ containers: [container] });
const withContainer = (given: Partial<Container>): Task => ({ ...task, containers: [{ ...container, ...given }] });
const running = withContainer({
  knownStatus: "RUNNING",
  startedAt: asEpochMs(5),
  dockerId: asDockerId("d".repeat(64)),
});
const runningWith = (given: Partial<Container>): Task => ({
  ...running,
  containers: running.containers.map((each) => ({ ...each, ...given })),
});

describe("isWorthASave()", () => {
  it("saves nothing for what a restart forgets or works out again", () => {
    const volatile: readonly Task[] = [
      task,
      { ...task },
      { ...task, admitted: true, nextActionId: 99 },
      { ...task, acknowledgedChange: 7, sentStatus: "RUNNING" },
      withContainer({ inFlight: { action: "pull", id: 1 } }),
      withContainer({ health: { status: "HEALTHY" } }),
      withContainer({ sentStatus: "RUNNING" }),
    ];
    for (const other of volatile) {
      expect(isWorthASave(task, other)).toBe(false);
      expect(isWorthASave(other, task)).toBe(false);
    }
  });

  it("saves nothing before the create: a restart looks under the name, and begins with the container anew", () => {
    const early = withContainer({ knownStatus: "MANIFEST_PULLED", imageDigest: "sha256:1", digestResolved: true });
    expect(isWorthASave(task, early)).toBe(false);
    expect(isWorthASave(task, { ...early, knownStatus: "MANIFEST_PULLED", knownStatusAt: asEpochMs(9) })).toBe(false);
    const asked: Partial<Container> = { knownStatus: "PULLED", imageId: "sha256:2", createRequestedAt: asEpochMs(1) };
    expect(isWorthASave(early, withContainer(asked))).toBe(false);
    expect(isWorthASave(task, withContainer({ gpuIds: ["GPU-0"] }))).toBe(true);
    expect(
      isWorthASave(task, withContainer({ error: { name: "CannotCreateContainerError", message: "it failed" } })),
    ).toBe(true);
    expect(isWorthASave(withContainer({ desiredStatus: "NONE" }), withContainer({ desiredStatus: "RUNNING" }))).toBe(
      false,
    );
    expect(isWorthASave(task, withContainer({ desiredStatus: "STOPPED" }))).toBe(true);
    expect(isWorthASave(task, withContainer({ ...asked, desiredStatus: "STOPPED" }))).toBe(true);
  });

  it("saves nothing for a resource that is asked for or made, and its removal", () => {
    const resource: TaskResource = {
      id: "dockerVolume/data",
      type: "dockerVolume",
      gates: "CREATED",
      knownStatus: "NONE",
      volatile: false,
      spec: {},
      createRequested: false,
    };
    const withResource = (given: Partial<TaskResource>): Task => ({ ...task, resources: [{ ...resource, ...given }] });
    const asked = withResource({ createRequested: true, inFlight: { action: "create", id: 1 } });
    const made = withResource({ createRequested: true, knownStatus: "CREATED" });
    expect(isWorthASave(withResource({}), asked)).toBe(false);
    expect(isWorthASave(asked, made)).toBe(false);
    expect(isWorthASave(made, withResource({ createRequested: true, knownStatus: "REMOVED" }))).toBe(true);
    expect(isWorthASave(made, withResource({ createRequested: true, knownStatus: "CREATED", spec: { a: 1 } }))).toBe(
      true,
    );
  });

  it("saves when something was pulled: it is not to be pulled again", () => {
    const pulled = { ...withContainer({ knownStatus: "PULLED" }), pullStartedAt: asEpochMs(1) };
    expect(isWorthASave(withContainer({ knownStatus: "MANIFEST_PULLED" }), pulled)).toBe(true);
  });

  it("saves nothing for what every look tells again, as long as the container is there", () => {
    const toldAgain: Partial<Container> = {
      createdAt: asEpochMs(3),
      startedAt: asEpochMs(4),
      ipAddress: "172.17.0.2",
      imageId: "sha256:2",
      networkBindings: [],
    };
    expect(isWorthASave(running, runningWith(toldAgain))).toBe(false);
    const stopped = runningWith({ knownStatus: "STOPPED" });
    expect(isWorthASave(running, stopped)).toBe(true);
    expect(isWorthASave(stopped, runningWith({ knownStatus: "STOPPED", startedAt: asEpochMs(4) }))).toBe(true);
  });

  it("saves nothing for a create that is answered and a start that follows at once, but for a chosen host port", () => {
    const dockerId = asDockerId("d".repeat(64));
    const asked: Partial<Container> = { knownStatus: "PULLED", createRequestedAt: asEpochMs(1) };
    const [before, start] = [withContainer(asked), { action: "start", id: 2 } as const];
    const made: Partial<Container> = { ...asked, knownStatus: "CREATED", dockerId, createdAt: asEpochMs(2) };
    const started: Partial<Container> = { ...made, inFlight: start, startRequestedAt: asEpochMs(2) };
    expect(isWorthASave(before, { ...withContainer(started), knownStatus: "CREATED" })).toBe(false);
    expect(isWorthASave(before, withContainer(made))).toBe(true);
    expect(isWorthASave(before, withContainer({ ...started, desiredStatus: "STOPPED" }))).toBe(true);
    expect(isWorthASave(task, withContainer(started))).toBe(true);
    const hostPorts = [{ containerPort: 80, hostPort: 32_768, protocol: "tcp" } as const];
    expect(isWorthASave(before, withContainer({ ...started, hostPorts }))).toBe(true);
  });

  it("takes a member that is absent and one that is undefined for the same", () => {
    expect(isWorthASave(task, withContainer({ exitCode: undefined }))).toBe(false);
    expect(isWorthASave(withContainer({ exitCode: undefined }), task)).toBe(false);
  });

  it("saves every other difference, in both directions", () => {
    const durable: readonly Task[] = [
      { ...task, knownStatus: "RUNNING" },
      { ...task, stoppedReason: "asked to" },
      { ...task, containers: [] },
      { ...task, containers: [container, container] },
      withContainer({ knownStatus: "RUNNING" }),
      withContainer({ dockerId: asDockerId("d".repeat(64)) }),
    ];
    for (const other of durable) expect(isWorthASave(task, other)).toBe(true);
    for (const other of durable.slice(1, 4)) expect(isWorthASave(other, task)).toBe(true);
  });
});
