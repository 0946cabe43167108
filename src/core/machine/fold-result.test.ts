/** One answer at a time, to containers in any state. Source: engine-modern 4.10, 6.1; engine-behaviour 3.6. */
import { describe, expect, it } from "vitest";
import { aContainer, aTask } from "../../testing/builders.ts";
import { asDockerId, asEpochMs } from "../brand.ts";
import { type ContainerAction, findContainer, type InFlight } from "../task.ts";
import { DEFAULT_MACHINE_CONFIG, type MachineConfig } from "./config.ts";
import { Draft } from "./draft.ts";
import { foldActionResult } from "./fold-result.ts";
import type { ActionResult, Failure, Observation } from "./input.ts";

const NOW = asEpochMs(1_000_000);
const EARLIER = asEpochMs(900_000);
const dockerId = asDockerId("a".repeat(64));
const another = asDockerId("b".repeat(64));
const error = { name: "CannotStartContainerError", message: "port is taken" } as const;
const pullError = { name: "CannotPullContainerError", message: "away" } as const;
const refused: Failure = { error, indeterminate: false, status: 500 };
const away: Failure = { error, indeterminate: false };
const unanswered: Failure = { error, indeterminate: true };
const lease = (hostPort: number) => ({ containerPort: 80, protocol: "tcp", hostPort }) as const;
const binding = (hostPort: number) => ({ containerPort: 80, protocol: "tcp", hostPort, bindIP: "0.0.0.0" }) as const;
const anOldRetry = { action: "stop", attempts: 3, notBefore: EARLIER, error } as const;
const endedRun = { startedAt: asEpochMs(800_000), finishedAt: asEpochMs(850_000), exitCode: 3 };
const isDown: Observation = { kind: "present", dockerId, status: "created", oomKilled: false };
const isUp: Observation = { kind: "present", dockerId, status: "running", oomKilled: false, startedAt: EARLIER };

type Partials = NonNullable<Parameters<typeof aContainer>[0]>;
type Task = NonNullable<Parameters<typeof aTask>[0]>;

function taskAfter(
  action: ContainerAction,
  partial: Partials,
  result: ActionResult,
  more: { readonly flight?: Partial<InFlight>; readonly config?: Partial<MachineConfig>; readonly task?: Task } = {},
) {
  const web = aContainer({ ...partial, inFlight: { action, id: 7, ...more.flight } });
  const draft = new Draft(aTask({ ...more.task, containers: [web] }));
  foldActionResult(draft, "web", 7, result, NOW, { ...DEFAULT_MACHINE_CONFIG, ...more.config });
  return draft.task;
}

function answered(...given: Parameters<typeof taskAfter>) {
  const container = findContainer(taskAfter(...given), "web");
  if (container === undefined) throw new Error("Cannot find web: it is not in its task");
  return container;
}

const failed = (failure: Failure): ActionResult => ({ ok: false, failure });

