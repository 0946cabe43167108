/** Logs and stats as streams. */
import { asEpochMs } from "../../core/brand.ts";
import type { ContainerStats, LogLine } from "../../ports/docker-client.ts";
import { AsyncQueue } from "./async-queue.ts";
import { ConnectionLost } from "./call-failure.ts";
import type { Connection } from "./connection.ts";
import type { SimulatedContainer } from "./container.ts";
import type { DaemonState } from "./daemon-state.ts";
import type { CallFault } from "./faults.ts";

const SAMPLE_INTERVAL_MS = 1_000;
const NS_PER_MS = 1_000_000;
const MIB = 1_048_576;

export type LogRequest = {
  readonly follow: boolean;
  readonly since?: string;
  readonly tail?: number;
  readonly signal?: AbortSignal;
};

/** How many items a stream may have before the fault, if it is one of streams, breaks it. */
export function itemsUntilReset(fault: CallFault | undefined): number {
  return fault?.kind === "connectionReset" ? (fault.afterItems ?? 0) : Number.POSITIVE_INFINITY;
}

/** A queue that ends with the signal and fails when the connection breaks. */
class Stream<T> {
  readonly queue: AsyncQueue<T>;
  readonly #cleanUps: (() => void)[] = [];

  constructor(connection: Connection, signal: AbortSignal | undefined) {
    this.queue = new AsyncQueue(() => this.#cleanUp());
    const end = (): void => this.end();
    signal?.addEventListener("abort", end, { once: true });
    this.onEnd(() => signal?.removeEventListener("abort", end));
    this.onEnd(connection.onBroken(() => this.break()));
    if (signal?.aborted === true) this.end();
  }

  onEnd(cleanUp: () => void): void {
    this.#cleanUps.push(cleanUp);
  }

  end(): void {
    this.queue.end();
    this.#cleanUp();
  }

  break(): void {
    this.queue.fail(new ConnectionLost("unexpected EOF", true));
    this.#cleanUp();
  }

  #cleanUp(): void {
    for (const cleanUp of this.#cleanUps.splice(0)) cleanUp();
  }
}

/** @throws {ConnectionLost} from the iterator, when a fault or the daemon's end breaks the stream */
export function openLogs(
  connection: Connection,
  container: SimulatedContainer,
  request: LogRequest,
  fault?: CallFault,
): AsyncIterable<LogLine> {
  const stream = new Stream<LogLine>(connection, request.signal);
  let left = itemsUntilReset(fault);
  const push = (line: LogLine): void => {
    if (left-- <= 0) stream.break();
    else stream.queue.push(line);
  };
  for (const line of container.log.read(request)) push(line);
  if (!request.follow || !container.isRunning) {
    stream.end();
    return stream.queue;
  }
  stream.onEnd(container.log.follow(push));
  container.onExit(() => stream.end());
  return stream.queue;
}

export function openStats(
  connection: Connection,
  container: SimulatedContainer,
  { signal }: { readonly signal: AbortSignal },
  fault?: CallFault,
): AsyncIterable<ContainerStats> {
  const { state } = connection.exchange;
  const stream = new Stream<ContainerStats>(connection, signal);
  let cancel: () => void = () => undefined;
  let isOver = false;
  let left = itemsUntilReset(fault);
  const sample = (): void => {
    if (left-- <= 0) {
      stream.break();
      return;
    }
    stream.queue.push(sampleOf(state, container));
    later();
  };
  const later = (): void => {
    if (isOver) return;
    cancel = state.clock.schedule(asEpochMs(state.clock.now() + SAMPLE_INTERVAL_MS), sample);
  };
  stream.onEnd(() => {
    isOver = true;
    cancel();
  });
  if (container.isRunning) later();
  else stream.end();
  container.onExit(() => stream.end());
  return stream.queue;
}

/** Counters grow evenly with the time that the container has run. */
export function sampleOf(state: DaemonState, container: SimulatedContainer): ContainerStats {
  const now = state.clock.now();
  const runningMs = container.isRunning ? now - (container.startedAt ?? now) : 0;
  const {
    cpus = 0.01,
    memoryMiB = 16,
    networkBytesPerSecond = 0,
    blockBytesPerSecond = 0,
  } = container.script.usage ?? {};
  const transferred = (perSecond: number): number => Math.floor((perSecond * runningMs) / 1_000);
  return {
    readAt: now,
    cpuTotalNs: Math.floor(cpus * runningMs * NS_PER_MS),
    systemCpuNs: now * state.info.cpus * NS_PER_MS,
    onlineCpus: state.info.cpus,
    memoryUsageBytes: container.isRunning ? memoryMiB * MIB : 0,
    memoryCacheBytes: 0,
    memoryLimitBytes: container.hostConfig.Memory || state.info.memoryMiB * MIB,
    networkRxBytes: transferred(networkBytesPerSecond),
    networkTxBytes: transferred(networkBytesPerSecond),
    blockReadBytes: transferred(blockBytesPerSecond),
    blockWriteBytes: transferred(blockBytesPerSecond),
    pids: container.isRunning ? 1 : 0,
  };
}
