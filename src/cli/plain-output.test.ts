import { describe, expect, it } from "vitest";
import { aContainer, aTask } from "../testing/builders.ts";
import { createPlainReporter } from "./plain-output.ts";
import type { CliOutput } from "./reporter.ts";
import { createColours } from "./screen.ts";

function aReporter(colours = false) {
  const seen = { out: "", err: "" };
  const time = { now: 0 };
  const output: CliOutput = {
    isTerminal: false,
    columns: 80,
    rows: 24,
    env: {},
    writeOut: (text) => {
      seen.out += text;
    },
    writeErr: (text) => {
      seen.err += text;
    },
    setCursorVisible: () => undefined,
    onRedraw: () => () => undefined,
    onBrokenPipe: () => () => undefined,
    flush: async () => undefined,
  };
  const screen = { colours: createColours(colours) };
  const reporter = createPlainReporter({ output, screen, dockerHost: "localhost", now: () => time.now });
  return { reporter, seen, time };
}

describe("createPlainReporter()", () => {
  const db = aContainer({ name: "db", image: "postgres:16" });
  const web = aContainer({ name: "storefront" });
  const task = aTask({ family: "shop", containers: [db, web] });

  it("says that a pull begins, and now and then how far it is", () => {
    const { reporter, seen, time } = aReporter();
    reporter.taskChanged(task);
    reporter.taskChanged({ ...task, containers: [{ ...db, inFlight: { action: "pull", id: 1 } }, web] });
    for (let second = 0; second <= 25; second++) {
      time.now = second * 1_000;
      reporter.pullProgress("db", {
        layer: "a3ed95caeb02",
        status: "Downloading",
        currentBytes: second * 1_000_000,
        totalBytes: 50_000_000,
      });
    }
    expect(seen.out.split("\n").slice(1)).toEqual([
      "db         * PULLING postgres:16",
      "db         * PULLING 0/1 layers, 10.0 MB of 50.0 MB",
      "db         * PULLING 0/1 layers, 20.0 MB of 50.0 MB",
      "",
    ]);
  });

  it("writes the output of containers as it is, behind their names", () => {
    const { reporter, seen } = aReporter();
    reporter.taskChanged(task);
    reporter.logLine("db", {
      stream: "stdout",
      at: task.createdAt,
      timestamp: "",
      text: "\u001b[31mred\u001b[0m\ttab",
    });
    expect(seen.out).toContain("db         | \u001b[31mred\u001b[0m\ttab\n");
  });

  it("tells health, restarts and the reason of an end", () => {
    const { reporter, seen } = aReporter();
    const running = { ...db, knownStatus: "RUNNING", hasHealthCheck: true } as const;
    reporter.taskChanged({ ...task, containers: [running] });
    reporter.taskChanged({ ...task, containers: [{ ...running, health: { status: "UNHEALTHY" } }] });
    reporter.taskChanged({ ...task, containers: [{ ...running, restart: { count: 1, pending: false } }] });
    const error = { name: "CannotPullContainerError", message: "no such image" } as const;
    reporter.taskChanged({ ...task, containers: [{ ...db, knownStatus: "STOPPED", error }] });
    expect(seen.out.split("\n").slice(2, -1)).toEqual([
      "db   * health: UNHEALTHY",
      "db   * RESTARTED, number 1",
      "db   * health: UNKNOWN",
      "db   * STOPPED  CannotPullContainerError: no such image",
    ]);
  });

  it("keeps its own words off stdout", () => {
    const { reporter, seen } = aReporter();
    reporter.note("a note");
    reporter.notice("a notice");
    expect(seen).toEqual({ out: "", err: "berth: a note\nberth: a notice\n" });
  });

  it("colours names when it is told to", () => {
    const { reporter, seen } = aReporter(true);
    reporter.taskChanged(task);
    reporter.logLine("db", { stream: "stdout", at: task.createdAt, timestamp: "", text: "x" });
    expect(seen.out).toContain("\u001b[36mdb         |\u001b[39m x");
  });
});
