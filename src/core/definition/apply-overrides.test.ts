import { describe, expect, it } from "vitest";
import { aRequest, definitionOf, twoContainers } from "./a-definition.ts";
import { applyOverrides } from "./apply-overrides.ts";
import { validateTaskOverride } from "./overrides.ts";

const definition = definitionOf(
  twoContainers(
    {
      cpu: 10,
      command: ["a"],
      environment: [
        { name: "A", value: "1" },
        { name: "B", value: "2" },
      ],
      environmentFiles: [file("base")],
    },
    {},
  ),
);

function file(name: string) {
  return { type: "s3" as const, value: `arn:aws:s3:::bucket/${name}.env` };
}

describe("applyOverrides()", () => {
  it("refuses an override for a container that is not there, with its path and in AWS's words", () => {
    const overrides = { containerOverrides: [{ name: "web" }, { name: "wbe", command: ["x"] }] };
    expect(() => applyOverrides(definition, overrides)).toThrow(
      "containerOverrides[1].name: Override for container named wbe is not a container in the TaskDefinition.",
    );
  });

  const apply = (override: object) => {
    const checked = validateTaskOverride({ containerOverrides: [{ name: "web", ...override }] }, definition);
    if (!checked.ok) throw new Error("the override is valid");
    return applyOverrides(definition, checked.overrides).containerDefinitions[0];
  };

  it("replaces the command whole, and numbers", () => {
    expect(apply({ command: ["x", "y"], cpu: 20, memory: 128, memoryReservation: 32 })).toMatchObject({
      command: ["x", "y"],
      cpu: 20,
      memory: 128,
      memoryReservation: 32,
    });
  });

  it("replaces environment entries where they stand and adds new ones", () => {
    expect(
      apply({
        environment: [
          { name: "B", value: "3" },
          { name: "C", value: "4" },
        ],
      })?.environment,
    ).toEqual([
      { name: "A", value: "1" },
      { name: "B", value: "3" },
      { name: "C", value: "4" },
    ]);
  });

  it("adds environment files after the definition's", () => {
    expect(apply({ environmentFiles: [file("more")] })?.environmentFiles).toEqual([file("base"), file("more")]);
  });

  it("changes task settings, and no container that is not named", () => {
    const changed = applyOverrides(definition, {
      cpu: "1024",
      memory: "2048",
      taskRoleArn: "run",
      ephemeralStorage: { sizeInGiB: 30 },
    });
    expect(changed).toEqual({
      ...definition,
      cpu: "1024",
      memory: "2048",
      taskRoleArn: "run",
      ephemeralStorage: { sizeInGiB: 30 },
    });
    expect(changed.containerDefinitions[1]).toBe(definition.containerDefinitions[1]);
    expect(Object.isFrozen(changed)).toBe(true);
  });

  it("leaves the definition alone", () => {
    const before = JSON.stringify(definition);
    apply({ command: ["z"], environment: [{ name: "A", value: "9" }] });
    expect(JSON.stringify(definition)).toBe(before);
    expect(definitionOf(aRequest())).toEqual(applyOverrides(definitionOf(aRequest()), {}));
  });
});
