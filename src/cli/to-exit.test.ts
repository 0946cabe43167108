import { describe, expect, it } from "vitest";
import { EngineError } from "../core/errors.ts";
import { InvalidDefinitionError } from "./invalid-definition.ts";
import { toExit } from "./to-exit.ts";
import { InvalidInputLines } from "./told-in-lines.ts";

const quiet = { debug: false };

describe("toExit()", () => {
  it("is 2 for bad input, its lines below each other", () => {
    expect(toExit(new InvalidInputLines(["Cannot use --x", "Did you mean --y?"]), quiet)).toEqual({
      code: 2,
      lines: ["berth: Cannot use --x", "       Did you mean --y?"],
    });
  });

  it("is 2 for an invalid definition, with every problem", () => {
    const problem = {
      severity: "error",
      path: "family",
      rule: "member-required",
      message: "No family",
      fix: "Write one",
    } as const;
    const exit = toExit(new InvalidDefinitionError("task.json", [problem]), quiet);
    expect(exit.code).toBe(2);
    expect(exit.lines.join("\n")).toContain("family  [member-required]\n    No family\n    fix: Write one");
  });

  it("is 125 for what the engine cannot do", () => {
    const error = new EngineError("StateStoreError", "disk full");
    expect(toExit(error, quiet)).toEqual({ code: 125, lines: ["berth: StateStoreError: disk full"] });
  });

  it("says what to try when no daemon answers", () => {
    const error = new EngineError("CannotGetDockerClientVersionError", "no daemon at unix:///run/docker.sock");
    expect(toExit(error, quiet).lines.join("\n")).toMatch(
      /unix:\/\/\/run\/docker\.sock[\s\S]*docker version[\s\S]*DOCKER_HOST/,
    );
  });

  it.each([
    ["EACCES", "connect", /usermod -aG docker/],
    ["ENOENT", "connect", /Start Docker/],
    ["ECONNREFUSED", "connect", /Nothing listens there/],
    ["ENOTFOUND", "getaddrinfo", /name of the host is not known/],
    ["ERR_SSL_WRONG_VERSION_NUMBER", undefined, /do not agree on TLS/],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", undefined, /do not agree on TLS/],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", undefined, /do not agree on TLS/],
  ])("says what to do about %s", (code, syscall, advice) => {
    const cause = Object.assign(new Error(code), { code, syscall });
    const error = new EngineError("CannotGetDockerclientError", "Cannot reach the Docker daemon", { cause });
    expect(toExit(error, quiet).lines.join("\n")).toMatch(advice);
  });

  it("does not tell to start Docker for a file of its configuration that is not there", () => {
    const cause = Object.assign(new Error("ENOENT"), { code: "ENOENT", syscall: "open" });
    const error = new EngineError("CannotGetDockerclientError", 'Cannot read Docker context "x"', { cause });
    expect(toExit(error, quiet).lines.join("\n")).not.toContain("Start Docker");
  });

  it("is one line and a hint for a bug, and the stack only when asked for", () => {
    const bug = new TypeError("x is not a function\nmore");
    expect(toExit(bug, quiet)).toEqual({
      code: 125,
      lines: [
        "berth: Internal error: TypeError: x is not a function",
        "       This is a bug in Berth: set BERTH_DEBUG=1 to see where it happened, and report it",
      ],
    });
    expect(toExit(bug, { debug: true }).lines.join("\n")).toContain("to-exit.test");
    expect(toExit("thrown text", quiet).lines[0]).toBe("berth: Internal error: thrown text");
  });
});
