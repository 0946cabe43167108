/**
 * Which failure another one follows from. A container that never ran because of what it depends on is a victim; the cause
 * is found along its dependencies, and is told before it wherever both are told.
 */
import type { Container, Dependency } from "./task.ts";

type Find = (name: string) => Container | undefined;

/** The container whose failure kept `container` from starting, as far back as it goes; itself when the failure is its own. */
export function failureBehind(container: Container, find: Find): Container {
  const seen = new Set<Container>();
  let cause = container;
  for (
    let next: Container | undefined = container;
    next !== undefined && !seen.has(next);
    next = failedTarget(next, find)
  ) {
    seen.add(next);
    cause = next;
  }
  return cause;
}

/** The first dependency that kept a container from starting. */
function failedTarget(container: Container, find: Find): Container | undefined {
  if (container.startedAt !== undefined || container.dockerId !== undefined || container.error === undefined)
    return undefined;
  const edge = container.dependencies.find((each) => hasFailed(each, find(each.containerName)));
  return edge === undefined ? undefined : find(edge.containerName);
}

function hasFailed({ condition }: Dependency, target: Container | undefined): boolean {
  if (target === undefined) return false;
  if (target.startedAt === undefined) return target.error !== undefined;
  if (condition === "SUCCESS") return target.knownStatus === "STOPPED" && target.exitCode !== 0;
  return condition === "HEALTHY" && target.health.status !== "HEALTHY";
}

/** The containers in the order in which what happened to them is told: none before the one that it follows from. */
export function causesFirst(containers: readonly Container[], find: Find): readonly Container[] {
  if (containers.length < 2) return containers;
  const depths = new Map(containers.map((container) => [container, depthOf(container, find)]));
  return containers.toSorted((a, b) => (depths.get(a) ?? 0) - (depths.get(b) ?? 0));
}

/** 0 for an end or a failure of its own, else one more than that of what it was kept from starting by. */
function depthOf(container: Container, find: Find): number {
  if (container.startedAt !== undefined) return 0;
  if (container.error === undefined) return container.knownStatus === "STOPPED" ? 1 : 0;
  const seen = new Set<Container>();
  let target = failedTarget(container, find);
  while (target !== undefined && !seen.has(target)) {
    seen.add(target);
    target = failedTarget(target, find);
  }
  return seen.size;
}

/** The containers that never ran because, directly or by way of others, they depend on this one. */
export function victimsOf(cause: Container, containers: readonly Container[]): readonly Container[] {
  const reached = new Set<string>([cause.name]);
  for (let before = 0; before < reached.size; ) {
    before = reached.size;
    for (const each of containers)
      if (each.startedAt === undefined && each.dependencies.some((edge) => reached.has(edge.containerName)))
        reached.add(each.name);
  }
  return containers.filter((each) => each !== cause && reached.has(each.name));
}
