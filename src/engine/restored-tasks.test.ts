import { describe, expect, it } from "vitest";
import { asEpochMs } from "../core/brand.ts";
import type { StateChange } from "../core/state-change.ts";
import { aContainer, aTask } from "../testing/builders.ts";
import { restoredTasks } from "./restore.ts";

const container = aContainer({ knownStatus: "RUNNING", emittedStatus: "RUNNING" });
const saved = aTask({ containers: [container], emittedStatus: "RUNNING", nextChange: 3, acknowledgedChange: 0 });
const change = (sequence: number): StateChange => ({
  type: "task",
  taskArn: saved.arn,
  sequence,
  at: asEpochMs(0),
  status: "RUNNING",
});

describe("restoredTasks()", () => {
  it("takes what is no longer in the outbox for acknowledged, and what it told for sent", () => {
    const [task] = restoredTasks({ tasks: [saved], changes: [] });
    expect(task).toMatchObject({ acknowledgedChange: 2, sentStatus: "RUNNING" });
    expect(task?.containers[0]?.sentStatus).toBe("RUNNING");
  });

  it("leaves what is still in the outbox unsent", () => {
    const [task] = restoredTasks({ tasks: [saved], changes: [change(2)] });
    expect(task).toMatchObject({ acknowledgedChange: 1, sentStatus: "NONE" });
    expect(task?.containers[0]?.sentStatus).toBe("NONE");
  });

  it("knows nothing of what was under way, nor of what lived in memory", () => {
    const retry = { action: "stop", attempts: 2, notBefore: asEpochMs(1), error: { name: "E", message: "" } } as never;
    const busy = {
      ...container,
      dockerId: "a".repeat(64) as never,
      retry,
      inFlight: { action: "stop", id: 1 } as const,
    };
    const [task] = restoredTasks({ tasks: [{ ...saved, admitted: true, containers: [busy] }], changes: [] });
    expect(task?.admitted).toBe(false);
    expect(task?.containers[0]).toMatchObject({ inFlight: undefined, retry: undefined, startRequestedAt: undefined });
  });

  it("takes a container without an id for one that may have been made and started, unless it is STOPPED", () => {
    const [early, asked, ended] = [
      aContainer({ name: "early" }),
      aContainer({ name: "asked", createRequestedAt: asEpochMs(5), startRequestedAt: asEpochMs(7) }),
      aContainer({ name: "ended", knownStatus: "STOPPED" }),
    ];
    const tasks = [{ ...saved, createdAt: asEpochMs(3), containers: [early, asked, ended] }];
    const times = restoredTasks({ tasks, changes: [] })[0]?.containers.map((each) => [
      each.createRequestedAt,
      each.startRequestedAt,
    ]);
    expect(times).toEqual([
      [3, 3],
      [5, 7],
      [undefined, undefined],
    ]);
  });

  it("takes a resource of a task that was on its way for one that was asked for, and fetches what lived in memory anew", () => {
    const members = { type: "dockerVolume", gates: "CREATED", createRequested: false, spec: {} } as const;
    const volume = { ...members, id: "volume", knownStatus: "NONE", volatile: false } as const;
    const secrets = {
      ...members,
      id: "secrets",
      knownStatus: "CREATED",
      volatile: true,
      createRequested: true,
    } as const;
    const kept = { ...members, id: "kept", knownStatus: "CREATED", volatile: false, createRequested: true } as const;
    const resources = [volume, secrets, kept];
    const [running] = restoredTasks({ tasks: [{ ...saved, resources }], changes: [] });
    expect(running?.resources.map(({ knownStatus, createRequested }) => [knownStatus, createRequested])).toEqual([
      ["NONE", true],
      ["NONE", true],
      ["CREATED", true],
    ]);
    const [stopped] = restoredTasks({ tasks: [{ ...saved, knownStatus: "STOPPED", resources }], changes: [] });
    expect(stopped?.resources[0]?.createRequested).toBe(false);
  });
});
