import { describe, expect, it } from "vitest";
import { berth } from "./berth-command.ts";

const stdin = JSON.stringify({
  family: "shop",
  containerDefinitions: [
    { name: "db", image: "postgres:16", memory: 64, healthCheck: { command: ["CMD", "pg_isready"] } },
    { name: "web", image: "nginx", memory: 64, dependsOn: [{ containerName: "db", condition: "HEALTHY" }] },
  ],
});

describe("berth plan", () => {
  it("shows what starts and stops when, and why, without Docker", async () => {
    const { code, stdout, stderr } = await berth(["plan", "-"], { stdin, env: { DOCKER_HOST: "unix:///nowhere" } });
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/Start\n +1\. db \*[\s\S]*2\. web \*[\s\S]*when db is healthy \(dependsOn HEALTHY\)/);
    expect(stdout).toMatch(/Stop\n +1\. web \*[\s\S]*2\. db \*/);
  });

  it("writes the plan as JSON", async () => {
    const { stdout } = await berth(["plan", "--output", "json", "-"], { stdin });
    expect(JSON.parse(stdout)).toMatchObject({
      family: "shop",
      start: [
        [{ name: "db" }],
        [{ name: "web", reasons: [{ after: "db", condition: "HEALTHY", source: "dependsOn" }] }],
      ],
      stop: [[{ name: "web" }], [{ name: "db" }]],
      unreachable: [],
    });
  });

  it("draws a Mermaid chart", async () => {
    const { stdout } = await berth(["plan", "--output", "mermaid", "-"], { stdin });
    expect(stdout).toBe('flowchart TD\n  s0[["db"]]\n  s1[["web"]]\n  s0 -->|HEALTHY| s1\n');
  });

  it("refuses an invalid definition with 2 and every problem on stderr", async () => {
    const cyclic = JSON.stringify({
      family: "shop",
      containerDefinitions: [
        { name: "a", image: "x", memory: 64, dependsOn: [{ containerName: "b", condition: "START" }] },
        { name: "b", image: "x", memory: 64, dependsOn: [{ containerName: "a", condition: "START" }] },
      ],
    });
    const { code, stdout, stderr } = await berth(["plan", "-"], { stdin: cyclic });
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/dependsOn/);
  });
});
