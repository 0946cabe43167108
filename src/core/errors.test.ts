import { describe, expect, it } from "vitest";
import { ENGINE_ERROR_NAMES, EngineError, formatReason, InvalidInputError } from "./errors.ts";

describe("EngineError", () => {
  it("carries its name and message, and nothing is certain about it unless said", () => {
    const error = new EngineError("CannotStartContainerError", "port is taken");
    expect(error).toMatchObject({
      name: "CannotStartContainerError",
      message: "port is taken",
      retryable: false,
      indeterminate: false,
      status: undefined,
    });
    expect(error).toBeInstanceOf(Error);
    expect("cause" in error).toBe(false);
  });

  it("keeps what Docker answered and the cause", () => {
    const cause = new Error("socket hang up");
    const error = new EngineError("DockerTimeoutError", "no answer", {
      retryable: true,
      indeterminate: true,
      status: 504,
      cause,
    });
    expect(error).toMatchObject({ retryable: true, indeterminate: true, status: 504, cause });
  });

  it("toNamedError() leaves what is stored and shown", () => {
    expect(new EngineError("VolumeError", "no space", { status: 500 }).toNamedError()).toEqual({
      name: "VolumeError",
      message: "no space",
    });
  });
});

describe("formatReason()", () => {
  it("writes `name: message`", () => {
    expect(formatReason({ name: "OutOfMemoryError", message: "Container killed due to memory usage" })).toBe(
      "OutOfMemoryError: Container killed due to memory usage",
    );
  });
});

describe("InvalidInputError", () => {
  it("puts the path of the field in front of the message", () => {
    const error = new InvalidInputError("containerDefinitions[1].memory", "512.5 is not a whole number");
    expect(error.path).toBe("containerDefinitions[1].memory");
    expect(error.message).toBe("containerDefinitions[1].memory: 512.5 is not a whole number");
  });

  it("has only the message where no single field is at fault", () => {
    expect(new InvalidInputError("", "not an object").message).toBe("not an object");
  });
});

describe("ENGINE_ERROR_NAMES", () => {
  it("holds each name once", () => {
    expect(new Set(ENGINE_ERROR_NAMES).size).toBe(ENGINE_ERROR_NAMES.length);
  });
});
