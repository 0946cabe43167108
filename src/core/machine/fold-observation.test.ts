/** One look at a time, at containers in any state. Source: engine-modern 4.8, 6.4, 11.3; engine-behaviour 7.5. */
import { describe, expect, it } from "vitest";
import { aContainer } from "../../testing/builders.ts";
import { asDockerId, asEpochMs } from "../brand.ts";
import { copyContainer } from "../task-copy.ts";
import { observe } from "./fold-observation.ts";
import type { Observation } from "./input.ts";

const NOW = asEpochMs(1_000_000);
const EARLIER = asEpochMs(900_000);
const dockerId = asDockerId("a".repeat(64));
const another = asDockerId("b".repeat(64));
const error = { name: "CannotStopContainerError", message: "busy" } as const;
const retry = { action: "stop", attempts: 2, notBefore: NOW, error } as const;

type Partials = NonNullable<Parameters<typeof aContainer>[0]>;
type Seen = Partial<Extract<Observation, { readonly kind: "present" }>>;

function observed(partial: Partials, observation: Observation) {
  const container = copyContainer(aContainer({ dockerId, ...partial }));
  observe(container, observation, NOW);
  return container;
}

function seen(facts: Seen): Observation {
  return { kind: "present", dockerId, status: "running", oomKilled: false, ...facts };
}

const running = { knownStatus: "RUNNING", startedAt: EARLIER } as const;
const endedRun = { startedAt: asEpochMs(800_000), finishedAt: asEpochMs(850_000), exitCode: 3 };
const restarting = { ...running, restart: { count: 1, pending: true, endedRun } };

describe("observe() of what is absent", () => {
  it("ends what ran, with nothing owed and this instant as its end", () => {
    expect(
      observed({ ...running, stopOwed: true, startRequestedAt: EARLIER, retry }, { kind: "absent" }),
    ).toMatchObject({
      knownStatus: "STOPPED",
      stopOwed: false,
      startRequestedAt: undefined,
      retry: undefined,
      finishedAt: NOW,
      error: { name: "ContainerVanishedError" },
    });
  });

  it("does not take the absence of a container before it for its own", () => {
    expect(observed(running, { kind: "absent", dockerId: another }).knownStatus).toBe("RUNNING");
    expect(observed(running, { kind: "absent", dockerId }).knownStatus).toBe("STOPPED");
  });

  it("of what is STOPPED already settles what is owed, and changes nothing of the end", () => {
    const ended = { knownStatus: "STOPPED", finishedAt: EARLIER, exitCode: 4, stopOwed: true } as const;
    const container = observed(ended, { kind: "absent", exitCode: 9 });
    expect(container).toMatchObject({ knownStatus: "STOPPED", finishedAt: EARLIER, exitCode: 4, stopOwed: false });
    expect(container.error).toBeUndefined();
  });

  it("of what is being made says nothing: its answer tells", () => {
    for (const action of ["create", "start"] as const) {
      const made = { ...running, inFlight: { action, id: 1 }, startRequestedAt: EARLIER };
      expect(observed(made, { kind: "absent" })).toMatchObject({ knownStatus: "RUNNING", startRequestedAt: EARLIER });
    }
    const never = observed({ dockerId: undefined, startRequestedAt: EARLIER }, { kind: "absent" });
    expect([never.startRequestedAt, never.knownStatus]).toEqual([undefined, "NONE"]);
  });

  it("before a restart ends by the run that is on record", () => {
    expect(observed(restarting, { kind: "absent" })).toMatchObject({
      knownStatus: "STOPPED",
      exitCode: 3,
      finishedAt: endedRun.finishedAt,
      restart: { count: 1, pending: false },
    });
  });
});

describe("observe() of another container", () => {
  it("takes none under its name for its own once it ran, and takes one that was made anew before it ever did", () => {
    const other = seen({ dockerId: another, status: "created" });
    expect(observed(running, other).dockerId).toBe(dockerId);
    expect(observed({ knownStatus: "CREATED" }, other).dockerId).toBe(another);
    expect(observed({ knownStatus: "CREATED", inFlight: { action: "start", id: 1 } }, other).dockerId).toBe(dockerId);
  });
});