describe("foldActionResult() of what worked", () => {
  it("takes in what is told, keeps what is known when nothing is, and leaves no retry", () => {
    const known = { retry: anOldRetry, imageDigest: "sha256:old", imageId: "sha256:known", pullError };
    const digest = answered("resolveManifest", known, { ok: true, imageDigest: "sha256:new" });
    expect(digest).toMatchObject({ imageDigest: "sha256:new", pullError, retry: undefined });
    expect(answered("resolveManifest", known, { ok: true }).imageDigest).toBe("sha256:old");
    const image = answered("pull", known, { ok: true, imageId: "sha256:new", imageDigest: "sha256:new" });
    expect(image).toMatchObject({ imageId: "sha256:new", imageDigest: "sha256:old", retry: undefined });
    expect(answered("pull", known, { ok: true }).imageId).toBe("sha256:known");
  });

  it("a create: gives the container an id, a time and its leases, once", () => {
    const made = answered("create", { retry: anOldRetry }, { ok: true, dockerId, hostPorts: [lease(40000)] });
    expect(made).toMatchObject({ dockerId, createdAt: NOW, hostPorts: [lease(40000)], retry: undefined });
    const adopted = { dockerId, createdAt: EARLIER, hostPorts: [lease(40001)] };
    expect(answered("create", adopted, { ok: true, dockerId: another })).toMatchObject(adopted);
  });

  it("a start: keeps the first time and bindings, and takes another id and other leases of one made anew", () => {
    const seen = { dockerId, startedAt: EARLIER, networkBindings: [binding(40000)], retry: anOldRetry };
    const anew = { ok: true, dockerId: another, hostPorts: [lease(40005)], networkBindings: [binding(40005)] } as const;
    expect(answered("start", seen, anew)).toMatchObject({
      dockerId: another,
      hostPorts: [lease(40005)],
      startedAt: EARLIER,
      networkBindings: [binding(40000)],
      startRequestedAt: undefined,
      retry: undefined,
    });
  });

  it("a restart: the record stays, nothing is asked for any more, and what was seen with it counts", () => {
    const pending = { knownStatus: "RUNNING", dockerId, startRequestedAt: EARLIER, retry: anOldRetry } as const;
    const restart = { count: 2, pending: true, endedRun };
    const stopped: Observation = { ...isUp, status: "stopped", exitCode: 9, startedAt: NOW };
    const container = answered("restart", { ...pending, restart }, { ok: true, observation: stopped });
    expect(container).toMatchObject({ knownStatus: "STOPPED", exitCode: 9, retry: undefined });
    expect(container).toMatchObject({ restart: { count: 2, pending: false }, startRequestedAt: undefined });
    expect(answered("restart", { ...pending, restart }, { ok: true })).toMatchObject({
      startRequestedAt: undefined,
      restart: { pending: false },
      retry: undefined,
    });
  });

  it("a provision or a removal leaves no retry; only a RUNNING container gets on by a provision", () => {
    const network = { steadyStatus: "RESOURCES_PROVISIONED", dockerId, retry: anOldRetry } as const;
    const up = answered("provision", { ...network, knownStatus: "RUNNING" }, { ok: true });
    expect(up).toMatchObject({ knownStatus: "RESOURCES_PROVISIONED", retry: undefined });
    const ended = answered("provision", { ...network, knownStatus: "STOPPED" }, { ok: true });
    expect(ended.knownStatus).toBe("STOPPED");
    const gone = answered("remove", { knownStatus: "STOPPED", retry: anOldRetry }, { ok: true });
    expect(gone).toMatchObject({ removed: true, retry: undefined });
  });
});

