import { describe, expect, it } from "vitest";
import { aDefinition } from "../testing/builders.ts";
import { SeededRandom } from "../testing/seeded-random.ts";
import { asEpochMs } from "./brand.ts";
import { findGraphProblem } from "./dependencies.ts";
import { buildTask, NAMESPACE_PAUSE_NAME, NETWORK_PAUSE_NAME, type TaskIdentity } from "./task-builder.ts";

function identity(partial: Partial<TaskIdentity> = {}): TaskIdentity {
  const random = new SeededRandom(1);
  return {
    cluster: "default",
    region: "us-east-1",
    accountId: "000000000000",
    revision: 7,
    now: asEpochMs(1_000),
    hex: (digits) => random.hex(digits),
    uuid: () => random.uuid(),
    pauseImage: "berth/pause:1",
    stopTimeoutMs: 30_000,
    ...partial,
  };
}

type Containers = NonNullable<Parameters<typeof aDefinition>[0]>["containerDefinitions"];

function build(containerDefinitions: NonNullable<Containers>, partial: Partial<TaskIdentity> = {}) {
  return buildTask(aDefinition({ containerDefinitions }), identity(partial));
}

describe("buildTask()", () => {
  it("DM-50: names everything and begins with all statuses NONE", () => {
    const task = build([{ name: "web", essential: false, restartPolicy: { enabled: true }, startTimeout: 5 }]);
    expect(task).toMatchObject({ family: "test", revision: 7, desiredStatus: "RUNNING", knownStatus: "NONE" });
    expect(task.containers).toMatchObject([
      {
        name: "web",
        type: "NORMAL",
        essential: false,
        knownStatus: "NONE",
        desiredStatus: "NONE",
        startTimeoutMs: 5_000,
        restartPolicy: { enabled: true },
      },
    ]);
  });

  it("DM-52: the id of the task is the last part of its ARN", () => {
    const task = build([{}], { taskId: "f".repeat(32) });
    expect(task.arn).toBe(`arn:aws:ecs:us-east-1:000000000000:task/default/${"f".repeat(32)}`);
    expect(task.id).toBe("f".repeat(32));
  });

  it("gives every container a Docker name and an ARN of its own, before anything exists", () => {
    const task = build([{ name: "a" }, { name: "b" }]);
    expect(new Set(task.containers.map((each) => each.dockerName)).size).toBe(2);
    expect(new Set(task.containers.map((each) => each.containerArn)).size).toBe(2);
    for (const each of task.containers) expect(each.dockerName).toContain(each.name);
  });

  it("STOP-2: takes the agent's stop timeout where none is given, and never less than 1 s", () => {
    const task = build([{ name: "a" }, { name: "b", stopTimeout: 5 }, { name: "c", stopTimeout: 0 }], {
      stopTimeoutMs: 12_000,
    });
    expect(task.containers.map((each) => each.stopTimeoutMs)).toEqual([12_000, 5_000, 12_000]);
    expect(build([{}], { stopTimeoutMs: 10 }).containers[0]?.stopTimeoutMs).toBe(1_000);
  });

  it("ORD-15: links become START and volumesFrom becomes CREATE", () => {
    const volumesFrom = [{ sourceContainer: "data", readOnly: true }];
    const [web] = build([
      { name: "web", links: ["db:database"], volumesFrom },
      { name: "db" },
      { name: "data" },
    ]).containers;
    expect(web?.dependencies).toEqual([
      { containerName: "db", condition: "START", source: "links" },
      { containerName: "data", condition: "CREATE", source: "volumesFrom" },
    ]);
  });

  it("who logs through a router starts after it, unless the router waits for somebody", () => {
    const router = { name: "router", firelensConfiguration: { type: "fluentbit" } as const };
    const web = { name: "web", logConfiguration: { logDriver: "awsfirelens" } };
    const [logging] = build([web, router]).containers;
    expect(logging?.dependencies).toEqual([{ containerName: "router", condition: "START", source: "firelens" }]);
    const waiting = { ...router, dependsOn: [{ containerName: "web", condition: "START" as const }] };
    expect(findGraphProblem(build([web, waiting]).containers)).toBeUndefined();
  });

  it("DM-64: only awsvpc adds a network pause: essential, internal, of the configured image, steady when provisioned", () => {
    expect(build([{}]).containers.map((each) => each.name)).toEqual(["web"]);
    const task = buildTask(aDefinition({ networkMode: "awsvpc", pidMode: "task" }), identity());
    expect(task.containers).toMatchObject([
      {
        name: NETWORK_PAUSE_NAME,
        type: "CNI_PAUSE",
        essential: true,
        image: "berth/pause:1",
        steadyStatus: "RESOURCES_PROVISIONED",
      },
      { name: "web" },
    ]);
  });

  it("a shared pid or ipc namespace adds a namespace pause", () => {
    for (const shared of [{ pidMode: "task" }, { ipcMode: "task" }] as const) {
      const [pause] = buildTask(aDefinition(shared), identity()).containers;
      expect(pause).toMatchObject({ name: NAMESPACE_PAUSE_NAME, type: "NAMESPACE_PAUSE", steadyStatus: "RUNNING" });
    }
  });

  it("a health check of NONE is none", () => {
    const check = { command: ["NONE"], interval: 30, timeout: 5, retries: 3 };
    expect(build([{ healthCheck: check }]).containers[0]?.hasHealthCheck).toBe(false);
    const real = { ...check, command: ["CMD-SHELL", "true"] };
    expect(build([{ healthCheck: real }]).containers[0]?.hasHealthCheck).toBe(true);
  });

  it("W-32: changes nothing of its input and gives equal tasks for equal draws", () => {
    const definition = aDefinition({ networkMode: "awsvpc" });
    const before = structuredClone(definition);
    expect(buildTask(definition, identity())).toEqual(buildTask(definition, identity()));
    expect(definition).toEqual(before);
  });
});
