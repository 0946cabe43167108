/** What moved between two snapshots of a task: the lines of plain and JSON output. */
import { causesFirst } from "../core/causes.ts";
import { type HealthStatus, isRunningStatus } from "../core/status.ts";
import { type Container, findContainer, isInternal, type Task } from "../core/task.ts";

export type TaskChange =
  | { readonly type: "task"; readonly task: Task }
  | { readonly type: "container"; readonly container: Container }
  | { readonly type: "health"; readonly container: Container; readonly health: HealthStatus }
  /** Ports of a container that runs already: Docker tells them a moment after the start. */
  | { readonly type: "ports"; readonly container: Container }
  | { readonly type: "restart"; readonly container: Container; readonly count: number };

/**
 * Containers first, since the task's status follows from theirs, and a cause before what follows from it. Internal
 * containers are never reported.
 */
export function changesBetween(previous: Task | undefined, next: Task): readonly TaskChange[] {
  const reported = next.containers.filter((container) => !isInternal(container));
  const containers = causesFirst(reported, (name) => findContainer(next, name)).flatMap((container) =>
    containerChanges(
      previous?.containers.find((each) => each.name === container.name),
      container,
    ),
  );
  const moved = previous?.knownStatus !== next.knownStatus || previous.desiredStatus !== next.desiredStatus;
  return moved ? [...containers, { type: "task", task: next }] : containers;
}

function containerChanges(previous: Container | undefined, next: Container): readonly TaskChange[] {
  const known = previous?.knownStatus ?? "NONE";
  const health = previous?.health.status ?? "UNKNOWN";
  const restarts = previous?.restart.count ?? 0;
  return [
    ...(next.restart.count > restarts
      ? [{ type: "restart", container: next, count: next.restart.count } as const]
      : []),
    ...(next.knownStatus === known || isFruitlessPull(next) ? [] : [{ type: "container", container: next } as const]),
    ...(next.health.status !== health && next.knownStatus !== "STOPPED"
      ? [{ type: "health", container: next, health: next.health.status } as const]
      : []),
    ...(isRunningStatus(known) && next.knownStatus === known && haveMoved(previous, next)
      ? [{ type: "ports", container: next } as const]
      : []),
  ];
}

/** The engine goes on to the create, which tells what came of it: nothing was pulled. */
function isFruitlessPull({ knownStatus, pullError, imageId, imageDigest }: Container): boolean {
  if (pullError === undefined) return false;
  return (
    (knownStatus === "PULLED" && imageId === undefined) ||
    (knownStatus === "MANIFEST_PULLED" && imageDigest === undefined)
  );
}

function haveMoved(previous: Container | undefined, { networkBindings = [] }: Container): boolean {
  return networkBindings.length > 0 && JSON.stringify(previous?.networkBindings) !== JSON.stringify(networkBindings);
}
