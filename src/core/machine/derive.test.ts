/** What follows for a task from what its containers are. Source: engine-behaviour 1.6, engine-modern 7. */
import { describe, expect, it } from "vitest";
import { aContainer } from "../../testing/builders.ts";
import { aTaskOf, dependsOn } from "../../testing/machine-harness.ts";
import { asEpochMs } from "../brand.ts";
import type { Container, Task } from "../task.ts";
import { DEFAULT_MACHINE_CONFIG } from "./config.ts";
import { derive } from "./derive.ts";

const NOW = asEpochMs(1_000_000);
const EARLIER = asEpochMs(900_000);
const error = { name: "CannotStartContainerError", message: "no such file" } as const;
const stopped = { knownStatus: "STOPPED", desiredStatus: "STOPPED" } as const;

function derived(containers: readonly Container[], task: Partial<Task> = {}): Task {
  return derive({ ...aTaskOf(...containers), admitted: true, ...task }, NOW, DEFAULT_MACHINE_CONFIG);
}

const named = (name: string, partial: NonNullable<Parameters<typeof aContainer>[0]> = {}) =>
  aContainer({ name, ...partial });

describe("derive()", () => {
  it("REASON-6: names the failure behind all others, and whom it kept from starting", () => {
    const db = named("db", { ...stopped, error });
    const victim = { ...stopped, exitCode: 143, dependencies: [dependsOn("db")], error: { ...error, message: "db" } };
    const task = derived([named("web", victim), named("api", victim), db]);
    expect(task.stopCode).toBe("TaskFailedToStart");
    expect(task.stoppedReason).toMatch(
      /^CannotStartContainerError: no such file; (web, api|api, web) could not start without db$/,
    );
    expect(derived([db]).stoppedReason).toBe("CannotStartContainerError: no such file");
  });

  it("takes the failure of an essential container that has one, whichever ended first", () => {
    const sidecar = named("sidecar", { ...stopped, essential: false, error: { ...error, message: "not this" } });
    const silent = named("silent", stopped);
    const task = derived([sidecar, silent, named("web", { ...stopped, error })]);
    expect(task.stoppedReason).toBe("CannotStartContainerError: no such file");
  });

  it("a task whose essential container ran did not fail to start, whatever came of it", () => {
    const task = derived([named("web", { ...stopped, startedAt: EARLIER, error }), named("db")]);
    expect(task).toMatchObject({ stopCode: "EssentialContainerExited", desiredStatus: "STOPPED", stoppingAt: NOW });
    expect(task.stoppedReason).toBe("Essential container in task exited");
  });

  it("DM-60: the execution stopped when the essential container did, or now when nobody knows", () => {
    const exited = { ...stopped, startedAt: EARLIER };
    expect(derived([named("web", { ...exited, finishedAt: EARLIER }), named("db")]).executionStoppedAt).toBe(EARLIER);
    expect(derived([named("web", exited), named("db")]).executionStoppedAt).toBe(NOW);
    const helper = named("helper", { ...exited, essential: false, finishedAt: EARLIER });
    expect(derived([helper, named("web")]).executionStoppedAt).toBeUndefined();
  });

  it("a task that came with the desired status STOPPED was stopped by its user, for the reason that it came with", () => {
    const wanted = { desiredStatus: "STOPPED" } as const;
    expect(derived([named("web", stopped)], wanted)).toMatchObject({
      knownStatus: "STOPPED",
      knownStatusAt: NOW,
      stoppedAt: NOW,
      stopCode: "UserInitiated",
      stoppedReason: "Task stopped by user",
    });
    expect(derived([named("web", stopped)], { ...wanted, stoppedReason: "drained" }).stoppedReason).toBe("drained");
  });

  it("a task of which everything has ended is to be STOPPED, although nothing in it was essential", () => {
    const task = derived([named("web", { ...stopped, essential: false, startedAt: EARLIER })]);
    expect(task).toMatchObject({
      knownStatus: "STOPPED",
      desiredStatus: "STOPPED",
      stopCode: "EssentialContainerExited",
    });
  });
});
