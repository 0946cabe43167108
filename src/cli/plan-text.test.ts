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

describe("planMermaid()", () => {
  it("draws shop", async () => {
    await expect(`${planMermaid(planTask(definition)).join("\n")}\n`).toMatchFileSnapshot("golden/plan-shop.mmd");
  });
});
