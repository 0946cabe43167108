import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ENGINE_ERROR_NAMES, EngineError } from "./errors.ts";
import { CannotPullContainerError, ENGINE_ERRORS, TaskDependencyError } from "./named-errors.ts";

const page = readFileSync(new URL("../../docs/errors.md", import.meta.url), "utf8");
const documented = [...page.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name ?? "");

describe("named errors", () => {
  it("have a class for each name, in which name and errorName agree", () => {
    expect(Object.keys(ENGINE_ERRORS)).toEqual([...ENGINE_ERROR_NAMES]);
    for (const name of ENGINE_ERROR_NAMES) {
      const error = new ENGINE_ERRORS[name]("text", { retryable: true, status: 500 });
      expect(error).toMatchObject({ name, errorName: name, message: "text", retryable: true, status: 500 });
      expect(ENGINE_ERRORS[name].errorName).toBe(name);
      expect(error).toBeInstanceOf(EngineError);
      expect(error).toBeInstanceOf(Error);
    }
  });

  it("are told apart by name, whatever made them", () => {
    const error = new EngineError("TaskDependencyError", "a -> b -> a");
    expect(error).toBeInstanceOf(TaskDependencyError);
    expect(error).not.toBeInstanceOf(CannotPullContainerError);
    expect(new Error("TaskDependencyError")).not.toBeInstanceOf(TaskDependencyError);
  });
});

describe("docs/errors.md", () => {
  it("lists each name once", () => {
    expect(documented.toSorted()).toEqual(ENGINE_ERROR_NAMES.toSorted());
  });
});
