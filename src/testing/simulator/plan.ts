/**
 * What a simulation does, drawn from its seed and written down before it begins: so that it can be shortened piece by
 * piece while it still fails.
 */
import type { QuickContainer } from "../simulated-host.ts";
import type { World } from "./world.ts";

export type ProfileName = "calm" | "rough" | "crashes" | "daemon" | "store" | "stuck";

/** What a container's process does; see `simulated-docker/behaviour.ts`. */
export type Behaviour =
  | { readonly type: "exits"; readonly exitCode: number; readonly afterMs: number }
  | { readonly type: "runsForever" }
  | { readonly type: "ignoresSigterm" }
  | { readonly type: "handlesSigterm"; readonly afterMs: number; readonly exitCode: number }
  | { readonly type: "oomKilled"; readonly afterMs: number }
  | { readonly type: "commandNotFound" };
export type HealthBehaviour = { readonly healthyAfter: number } | { readonly unhealthyAfter: number } | "never";

export type PlannedContainer = {
  readonly definition: QuickContainer;
  readonly behaviour: Behaviour;
  readonly health?: HealthBehaviour;
  /** Instead of the definition's, which may not be below a minute. */
  readonly restartPeriodSeconds?: number;
};

/** Beside adding it once. */
export type Manner = "once" | "twiceAtOnce" | "stoppedAtOnce";

export type PlannedTask = {
  readonly addAtMs: number;
  readonly manner: Manner;
  readonly containers: readonly PlannedContainer[];
  readonly members: Readonly<Record<string, unknown>>;
};

export type Operation =
  | { readonly type: "stop"; readonly task: number; readonly force: boolean }
  /** The task is given to the engine a second time. */
  | { readonly type: "addAgain"; readonly task: number }
  /** The stopped task is removed without waiting for its time. */
  | { readonly type: "removeTask"; readonly task: number }
  | { readonly type: "crash"; readonly downMs: number }
  /** The engine dies, and the next ones die at the n-th Docker call of their start, so many times. */
  | { readonly type: "crashInInit"; readonly calls: number; readonly times: number; readonly downMs: number }
  /** An orderly end instead of a crash. */
  | { readonly type: "shutdown"; readonly downMs: number }
  /** The engine dies at the n-th Docker call from now. */
  | { readonly type: "crashAtCall"; readonly calls: number; readonly downMs: number }
  /** The engine dies at the n-th commit from now: before anything of it is stored, or after all of it is. */
  | { readonly type: "crashAtCommit"; readonly commits: number; readonly stored: boolean; readonly downMs: number }
  /** Behind the engine's back. */
  | { readonly type: "kill" | "remove" | "start" | "rename"; readonly task: number; readonly container: number }
  /** For a while, or until something else ends it. */
  | { readonly type: "pause"; readonly task: number; readonly container: number; readonly forMs?: number }
  /** Somebody takes the name that a container is to have. */
  | { readonly type: "takeName"; readonly task: number; readonly container: number }
  /** An image goes from the daemon, if nothing uses it there. */
  | { readonly type: "removeImage"; readonly image: number }
  | { readonly type: "cleanImages" }
  | { readonly type: "cutRegistry"; readonly registry: number; readonly forMs: number }
  /** Another program has the host port for a while. */
  | { readonly type: "takePort"; readonly hostPort: number; readonly forMs: number }
  /** The reader of state changes is away for a while. */
  | { readonly type: "disconnect"; readonly forMs: number };
export type PlannedOperation = { readonly atMs: number; readonly operation: Operation };

export type Plan = {
  readonly seed: number;
  readonly profile: ProfileName;
  readonly world: World;
  readonly tasks: readonly PlannedTask[];
  readonly operations: readonly PlannedOperation[];
};
