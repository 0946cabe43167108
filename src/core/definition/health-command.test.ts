import { describe, expect, it } from "vitest";
import { healthAdvice, healthTest } from "./health-command.ts";

describe("healthTest()", () => {
  it.each([
    // Published by AWS: aws-otel-collector 2034.
    [["/healthcheck"], ["CMD", "/healthcheck"]],
    [
      ["curl", "-f", "localhost"],
      ["CMD", "curl", "-f", "localhost"],
    ],
    [
      ["CMD", "true"],
      ["CMD", "true"],
    ],
    [
      ["CMD-SHELL", "true"],
      ["CMD-SHELL", "true"],
    ],
    [["NONE"], ["NONE"]],
    [
      ["cmd-shell", "true"],
      ["CMD", "cmd-shell", "true"],
    ],
  ])("runs %j as %j", (command, test) => {
    expect(healthTest(command)).toEqual(test);
  });
});

describe("healthAdvice()", () => {
  it.each([
    [["/healthcheck"], ["CMD", "/healthcheck"]],
    [["curl -f localhost || exit 1"], ["CMD-SHELL", "curl -f localhost || exit 1"]],
    [["CMD-SHELL, wget -q localhost || exit 1"], ["CMD-SHELL", "wget -q localhost || exit 1"]],
    [["CMD-SHELL curl -f localhost"], ["CMD-SHELL", "curl -f localhost"]],
    [["CMD, curl, -f, localhost"], ["CMD", "curl", "-f", "localhost"]],
    [["CMD curl -f localhost"], ["CMD", "curl", "-f", "localhost"]],
    [["CMD curl localhost || exit 1"], ["CMD-SHELL", "curl localhost || exit 1"]],
    [
      ["cmd-shell", "true"],
      ["CMD-SHELL", "true"],
    ],
    [
      ["CMD_SHELL", "true"],
      ["CMD-SHELL", "true"],
    ],
    [
      ["cmd", "true"],
      ["CMD", "true"],
    ],
    [
      ["CMD-SHELL", "curl", "-f", "http://localhost/a b"],
      ["CMD-SHELL", "curl -f 'http://localhost/a b'"],
    ],
    [
      ["CMD-SHELL", "curl localhost", "||", "exit 1"],
      ["CMD-SHELL", "'curl localhost' || 'exit 1'"],
    ],
  ])("%j was meant as %j", (command, instead) => {
    expect(healthAdvice(command)?.instead).toEqual(instead);
    expect(healthAdvice(instead)).toBeUndefined();
  });

  it.each([[["CMD", "true"]], [["CMD-SHELL", "curl -f localhost"]], [["NONE"]]])(
    "has nothing to say to %j",
    (command) => {
      expect(healthAdvice(command)).toBeUndefined();
    },
  );
});