describe("foldActionResult() of a stop that Docker took", () => {
  it("tries again after a while when the container was not seen to stop", () => {
    const notSeen = answered("stop", { knownStatus: "RUNNING", dockerId }, { ok: true, observation: isUp });
    expect(notSeen).toMatchObject({ knownStatus: "RUNNING", retry: { action: "stop", notBefore: NOW + 1_000 } });
    expect(answered("kill", { knownStatus: "RUNNING", dockerId }, { ok: true }).retry?.action).toBe("kill");
  });

  it("ends what is down, although its last run is on record already or was never seen", () => {
    const old: Observation = { ...isUp, status: "stopped", startedAt: endedRun.startedAt };
    const restarted = { knownStatus: "RUNNING", dockerId, restart: { count: 1, pending: false, endedRun } } as const;
    const ended = answered("stop", restarted, { ok: true, observation: old });
    expect(ended).toMatchObject({ knownStatus: "STOPPED", exitCode: 3, finishedAt: endedRun.finishedAt });
    const noRun = answered(
      "stop",
      { knownStatus: "RUNNING", dockerId, exitCode: 5 },
      { ok: true, observation: isDown },
    );
    expect(noRun).toMatchObject({ knownStatus: "STOPPED", exitCode: 5, retry: undefined });
  });

  it("owes nothing any more to what never ran, and does not say that it ended", () => {
    const started = { knownStatus: "CREATED", dockerId, stopOwed: true, startRequestedAt: EARLIER } as const;
    const container = answered("stop", { ...started, retry: anOldRetry }, { ok: true, observation: isDown });
    expect(container).toMatchObject({ knownStatus: "CREATED", stopOwed: false, retry: undefined });
    expect(container.startRequestedAt).toBeUndefined();
  });

  it("leaves no retry to what was never made", () => {
    const nothing = { desiredStatus: "STOPPED", startRequestedAt: EARLIER, retry: anOldRetry } as const;
    const absent = answered("stop", nothing, { ok: true, observation: { kind: "absent" } });
    expect(absent).toMatchObject({ retry: undefined, startRequestedAt: undefined });
    expect(answered("stop", nothing, { ok: true }).retry).toMatchObject({ attempts: 4 });
    const owed = { ...nothing, startRequestedAt: undefined, stopOwed: true };
    expect(answered("stop", owed, { ok: true }).retry).toMatchObject({ attempts: 4 });
  });

  it("asks for nothing more once it is STOPPED and nothing is owed", () => {
    expect(answered("stop", { knownStatus: "STOPPED", dockerId }, { ok: true }).retry).toBeUndefined();
    const owed = { knownStatus: "STOPPED", dockerId, stopOwed: true } as const;
    expect(answered("stop", owed, { ok: true, observation: isUp }).retry).toMatchObject({
      action: "stop",
      attempts: 1,
    });
  });
});

