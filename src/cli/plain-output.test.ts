import { describe, expect, it } from "vitest";
import { asEpochMs } from "../core/brand.ts";
import { aContainer, aTask } from "../testing/builders.ts";
import { aCliOutput } from "./a-cli-output.ts";
import { createPlainReporter } from "./plain-output.ts";
import { createColours } from "./screen.ts";

function aReporter(colours = false) {
  const seen = { out: "", err: "" };
  const time = { now: 0 };
  const output = aCliOutput(seen);
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

  it("tells nothing of a pull where the image is there already", () => {
    const { reporter, seen } = aReporter();
    reporter.taskChanged(task);
    reporter.taskChanged({ ...task, containers: [{ ...db, inFlight: { action: "pull", id: 1 } }, web] });
    reporter.taskChanged({ ...task, containers: [{ ...db, knownStatus: "MANIFEST_PULLED" }, web] });
    reporter.taskChanged({ ...task, containers: [{ ...db, knownStatus: "PULLED" }, web] });
    reporter.taskChanged({ ...task, containers: [{ ...db, knownStatus: "CREATED" }, web] });
    expect(seen.out.split("\n").slice(1, -1)).toEqual(["db         * CREATED"]);
  });

  it("says in words that a container was killed because it did not stop in time", () => {
    const { reporter, seen } = aReporter();
    reporter.taskChanged(task);
    const at = task.createdAt;
    const ended = { knownStatus: "STOPPED", exitCode: 137, startedAt: at, stopTimeoutMs: 30_000 } as const;
    const stoppingAt = asEpochMs(at + 10_000);
    const killed = { ...db, ...ended, finishedAt: asEpochMs(at + 40_000) };
    const forced = { ...web, ...ended, finishedAt: asEpochMs(at + 11_000) };
    reporter.taskChanged({ ...task, stoppingAt, forceStop: true, containers: [killed, forced] });
    expect(seen.out).toContain("db         * STOPPED  exit code 137 after 40 s, killed: it did not stop within 30 s\n");
    expect(seen.out).toContain("storefront * STOPPED  exit code 137 after 11 s, killed\n");
  });

  it("writes the output of containers as it is, behind their names", async () => {
    const { reporter, seen } = aReporter();
    reporter.taskChanged(task);
    const text = "\u001b[31mred\u001b[0m\ttab";
    await reporter.logLines("db", [{ stream: "stdout", at: task.createdAt, timestamp: "", text }]);
    expect(seen.out).toContain("db         | \u001b[31mred\u001b[0m\ttab\n");
  });

  it("tells health, restarts and the reason of an end", () => {
    const { reporter, seen } = aReporter();
    const running = { ...db, knownStatus: "RUNNING", hasHealthCheck: true } as const;
    reporter.taskChanged({ ...task, containers: [running] });
    const health = { status: "UNHEALTHY", exitCode: 7, output: "curl:\n not found" } as const;
    const waits = { containerName: db.name, condition: "HEALTHY", source: "dependsOn" } as const;
    const held = { ...web, dependencies: [waits] };
    reporter.taskChanged({ ...task, containers: [{ ...running, health }, held] });
    reporter.taskChanged({ ...task, containers: [{ ...running, restart: { count: 1, pending: false } }] });
    const error = { name: "CannotPullContainerError", message: "no such image" } as const;
    reporter.taskChanged({ ...task, containers: [{ ...db, knownStatus: "STOPPED", error }] });
    expect(seen.out.split("\n").slice(2, -1)).toEqual([
      "db         * health: UNHEALTHY  the check exited with 7: curl: not found; storefront cannot start before it is HEALTHY",
      "db   * RESTARTED, number 1",
      "db   * health: UNKNOWN",
      "db   * STOPPED  CannotPullContainerError: no such image",
    ]);
  });

  it("tells the words of a failed start once, where it happened, and not again where others repeat them", () => {
    const { reporter, seen } = aReporter();
    const error = { name: "CannotStartContainerError", message: "exec: no such file" } as const;
    const inherited = {
      name: "CannotStartContainerError",
      message:
        "dependency graph: storefront cannot start: db (START) could not be run: CannotStartContainerError: exec: no such file (it will never start)",
    } as const;
    const failed = [
      {
        ...web,
        knownStatus: "STOPPED",
        error: inherited,
        dependencies: [{ containerName: db.name, condition: "START", source: "dependsOn" }],
      },
      { ...db, knownStatus: "STOPPED", error },
    ] as const;
    reporter.taskChanged({
      ...task,
      knownStatus: "STOPPED",
      containers: failed,
      stoppedReason: "CannotStartContainerError: exec: no such file; storefront could not start without db",
    });
    expect(
      seen.out
        .trimEnd()
        .split("\n")
        .map((line) => line.trimStart()),
    ).toEqual([
      "db         * STOPPED  CannotStartContainerError: exec: no such file",
      "storefront * STOPPED  CannotStartContainerError: dependency graph: storefront cannot start: db (START) could not be run (it will never start)",
      "task       * STOPPED  db could not be run; storefront could not start without db",
    ]);
  });

  it("keeps its own words off stdout", () => {
    const { reporter, seen } = aReporter();
    reporter.note("a note");
    reporter.notice("a notice");
    expect(seen).toEqual({ out: "", err: "berth: a note\nberth: a notice\n" });
  });

  it("colours names when it is told to", async () => {
    const { reporter, seen } = aReporter(true);
    reporter.taskChanged(task);
    await reporter.logLines("db", [{ stream: "stdout", at: task.createdAt, timestamp: "", text: "x" }]);
    expect(seen.out).toContain("\u001b[36mdb         |\u001b[39m x");
  });
});
