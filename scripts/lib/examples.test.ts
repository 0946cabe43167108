import { describe, expect, it } from "vitest";
import { describeExample, exampleArguments, exampleNames } from "./examples.mjs";

describe("exampleArguments()", () => {
  it("puts the image last where none is named", () => {
    expect(exampleArguments("run-a-task", [], "demo")).toEqual(["demo"]);
    expect(exampleArguments("run-a-task", ["mine"], "demo")).toEqual(["mine"]);
    expect(exampleArguments("crash-and-restore", ["state"], "demo")).toEqual(["state", "demo"]);
    expect(exampleArguments("test-without-docker", [], "demo")).toEqual([]);
  });

  it("says how an example is run that lacks an argument, or has one too many", () => {
    const usage = "Usage: npm run example -- crash-and-restore FOLDER [IMAGE]";
    expect(() => exampleArguments("crash-and-restore", [], "demo")).toThrow(`it needs FOLDER\n${usage}`);
    expect(() => exampleArguments("crash-and-restore", ["a", "b", "c"], "demo")).toThrow(usage);
    expect(() => exampleArguments("test-without-docker", ["a"], "demo")).toThrow("it takes 0 arguments");
  });
});

describe("describeExample()", () => {
  it("says that one needs Docker when it takes an image", () => {
    expect(exampleNames().filter((name) => !describeExample(name).needsDocker)).toEqual(["test-without-docker"]);
  });
});
