/**
 * What goes wrong: named faults for the next calls, or faults drawn from a seed. Every fault that was injected is
 * counted by its kind.
 */
import { SeededRandom } from "../seeded-random.ts";
import type { DockerOperation } from "./operations.ts";

export type CallFault =
  /** The call takes this much longer. */
  | { readonly kind: "latency"; readonly ms: number }
  /** The daemon answers with an error (500 unless set) and does nothing. */
  | { readonly kind: "errorBeforeEffect"; readonly status?: number; readonly message?: string }
  /** The daemon does it, and the connection is gone before the answer. */
  | { readonly kind: "errorAfterEffect" }
  /** No answer until the caller's limit, or for this long. With `takesEffect` the daemon does it at the beginning. */
  | { readonly kind: "hang"; readonly forMs?: number; readonly takesEffect?: boolean }
  /** The connection breaks: of a plain call before the daemon does anything, of a stream after so many items. */
  | { readonly kind: "connectionReset"; readonly afterItems?: number }
  /** On create: somebody else has the name. */
  | { readonly kind: "nameConflict" }
  /** On create, pull and volumes: no space left on the device. */
  | { readonly kind: "diskFull" }
  /** The pull's stream says nothing more from this layer (0 is the first) on. */
  | { readonly kind: "pullStuck"; readonly atLayer?: number }
  /** An error inside the pull's 200 stream. */
  | { readonly kind: "pullError"; readonly atLayer?: number; readonly message?: string };

export type EventFault =
  | { readonly kind: "eventLost" }
  | { readonly kind: "eventLate"; readonly ms: number }
  /** Comes twice, the second time this much later. */
  | { readonly kind: "eventDoubled"; readonly afterMs?: number }
  /** Changes places with the next event of the feed. */
  | { readonly kind: "eventReordered" };

export type Fault = CallFault | EventFault;
export type FaultKind = Fault["kind"] | "daemonRestart" | "clockJump" | "slowParallelStarts";

/** To whom a named fault is restricted. */
export type FaultTarget = {
  /** How many times it strikes; 1 unless set. */
  readonly times?: number;
  /** Only calls about this: a container's Docker name or id, an image reference, a volume's name. */
  readonly subject?: string | RegExp;
  /** Only events of this action. */
  readonly action?: string;
};

/** Odds that a seed is played with. */
export type FaultProfile = {
  /** Probability per call, or per event for event faults. */
  readonly rates: Partial<Readonly<Record<Fault["kind"], number>>>;
  /** Calls that can be struck; all unless set. */
  readonly operations?: readonly DockerOperation[];
  /** Range of added latency; 0 to 2 s unless set. */
  readonly latencyMs?: readonly [min: number, max: number];
  /** Range by which late and doubled events are late; 0 to 10 s unless set. */
  readonly eventDelayMs?: readonly [min: number, max: number];
  /** The daemon goes down about this often, for a time out of the range. */
  readonly daemonRestart?: {
    readonly everyMs: number;
    readonly downMs: readonly [min: number, max: number];
    readonly liveRestore?: boolean | "either";
  };
  /** A start takes this much longer for each other start under way. */
  readonly perStartMs?: number;
  /** The wall clock leaps about this often, by up to so much in either direction. */
  readonly clockJump?: { readonly everyMs: number; readonly maxMs: number };
};

type Named = { readonly fault: Fault; readonly target: FaultTarget; left: number };

const EVENT_KINDS: ReadonlySet<string> = new Set(["eventLost", "eventLate", "eventDoubled", "eventReordered"]);
const STREAMS: ReadonlySet<DockerOperation> = new Set(["events", "logs", "stats"]);
/** Kinds that only make sense for some calls. */
const ONLY_FOR: Partial<Readonly<Record<Fault["kind"], ReadonlySet<DockerOperation>>>> = {
  nameConflict: new Set(["createContainer"]),
  diskFull: new Set(["createContainer", "pullImage", "createVolume", "importImage"]),
  pullStuck: new Set(["pullImage"]),
  pullError: new Set(["pullImage"]),
};

/** What strikes the daemon as a whole and not one call; see {@link Chaos}. */
export type WholeDaemonFaults = { play(random: SeededRandom, profile: FaultProfile): void; stop(): void };

export class Faults {
  readonly #whole: WholeDaemonFaults;
  readonly #named = new Map<DockerOperation, Named[]>();
  readonly #counts: Partial<Record<FaultKind, number>> = {};
  #played: { readonly random: SeededRandom; readonly profile: FaultProfile } | undefined;
  #perStartMs = 0;

  constructor(whole: WholeDaemonFaults) {
    this.#whole = whole;
  }

  /** The next call of this kind (the next event, for `events`) meets the fault. Named faults strike in the order given. */
  next(operation: DockerOperation, fault: Fault, target: FaultTarget = {}): void {
    const named = this.#named.get(operation) ?? [];
    named.push({ fault, target, left: target.times ?? 1 });
    this.#named.set(operation, named);
  }

  /** Every call of this kind meets the fault. @returns what ends it */
  always(operation: DockerOperation, fault: Fault, target: FaultTarget = {}): () => void {
    const named: Named = { fault, target, left: Number.POSITIVE_INFINITY };
    this.#named.set(operation, [...(this.#named.get(operation) ?? []), named]);
    return () => {
      named.left = 0;
    };
  }

  /** A start takes this much longer for each other start under way, as on a busy daemon. */
  slowParallelStarts(perStartMs: number): void {
    this.#perStartMs = perStartMs;
  }

