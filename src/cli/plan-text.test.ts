import { describe, expect, it } from "vitest";
import { planTask } from "../core/plan.ts";
import { aDefinition } from "../testing/builders.ts";
import { planMermaid } from "./plan-mermaid.ts";
import { planText } from "./plan-text.ts";
import { createColours } from "./screen.ts";

const definition = aDefinition({
  family: "shop",
  volumes: [{ name: "data" }, { name: "src", host: { sourcePath: "/srv/src" } }],
  containerDefinitions: [
    {
      name: "db",
      image: "postgres:16",
      startTimeout: 60,
      stopTimeout: 120,
      portMappings: [{ containerPort: 5432, hostPort: 5432, protocol: "tcp" }],
      mountPoints: [{ sourceVolume: "data", containerPath: "/var/lib/postgresql/data", readOnly: false }],
    },
    { name: "migrate", image: "app:1", essential: false, dependsOn: [{ containerName: "db", condition: "HEALTHY" }] },
    {
      name: "web",
      image: "app:1",
      links: ["db:database"],
      dependsOn: [{ containerName: "migrate", condition: "SUCCESS" }],
      portMappings: [
        { containerPort: 80, hostPort: 0, protocol: "tcp" },
        { containerPortRange: "8000-8010", protocol: "udp" },
      ],
    },
  ],
});
const shared = aDefinition({
  family: 'odd "name"',
  networkMode: "awsvpc",
  pidMode: "task",
  containerDefinitions: [{ name: "a" }, { name: "b" }],
});

describe("planText()", () => {
  it("says when a container is started again in place", () => {
    const restarted = aDefinition({
      containerDefinitions: [
        { name: "web", restartPolicy: { enabled: true, restartAttemptPeriod: 60, ignoredExitCodes: [0, 3] } },
      ],
    });
    expect(planText(restarted, planTask(restarted), createColours(false))).toContainEqual(
      expect.stringContaining("started again when it ends after 60 s or more, not with exit code 0, 3"),
    );
  });

  it.each([
    ["shop", definition],
    ["awsvpc", shared],
  ])("draws %s", async (name, given) => {
    const text = planText(given, planTask(given), createColours(false)).join("\n");
    await expect(`${text}\n`).toMatchFileSnapshot(`golden/plan-${name}.txt`);
  });

  it("names containers that can never start", () => {
    const stuck = aDefinition({ containerDefinitions: [{ name: "a", links: ["a"] }] });
    expect(planText(stuck, planTask(stuck), createColours(false)).at(-1)).toMatch(/^a can never start/);
  });
});

describe("planText() of ports", () => {
  const portMappings = [
    { containerPort: 80, hostPort: 8080, protocol: "tcp" },
    { containerPort: 443, protocol: "tcp" },
    { containerPortRange: "8000-8010", protocol: "udp" },
  ] as const;
  const same = portMappings.map((port) => ("containerPort" in port ? { ...port, hostPort: port.containerPort } : port));

  it.each([
    [
      "bridge",
      portMappings,
      ["host port 8080 -> 80/tcp", "a free port of the host -> 443/tcp", "free ports of the host -> 8000-8010/udp"],
    ],
    [
      "awsvpc",
      same,
      [
        "host port 80 where free, else others -> 80/tcp",
        "host port 443 where free, else others -> 443/tcp",
        "host ports 8000-8010 where free, else others -> 8000-8010/udp",
      ],
    ],
    ["host", same.slice(0, 2), ["the host's own port 80/tcp", "the host's own port 443/tcp"]],
    ["none", same.slice(0, 2), []],
  ] as const)("promises with %s no more than a run can keep", (networkMode, mappings, texts) => {
    const given = aDefinition({ networkMode, containerDefinitions: [{ name: "web", portMappings: [...mappings] }] });
    const lines: readonly string[] = planText(given, planTask(given), createColours(false));
    const ports = lines.includes("Ports") ? lines.slice(lines.indexOf("Ports") + 1) : [];
    expect(ports.map((line) => line.replace(/^ {2}web {2}/, ""))).toEqual(texts);
  });
});

describe("planMermaid()", () => {
  it.each([
    ["START", "START"],
    ["HEALTHY", "HEALTHY, START"],
  ] as const)("draws one edge where a container waits for a link and for %s", (condition, label) => {
    const twice = aDefinition({
      containerDefinitions: [
        { name: "db", healthCheck: { command: ["CMD", "true"], interval: 30, timeout: 5, retries: 3 } },
        { name: "web", links: ["db"], dependsOn: [{ containerName: "db", condition }] },
      ],
    });
    expect(planMermaid(planTask(twice)).filter((line) => line.includes("-->"))).toEqual([`  s0 -->|${label}| s1`]);
  });

  it("draws shop", async () => {
    await expect(`${planMermaid(planTask(definition)).join("\n")}\n`).toMatchFileSnapshot("golden/plan-shop.mmd");
  });
});
