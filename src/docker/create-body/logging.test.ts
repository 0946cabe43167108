import { describe, expect, it } from "vitest";
import type { LogConfiguration } from "../../core/definition/types.ts";
import type { CreateBody } from "../../ports/docker-client.ts";
import { TASK_ID } from "../../testing/builders.ts";
import { readyTask } from "../../testing/ready-task.ts";
import { aContext } from "./a-context.ts";
import type { CreateContext } from "./context.ts";
import { buildCreateBody } from "./index.ts";

function body(logConfiguration: LogConfiguration, context: Partial<CreateContext> = {}): CreateBody {
  const task = readyTask({ containerDefinitions: [{ logConfiguration }] });
  const [made] = task.containers.map((each) => buildCreateBody(task, each, aContext(context)));
  if (made === undefined) throw new Error("the task has a container");
  return made;
}

const awslogs: LogConfiguration = {
  logDriver: "awslogs",
  options: { "awslogs-group": "/shop", "awslogs-region": "eu-west-1", "awslogs-stream-prefix": "web" },
};

describe("awslogs kept locally", () => {
  it("is bounded, and labelled with the group and stream that it would have gone to", () => {
    const made = body(awslogs);
    expect(made.HostConfig?.LogConfig).toEqual({ Type: "json-file", Config: { "max-size": "10m", "max-file": "3" } });
    expect(made.Labels).toMatchObject({
      "berth.log-driver": "awslogs",
      "berth.log-group": "/shop",
      "berth.log-stream": `web/web/${TASK_ID}`,
    });
  });

  it("SEC-5: puts no secret option into labels or options", () => {
    const made = body(awslogs, { logOptions: { token: "hidden" } });
    expect(JSON.stringify([made.Labels, made.HostConfig])).not.toContain("hidden");
  });

  it("names no stream without a prefix, since Docker would take the container's id", () => {
    const made = body({ logDriver: "awslogs", options: { "awslogs-group": "/shop" } });
    expect(made.Labels).not.toHaveProperty("berth.log-stream");
  });
});

describe("awslogs passed through", () => {
  const passthrough = { remoteLogs: "passthrough" } as const;

  it("gets the stream that its prefix stands for, since Docker knows no prefix", () => {
    expect(body(awslogs, passthrough).HostConfig?.LogConfig).toEqual({
      Type: "awslogs",
      Config: expect.objectContaining({
        "awslogs-group": "/shop",
        "awslogs-region": "eu-west-1",
        "awslogs-stream": `web/web/${TASK_ID}`,
      }),
    });
    expect(body(awslogs, passthrough).Labels).not.toHaveProperty("berth.log-group");
  });

  it("TC-13: uses the execution role's credentials when there are some", () => {
    const executionCredentialsPath = "/v2/credentials/execution";
    expect(body(awslogs, { ...passthrough, executionCredentialsPath }).HostConfig?.LogConfig?.Config).toMatchObject({
      "awslogs-credentials-endpoint": executionCredentialsPath,
    });
  });
});

describe("other drivers", () => {
  it("get their options and those that come from secrets", () => {
    const splunk: LogConfiguration = { logDriver: "splunk", options: { "splunk-url": "http://192.0.2.1" } };
    expect(
      body(splunk, { remoteLogs: "passthrough", logOptions: { "splunk-token": "t" } }).HostConfig?.LogConfig,
    ).toEqual({
      Type: "splunk",
      Config: expect.objectContaining({ "splunk-url": "http://192.0.2.1", "splunk-token": "t" }),
    });
  });

  it("are non-blocking with AWS's buffer unless told otherwise, when the logs leave the host", () => {
    const passthrough = { remoteLogs: "passthrough" } as const;
    const config = (logDriver: string, options: LogConfiguration["options"] = {}) =>
      body({ logDriver, options }, passthrough).HostConfig?.LogConfig?.Config;
    for (const logDriver of ["awslogs", "splunk", "gelf", "syslog"]) {
      expect(config(logDriver), logDriver).toMatchObject({ mode: "non-blocking", "max-buffer-size": "10m" });
      const blocking = config(logDriver, { mode: "blocking" });
      expect(blocking, logDriver).toMatchObject({ mode: "blocking" });
      expect(blocking, logDriver).not.toHaveProperty("max-buffer-size");
    }
    expect(config("json-file")).toEqual({});
  });

  it("stay with the daemon as well unless logs are passed through, so that no start fails for want of a log server", () => {
    for (const logDriver of ["syslog", "gelf", "fluentd", "splunk", "journald"]) {
      const { HostConfig, Labels } = body({ logDriver, options: { tag: "t" } });
      expect(HostConfig?.LogConfig?.Type, logDriver).toBe("json-file");
      expect(Labels?.["berth.log-driver"]).toBe(logDriver);
    }
  });

  it("get a buffer of 10m when they do not block and name none", () => {
    const mode = { mode: "non-blocking" };
    expect(body({ logDriver: "json-file", options: mode }).HostConfig?.LogConfig?.Config).toEqual({
      ...mode,
      "max-buffer-size": "10m",
    });
    const named = { ...mode, "max-buffer-size": "1m" };
    expect(body({ logDriver: "json-file", options: named }).HostConfig?.LogConfig?.Config).toEqual(named);
  });

  it("leave the choice to the daemon when there is no log configuration", () => {
    const task = readyTask({});
    expect(task.containers.map((each) => buildCreateBody(task, each, aContext()).HostConfig)).toEqual([
      expect.not.objectContaining({ LogConfig: expect.anything() }),
    ]);
  });
});

describe("awsfirelens", () => {
  const firelens: LogConfiguration = { logDriver: "awsfirelens", options: { Name: "stdout" } };

  it("fails without a router when logs may not stay here", () => {
    expect(() => body(firelens, { remoteLogs: "passthrough" })).toThrow(
      expect.objectContaining({ name: "HostConfigError", message: expect.stringContaining("has no log router") }),
    );
    expect(body(firelens).HostConfig?.LogConfig?.Type).toBe("json-file");
  });
});
