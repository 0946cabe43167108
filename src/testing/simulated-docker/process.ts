/** The main process of a running simulated container. */
import { asEpochMs } from "../../core/brand.ts";
import type { Clock } from "../../ports/clock.ts";
import type { OutputStream, ScriptedProcess } from "./behaviour.ts";
import { isHarmless, signalName, signalNumber } from "./signals.ts";

export type ProcessEnd = { readonly exitCode: number; readonly oomKilled: boolean };
export type ProcessSurroundings = Pick<
  ScriptedProcess,
  "attempt" | "command" | "dockerName" | "labels" | "hasInit" | "mounts"
> & {
  readonly clock: Clock;
  /** `NAME=VALUE`; the last one of a name holds. */
  readonly env: readonly string[];
  /** Its container's, made when somebody asks. */
  readonly files: () => Map<string, string>;
  readonly print: (text: string, stream: OutputStream) => void;
  /** Called once. */
  readonly ended: (end: ProcessEnd) => void;
};

const SIGKILL_EXIT_CODE = 137;

export class SimulatedProcess implements ScriptedProcess {
  readonly attempt: number;
  readonly command: readonly string[];
  readonly dockerName: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly hasInit: boolean;
  readonly mounts: readonly string[];
  readonly #surroundings: ProcessSurroundings;
  #timers: Set<() => void> | undefined;
  #handlers: Map<string, () => void> | undefined;
  #ignoresSignals = false;
  #starting = true;
  /** What the frozen process will do first when it goes on: timers that ran out, signals that came. */
  #frozen: (() => void)[] | undefined;
  #end: ProcessEnd | undefined;

  constructor(surroundings: ProcessSurroundings) {
    this.#surroundings = surroundings;
    this.attempt = surroundings.attempt;
    this.command = surroundings.command;
    this.dockerName = surroundings.dockerName;
    this.labels = surroundings.labels;
    this.hasInit = surroundings.hasInit;
    this.mounts = surroundings.mounts;
  }

  get files(): Map<string, string> {
    return this.#surroundings.files();
  }

  get env(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#surroundings.env.map(splitVariable));
  }

  /** The daemon has told of the start: an end that came during it may now be told, too. */
  started(): void {
    this.#starting = false;
    if (this.#end !== undefined) this.#surroundings.ended(this.#end);
  }

  after(ms: number, action: () => void): void {
    if (this.#end !== undefined) return;
    const { clock } = this.#surroundings;
    const timers = this.#timers ?? new Set();
    this.#timers = timers;
    const cancel = clock.schedule(asEpochMs(clock.now() + ms), () => {
      timers.delete(cancel);
      this.#whenThawed(action);
    });
    timers.add(cancel);
  }

  print(text: string, stream: OutputStream = "stdout"): void {
    if (this.#end === undefined) this.#surroundings.print(text, stream);
  }

  exit(exitCode: number): void {
    this.#finish({ exitCode, oomKilled: false });
  }

  runOutOfMemory(): void {
    this.#finish({ exitCode: SIGKILL_EXIT_CODE, oomKilled: true });
  }

  onSignal(signal: string, handler: () => void): void {
    this.#handlers ??= new Map();
    this.#handlers.set(signal, handler);
  }

  ignoreSignals(): void {
    this.#ignoresSignals = true;
  }

  forgetHandlers(): void {
    this.#handlers = undefined;
  }

  raise(signal: string): void {
    this.receive(signalName(signal));
  }

  /** A signal from the daemon, by its full name. A frozen process gets it when it goes on, and SIGKILL at once. */
  receive(signal: string): void {
    if (this.#end !== undefined) return;
    if (signal === "SIGKILL") this.exit(SIGKILL_EXIT_CODE);
    else this.#whenThawed(() => this.#take(signal));
  }

  /** Time passes for it, too: what comes due meanwhile happens when it goes on. */
  freeze(): void {
    this.#frozen ??= [];
  }

  thaw(): void {
    const missed = this.#frozen ?? [];
    this.#frozen = undefined;
    for (const action of missed) if (this.#end === undefined) action();
  }

  #whenThawed(action: () => void): void {
    if (this.#frozen === undefined) action();
    else this.#frozen.push(action);
  }

  #take(signal: string): void {
    const handler = this.#handlers?.get(signal);
    if (handler !== undefined) handler();
    else if (!this.#ignoresSignals && !isHarmless(signal)) this.exit(128 + signalNumber(signal));
  }

  /** The machine it ran on is gone: no code, no events. */
  vanish(): void {
    this.#end ??= { exitCode: SIGKILL_EXIT_CODE, oomKilled: false };
    this.#cancelTimers();
  }

  #finish(end: ProcessEnd): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#cancelTimers();
    if (!this.#starting) this.#surroundings.ended(end);
  }

  #cancelTimers(): void {
    for (const cancel of this.#timers ?? []) cancel();
    this.#timers = undefined;
  }
}

function splitVariable(variable: string): readonly [string, string] {
  const equals = variable.indexOf("=");
  return equals < 0 ? [variable, ""] : [variable.slice(0, equals), variable.slice(equals + 1)];
}
