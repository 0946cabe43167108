import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { aContainer } from "../testing/builders.ts";
import { asEpochMs } from "./brand.ts";
import type { RestartPolicy } from "./definition/types.ts";
import { decideRestart } from "./restart-policy.ts";
import type { Container } from "./task.ts";

const STARTED_AT = 1_000_000;
const policy: RestartPolicy = { enabled: true, restartAttemptPeriod: 60 };

function running(partial: Partial<Omit<Container, "name" | "dockerName">> = {}): Container {
  return aContainer({
    restartPolicy: policy,
    knownStatus: "RUNNING",
    startedAt: asEpochMs(STARTED_AT),
    ...partial,
  });
}

function endsAfter(seconds: number, container: Container, exitCode: number | undefined = 1) {
  return decideRestart(container, exitCode, asEpochMs(STARTED_AT + seconds * 1000));
}

describe("decideRestart()", () => {
  it("RST-1: restarts what ended after its attempt period", () => {
    expect(endsAfter(70, running())).toEqual({ restart: true });
  });

  it("RST-2: leaves STOPPED what ended before its attempt period was over", () => {
    expect(endsAfter(10, running())).toEqual({
      restart: false,
      why: "container ended within the restart attempt period of 60 s",
    });
  });

  it("restarts at the very end of the period", () => {
    expect(endsAfter(60, running()).restart).toBe(true);
    expect(endsAfter(59.999, running()).restart).toBe(false);
  });

  it("RST-3: leaves STOPPED what ended with an ignored exit code", () => {
    const ignoring = running({ restartPolicy: { ...policy, ignoredExitCodes: [0, 3] } });
    expect(endsAfter(70, ignoring, 3)).toEqual({ restart: false, why: "exit code 3 is ignored by the restart policy" });
    expect(endsAfter(70, ignoring, 4).restart).toBe(true);
  });

  it("restarts exit code 0 too, unless it is ignored", () => {
    expect(endsAfter(70, running(), 0).restart).toBe(true);
  });

  it("RST-4: leaves STOPPED what is to be stopped", () => {
    expect(endsAfter(70, running({ desiredStatus: "STOPPED" }))).toEqual({
      restart: false,
      why: "container is to be stopped",
    });
  });

  it("RST-6, RST-7: counts the period from the last restart, however long ago the first start was", () => {
    const restarted = running({
      restart: { count: 1, lastRestartAt: asEpochMs(STARTED_AT + 3_600_000), pending: false },
    });
    expect(endsAfter(3610, restarted).restart).toBe(false);
    expect(endsAfter(3660, restarted).restart).toBe(true);
  });

  it("RST-6, RST-7: counts by Docker's own times of the run where they are known", () => {
    const noted = running({ restart: { count: 1, lastRestartAt: asEpochMs(STARTED_AT), pending: false } });
    const runStartedAt = asEpochMs(STARTED_AT + 20_000);
    const endedAt = asEpochMs(STARTED_AT + 70_000);
    expect(decideRestart(noted, 1, endedAt, runStartedAt).restart).toBe(false);
    expect(decideRestart(noted, 1, asEpochMs(runStartedAt + 60_000), runStartedAt).restart).toBe(true);
  });

  it("needs an enabled policy, an exit code and a run", () => {
    expect(endsAfter(70, running({ restartPolicy: { ...policy, enabled: false } }))).toMatchObject({
      why: "restart policy is not enabled",
    });
    expect(decideRestart(aContainer(), 1, asEpochMs(STARTED_AT)).restart).toBe(false);
    expect(decideRestart(running(), undefined, asEpochMs(STARTED_AT + 70_000))).toMatchObject({
      why: "exit code is not known",
    });
    expect(endsAfter(70, running({ startedAt: undefined }))).toMatchObject({ why: "container has never run" });
  });

  it("takes an absent period for the 300 s that AWS fills in", () => {
    const unsaid = running({ restartPolicy: { enabled: true } });
    expect(endsAfter(299.999, unsaid)).toMatchObject({
      why: "container ended within the restart attempt period of 300 s",
    });
    expect(endsAfter(300, unsaid).restart).toBe(true);
  });

  it("gives the first reason in the agent's order, whatever else holds", () => {
    const all = running({ restartPolicy: { ...policy, ignoredExitCodes: [1] }, desiredStatus: "STOPPED" });
    expect(endsAfter(1, all)).toMatchObject({ why: "container is to be stopped" });
    expect(endsAfter(1, { ...all, desiredStatus: "RUNNING" })).toMatchObject({
      why: "exit code 1 is ignored by the restart policy",
    });
  });

  it("has no maximum: the count plays no part", () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 200 }), (count, seconds) => {
        const often = running({ restart: { count, pending: false } });
        expect(endsAfter(seconds, often).restart).toBe(seconds >= 60);
      }),
    );
  });
});
