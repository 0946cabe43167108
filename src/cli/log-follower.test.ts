import { describe, expect, it } from "vitest";
import { asDockerId, asEpochMs } from "../core/brand.ts";
import { EngineError } from "../core/errors.ts";
import type { Task } from "../core/task.ts";
import type { DockerClient, LogLine } from "../ports/docker-client.ts";
import { aContainer, aTask } from "../testing/builders.ts";
import { SimulatedClock } from "../testing/simulated-clock.ts";
import { createLogFollower } from "./log-follower.ts";

const line = (second: number, text: string): LogLine => ({
  stream: "stdout",
  at: asEpochMs(second * 1_000),
  timestamp: `2026-01-01T00:00:${String(second).padStart(2, "0")}.000000000Z`,
  text,
});

type Request = Parameters<DockerClient["logs"]>[1];
/** One answer a read: lines, then a failure or the end. */
type Answer = { readonly lines: readonly LogLine[]; readonly failure?: Error; readonly hangs?: true };

function scriptedLogs(answers: readonly Answer[]) {
  const requests: Request[] = [];
  const logs: DockerClient["logs"] = async function* (_id, request) {
    const answer = answers[Math.min(requests.length, answers.length - 1)] ?? { lines: [] };
    requests.push(request);
    for (const each of answer.lines.filter(
      ({ timestamp }) => request.since === undefined || timestamp >= request.since,
    ))
      yield [each];
    if (answer.failure !== undefined) throw answer.failure;
    if (answer.hangs)
      await new Promise((_, reject) => request.signal?.addEventListener("abort", () => reject(request.signal?.reason)));
  };
  return { logs, requests };
}

const container = aContainer({
  name: "web",
  knownStatus: "RUNNING",
  startedAt: asEpochMs(1),
  dockerId: asDockerId("d1"),
});
const running: Task = aTask({ containers: [container] });
const ended: Task = aTask({ containers: [{ ...container, knownStatus: "STOPPED", exitCode: 0 }] });

function followed(answers: readonly Answer[]) {
  const clock = new SimulatedClock();
  const docker = scriptedLogs(answers);
  const lines: string[] = [];
  const unreadable: string[] = [];
  const follower = createLogFollower({
    docker,
    clock,
    onLines: async (name, came) => void lines.push(...came.map(({ text }) => `${name} ${text}`)),
    onUnreadable: (name, reason) => unreadable.push(`${name} ${reason}`),
  });
  return { clock, follower, lines, unreadable, requests: docker.requests };
}

const NOBODY_LEAVES = new Promise<void>(() => undefined);

/** A log whose lines come one by one, so many ms apart. */
function trickle(clock: SimulatedClock, lines: readonly LogLine[], everyMs: number): DockerClient["logs"] {
  return async function* (_id, request) {
    for (const each of lines.filter(({ timestamp }) => request.since === undefined || timestamp >= request.since)) {
      await new Promise<void>((resolve) => void clock.schedule(asEpochMs(clock.now() + everyMs), resolve));
      yield [each];
    }
  };
}

function trickling(lines: readonly LogLine[], everyMs: number) {
  const clock = new SimulatedClock();
  const shown: string[] = [];
  const docker = { logs: trickle(clock, lines, everyMs) };
  const onLines = async (_: string, lines: readonly LogLine[]) => void shown.push(...lines.map(({ text }) => text));
  const follower = createLogFollower({ docker, clock, onLines, onUnreadable: () => undefined });
  follower.taskChanged(ended);
  return { clock, follower, shown };
}

const gone = new EngineError("CannotInspectContainerError", "connection reset", { retryable: true });

