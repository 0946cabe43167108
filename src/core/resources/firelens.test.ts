import { describe, expect, it } from "vitest";
import { aContainer, aDefinition, aTask } from "../../testing/builders.ts";
import type { ContainerDefinition, FirelensConfiguration, TaskDefinition } from "../definition/types.ts";
import type { Task } from "../task.ts";
import { firelensConfig, firelensFilesOf, firelensResource, routerEnvironment, routerOf } from "./firelens.ts";

type AppOptions = Readonly<Record<string, string>>;

function aRouted(
  firelensConfiguration: FirelensConfiguration,
  apps: readonly Partial<ContainerDefinition>[],
  rest: Partial<TaskDefinition> & { readonly router?: Partial<ContainerDefinition> } = {},
): Task {
  const { router, ...definition } = rest;
  const containerDefinitions = [...apps, { name: "router", firelensConfiguration, ...router }];
  return aTask({ definition: aDefinition({ ...definition, containerDefinitions }) });
}

function logsWith(name: string, options: AppOptions, more: { readonly secretOptions?: readonly string[] } = {}) {
  const secretOptions = (more.secretOptions ?? []).map((each) => ({ name: each, valueFrom: `/secret/${each}` }));
  return {
    name,
    logConfiguration: { logDriver: "awsfirelens", options, ...(secretOptions.length === 0 ? {} : { secretOptions }) },
  };
}

function configOf(task: Task): string {
  const router = routerOf(task.definition);
  if (router === undefined) throw new Error("the task has a router");
  return firelensConfig(task, router);
}

const STDOUT = logsWith("web", { Name: "stdout" });

describe("firelensConfig()", () => {
  it("FL-1, FL-4: fluentbit: inputs, filters, the user's file, one output for each application", async () => {
    const apps = [
      logsWith(
        "web",
        {
          Name: "http",
          Host: "logs.example",
          "include-pattern": "^GET",
          "exclude-pattern": "health",
          "log-driver-buffer-limit": "1048576",
        },
        { secretOptions: ["http_passwd"] },
      ),
      { name: "quiet" },
      logsWith("side", { Name: "stdout" }),
    ];
    const options = { "config-file-type": "file", "config-file-value": "/extra.conf" };
    const task = aRouted({ type: "fluentbit", options }, apps, { router: { memoryReservation: 100 } });
    await expect(configOf(task)).toMatchFileSnapshot("golden/firelens-fluent-bit.conf");
  });

  it("FL-1, FL-4: fluentd: the same in its own language", async () => {
    const apps = [
      logsWith(
        "web",
        { "@type": "http", endpoint: "http://logs.example", "include-pattern": "^GET", "exclude-pattern": "health" },
        { secretOptions: ["password"] },
      ),
      logsWith("side", { "@type": "stdout" }),
    ];
    const options = { "config-file-type": "s3", "config-file-value": "arn:aws:s3:::bucket/extra.conf" };
    const task = aRouted({ type: "fluentd", options }, apps, { networkMode: "awsvpc" });
    await expect(configOf(task)).toMatchFileSnapshot("golden/firelens-fluentd.conf");
  });

  it("FL-2: no metadata when it is switched off", () => {
    const task = aRouted({ type: "fluentbit", options: { "enable-ecs-log-metadata": "false" } }, [STDOUT]);
    expect(configOf(task)).not.toContain("ecs_");
    expect(configOf(aRouted({ type: "fluentbit" }, [STDOUT]))).toContain("Record ecs_task_definition test:1");
  });

  it.each([
    ["bridge", "Listen 0.0.0.0\n    Port 24224"],
    ["awsvpc", "Listen 127.0.0.1\n    Port 24224"],
  ] as const)("listens for applications in mode %s", (networkMode, expected) => {
    expect(configOf(aRouted({ type: "fluentbit" }, [STDOUT], { networkMode }))).toContain(expected);
  });

  it("does not listen on the host's network", () => {
    expect(configOf(aRouted({ type: "fluentbit" }, [STDOUT], { networkMode: "host" }))).not.toContain("24224");
  });

  it.each([
    [{ memoryReservation: 100, memory: 400 }, "50MB"],
    [{ memory: 400 }, "200MB"],
    [{}, "25MB"],
  ])("buffers half of the memory of %j", (router, expected) => {
    expect(configOf(aRouted({ type: "fluentbit" }, [STDOUT], { router }))).toContain(`Mem_Buf_Limit ${expected}`);
  });

  it.each([
    ["fluentbit", "Name"],
    ["fluentd", "@type"],
  ] as const)("FL-5: %s outputs need %s", (type, key) => {
    expect(() => configOf(aRouted({ type }, [logsWith("web", { Host: "x" })]))).toThrow(
      `missing output key ${key} which is required for firelens configuration of type ${type}: container web`,
    );
  });

  it("leaves the outputs to the user's file when an application names no option", () => {
    const options = { "config-file-type": "file", "config-file-value": "/extra.conf" };
    const text = configOf(aRouted({ type: "fluentbit", options }, [logsWith("web", {})]));
    expect(text).toContain("@INCLUDE /extra.conf");
    expect(text).not.toContain("Match web-firelens*");
  });

  it("refuses a line break, which would begin a section", () => {
    const task = aRouted({ type: "fluentbit" }, [logsWith("web", { Name: "stdout\n[OUTPUT]" })]);
    expect(() => configOf(task)).toThrow('log option "Name" has a line break');
  });

  it.each([
    [{ "config-file-type": "http", "config-file-value": "x" }, "unknown config-file-type http"],
    [{ "config-file-type": "file" }, "config-file-type file needs config-file-value"],
  ] as const)("refuses %j", (options, expected) => {
    expect(() => configOf(aRouted({ type: "fluentbit", options }, [STDOUT]))).toThrow(expected);
  });
});

