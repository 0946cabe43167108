import { describe, expect, it } from "vitest";
import type { DockerFailure } from "./failure.ts";
import { OPERATIONS, type Operation } from "./operations.ts";
import { toEngineError } from "./to-engine-error.ts";

const ENDPOINT = "unix:///run/docker.sock";

function convert(failure: DockerFailure, operation: Operation = OPERATIONS.startContainer, repeated = false) {
  const { name, message, retryable, indeterminate, status } = toEngineError(failure, {
    operation,
    endpoint: ENDPOINT,
    repeated,
  });
  return { name, message, retryable, indeterminate, status };
}

const refused = (status: number, message = "text of the daemon"): DockerFailure => ({
  type: "refused",
  status,
  message,
});

describe("toEngineError()", () => {
  it("DC-21: a limit that passed is a DockerTimeoutError in the agent's words", () => {
    expect(convert({ type: "timeout", word: "created", limitMs: 240_000 }, OPERATIONS.createContainer)).toEqual({
      name: "DockerTimeoutError",
      message: "Could not transition to created; timed out after waiting 4m0s",
      retryable: true,
      indeterminate: true,
      status: undefined,
    });
  });

  it.each(["ECONNREFUSED", "ENOENT", "EHOSTUNREACH"])("%s may pass, and nothing was done", (code) => {
    const error = convert({ type: "unreachable", code, message: `connect ${code}` });
    expect(error).toMatchObject({ name: "CannotStartContainerError", retryable: true, indeterminate: false });
    expect(error.message).toBe(`Cannot reach the Docker daemon at ${ENDPOINT}: connect ${code}`);
  });

  it("a socket that we may not open does not open by waiting", () => {
    expect(convert({ type: "unreachable", code: "EACCES", message: "connect EACCES" }).retryable).toBe(false);
  });

  it("a second try that finds no daemon leaves the first one unknown", () => {
    const failure: DockerFailure = { type: "unreachable", code: "ENOENT", message: "connect ENOENT" };
    expect(convert(failure, OPERATIONS.createContainer, true).indeterminate).toBe(true);
  });

  it.each<DockerFailure["type"]>(["stale", "noAnswer"])("%s may pass and is indeterminate", (type) => {
    const error = convert({ type, message: "socket hang up" } as DockerFailure);
    expect(error).toMatchObject({ retryable: true, indeterminate: true });
  });

  it("keeps Docker's own text and status", () => {
    expect(convert(refused(409), OPERATIONS.createContainer)).toEqual({
      name: "CannotCreateContainerError",
      message: "text of the daemon",
      retryable: false,
      indeterminate: false,
      status: 409,
    });
  });

  it("a conflict of a repeated create may be with our own first try", () => {
    expect(convert(refused(409), OPERATIONS.createContainer, true).indeterminate).toBe(true);
  });

  it.each([
    ["stopContainer", "NoSuchContainerError"],
    ["killContainer", "NoSuchContainerError"],
    ["readLogs", "NoSuchContainerError"],
    ["startContainer", "CannotStartContainerError"],
    ["createContainer", "CannotCreateContainerError"],
  ] as const)("404 of %s is %s", (operation, name) => {
    expect(convert(refused(404), OPERATIONS[operation])).toMatchObject({ name, retryable: false, status: 404 });
  });

  it("DC-28: a stop error is not retried when the container is absent, and is otherwise", () => {
    expect(convert(refused(404), OPERATIONS.stopContainer).retryable).toBe(false);
    expect(convert(refused(500), OPERATIONS.stopContainer).retryable).toBe(true);
  });

  it("a port that is taken is no reason to start again, a busy daemon is", () => {
    expect(convert(refused(500, "port is already allocated")).retryable).toBe(false);
    expect(convert(refused(503)).retryable).toBe(true);
  });

  it("a removal in progress or an object in use may pass", () => {
    expect(convert(refused(409), OPERATIONS.removeContainer).retryable).toBe(true);
    expect(convert(refused(409), OPERATIONS.removeVolume).retryable).toBe(true);
  });

  it("a start error that ends in EOF is indeterminate", () => {
    expect(convert(refused(500, "failed to start shim: EOF")).indeterminate).toBe(true);
    expect(convert(refused(500, "failed to start shim: EOF: unknown")).indeterminate).toBe(true);
    expect(convert(refused(500, "EOF in configuration file")).indeterminate).toBe(false);
  });

  it("DC-3: silence inside a pull is a CannotPullContainerError", () => {
    expect(convert({ type: "inactive", limitMs: 60_000 }, OPERATIONS.pullImage)).toMatchObject({
      name: "CannotPullContainerError",
      message: "inactivity time exceeded timeout while pulling image",
    });
  });

  it("DC-62: versions that do not meet have a name of their own", () => {
    expect(convert({ type: "version", message: "no common version" })).toMatchObject({
      name: "CannotGetDockerClientVersionError",
      retryable: false,
      indeterminate: false,
    });
  });

  it("an error record in a pull keeps its text", () => {
    expect(convert({ type: "streamError", message: "toomanyrequests" }, OPERATIONS.pullImage)).toMatchObject({
      name: "CannotPullContainerError",
      message: "toomanyrequests",
      retryable: true,
    });
  });
});

describe("calls that a task definition leads to", () => {
  it("have a name of their own for what the daemon refuses, whatever it says", () => {
    const calls = [
      "createContainer",
      "startContainer",
      "stopContainer",
      "removeContainer",
      "inspectContainer",
      "pullImage",
      "inspectImage",
      "inspectDistribution",
      "tagImage",
      "createVolume",
      "inspectVolume",
      "removeVolume",
    ] as const;
    const refusal = { type: "refused", status: 400, message: "invalid" } as const;
    for (const call of calls) expect([call, convert(refusal, OPERATIONS[call]).name]).not.toContain("UnknownError");
  });
});