describe("observe() of what runs", () => {
  it("owes a stop to what is STOPPED, and goes back to no other status", () => {
    const container = observed({ knownStatus: "STOPPED" }, seen({}));
    expect(container).toMatchObject({ knownStatus: "STOPPED", stopOwed: true });
    expect(container.startedAt).toBeUndefined();
  });

  it("is the restart that was on its way", () => {
    const container = observed(restarting, seen({ startedAt: EARLIER }));
    expect(container.restart).toEqual({ count: 1, pending: false, endedRun });
  });

  it("has started now when nobody knows when", () => {
    expect(observed({ knownStatus: "CREATED" }, seen({}))).toMatchObject({ knownStatus: "RUNNING", startedAt: NOW });
    expect(observed({ knownStatus: "CREATED" }, seen({ startedAt: EARLIER })).startedAt).toBe(EARLIER);
  });
});

describe("observe() of a run that Docker began by a policy of its own", () => {
  const again = { isDockersRun: true, startedAt: NOW };

  it("ends the run before it with the code that the event told, and owes a stop to this one", () => {
    expect(observed(running, seen({ ...again, exitCode: 3 }))).toMatchObject({
      knownStatus: "STOPPED",
      exitCode: 3,
      finishedAt: NOW,
      stopOwed: true,
      error: { name: "DockerStateError", message: expect.stringContaining("docker update --restart") },
    });
    expect(observed(running, seen(again))).toMatchObject({
      knownStatus: "STOPPED",
      exitCode: undefined,
      stopOwed: true,
    });
  });

  it("stops what was started again after its end was known, and keeps what is known of the end", () => {
    const ended = { knownStatus: "STOPPED", startedAt: EARLIER, finishedAt: EARLIER, exitCode: 3 } as const;
    expect(observed(ended, seen(again))).toMatchObject({ ...ended, stopOwed: true, error: undefined });
  });

  it("takes it for a restart where the definition asks for some", () => {
    const restartPolicy = { enabled: true } as const;
    expect(observed({ ...running, restartPolicy }, seen(again))).toMatchObject({
      knownStatus: "RUNNING",
      stopOwed: false,
    });
  });
});

describe("observe() of a start that was refused its host port, without an answer", () => {
  const stateError = "Bind for 0.0.0.0:32768 failed: port is already allocated";
  const refused = seen({ status: "stopped", exitCode: 128, stateError });
  const asked = { knownStatus: "CREATED", startRequestedAt: EARLIER } as const;

  it("is still to be started: it never ran", () => {
    expect(observed(asked, refused)).toMatchObject({ knownStatus: "CREATED", error: undefined });
  });

  it("has ended when it had run before, when it is to stop, or when Docker says another reason", () => {
    expect(observed({ ...asked, startedAt: EARLIER }, refused).knownStatus).toBe("STOPPED");
    expect(observed({ ...asked, desiredStatus: "STOPPED" }, refused).knownStatus).toBe("STOPPED");
    expect(observed(asked, seen({ status: "stopped", stateError: "no such file" })).knownStatus).toBe("STOPPED");
  });
});

