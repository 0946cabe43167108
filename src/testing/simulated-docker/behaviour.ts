/**
 * What simulated containers do. A run script is a function that gets the process at each start and says, with timers
 * and signal handlers, what it does from there; most tests need no more than the ready-made ones below.
 */
import { commandNotFoundRefusal, StartRefusal } from "./refusal.ts";

export type OutputStream = "stdout" | "stderr";

/** The main process of a container, as its script sees it. After its end every call on it does nothing. */
export interface ScriptedProcess {
  /** 1 for the first start of this container, 2 for the next, … */
  readonly attempt: number;
  /** Entry point and command together. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly dockerName: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Does an init process pass on signals (`HostConfig.Init`)? */
  readonly hasInit: boolean;
  /** Paths of mounts. */
  readonly mounts: readonly string[];
  /** Contents of the files that were written in the container, by path; they outlive the process. */
  readonly files: Map<string, string>;
  /** Calls `action` this much later, if the process is still there. */
  after(ms: number, action: () => void): void;
  print(text: string, stream?: OutputStream): void;
  exit(exitCode: number): void;
  /** The kernel kills it for its memory: exit code 137, event `oom` before `die`. */
  runOutOfMemory(): void;
  /** Replaces what a signal (`SIGTERM`) does by default, which is to end the process with 128 + its number. */
  onSignal(signal: string, handler: () => void): void;
  /** From now on signals without a handler do nothing, as for a real first process. SIGKILL always works. */
  ignoreSignals(): void;
  /** Undoes all {@link onSignal}, as a process that becomes another program does. */
  forgetHandlers(): void;
  /** Sends itself a signal, by any form of its name. */
  raise(signal: string): void;
}

/** @throws {StartRefusal} when the start itself fails */
export type RunScript = (process: ScriptedProcess) => void;

export type Probe = {
  /** 1 for the first probe after a start. */
  readonly number: number;
  readonly attempt: number;
  /** Time since the container's start. */
  readonly runningMs: number;
  readonly test: readonly string[];
};
export type ProbeResult = { readonly exitCode: number; readonly output?: string; readonly tookMs?: number };
export type HealthScript = (probe: Probe) => ProbeResult;

/** A command that somebody runs in a container beside its main process, as `docker exec` does. */
export type ExecCall = {
  /** 1 for the first one after a start of the container. */
  readonly number: number;
  /** The container's start that it belongs to. */
  readonly attempt: number;
  readonly command: readonly string[];
  /** The container's variables, and those of the call over them. */
  readonly env: Readonly<Record<string, string>>;
};
export type ExecResult = {
  readonly exitCode: number;
  readonly stdout?: string;
  readonly stderr?: string;
  /** At its end, which is also when its output comes; 0 unless set. */
  readonly tookMs?: number;
};
/** Says what a command does, or `undefined` for what it would do without the script. */
export type ExecScript = (call: ExecCall) => ExecResult | undefined;

/** What the container uses up, for its stats. */
export type Usage = {
  /** CPUs that it keeps busy. */
  readonly cpus?: number;
  readonly memoryMiB?: number;
  readonly networkBytesPerSecond?: number;
  readonly blockBytesPerSecond?: number;
};

export type ContainerScript = {
  /** Several are all applied to the same process, in this order. */
  readonly run?: RunScript | readonly RunScript[];
  /** Without one the test command itself is run if it is a known one, and passes otherwise. */
  readonly health?: HealthScript;
  /** Commands that are run in it. Without one, or where it says nothing, those that are known here are run. */
  readonly exec?: ExecScript;
  readonly usage?: Usage;
};

/** Ends by itself. */
export function exits(exitCode: number, { afterMs = 0 }: { readonly afterMs?: number } = {}): RunScript {
  return (process) => process.after(afterMs, () => process.exit(exitCode));
}

/** Stays up until it is told to end; ends on SIGTERM at once, with 143. */
export function runsForever(): RunScript {
  return () => undefined;
}

/** Stays up until SIGKILL. */
export function ignoresSigterm(): RunScript {
  return (process) => process.onSignal("SIGTERM", () => undefined);
}

/** Ends in an orderly way on SIGTERM. */
export function handlesSigterm({
  afterMs = 0,
  exitCode = 0,
}: {
  readonly afterMs?: number;
  readonly exitCode?: number;
} = {}): RunScript {
  return (process) => process.onSignal("SIGTERM", () => process.after(afterMs, () => process.exit(exitCode)));
}

/** The start fails with HTTP 400 and exit code 127; the container stays `created`, without a `start` or `die` event. */
export function commandNotFound(command?: string): RunScript {
  return (process) => {
    throw commandNotFoundRefusal(command ?? process.command[0] ?? "");
  };
}

/** The start fails with what the daemon would say. */
export function failsToStart({
  status = 500,
  message,
  exitCode = 128,
}: {
  readonly status?: number;
  readonly message: string;
  readonly exitCode?: number;
}): RunScript {
  return () => {
    throw new StartRefusal(status, message, exitCode);
  };
}

export function oomKilled({ afterMs = 0 }: { readonly afterMs?: number } = {}): RunScript {
  return (process) => process.after(afterMs, () => process.runOutOfMemory());
}

/** Prints lines, the first at once, and stays up. */
export function prints(
  lines: readonly string[],
  { everyMs = 0, stream = "stdout" }: { readonly everyMs?: number; readonly stream?: OutputStream } = {},
): RunScript {
  return (process) => {
    for (const [index, line] of lines.entries()) {
      process.after(index * everyMs, () => process.print(line, stream));
    }
  };
}

/** A script per start; the last one serves for all later starts. */
export function attempts(first: RunScript, ...later: readonly RunScript[]): RunScript {
  const scripts = [first, ...later];
  return (process) => (scripts[Math.min(process.attempt, scripts.length) - 1] ?? first)(process);
}

/** Answers of `docker exec` by its command line, words joined by spaces. */
export function answersExec(answers: Readonly<Record<string, ExecResult>>): ExecScript {
  return ({ command }) => {
    const line = command.join(" ");
    return Object.hasOwn(answers, line) ? answers[line] : undefined;
  };
}

const passes: ProbeResult = { exitCode: 0, output: "ok" };
const fails: ProbeResult = { exitCode: 1, output: "not ready" };

/** The first `checks - 1` probes fail, the others pass. */
export function healthyAfter(checks: number): HealthScript {
  return ({ number }) => (number >= checks ? passes : fails);
}

export function neverHealthy(output = "not ready"): HealthScript {
  return () => ({ exitCode: 1, output });
}

/** Passes this many probes, then fails all others. */
export function becomesUnhealthy({ afterChecks = 1 }: { readonly afterChecks?: number } = {}): HealthScript {
  return ({ number }) => (number <= afterChecks ? passes : fails);
}