  /** How often each kind has struck. */
  get counts(): Readonly<Partial<Record<FaultKind, number>>> {
    return { ...this.#counts };
  }

  /**
   * From now on faults come as the seed and the profile say, including daemon restarts and clock jumps. These two keep
   * setting timers: call {@link calm} before waiting for the clock to be idle.
   */
  random(seed: number | string, profile: FaultProfile): void {
    const random = new SeededRandom(seed).fork("faults");
    this.#played = { random, profile };
    this.#perStartMs = profile.perStartMs ?? this.#perStartMs;
    this.#whole.play(random, profile);
  }

  /** No more faults; those that have struck are not undone. */
  calm(): void {
    this.#whole.stop();
    this.#named.clear();
    this.#played = undefined;
    this.#perStartMs = 0;
  }

  /** Used by the daemon. */
  count(kind: FaultKind): void {
    this.#counts[kind] = (this.#counts[kind] ?? 0) + 1;
  }

  /** Used by clients: what happens to this call. */
  drawCall(operation: DockerOperation, subject: string): CallFault | undefined {
    const fault = this.#takeNamed(operation, (named) => !isEventFault(named.fault) && concerns(named, subject));
    const drawn = fault ?? this.#drawPlayed((kind) => !EVENT_KINDS.has(kind) && this.#canStrike(kind, operation));
    if (drawn === undefined || isEventFault(drawn)) return undefined;
    this.count(drawn.kind);
    return drawn;
  }

  /** Used by feeds: what happens to this event. */
  drawEvent(action: string, subject: string): EventFault | undefined {
    const fault = this.#takeNamed(
      "events",
      (named) => isEventFault(named.fault) && concerns(named, subject) && (named.target.action ?? action) === action,
    );
    const drawn = fault ?? this.#drawPlayed((kind) => EVENT_KINDS.has(kind));
    if (drawn === undefined || !isEventFault(drawn)) return undefined;
    this.count(drawn.kind);
    return drawn;
  }

  /** Used by clients: how much longer a start takes when so many others are under way. */
  parallelStartDelayMs(others: number): number {
    if (this.#perStartMs === 0 || others === 0) return 0;
    this.count("slowParallelStarts");
    return this.#perStartMs * others;
  }

  #takeNamed(operation: DockerOperation, fits: (named: Named) => boolean): Fault | undefined {
    const list = this.#named.get(operation);
    if (list === undefined) return undefined;
    const found = list.find((named) => named.left > 0 && fits(named));
    if (found === undefined) return undefined;
    found.left--;
    if (found.left <= 0)
      this.#named.set(
        operation,
        list.filter(({ left }) => left > 0),
      );
    return found.fault;
  }

  #canStrike(kind: Fault["kind"], operation: DockerOperation): boolean {
    const operations = this.#played?.profile.operations;
    if (operations !== undefined && !operations.includes(operation)) return false;
    if (STREAMS.has(operation)) return kind === "connectionReset";
    return ONLY_FOR[kind]?.has(operation) ?? true;
  }

  /** One draw decides among all kinds, so a profile costs the same however many kinds it names. */
  #drawPlayed(applies: (kind: Fault["kind"]) => boolean): Fault | undefined {
    if (this.#played === undefined) return undefined;
    const { random, profile } = this.#played;
    let left = random.next();
    for (const [kind, rate] of Object.entries(profile.rates)) {
      if (!isFaultKind(kind) || !applies(kind)) continue;
      left -= rate;
      if (left < 0) return drawFault(kind, random, profile);
    }
    return undefined;
  }
}

function isEventFault(fault: Fault): fault is EventFault {
  return EVENT_KINDS.has(fault.kind);
}

function concerns({ target }: Named, subject: string): boolean {
  if (target.subject === undefined) return true;
  return typeof target.subject === "string" ? target.subject === subject : target.subject.test(subject);
}

const FAULT_KINDS: ReadonlySet<string> = new Set<Fault["kind"]>([
  "latency",
  "errorBeforeEffect",
  "errorAfterEffect",
  "hang",
  "connectionReset",
  "nameConflict",
  "diskFull",
  "pullStuck",
  "pullError",
  "eventLost",
  "eventLate",
  "eventDoubled",
  "eventReordered",
]);

function isFaultKind(kind: string): kind is Fault["kind"] {
  return FAULT_KINDS.has(kind);
}

/** The details that the profile leaves open. */
function drawFault(kind: Fault["kind"], random: SeededRandom, profile: FaultProfile): Fault {
  switch (kind) {
    case "latency":
      return { kind, ms: random.int(...(profile.latencyMs ?? [0, 2_000])) };
    case "hang":
      return { kind, takesEffect: random.chance(0.5) };
    case "connectionReset":
      return { kind, afterItems: random.int(0, 20) };
    case "pullStuck":
    case "pullError":
      return { kind, atLayer: random.int(0, 2) };
    case "eventLate":
      return { kind, ms: random.int(...(profile.eventDelayMs ?? [0, 10_000])) };
    case "eventDoubled":
      return { kind, afterMs: random.int(...(profile.eventDelayMs ?? [0, 10_000])) };
    default:
      return { kind };
  }
}

/** A bad day: most calls work, each kind of fault comes up now and then. */
export const roughFaults: FaultProfile = {
  rates: {
    latency: 0.1,
    errorBeforeEffect: 0.02,
    errorAfterEffect: 0.02,
    connectionReset: 0.01,
    hang: 0.002,
    nameConflict: 0.005,
    diskFull: 0.002,
    pullStuck: 0.01,
    pullError: 0.03,
    eventLost: 0.03,
    eventLate: 0.1,
    eventDoubled: 0.05,
    eventReordered: 0.05,
  },
  perStartMs: 200,
};
