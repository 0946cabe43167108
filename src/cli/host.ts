import type { Clock } from "../ports/clock.ts";
import type { EndingSignal } from "./exit-code.ts";
import type { CliOutput } from "./reporter.ts";
import type { OpenRunEnvironment } from "./run-environment.ts";

/** What the verbs need from the process that they run in. */
export interface CliHost {
  readonly version: string;
  readonly output: CliOutput;
  readonly clock: Clock;
  readonly workingDirectory: string;
  readStdin(): Promise<Uint8Array>;
  /** @returns a function that ends the subscription */
  onSignal(listener: (signal: EndingSignal) => void): () => void;
  /** Told of a bug that surfaced outside of the verb's own promises, and then answers for the rest. @returns the end of it */
  onCrash(listener: (error: unknown) => void): () => void;
  readonly openRunEnvironment: OpenRunEnvironment;
}
