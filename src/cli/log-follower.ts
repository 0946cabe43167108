/**
 * Follows what the containers of one task print, from the first line to the last.
 *
 * INVARIANTS
 * - Each line is passed on once and in order, over restarts of the container and of the daemon.
 * - A container's log is done only after a read that began when its end was known, and went on where the one before stopped.
 */
import { asEpochMs, type DockerId } from "../core/brand.ts";
import { EngineError } from "../core/errors.ts";
import { isRunningStatus } from "../core/status.ts";
import { type Container, isInternal, type Task } from "../core/task.ts";
import type { Clock } from "../ports/clock.ts";
import type { DockerClient, LogLine } from "../ports/docker-client.ts";
import { LogPosition } from "./log-position.ts";

/** Between two reads of a log that broke off, ms: doubled from the first to the last. */
const FIRST_PAUSE_MS = 200;
const LAST_PAUSE_MS = 2_000;
/** Reads in a row that fail before a log is given up. */
const MAX_FAILURES = 60;
/** So many lines of its end are looked at to see whether a log has been read to its end: to find that, Docker reads a log from its beginning. */
const LAST_LINES = [100, 10_000];

export type LogFollowerOptions = {
  readonly docker: Pick<DockerClient, "logs">;
  readonly clock: Clock;
  /** Lines that came together, at least one. No more are read before it resolves. */
  readonly onLines: (containerName: string, lines: readonly LogLine[]) => Promise<void>;
  /** A log that cannot be read at all, said once a container. */
  readonly onUnreadable: (containerName: string, reason: string) => void;
};

export interface LogFollower {
  /** A new snapshot of the task: takes up containers that have started, notices those that have ended. */
  taskChanged(task: Task): void;
  /**
   * Resolves when all that ended containers printed has been passed on and taken in. As long as lines come it is waited for;
   * after a silence of `silenceMs`, or when `left` resolves, the rest is given up and none of it passed on any more.
   * @returns what was given up
   */
  caughtUp(silenceMs: number, left: Promise<void>): Promise<readonly CutLog[]>;
  /** Stops reading at once. */
  close(): void;
}

/** A log that is not shown to its end. */
export type CutLog = { readonly containerName: string; readonly linesShown: number };

type FollowedLog = {
  readonly containerName: string;
  readonly dockerId: DockerId;
  readonly position: LogPosition;
  /** The container will print nothing more. */
  ended: boolean;
  /** All has been passed on, or nobody waits for it any more. */
  finished: boolean;
  /** Lines that came, those that were known included: as long as it grows the log is being read. */
  heard: number;
  /** What came has been taken in. As long as it is not, the log cannot go on, and its silence is ours. */
  isTaken: boolean;
  readonly reading: AbortController;
  /** Ends a pause between two reads. */
  wake: () => void;
};

type Reading = LogFollowerOptions & { readonly signal: AbortSignal };

export function createLogFollower(options: LogFollowerOptions): LogFollower {
  const logs = new Map<DockerId, { readonly log: FollowedLog; readonly done: Promise<void> }>();
  const closing = new AbortController();

  function followed(container: Container, dockerId: DockerId): FollowedLog {
    const known = logs.get(dockerId);
    if (known !== undefined) return known.log;
    const log: FollowedLog = {
      containerName: container.name,
      dockerId,
      position: new LogPosition(),
      ended: false,
      finished: false,
      heard: 0,
      isTaken: true,
      reading: new AbortController(),
      wake: () => undefined,
    };
    const signal = AbortSignal.any([closing.signal, log.reading.signal]);
    const done = follow(log, { ...options, signal }).finally(() => {
      log.finished = true;
    });
    logs.set(dockerId, { log, done });
    return log;
  }

  return {
    taskChanged(task) {
      for (const container of task.containers) {
        if (container.dockerId === undefined || !mayHavePrinted(container)) continue;
        const log = followed(container, container.dockerId);
        if (container.knownStatus === "STOPPED") end(log);
      }
    },
    async caughtUp(silenceMs, left) {
      const ended = [...logs.values()].filter(({ log }) => log.ended && !log.finished);
      const all = Promise.all(ended.map(({ done }) => done)).then(() => "done" as const);
      const heard = () => ended.reduce((count, { log }) => count + log.heard, 0);
      const isWaiting = () => ended.some(({ log }) => !log.isTaken);
      for (let before = -1; heard() > before || isWaiting(); ) {
        before = heard();
        const silence = pause(options.clock, silenceMs);
        const outcome = await Promise.race([all, left.then(() => "left" as const), silence.over]);
        silence.cancel();
        if (outcome === "done") return [];
        if (outcome === "left") break;
      }
      return ended.filter(({ log }) => !log.finished).map(({ log }) => cut(log));
    },
    close() {
      closing.abort();
      for (const { log } of logs.values()) log.wake();
    },
  };
}