describe("observe() of what has stopped", () => {
  it("settles the stop that was owed, and tells the exit code if nobody knew", () => {
    const owed = { knownStatus: "STOPPED", stopOwed: true } as const;
    expect(observed(owed, seen({ status: "stopped", exitCode: 5 }))).toMatchObject({ stopOwed: false, exitCode: 5 });
    expect(observed({ ...owed, exitCode: 143 }, seen({ status: "stopped", exitCode: 5 })).exitCode).toBe(143);
  });

  it("leaves the end to the answer of a restart that is on its way", () => {
    const restart = { ...running, inFlight: { action: "restart", id: 1 } } as const;
    expect(observed(restart, seen({ status: "stopped", exitCode: 1 })).knownStatus).toBe("RUNNING");
  });

  it("is the run on record when neither says when it began and the restart has not happened", () => {
    const again = seen({ status: "stopped", exitCode: 3 });
    expect(observed(restarting, again)).toMatchObject({ knownStatus: "RUNNING", restart: { pending: true } });
    const isUp = { ...restarting, restart: { ...restarting.restart, pending: false } };
    expect(observed(isUp, again).knownStatus).toBe("STOPPED");
    const unknownStart = { ...restarting.restart, endedRun: { ...endedRun, startedAt: undefined } };
    const told = seen({ status: "stopped", exitCode: 3, startedAt: EARLIER });
    expect(observed({ ...restarting, restart: unknownStart }, told).knownStatus).toBe("RUNNING");
  });

  it("is no old run when it runs, although nobody knows when the old one began", () => {
    const unknownStart = { ...restarting.restart, endedRun: { ...endedRun, startedAt: undefined } };
    expect(observed({ ...restarting, restart: unknownStart }, seen({})).restart.pending).toBe(false);
  });

  it("takes the daemon's time and code, keeps what is known when it tells none, and this instant at last", () => {
    const told = seen({ status: "stopped", exitCode: 2, finishedAt: EARLIER });
    expect(observed({ ...running, exitCode: 9, finishedAt: NOW }, told)).toMatchObject({
      exitCode: 2,
      finishedAt: EARLIER,
    });
    const silent = seen({ status: "stopped" });
    expect(observed({ ...running, exitCode: 9, finishedAt: EARLIER }, silent)).toMatchObject({
      exitCode: 9,
      finishedAt: EARLIER,
    });
    expect(observed(running, silent).finishedAt).toBe(NOW);
  });
});

describe("observe() of an end for lack of memory", () => {
  it("STOP-8: says who was killed, and nothing of a process that ended well all the same", () => {
    const reason = (exitCode?: number) =>
      observed(running, seen({ status: "stopped", oomKilled: true, exitCode })).error;
    expect([reason(), reason(137)].map((each) => each?.message)).toEqual(
      Array(2).fill("Container killed due to memory usage"),
    );
    expect(reason(1)).toEqual({
      name: "OutOfMemoryError",
      message: "A process of the container was killed due to memory usage",
    });
    expect(reason(0)).toBeUndefined();
  });
});

describe("observe() of an end under a restart policy", () => {
  const policy = { restartPolicy: { enabled: true, restartAttemptPeriod: 60 } } as const;
  const ended = seen({ status: "stopped", exitCode: 1, startedAt: EARLIER, finishedAt: asEpochMs(970_000) });

  it("records the run and is RUNNING still, with neither its end nor its health", () => {
    const sick = { status: "UNHEALTHY", since: EARLIER } as const;
    expect(observed({ ...running, ...policy, health: sick, exitCode: 9, finishedAt: EARLIER }, ended)).toMatchObject({
      knownStatus: "RUNNING",
      exitCode: undefined,
      finishedAt: undefined,
      health: { status: "UNKNOWN" },
      restart: { count: 1, lastRestartAt: NOW, pending: true, endedRun: { exitCode: 1, finishedAt: 970_000 } },
    });
  });

  it("counts a run of which nobody saw the beginning, and none that never began", () => {
    const unseen = { knownStatus: "CREATED", ...policy } as const;
    expect(observed(unseen, ended)).toMatchObject({ knownStatus: "RUNNING", restart: { count: 1 } });
    const neverBegan = seen({ status: "stopped", exitCode: 127, finishedAt: NOW });
    expect(observed(unseen, neverBegan)).toMatchObject({ knownStatus: "STOPPED", restart: { count: 0 } });
  });

  it("restarts nothing of which nobody knows the exit code", () => {
    const unknown = seen({ status: "stopped", startedAt: EARLIER, finishedAt: NOW });
    expect(observed({ ...running, ...policy }, unknown).knownStatus).toBe("STOPPED");
  });

  it("measures a run of which the daemon tells no end up to this instant", () => {
    const silent = seen({ status: "stopped", exitCode: 1, startedAt: EARLIER });
    expect(observed({ ...running, ...policy }, silent).restart.count).toBe(1);
    const young = seen({ status: "stopped", exitCode: 1, startedAt: asEpochMs(970_000) });
    expect(observed({ ...running, ...policy, startedAt: asEpochMs(970_000) }, young).knownStatus).toBe("STOPPED");
  });
});

