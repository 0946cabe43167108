import { describe, expect, it } from "vitest";
import type { ContainerDefinition } from "../../core/definition/types.ts";
import { TASK_ID } from "../../testing/builders.ts";
import { readyTask } from "../../testing/ready-task.ts";
import { aContext } from "./a-context.ts";
import type { CreateContext } from "./context.ts";
import { buildCreateBody } from "./index.ts";

function bodyOf(container: Partial<ContainerDefinition>, context: Partial<CreateContext> = {}) {
  const task = readyTask({ containerDefinitions: [container] });
  const [body] = task.containers.map((each) => buildCreateBody(task, each, aContext(context)));
  if (body === undefined) throw new Error("one container has one body");
  return body;
}

describe("labels", () => {
  it("EN-31: are the user's, and over them those by which ECS knows its containers", () => {
    const dockerLabels = { colour: "blue", "com.amazonaws.ecs.cluster": "mine" };
    expect(bodyOf({ dockerLabels }).Labels).toEqual({
      colour: "blue",
      "com.amazonaws.ecs.task-arn": `arn:aws:ecs:us-east-1:000000000000:task/default/${TASK_ID}`,
      "com.amazonaws.ecs.container-name": "web",
      "com.amazonaws.ecs.task-definition-family": "test",
      "com.amazonaws.ecs.task-definition-version": "1",
      "com.amazonaws.ecs.cluster": "default",
      "berth.engine-id": "engine-1",
    });
  });
});

describe("health check", () => {
  it("TC-14: has its command, its durations in nanoseconds and its retries", () => {
    const healthCheck = { command: ["CMD-SHELL", "true"], interval: 30, timeout: 5, retries: 3, startPeriod: 10 };
    expect(bodyOf({ healthCheck }).Healthcheck).toEqual({
      Test: ["CMD-SHELL", "true"],
      Interval: 30_000_000_000,
      Timeout: 5_000_000_000,
      Retries: 3,
      StartPeriod: 10_000_000_000,
    });
  });
});

describe("parent cgroup", () => {
  it("TC-15: is the task's where there is one", () => {
    expect(bodyOf({}, { cgroupParent: `/ecs/${TASK_ID}` }).HostConfig?.CgroupParent).toBe(`/ecs/${TASK_ID}`);
    expect(bodyOf({}).HostConfig).not.toHaveProperty("CgroupParent");
  });
});
