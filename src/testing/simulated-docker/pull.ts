/** `POST /images/create`: from the registry into the daemon, layer by layer. */
import { asEpochMs } from "../../core/brand.ts";
import type { Clock } from "../../ports/clock.ts";
import type { LayerProgress, PullOptions } from "../../ports/docker-client.ts";
import { CallTimeout, ConnectionLost, StreamError } from "./call-failure.ts";
import { type Connection, never } from "./connection.ts";
import type { CallFault } from "./faults.ts";
import { drawLatency } from "./latency.ts";
import { OPERATIONS } from "./operations.ts";
import { formatReference, parseReference } from "./references.ts";
import type { RegistryImage } from "./registry.ts";

type Report = (progress: LayerProgress) => void;
type PullContext = { readonly fault?: CallFault; readonly isOver: () => boolean; readonly report: Report };

const BEGIN_TIMEOUT_MS = 5 * 60_000;
const INACTIVITY_TIMEOUT_MS = 60_000;

/** @throws {DockerRefusal} {@link StreamError} {@link CallTimeout} {@link ConnectionLost} */
export async function pullThrough(connection: Connection, reference: string, options: PullOptions): Promise<void> {
  const abandoned = new AbortController();
  const watch = new PullWatch(connection.exchange.state.clock, options);
  const signal = options.signal === undefined ? abandoned.signal : AbortSignal.any([options.signal, abandoned.signal]);
  const call = {
    operation: "pullImage",
    subject: reference,
    signal,
    timeoutMs: options.timeoutMs ?? OPERATIONS.pullImage.timeoutMs,
  } as const;
  const report = (progress: LayerProgress): void => {
    watch.lineArrived();
    options.onProgress?.(progress);
  };
  try {
    await Promise.race([
      connection.perform(call, (context) => pullImage(connection, reference, options, { ...context, report })),
      watch.expired,
    ]);
  } finally {
    watch.stop();
    // A pull ends with its connection.
    abandoned.abort();
  }
}

/** What the daemon does; the limits are the client's business. @throws {DockerRefusal} {@link StreamError} */
export async function pullImage(
  connection: Connection,
  reference: string,
  options: Pick<PullOptions, "auth">,
  context: PullContext,
): Promise<void> {
  const { state } = connection.exchange;
  const image = state.registry.find(reference, options.auth);
  if (state.images.find(image.imageId) === undefined) await pullLayers(connection, image, context);
  if (context.isOver()) return;
  const parsed = parseReference(reference);
  const names = {
    tag: parsed.tag === undefined ? undefined : formatReference(parsed),
    repoDigest: `${parsed.repository}@${image.digest}`,
  };
  state.images.add(image, names, state.clock.now());
  const attributes = { ...image.config.labels, name: formatReference(parsed) };
  state.emit({ type: "image", action: "pull", id: formatReference(parsed), attributes });
}

async function pullLayers(connection: Connection, image: RegistryImage, context: PullContext): Promise<void> {
  const { latency, state } = connection.exchange;
  const lines = new LineCounter(context);
  for (const layer of image.layers) lines.report({ layer: layer.id, status: "Pulling fs layer" });
  for (const [index, layer] of image.layers.entries()) {
    if (strikesAt(context.fault, index)) await strike(context.fault);
    const halfMs = drawLatency(latency.layer, state.random) / 2;
    await connection.sleep(halfMs);
    if (context.isOver()) return;
    const half = Math.floor(layer.sizeBytes / 2);
    lines.report({ layer: layer.id, status: "Downloading", currentBytes: half, totalBytes: layer.sizeBytes });
    await connection.sleep(halfMs);
    if (context.isOver()) return;
    for (const status of ["Download complete", "Pull complete"]) lines.report({ layer: layer.id, status });
  }
}

/** Breaks the stream after as many lines as the fault says. */
class LineCounter {
  readonly #report: Report;
  #left: number;

  constructor({ fault, report }: PullContext) {
    this.#report = report;
    this.#left = fault?.kind === "connectionReset" ? (fault.afterItems ?? 0) : Number.POSITIVE_INFINITY;
  }

  report(progress: LayerProgress): void {
    if (this.#left-- <= 0) throw new ConnectionLost("unexpected EOF", true);
    this.#report(progress);
  }
}

function strikesAt(fault: CallFault | undefined, layer: number): boolean {
  return (fault?.kind === "pullStuck" || fault?.kind === "pullError") && (fault.atLayer ?? 0) === layer;
}

async function strike(fault: CallFault | undefined): Promise<void> {
  if (fault?.kind === "pullError") throw new StreamError(fault.message ?? "unexpected EOF while reading layer");
  await never();
}

/** The limits between the lines of a pull. */
class PullWatch {
  readonly expired: Promise<never>;
  readonly #clock: Clock;
  readonly #inactivityMs: number;
  #reject: (reason: unknown) => void = () => undefined;
  #cancel: () => void;

  constructor(
    clock: Clock,
    { beginTimeoutMs = BEGIN_TIMEOUT_MS, inactivityTimeoutMs = INACTIVITY_TIMEOUT_MS }: PullOptions,
  ) {
    this.#clock = clock;
    this.#inactivityMs = inactivityTimeoutMs;
    this.expired = new Promise((_resolve, reject) => {
      this.#reject = reject;
    });
    this.#cancel = this.#arm(beginTimeoutMs, () => new CallTimeout(beginTimeoutMs, "pullBegin"));
  }

  lineArrived(): void {
    this.#cancel();
    this.#cancel = this.#arm(this.#inactivityMs, () => new StreamError("inactivity time exceeded timeout", true));
  }

  stop(): void {
    this.#cancel();
  }

  #arm(ms: number, failure: () => Error): () => void {
    return this.#clock.schedule(asEpochMs(this.#clock.now() + ms), () => this.#reject(failure()));
  }
}