describe("observe() of facts", () => {
  const binding = (hostPort: number) => ({ containerPort: 80, hostPort, protocol: "tcp", bindIP: "0.0.0.0" }) as const;
  const known = { createdAt: EARLIER, imageId: "sha256:1", imageDigest: "sha256:d", ipAddress: "172.17.0.2" };

  it("erases nothing by an empty answer, and replaces what may change", () => {
    const silent = observed({ ...running, ...known, networkBindings: [binding(1)] }, seen({ networkBindings: [] }));
    expect(silent).toMatchObject({ ...known, networkBindings: [binding(1)] });
    const facts = { createdAt: NOW, imageId: "sha256:2", imageDigest: "sha256:e", ipAddress: "172.17.0.3" };
    const told = observed(
      { ...running, ...known, networkBindings: [binding(1)] },
      seen({ ...facts, networkBindings: [binding(2)] }),
    );
    expect(told).toMatchObject({ createdAt: NOW, imageId: "sha256:1", imageDigest: "sha256:d" });
    expect(told).toMatchObject({ ipAddress: "172.17.0.3", networkBindings: [binding(2)] });
    expect(observed(running, seen({ networkBindings: [] })).networkBindings).toEqual([]);
  });

  it("keeps the very list of bindings that says the same", () => {
    const networkBindings = [binding(1)];
    expect(observed({ ...running, networkBindings }, seen({ networkBindings: [binding(1)] })).networkBindings).toBe(
      networkBindings,
    );
  });

  it("takes the daemon's time of the first start when it is earlier, and of no later run", () => {
    const at = (startedAt: number) => seen({ startedAt: asEpochMs(startedAt) });
    expect(observed(running, at(899_000)).startedAt).toBe(899_000);
    expect(observed(running, at(901_000)).startedAt).toBe(EARLIER);
    expect(observed({ ...running, restart: { count: 1, pending: false } }, at(899_000)).startedAt).toBe(EARLIER);
    expect(observed(running, seen({})).startedAt).toBe(EARLIER);
  });
});

describe("observe() of health", () => {
  const checked = { ...running, hasHealthCheck: true } as const;
  const sick = { status: "UNHEALTHY", since: EARLIER, output: "no", exitCode: 1 } as const;
  const health = (partial: Partials, status: "starting" | "healthy" | "unhealthy", more = {}) =>
    observed(partial, { kind: "health", health: { status, ...more } }).health;

  it("HEALTH-1, HEALTH-2: since moves with the status alone, and the exit code is UNHEALTHY's", () => {
    expect(health({ ...checked, health: sick }, "unhealthy", { output: "still no", exitCode: 2 })).toEqual({
      status: "UNHEALTHY",
      since: EARLIER,
      output: "still no",
      exitCode: 2,
    });
    expect(health({ ...checked, health: sick }, "unhealthy")).toBe(sick);
    expect(health({ ...checked, health: sick }, "healthy")).toEqual({ status: "HEALTHY", since: NOW, output: "no" });
    const well = { status: "HEALTHY", since: EARLIER } as const;
    expect(health({ ...checked, health: well }, "unhealthy")).toEqual({ status: "UNHEALTHY", since: NOW });
    expect(health({ ...checked, health: { status: "HEALTHY" } }, "healthy", { output: "ok" }).since).toBe(NOW);
  });

  it("HEALTH-6: says nothing while the check begins, or where there is none, and keeps 1024 characters", () => {
    expect(health({ ...checked, health: sick }, "starting")).toBe(sick);
    expect(health({ ...running, health: { status: "UNKNOWN" } }, "healthy")).toEqual({ status: "UNKNOWN" });
    expect(health(checked, "healthy", { output: "x".repeat(2_000) }).output).toHaveLength(1024);
  });
});
