/** Why something does not move: what the log, the board, `whyBlocked` and the API show. */
import type { EpochMs } from "./brand.ts";
import type { DependencyCondition, Health } from "./task.ts";

/** One reason why a container or a task does not move; `describeBlocker` puts it into words. */
export type Blocker =
  /** Waits for another container of the task. */
  | {
      readonly type: "dependency";
      readonly containerName: string;
      readonly dependency: string;
      readonly condition: DependencyCondition;
      /** When the wait ends in failure, if the dependency has a start timeout. */
      readonly until?: EpochMs;
      /** What the dependency's health check says, when it is waited for to be HEALTHY and is UNHEALTHY. */
      readonly unhealthy?: Health;
    }
  /** Stop order: a dependant still runs. */
  | { readonly type: "dependant"; readonly containerName: string; readonly dependant: string }
  /** A volume, secret … of the task is not there yet. */
  | { readonly type: "resource"; readonly containerName: string; readonly resource: string }
  /** Docker was asked and has not answered. */
  | {
      readonly type: "docker";
      readonly containerName: string;
      readonly action: string;
      /** It will be asked when other containers' calls of that kind have gone before. */
      readonly queued?: true;
    }
  /** A failed action is tried again at `until`. */
  | {
      readonly type: "retry";
      readonly containerName: string;
      readonly action: string;
      readonly until: EpochMs;
      readonly error: string;
    }
  /** Host CPU, memory or ports are taken. */
  | { readonly type: "hostResources"; readonly resources: readonly string[] }
  /** The task is to be cleaned up, and so many of its last state changes are not acknowledged yet. */
  | { readonly type: "acknowledgement"; readonly changes: number }
  /** The state cannot be saved, and nothing is done before it is: a full disk, or one that fails. */
  | { readonly type: "store"; readonly since: EpochMs; readonly error: string };

/** About the task as a whole, not one of its containers. */
type TaskBlocker = Extract<Blocker, { readonly type: "hostResources" | "acknowledgement" | "store" }>;

export function isTaskBlocker(blocker: Blocker): blocker is TaskBlocker {
  return blocker.type === "hostResources" || blocker.type === "acknowledgement" || blocker.type === "store";
}

/** One line for people: `waits for db (HEALTHY)`. */
export function describeBlocker(blocker: Blocker): string {
  switch (blocker.type) {
    case "dependency":
      return `waits for ${blocker.dependency} (${blocker.condition})${describeUnhealthy(blocker.unhealthy)}`;
    case "dependant":
      return `waits for ${blocker.dependant} to stop`;
    case "resource":
      return `waits for ${blocker.resource}`;
    case "docker":
      return blocker.queued ? `${blocker.action} waits for its turn` : `${blocker.action} under way`;
    case "retry":
      return `${blocker.action} failed, is tried again: ${blocker.error}`;
    case "hostResources":
      if (blocker.resources.length === 0) return "waits for its turn on this host";
      return `waits for host ${blocker.resources.join(", ")}`;
    case "store":
      return `waits for the state to be saved, which has failed since ${new Date(blocker.since).toISOString()}: ${blocker.error}`;
    case "acknowledgement": {
      const what = blocker.changes === 1 ? "a state change" : `${blocker.changes} state changes`;
      return `waits for ${what} to be acknowledged before it is removed`;
    }
  }
}

function describeUnhealthy(health: Health | undefined): string {
  return health === undefined ? "" : `, which is UNHEALTHY (${describeCheck(health)})`;
}

const CHECK_OUTPUT_MAX = 200;

/** How the last health check went, in one line: `the check exited with 1: connection refused`. */
export function describeCheck({ exitCode, output = "" }: Health): string {
  const said = output.replace(/\s+/gu, " ").trim();
  const text = said.length > CHECK_OUTPUT_MAX ? `${said.slice(0, CHECK_OUTPUT_MAX)}…` : said;
  const code = exitCode === undefined ? "the check failed" : `the check exited with ${exitCode}`;
  return text === "" ? code : `${code}: ${text}`;
}