describe("firelensFilesOf()", () => {
  const resources = [firelensResource("/data/firelens/1")];

  it("is nothing for a task without the resource or without a router", () => {
    expect(firelensFilesOf(aRouted({ type: "fluentbit" }, [STDOUT]))).toBeUndefined();
    expect(firelensFilesOf(aTask({ resources }))).toBeUndefined();
  });

  it("mounts the configuration where the router's image reads it", () => {
    const options = { "config-file-type": "s3", "config-file-value": "arn:aws:s3:::b/c" };
    const task = { ...aRouted({ type: "fluentd", options }, [STDOUT]), resources };
    expect(firelensFilesOf(task)).toEqual({
      socketPath: "/data/firelens/1/socket/fluent.sock",
      routerBinds: [
        "/data/firelens/1/config/fluent.conf:/fluentd/etc/fluent.conf",
        "/data/firelens/1/socket/:/var/run/",
        "/data/firelens/1/config/external.conf:/fluentd/etc/external.conf",
      ],
    });
  });

  it("tells the router's address: its own in bridge mode, the loopback with awsvpc, none on the host", () => {
    const at = (networkMode: "bridge" | "awsvpc" | "host") => {
      const containers = [aContainer({ name: "router", ipAddress: "172.17.0.3" })];
      return firelensFilesOf({ ...aRouted({ type: "fluentbit" }, [STDOUT], { networkMode }), containers, resources })
        ?.host;
    };
    expect([at("bridge"), at("awsvpc"), at("host")]).toEqual(["172.17.0.3", "127.0.0.1", undefined]);
  });
});

describe("routerEnvironment()", () => {
  it("hands secret options to the router under the name that its configuration uses", () => {
    const apps = [{ name: "quiet" }, logsWith("web", { Name: "http" }, { secretOptions: ["http_passwd"] })];
    const task = aRouted({ type: "fluentbit" }, apps);
    const variables = routerEnvironment(task.definition, () => ({ http_passwd: "value" }));
    expect(variables).toEqual({ http_passwd_1: "value" });
    expect(configOf(task)).toContain(`http_passwd \${http_passwd_1}`);
  });
});
