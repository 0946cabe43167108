import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { aDefinition } from "../testing/builders.ts";
import { aRequest, definitionOf, twoContainers } from "./definition/a-definition.ts";
import { planTask, type TaskPlan } from "./plan.ts";

const names = (stages: TaskPlan["start"]) => stages.map((stage) => stage.map((step) => step.name));
const stepOf = (stages: TaskPlan["start"], name: string) => stages.flat().find((step) => step.name === name);

describe("planTask()", () => {
  it("ORD-11: starts a chain from its end and stops it from its beginning", () => {
    const plan = planTask(
      aDefinition({
        containerDefinitions: [
          { name: "a", dependsOn: [{ containerName: "b", condition: "START" }] },
          { name: "b", dependsOn: [{ containerName: "c", condition: "START" }] },
          { name: "c" },
        ],
      }),
    );
    expect(names(plan.start)).toEqual([["c"], ["b"], ["a"]]);
    expect(names(plan.stop)).toEqual([["a"], ["b"], ["c"]]);
  });

  it("ORD-13: stops two dependants at the same time, what they depend on after both", () => {
    const dependsOn = [{ containerName: "x", condition: "START" }] as const;
    const plan = planTask(
      aDefinition({ containerDefinitions: [{ name: "x" }, { name: "d1", dependsOn }, { name: "d2", dependsOn }] }),
    );
    expect(names(plan.stop)).toEqual([["d1", "d2"], ["x"]]);
    expect(stepOf(plan.stop, "x")?.reasons.map((reason) => reason.after)).toEqual(["d1", "d2"]);
  });

  it("ORD-15: links give START order and volumesFrom CREATE order", () => {
    const plan = planTask(
      aDefinition({
        containerDefinitions: [
          { name: "web", links: ["db:database"], volumesFrom: [{ sourceContainer: "data", readOnly: false }] },
          { name: "db" },
          { name: "data" },
        ],
      }),
    );
    expect(names(plan.start)).toEqual([["db", "data"], ["web"]]);
    expect(stepOf(plan.start, "web")?.reasons).toMatchObject([
      { after: "db", condition: "START", source: "links" },
      { after: "data", condition: "CREATE", source: "volumesFrom" },
    ]);
  });

  it("tells after how long a container is started again, and after which exit codes it is not", () => {
    const plan = planTask(
      definitionOf(
        twoContainers(
          { restartPolicy: { enabled: true } },
          { restartPolicy: { enabled: true, restartAttemptPeriod: 60, ignoredExitCodes: [0, 3] } },
        ),
      ),
    );
    expect(stepOf(plan.start, "web")?.restart).toEqual({ attemptPeriod: 300, ignoredExitCodes: [] });
    expect(stepOf(plan.start, "db")?.restart).toEqual({ attemptPeriod: 60, ignoredExitCodes: [0, 3] });
    const off = planTask(definitionOf(aRequest({}, { restartPolicy: { enabled: false } })));
    expect(stepOf(off.start, "web")).not.toHaveProperty("restart");
  });

  it("takes a stop timeout of 0 for one that is not set", () => {
    const plan = planTask(definitionOf(aRequest({}, { startTimeout: 0, stopTimeout: 0 })));
    expect(stepOf(plan.stop, "web")?.stopTimeout).toBe(30);
  });

  it("ORD-10: names the start timeout of the dependency, but not for START", () => {
    const condition = (name: "START" | "HEALTHY") => [{ containerName: "db", condition: name }];
    const plan = planTask(
      aDefinition({
        containerDefinitions: [
          { name: "db", startTimeout: 60 },
          { name: "web", dependsOn: condition("HEALTHY") },
          { name: "job", dependsOn: condition("START") },
        ],
      }),
    );
    expect(stepOf(plan.start, "web")?.reasons[0]).toEqual({
      after: "db",
      condition: "HEALTHY",
      source: "dependsOn",
      timeout: 60,
      text: "when db is healthy (dependsOn HEALTHY, at most 60 s after its start)",
    });
    expect(stepOf(plan.start, "job")?.reasons[0]).not.toHaveProperty("timeout");
  });

  it("FL-3: the log router starts before and stops after who logs through it", () => {
    const plan = planTask(
      aDefinition({
        containerDefinitions: [
          { name: "app", logConfiguration: { logDriver: "awsfirelens" } },
          { name: "router", firelensConfiguration: { type: "fluentbit" } },
        ],
      }),
    );
    expect(names(plan.start)).toEqual([["router"], ["app"]]);
    expect(names(plan.stop)).toEqual([["app"], ["router"]]);
  });

  it("VPC-2: the pause container starts first and stops last", () => {
    const plan = planTask(aDefinition({ networkMode: "awsvpc", containerDefinitions: [{ name: "web" }] }));
    expect(names(plan.start)).toEqual([["pause"], ["web"]]);
    expect(names(plan.stop)).toEqual([["web"], ["pause"]]);
  });

  it("puts resources before the containers that use them and says which are removed", () => {
    const plan = planTask(
      aDefinition({
        volumes: [
          { name: "scratch" },
          { name: "kept", dockerVolumeConfiguration: { scope: "shared", driver: "local" } },
          { name: "bind", host: { sourcePath: "/srv" } },
        ],
        containerDefinitions: [
          {
            name: "web",
            mountPoints: [{ sourceVolume: "scratch", containerPath: "/tmp", readOnly: false }],
            secrets: [{ name: "KEY", valueFrom: "/prod/key" }],
          },
        ],
      }),
    );
    expect(names(plan.start)).toEqual([["volume scratch", "volume kept", "secrets"], ["web"]]);
    expect(stepOf(plan.start, "web")?.reasons.map((reason) => reason.after)).toEqual(["volume scratch", "secrets"]);
    expect(names(plan.stop)).toEqual([["web"], ["volume scratch"]]);
  });

  it("says of a container whose end others wait for that it has normally ended", () => {
    const plan = planTask(
      aDefinition({
        containerDefinitions: [
          { name: "migrate", essential: false, stopTimeout: 5 },
          { name: "web", dependsOn: [{ containerName: "migrate", condition: "SUCCESS" }] },
        ],
      }),
    );
    expect(stepOf(plan.stop, "migrate")).toMatchObject({ normallyEnded: true, stopTimeout: 5 });
    expect(stepOf(plan.stop, "web")).toMatchObject({ stopTimeout: 30 });
  });

  it("names containers that can never start", () => {
    const plan = planTask(
      aDefinition({
        containerDefinitions: [
          { name: "a", dependsOn: [{ containerName: "b", condition: "START" }] },
          { name: "b", dependsOn: [{ containerName: "a", condition: "START" }] },
          { name: "c", dependsOn: [{ containerName: "nobody", condition: "START" }] },
          { name: "d" },
        ],
      }),
    );
    expect(plan.unreachable).toEqual(["a", "b", "c"]);
    expect(names(plan.start)).toEqual([["d"]]);
  });

  it("never starts a container before what it waits for, and never stops it after", () => {
    const edges = fc.array(fc.tuple(fc.nat(7), fc.nat(7)), { maxLength: 20 });
    fc.assert(
      fc.property(edges, (pairs) => {
        const acyclic = pairs.filter(([from, to]) => from > to);
        const containerDefinitions = Array.from({ length: 8 }, (_, index) => ({
          name: `c${index}`,
          dependsOn: acyclic
            .filter(([from]) => from === index)
            .map(([, to]) => ({ containerName: `c${to}`, condition: "START" }) as const),
        }));
        const plan = planTask(aDefinition({ containerDefinitions }));
        const at = (stages: TaskPlan["start"], index: number) =>
          stages.findIndex((stage) => stage.some((step) => step.name === `c${index}`));
        for (const [from, to] of acyclic) {
          expect(at(plan.start, from)).toBeGreaterThan(at(plan.start, to));
          expect(at(plan.stop, from)).toBeLessThan(at(plan.stop, to));
        }
        expect(plan.unreachable).toEqual([]);
      }),
    );
  });
});
