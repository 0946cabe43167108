/** The verbs' host in a real process. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { isatty } from "node:tty";
import { fileURLToPath } from "node:url";
import { systemClock } from "../docker/system-clock.ts";
import { collect } from "../files/read-named-file.ts";
import type { EndingSignal } from "./exit-code.ts";
import type { CliHost } from "./host.ts";
import { createTerminal } from "./terminal.ts";

const ENDING_SIGNALS: readonly EndingSignal[] = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"];

export type ProcessHost = CliHost & {
  /** Rejects with a bug that surfaced outside of all promises, unless a verb takes it in hand. */
  readonly crashed: Promise<never>;
  /** Ends the process. */
  leave(code: number): never;
};

export function createProcessHost(): ProcessHost {
  const { crashed, onCrash } = watchCrashes();
  const terminals = [0, 1, 2].filter((descriptor) => isatty(descriptor));
  return {
    crashed,
    leave: (code) => leave(code, terminals),
    onCrash,
    version: packageVersion(),
    output: createTerminal(),
    clock: systemClock,
    workingDirectory: process.cwd(),
    readStdin,
    onSignal,
    openRunEnvironment: async (request) => (await import("./compose-engine.ts")).openRunEnvironment(request),
  };
}

/**
 * When a terminal has gone meanwhile, Node 20 and 22 crash on their way out, because they cannot give it back
 * (nodejs/node#51519): the process then dies of the signal that says so, which shells tell as 129.
 */
function leave(code: number, terminals: readonly number[]): never {
  if (!terminals.every((descriptor) => isatty(descriptor))) {
    process.removeAllListeners("SIGHUP");
    process.kill(process.pid, "SIGHUP");
  }
  process.exit(code);
}

function onSignal(listener: (signal: EndingSignal) => void): () => void {
  const hear = (signal: NodeJS.Signals) => {
    const known = ENDING_SIGNALS.find((each) => each === signal);
    if (known !== undefined) listener(known);
  };
  for (const signal of ENDING_SIGNALS) process.on(signal, hear);
  return () => {
    for (const signal of ENDING_SIGNALS) process.off(signal, hear);
  };
}

/** A promise that nobody waits for, or a throw out of a callback. The first goes to the verb, the next ends the process. */
function watchCrashes(): Pick<ProcessHost, "crashed" | "onCrash"> {
  const listeners = new Set<(error: unknown) => void>();
  const crashed = new Promise<never>((_, reject) => {
    const crash = (error: unknown) => {
      if (listeners.size === 0) return reject(error);
      const told = [...listeners];
      listeners.clear();
      for (const listener of told) listener(error);
    };
    process.on("uncaughtException", crash);
    process.on("unhandledRejection", crash);
  });
  return {
    crashed,
    onCrash(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function readStdin(): Promise<Uint8Array> {
  return collect(process.stdin);
}

/** From the package.json above this file, wherever the build puts it. */
function packageVersion(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const found = versionIn(join(folder, "package.json"));
    if (found !== undefined) return found;
    if (folder === dirname(folder)) return "unknown";
  }
}

function versionIn(file: string): string | undefined {
  try {
    const content: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (typeof content !== "object" || content === null || !("name" in content) || content.name !== "berth")
      return undefined;
    return "version" in content && typeof content.version === "string" ? content.version : undefined;
  } catch {
    return undefined;
  }
}
