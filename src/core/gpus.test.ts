import { describe, expect, it } from "vitest";
import { aContainerFor, aDefinition, aTask } from "../testing/builders.ts";
import { assignGpus, gpuIdsOf, gpusWantedBy, withGpus } from "./gpus.ts";
import { needOf } from "./host-resources.ts";

const asking = (name: string, value: string) => ({ name, resourceRequirements: [{ type: "GPU" as const, value }] });
const definition = aDefinition({ containerDefinitions: [asking("a", "1"), { name: "plain" }, asking("b", "2")] });
const task = aTask({ definition, containers: definition.containerDefinitions.map((each) => aContainerFor(each)) });

describe("assignGpus()", () => {
  it("gives free ones in the order of host and definition, and nothing to who asks for none", () => {
    expect(assignGpus(task, ["3", "0", "1", "2"])).toEqual({ a: ["3"], b: ["0", "1"] });
  });

  it("leaves a container what it has, and gives the same to no other", () => {
    const begun = withGpus(task, { a: ["1"] });
    expect(assignGpus(begun, ["0", "1", "2"])).toEqual({ a: ["1"], b: ["0", "2"] });
    expect(gpuIdsOf(begun)).toEqual(["1"]);
    expect(gpusWantedBy(begun)).toBe(3);
  });

  it("ignores accelerators of other kinds", () => {
    const requirement = { type: "InferenceAccelerator" as const, value: "device_1" };
    const other = aDefinition({ containerDefinitions: [{ resourceRequirements: [requirement] }] });
    expect(needOf(aTask({ definition: other })).gpus).toBe(0);
  });
});

describe("withGpus()", () => {
  it("is the same task when nothing is given", () => {
    expect(withGpus(task, undefined)).toBe(task);
    expect(withGpus(task, {})).toBe(task);
  });
});
