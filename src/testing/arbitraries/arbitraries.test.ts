import { build } from "esbuild";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseTaskDefinition } from "../../core/definition/parse.ts";
import { validateTaskDefinition } from "../../core/definition/validate.ts";
import { PROFILES } from "../simulator/profiles.ts";
import { simulate } from "../simulator/simulate.ts";
import { drawPlan, plannedTaskArbitrary, taskDefinitionArbitrary } from "./index.ts";

const SAMPLE = { numRuns: 400, seed: 1, unbiased: true };

describe("taskDefinitionArbitrary()", () => {
  it("draws what is valid, whatever the options", () => {
    const options = {
      secrets: ["arn:aws:ssm:us-east-1:000000000000:parameter/p"],
      hostPorts: [40_001],
      maxContainers: 6,
    };
    fc.assert(
      fc.property(fc.oneof(taskDefinitionArbitrary(), taskDefinitionArbitrary(options)), (input) => {
        expect(validateTaskDefinition(input)).toMatchObject({ ok: true, problems: [] });
        expect(parseTaskDefinition(input).containerDefinitions).toHaveLength(input.containerDefinitions.length);
      }),
    );
  });

  it("draws all kinds of members", () => {
    const drawn = fc.sample(
      taskDefinitionArbitrary({ secrets: ["arn:aws:ssm:us-east-1:000000000000:parameter/p"] }),
      SAMPLE,
    );
    const containers = drawn.flatMap(({ containerDefinitions }) => containerDefinitions);
    const members = new Set(containers.flatMap((each) => Object.keys(each)));
    expect([...members]).toEqual(
      expect.arrayContaining([
        "dependsOn",
        "links",
        "volumesFrom",
        "healthCheck",
        "restartPolicy",
        "mountPoints",
        "portMappings",
        "secrets",
        "startTimeout",
      ]),
    );
    const conditions = new Set(containers.flatMap(({ dependsOn = [] }) => dependsOn.map(({ condition }) => condition)));
    expect([...conditions].toSorted()).toEqual(["COMPLETE", "HEALTHY", "START", "SUCCESS"]);
    expect(new Set(drawn.map(({ networkMode }) => networkMode)).size).toBe(5);
  });

  it("shrinks to one plain container", () => {
    const isNeverRight = fc.check(fc.property(taskDefinitionArbitrary(), () => false));
    expect(isNeverRight.counterexample?.[0]).toMatchObject({
      containerDefinitions: [{ name: "c0", image: "app", memory: 64, essential: true, stopTimeout: 2 }],
    });
  });
});

describe("drawPlan()", () => {
  it("draws the same plan from the same seed, and another one from another", () => {
    expect(drawPlan(7, "rough")).toEqual(drawPlan(7, "rough"));
    expect(drawPlan(8, "rough")).not.toEqual(drawPlan(7, "rough"));
  });

  it("draws every operation now and then", () => {
    const kinds = new Set<string>();
    for (let seed = 1; seed <= 300; seed += 1) {
      for (const profile of PROFILES) {
        for (const { operation } of drawPlan(seed, profile).operations) kinds.add(operation.type);
      }
    }
    expect([...kinds].toSorted()).toEqual([
      "addAgain",
      "cleanImages",
      "crash",
      "crashAtCall",
      "crashAtCommit",
      "crashInInit",
      "cutRegistry",
      "disconnect",
      "kill",
      "pause",
      "remove",
      "removeImage",
      "removeTask",
      "rename",
      "shutdown",
      "start",
      "stop",
      "takeName",
      "takePort",
    ]);
  });
});

describe("plannedTaskArbitrary()", () => {
  it("is what a property about the engine can be made of", async () => {
    const plan = drawPlan(1, "calm");
    await fc.assert(
      fc.asyncProperty(plannedTaskArbitrary({ namePrefix: "x" }), async (task) => {
        const { violation } = await simulate({ ...plan, tasks: [task], operations: [] });
        expect(violation).toBeUndefined();
      }),
      { numRuns: 20, seed: 3 },
    );
  }, 60_000);
});

describe("berth/testing", () => {
  it("does without fast-check; only berth/testing/arbitraries needs it", async () => {
    expect(await importsOf("src/testing/index.ts")).not.toContain("fast-check");
    expect(await importsOf("src/testing/arbitraries/index.ts")).toContain("fast-check");
  });
});

/** Packages that a module and all that it imports ask for. */
async function importsOf(entry: string): Promise<readonly string[]> {
  const { metafile } = await build({
    entryPoints: [entry],
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    write: false,
    metafile: true,
    logLevel: "silent",
  });
  return Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
}