describe("foldActionResult() of what failed", () => {
  it("a manifest or a pull leaves its error for the create, which blames it only for a missing image", () => {
    expect(answered("resolveManifest", {}, failed(refused))).toMatchObject({ pullError: error });
    expect(answered("pull", {}, failed(refused))).toMatchObject({ pullError: error, knownStatus: "PULLED" });
    const missing = failed({ ...refused, status: 404 });
    expect(answered("create", { pullError }, missing).error).toEqual(pullError);
    expect(answered("create", {}, missing).error).toEqual(error);
    expect(answered("create", { pullError }, failed(refused)).error).toEqual(error);
  });

  it("a start says what exists by now, so that it is removed and its ports come back", () => {
    const created = { knownStatus: "CREATED", dockerId, hostPorts: [lease(40000)] } as const;
    const anew = { ...refused, dockerId: another, hostPorts: [lease(40005)], exitCode: 127 };
    expect(answered("start", created, failed(anew))).toMatchObject({
      desiredStatus: "STOPPED",
      dockerId: another,
      hostPorts: [lease(40005)],
      exitCode: 127,
      stopOwed: false,
    });
    const kept = answered("start", { ...created, exitCode: 1 }, failed({ ...refused, exitCode: 127 }));
    expect(kept).toMatchObject({ dockerId, hostPorts: [lease(40000)], exitCode: 1 });
  });

  it("an answer to a second try proves nothing about the first, and tells all the same what it knows", () => {
    const again = answered("start", { knownStatus: "CREATED" }, failed({ ...refused, dockerId: another }), {
      flight: { again: true },
    });
    expect(again).toMatchObject({ stopOwed: true, error, dockerId: another });
  });

  it("a restart ends the container by the run before, with the failure beside it", () => {
    const restart = { count: 1, pending: true, endedRun };
    const restarting = { knownStatus: "RUNNING", dockerId, startRequestedAt: EARLIER, restart } as const;
    const container = answered("restart", restarting, failed(refused));
    expect(container).toMatchObject({ knownStatus: "STOPPED", desiredStatus: "STOPPED", exitCode: 3 });
    expect(container).toMatchObject({ pullError: error, startRequestedAt: undefined });
    const unsure = answered("restart", restarting, failed(unanswered));
    expect(unsure).toMatchObject({ knownStatus: "RUNNING", desiredStatus: "STOPPED", stopOwed: true });
  });

  it("a restart that was seen to work, or whose container has ended, counts for nothing", () => {
    const seen = { knownStatus: "RUNNING", restart: { count: 1, pending: false, endedRun } } as const;
    expect(answered("restart", seen, failed(refused))).toMatchObject({
      knownStatus: "RUNNING",
      desiredStatus: "RUNNING",
    });
    const ended = { knownStatus: "STOPPED", exitCode: 8, restart: { count: 1, pending: true, endedRun } } as const;
    expect(answered("restart", ended, failed(unanswered))).toMatchObject({ exitCode: 8, stopOwed: false });
  });

  it("a stop of what is missing is its end, and is not tried again", () => {
    const missing = answered("stop", { knownStatus: "RUNNING", dockerId }, failed({ ...refused, status: 404 }));
    expect(missing).toMatchObject({ knownStatus: "STOPPED", retry: undefined });
  });

  it("CORE-14: only stops that were refused lead to SIGKILL, those that never got there do not", () => {
    const stop = (attempts: number, failure: Failure) =>
      answered("stop", { knownStatus: "RUNNING", dockerId, retry: { ...anOldRetry, attempts } }, failed(failure)).retry
        ?.attempts;
    expect(stop(4, refused)).toBe(5);
    expect(stop(4, unanswered)).toBe(5);
    expect([stop(1, away), stop(3, away), stop(4, away), stop(7, away)]).toEqual([2, 4, 4, 7]);
  });

  it("stops and removals are counted apart", () => {
    const ended = { knownStatus: "STOPPED", dockerId, retry: { ...anOldRetry, attempts: 4 } } as const;
    expect(answered("remove", ended, failed(refused)).retry).toMatchObject({ action: "remove", attempts: 1 });
    const removal = { ...ended, retry: { ...anOldRetry, action: "remove" as const } };
    expect(answered("remove", removal, failed(refused)).retry).toMatchObject({ action: "remove", attempts: 4 });
  });

  it("a pull stops the task under `always`, whatever the container is; nothing else does, nor what has ended", () => {
    const always = { config: { pullBehaviour: "always" as const } };
    const task = taskAfter("pull", {}, failed({ ...refused, error: pullError }), always);
    expect(task).toMatchObject({ desiredStatus: "STOPPED", stopCode: "TaskFailedToStart" });
    expect(taskAfter("create", { essential: false }, failed(refused), always).desiredStatus).toBe("RUNNING");
    const over = taskAfter("pull", { knownStatus: "STOPPED", essential: false }, failed(refused), always);
    expect(over.desiredStatus).toBe("RUNNING");
    expect(findContainer(over, "web")?.error).toBeUndefined();
  });
});

describe("foldActionResult() and the times of pulls", () => {
  it("EN-67: has the first begin and the last end, also of those that failed, and none where nothing was pulled", () => {
    const known = { task: { pullStartedAt: EARLIER, pullStoppedAt: EARLIER } };
    const later = taskAfter("pull", {}, { ok: true, pullStartedAt: asEpochMs(950_000) }, known);
    expect(later).toMatchObject({ pullStartedAt: EARLIER, pullStoppedAt: NOW });
    const sooner = taskAfter("pull", {}, { ok: true, pullStartedAt: asEpochMs(850_000) }, known);
    expect(sooner.pullStartedAt).toBe(850_000);
    const failure = taskAfter("pull", {}, failed({ ...refused, pullStartedAt: EARLIER }));
    expect(failure).toMatchObject({ pullStartedAt: EARLIER, pullStoppedAt: NOW });
    expect(taskAfter("pull", {}, { ok: true }).pullStoppedAt).toBeUndefined();
    expect(taskAfter("create", {}, { ok: true, pullStartedAt: EARLIER }).pullStoppedAt).toBeUndefined();
  });
});
