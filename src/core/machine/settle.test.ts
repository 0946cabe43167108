/** The steps to STOPPED that need no Docker call. Source: engine-modern 6.2; ORD-16, CORE-8. */
import { describe, expect, it } from "vitest";
import { aContainer } from "../../testing/builders.ts";
import { aTaskOf, dependsOn } from "../../testing/machine-harness.ts";
import { asDockerId, asEpochMs } from "../brand.ts";
import { copyContainer } from "../task-copy.ts";
import { failForDependency, settleContainer } from "./settle.ts";

const NOW = asEpochMs(1_000_000);
const dockerId = asDockerId("a".repeat(64));
const error = { name: "CannotStartContainerError", message: "no such file" } as const;
const retry = { action: "stop", attempts: 1, notBefore: NOW, error } as const;
const endedRun = { startedAt: asEpochMs(1), finishedAt: asEpochMs(2), exitCode: 3 };

type Partials = NonNullable<Parameters<typeof aContainer>[0]>;
const broken = aContainer({ name: "db", knownStatus: "STOPPED", desiredStatus: "STOPPED", error });

function settled(partial: Partials, ...others: readonly ReturnType<typeof aContainer>[]) {
  const container = copyContainer(aContainer({ desiredStatus: "STOPPED", ...partial }));
  settleContainer(aTaskOf(container, ...others), container, NOW);
  return container;
}

describe("settleContainer()", () => {
  it("is STOPPED with nothing to be tried again; only a create under way stays on record", () => {
    const pulling = settled({ retry, inFlight: { action: "pull", id: 1 } });
    expect(pulling).toMatchObject({ knownStatus: "STOPPED", retry: undefined, inFlight: undefined });
    expect(settled({ inFlight: { action: "create", id: 1 } }).inFlight).toEqual({ action: "create", id: 1 });
  });

  it("between two runs ends by the last one; one that is in no restart keeps what is known of it", () => {
    const between = settled({ dockerId, restart: { count: 1, pending: true, endedRun } });
    expect(between).toMatchObject({ exitCode: 3, finishedAt: 2, restart: { count: 1, pending: false } });
    const other = settled({ dockerId, restart: { count: 1, pending: false, endedRun } });
    expect([other.exitCode, other.finishedAt]).toEqual([undefined, undefined]);
  });

  it("ORD-16: says that what it depends on failed, with 143, unless it was made or knows a reason of its own", () => {
    const dependencies = [dependsOn("db"), dependsOn("nobody")];
    const victim = settled({ dependencies }, broken);
    expect(victim.exitCode).toBe(143);
    expect(victim.error?.message).toContain("db");
    expect(settled({ dependencies, dockerId }, broken).error).toBeUndefined();
    expect(settled({ dependencies, startedAt: NOW }, broken).error).toBeUndefined();
    expect(settled({ dependencies, error: { ...error, message: "own" } }, broken)).toMatchObject({
      error: { message: "own" },
      exitCode: undefined,
    });
    expect(settled({ dependencies }, aContainer({ name: "db" })).error).toBeUndefined();
  });
});

describe("failForDependency()", () => {
  it("is STOPPED for this reason with 143 and with nothing under way, and keeps an exit code that it has", () => {
    const container = copyContainer(aContainer({ retry, inFlight: { action: "pull", id: 1 } }));
    failForDependency(container, error);
    expect(container).toMatchObject({ knownStatus: "STOPPED", desiredStatus: "STOPPED", error, exitCode: 143 });
    expect([container.retry, container.inFlight]).toEqual([undefined, undefined]);
    const known = copyContainer(aContainer({ exitCode: 7 }));
    failForDependency(known, error);
    expect(known.exitCode).toBe(7);
  });
});
