import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { childrenOf, commandLine, gone, isOurs, lives, markOf, signal } from "./processes.mjs";

describe("markOf() and lives()", () => {
  it("tell a living process from one that only had the same number", () => {
    const mark = markOf(process.pid);
    expect(mark?.pid).toBe(process.pid);
    if (mark === undefined) return;
    expect(lives(mark)).toBe(true);
    expect(lives({ ...mark, startedAt: "1" })).toBe(false);
  });

  it("know no process of an impossible number", () => {
    expect(markOf(2 ** 30)).toBeUndefined();
  });
});

describe("a child process", () => {
  it("is found by its parent and its arguments, and is gone after a signal", async () => {
    const folder = "/somewhere/of/ours";
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)", folder], { stdio: "ignore" });
    await once(child, "spawn");
    const pid = child.pid ?? 0;
    expect(childrenOf(process.pid)).toContain(pid);
    expect(commandLine(pid)).toContain(folder);
    expect(isOurs(pid, "node", folder)).toBe(true);
    expect(isOurs(pid, "node", "/somewhere/else")).toBe(false);
    expect(isOurs(pid, "dockerd", folder)).toBe(false);
    const exit = once(child, "exit");
    signal(pid, "SIGKILL");
    await exit;
    expect(await gone(pid, 5_000)).toBe(true);
    expect(() => signal(pid, "SIGKILL")).not.toThrow();
  });
});