function cut(log: FollowedLog): CutLog {
  log.reading.abort();
  log.wake();
  return { containerName: log.containerName, linesShown: log.position.count };
}

function end(log: FollowedLog): void {
  if (log.ended) return;
  log.ended = true;
  log.wake();
}

function mayHavePrinted(container: Container): boolean {
  if (isInternal(container)) return false;
  const ended = container.knownStatus === "STOPPED" && container.startedAt !== undefined;
  return ended || isRunningStatus(container.knownStatus);
}

async function follow(log: FollowedLog, reading: Reading): Promise<void> {
  let failures = 0;
  while (!reading.signal.aborted) {
    const last = log.ended;
    const before = log.position.count;
    const failure = last ? await readToEnd(log, reading) : await readOnce(log, reading);
    if (reading.signal.aborted || (failure === undefined && last)) return;
    failures = failure === undefined || log.position.count > before ? 0 : failures + 1;
    if (failure !== undefined && (isFinal(failure) || failures > MAX_FAILURES)) {
      return reading.onUnreadable(log.containerName, failure.message);
    }
    // The end became known during this read: what is left is read at once.
    if (failure === undefined && log.ended) continue;
    await untilNextRead(log, failures, reading.clock);
  }
}

/** The daemon answered, and will give the same answer again: the container is gone, or its log driver cannot be read. */
function isFinal(failure: Error): boolean {
  if (!(failure instanceof EngineError)) return false;
  return failure.name === "NoSuchContainerError" || (!failure.retryable && failure.status !== undefined);
}

/** Reads what is left of a log that will not grow any more. @returns what broke the reading off, if anything did */
async function readToEnd(log: FollowedLog, reading: Reading): Promise<Error | undefined> {
  for (const tail of log.position.count === 0 ? [] : LAST_LINES) {
    const failure = await readOnce(log, reading, tail);
    if (failure !== undefined || log.position.isJoined || reading.signal.aborted) return failure;
  }
  return await readOnce(log, reading);
}

/** Reads on from where the log is. @returns what broke the reading off, if anything did */
async function readOnce(log: FollowedLog, reading: Reading, tail?: number): Promise<Error | undefined> {
  const since = log.position.beginRead({ tail: tail !== undefined });
  const request = {
    follow: !log.ended,
    signal: reading.signal,
    ...(since === undefined ? {} : { since }),
    ...(tail === undefined ? {} : { tail }),
  };
  try {
    for await (const lines of reading.docker.logs(log.dockerId, request)) {
      if (reading.signal.aborted) return undefined;
      log.heard += lines.length;
      const taken = log.position.take(lines);
      if (taken.length > 0) await passOn(log, taken, reading);
    }
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

async function passOn(log: FollowedLog, lines: readonly LogLine[], { onLines }: Reading): Promise<void> {
  log.isTaken = false;
  await onLines(log.containerName, lines);
  log.isTaken = true;
}

async function untilNextRead(log: FollowedLog, failures: number, clock: Clock): Promise<void> {
  const wait = pause(clock, Math.min(LAST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures, 10)));
  const woken = new Promise<void>((resolve) => {
    log.wake = resolve;
  });
  await Promise.race([wait.over, woken]);
  wait.cancel();
  log.wake = () => undefined;
}

function pause(clock: Clock, ms: number): { readonly over: Promise<void>; readonly cancel: () => void } {
  let cancel: () => void = () => undefined;
  const over = new Promise<void>((resolve) => {
    cancel = clock.schedule(asEpochMs(clock.now() + ms), resolve);
  });
  return { over, cancel };
}