describe("createLogFollower()", () => {
  it("passes on all lines and reads once more after the end was known", async () => {
    const { clock, follower, lines, requests } = followed([
      { lines: [line(1, "one")] },
      { lines: [line(1, "one"), line(2, "last words")] },
    ]);
    follower.taskChanged(running);
    await clock.advance(0);
    follower.taskChanged(ended);
    const caughtUp = follower.caughtUp(5_000, NOBODY_LEAVES);
    await clock.advance(1_000);
    await caughtUp;
    expect(lines).toEqual(["web one", "web last words"]);
    expect(requests.map(({ follow, tail }) => [follow, tail])).toEqual([
      [true, undefined],
      [false, 100],
    ]);
  });

  it("reads all that is left when it does not know the last lines", async () => {
    const { clock, follower, lines, requests } = followed([
      { lines: [line(1, "one")] },
      { lines: [line(7, "the rest of a long line"), line(8, "last words")] },
      { lines: [line(8, "last words")] },
      { lines: [line(1, "one"), line(2, "two"), line(8, "last words")] },
    ]);
    follower.taskChanged(running);
    await clock.advance(0);
    follower.taskChanged(ended);
    expect(await follower.caughtUp(5_000, NOBODY_LEAVES)).toEqual([]);
    expect(lines).toEqual(["web one", "web two", "web last words"]);
    expect(requests.map(({ tail }) => tail)).toEqual([undefined, 100, 10_000, undefined]);
  });

  it("waits for who takes lines in slowly, however long that takes, and reads no more meanwhile", async () => {
    let take: () => void = () => undefined;
    const read: string[] = [];
    const logs: DockerClient["logs"] = async function* () {
      for (const each of many) {
        read.push(each.text);
        yield [each];
      }
    };
    const onLines = () =>
      new Promise<void>((resolve) => {
        take = resolve;
      });
    const clock = new SimulatedClock();
    const follower = createLogFollower({ docker: { logs }, clock, onLines, onUnreadable: () => undefined });
    follower.taskChanged(ended);
    const caughtUp = follower.caughtUp(5_000, NOBODY_LEAVES);
    for (let count = 1; count <= many.length; count++) {
      await clock.advance(60_000);
      expect(read).toHaveLength(count);
      take();
    }
    await clock.advance(0);
    expect(await caughtUp).toEqual([]);
  });

  it("goes on where it was after the daemon went away, without loss and without doubles", async () => {
    const all = [line(1, "one"), line(2, "two"), line(2, "two"), line(3, "three")];
    const { clock, follower, lines, requests } = followed([
      { lines: all.slice(0, 2), failure: gone },
      { lines: [], failure: gone },
      { lines: all },
    ]);
    follower.taskChanged(running);
    await clock.advance(5_000);
    follower.taskChanged(ended);
    const caughtUp = follower.caughtUp(5_000, NOBODY_LEAVES);
    await clock.advance(5_000);
    await caughtUp;
    expect(lines).toEqual(["web one", "web two", "web two", "web three"]);
    expect(requests[1]?.since).toBe(line(1, "").timestamp);
  });

  it("waits longer and longer between reads that fail", async () => {
    const { clock, follower, requests } = followed([{ lines: [], failure: gone }]);
    follower.taskChanged(running);
    await clock.advance(60_000);
    expect(requests.length).toBeGreaterThan(20);
    expect(requests.length).toBeLessThan(40);
    follower.close();
  });

  it("gives up on a log that cannot be read, and says so once", async () => {
    const driver = new EngineError("UnknownError", "configured logging driver does not support reading", {
      status: 501,
    });
    const { clock, follower, unreadable, requests } = followed([{ lines: [], failure: driver }]);
    follower.taskChanged(running);
    await clock.advance(10_000);
    follower.taskChanged(ended);
    await follower.caughtUp(5_000, NOBODY_LEAVES);
    expect(unreadable).toEqual(["web configured logging driver does not support reading"]);
    expect(requests).toHaveLength(1);
  });

  const many = Array.from({ length: 20 }, (_, index) => line(index, `line ${index}`));

  it("waits for the end of a log as long as lines come, however long that takes", async () => {
    const { clock, follower, shown } = trickling(many, 4_000);
    const caughtUp = follower.caughtUp(5_000, NOBODY_LEAVES);
    await clock.advance(200_000);
    expect(await caughtUp).toEqual([]);
    expect(shown).toEqual(many.map(({ text }) => text));
  });

  it("gives a log up after a silence, says how much of it was shown, and passes on nothing more", async () => {
    const { clock, follower, shown } = trickling(many, 6_000);
    const caughtUp = follower.caughtUp(5_000, NOBODY_LEAVES);
    await clock.advance(5_000);
    expect(await caughtUp).toEqual([{ containerName: "web", linesShown: 0 }]);
    await clock.advance(300_000);
    expect(shown).toEqual([]);
  });

  it("gives a log up when somebody leaves", async () => {
    const { clock, follower, shown } = trickling(many, 1_000);
    let leave: () => void = () => undefined;
    const left = new Promise<void>((resolve) => {
      leave = resolve;
    });
    const caughtUp = follower.caughtUp(5_000, left);
    await clock.advance(3_500);
    leave();
    expect(await caughtUp).toEqual([{ containerName: "web", linesShown: 3 }]);
    await clock.advance(60_000);
    expect(shown).toHaveLength(3);
  });

  it("does not wait for ever for a log that does not end", async () => {
    const { clock, follower } = followed([{ lines: [line(1, "one")], hangs: true }]);
    follower.taskChanged(running);
    await clock.advance(0);
    follower.taskChanged(ended);
    const caughtUp = follower.caughtUp(5_000, NOBODY_LEAVES);
    await clock.advance(5_000);
    await caughtUp;
    follower.close();
    await clock.advance(0);
    expect(clock.pending).toBe(0);
  });

  it("reads nothing of containers that never ran, nor of internal ones", async () => {
    const { clock, follower, requests } = followed([{ lines: [] }]);
    const created = aContainer({ name: "a", knownStatus: "CREATED", dockerId: asDockerId("d2") });
    const pause = aContainer({ name: "p", type: "CNI_PAUSE", knownStatus: "RUNNING", dockerId: asDockerId("d3") });
    const never = aContainer({ name: "b", knownStatus: "STOPPED", dockerId: asDockerId("d4") });
    follower.taskChanged(aTask({ containers: [created, pause, never] }));
    await clock.advance(1_000);
    expect(requests).toEqual([]);
  });
});
