/**
 * The dependency graph of a task: one graph over dependsOn, links, volumesFrom and the engine's own edges, read by the
 * way up (conditions), the way down (reverse order) and admission (cycles).
 * Source: engine-modern 5 (ORD-*), engine-behaviour 4 (DG-*).
 */
import type { EpochMs } from "./brand.ts";
import { asEpochMs } from "./brand.ts";
import { formatReason, type NamedError } from "./errors.ts";
import { compareContainerStatus } from "./status.ts";
import type { Container, Dependency } from "./task.ts";

/** What one dependency says about its dependant. */
export type DependencyVerdict =
  | { readonly state: "holds" }
  /** `until`: when the wait ends in failure. */
  | { readonly state: "waits"; readonly until?: EpochMs }
  /** Can never hold. The text begins with "dependency graph:". Source: engine-modern 5.4. */
  | { readonly state: "fails"; readonly error: NamedError };

const HOLDS: DependencyVerdict = { state: "holds" };
const WAITS: DependencyVerdict = { state: "waits" };

/** Has its process ever run? */
function hasRun(container: Container): boolean {
  return container.startedAt !== undefined;
}

/** Will never run: written off, or on the way to it with no start under way. Source: engine-modern 5.4. */
function willNeverRun(container: Container): boolean {
  if (hasRun(container)) return false;
  if (container.knownStatus === "STOPPED") return true;
  return container.desiredStatus === "STOPPED" && container.inFlight?.action !== "start";
}

/** Judges one dependency of a container by the known state of the container it names. */
export function judgeDependency(
  dependant: Container,
  dependency: Dependency,
  target: Container | undefined,
  now: EpochMs,
): DependencyVerdict {
  if (target === undefined) return fails(dependant, dependency, "does not exist");
  if (dependency.condition === "CREATE") return judgeCreate(dependant, dependency, target);
  if (willNeverRun(target)) return neverStarts(dependant, dependency, target);
  if (dependency.condition === "START") {
    return target.knownStatus === target.steadyStatus || target.knownStatus === "STOPPED" ? HOLDS : WAITS;
  }
  const verdict = judgeOutcome(dependant, dependency, target);
  return verdict.state === "waits" ? withStartTimeout(dependant, dependency, target, now) : verdict;
}

function judgeCreate(dependant: Container, dependency: Dependency, target: Container): DependencyVerdict {
  if (target.knownStatus === "STOPPED" && target.dockerId === undefined) {
    return neverStarts(dependant, dependency, target);
  }
  if (compareContainerStatus(target.knownStatus, "CREATED") >= 0) return HOLDS;
  return target.desiredStatus === "STOPPED" && target.inFlight?.action !== "create"
    ? neverStarts(dependant, dependency, target)
    : WAITS;
}

function judgeOutcome(dependant: Container, dependency: Dependency, target: Container): DependencyVerdict {
  const stopped = target.knownStatus === "STOPPED";
  switch (dependency.condition) {
    case "COMPLETE":
      return stopped ? HOLDS : WAITS;
    case "SUCCESS":
      if (!stopped) return WAITS;
      if (target.exitCode === 0) return HOLDS;
      return fails(dependant, dependency, `did not exit successfully (exit code ${target.exitCode ?? "unknown"})`);
    case "HEALTHY":
      if (stopped) return fails(dependant, dependency, "stopped before it was healthy");
      return target.health.status === "HEALTHY" ? HOLDS : WAITS;
    default:
      return WAITS;
  }
}

/**
 * The clock of a start timeout is the dependency's own first start; restarts of the engine do not reset it (ORD-17). It is
 * measured on our clock, for Docker's may be another; rows of before have Docker's time of the start only.
 */
function withStartTimeout(
  dependant: Container,
  dependency: Dependency,
  target: Container,
  now: EpochMs,
): DependencyVerdict {
  if (target.startTimeoutMs === 0 || target.startedAt === undefined) return WAITS;
  const until = target.startTimeoutAt ?? asEpochMs(target.startedAt + target.startTimeoutMs);
  if (now < until) return { state: "waits", until };
  const seconds = target.startTimeoutMs / 1000;
  return fails(dependant, dependency, `timed out: not ${dependency.condition} ${seconds} s after its start`);
}

/** With the chain of reasons down to the failure that began it. Source: engine-modern 5.4. */
function neverStarts(dependant: Container, dependency: Dependency, target: Container): DependencyVerdict {
  if (target.error === undefined) return fails(dependant, dependency, NEVER);
  return fails(dependant, dependency, `${ownFailure(target, target.error)} (it ${NEVER})`);
}

const NEVER = "will never start";

/** What became of a container, said after its name. */
function ownFailure({ name }: Container, error: NamedError): string {
  const inherited = beginning(name);
  if (!error.message.startsWith(inherited)) return `could not be run: ${formatReason(error)}`;
  return error.message.slice(inherited.length - CANNOT_START.length).replace(` (it ${NEVER})`, "");
}

const CANNOT_START = "cannot start: ";
const beginning = (name: string) => `dependency graph: ${name} ${CANNOT_START}`;

function fails(dependant: Container, dependency: Dependency, what: string): DependencyVerdict {
  const message = `${beginning(dependant.name)}${dependency.containerName} (${dependency.condition}) ${what}`;
  return { state: "fails", error: { name: "CannotStartContainerError", message } };
}

/**
 * All dependencies of a container at once: a failure beats a wait, wherever it stands in the list (an early agent
 * stopped at the first blocked one and missed a terminal error further on).
 */
export function judgeDependencies(
  container: Container,
  find: (name: string) => Container | undefined,
  now: EpochMs,
): { readonly failure?: NamedError; readonly waitsFor: readonly Dependency[]; readonly until?: EpochMs } {
  const waitsFor: Dependency[] = [];
  let until: EpochMs | undefined;
  for (const dependency of container.dependencies) {
    const verdict = judgeDependency(container, dependency, find(dependency.containerName), now);
    if (verdict.state === "fails") return { failure: verdict.error, waitsFor: [] };
    if (verdict.state === "holds") continue;
    waitsFor.push(dependency);
    if (verdict.until !== undefined && (until === undefined || verdict.until < until)) until = verdict.until;
  }
  return until === undefined ? { waitsFor } : { waitsFor, until };
}

/** What a dependency waits for to become HEALTHY although its check says UNHEALTHY: on ECS that may last for ever. */
export function unhealthyTarget(
  { condition, containerName }: Dependency,
  find: (name: string) => Container | undefined,
): Container | undefined {
  const target = condition === "HEALTHY" ? find(containerName) : undefined;
  return target?.health.status === "UNHEALTHY" && target.knownStatus !== "STOPPED" ? target : undefined;
}

/** The containers that are still to be created and wait for this one, which is UNHEALTHY, to be HEALTHY. */
export function waitingForHealth(target: Container, containers: readonly Container[]): readonly Container[] {
  const find = (name: string) => (name === target.name ? target : undefined);
  return containers.filter(
    (each) =>
      each.desiredStatus !== "STOPPED" &&
      compareContainerStatus(each.knownStatus, "CREATED") < 0 &&
      each.dependencies.some((edge) => unhealthyTarget(edge, find) !== undefined),
  );
}

/** The containers that must be STOPPED before this one is stopped: all that name it, by any condition. */
export function dependantsOf(container: Container, containers: readonly Container[]): readonly Container[] {
  if (container.type !== "NORMAL") return containers.filter((other) => other.type === "NORMAL");
  return containers.filter((other) => other.dependencies.some((edge) => edge.containerName === container.name));
}

export type GraphProblem =
  | { readonly type: "cycle"; readonly path: readonly string[] }
  | { readonly type: "unknown"; readonly containerName: string; readonly dependency: string }
  | { readonly type: "noHealthCheck"; readonly containerName: string; readonly dependency: string };

/** Whether the graph can be resolved at all: no cycle, no unknown name, HEALTHY only where there is a health check. */
export function findGraphProblem(containers: readonly Container[]): GraphProblem | undefined {
  if (containers.every(({ dependencies }) => dependencies.length === 0)) return undefined;
  const byName = new Map(containers.map((container) => [container.name as string, container]));
  for (const container of containers) {
    for (const { containerName, condition } of container.dependencies) {
      const target = byName.get(containerName);
      if (target === undefined) return { type: "unknown", containerName: container.name, dependency: containerName };
      if (condition === "HEALTHY" && !target.hasHealthCheck) {
        return { type: "noHealthCheck", containerName: container.name, dependency: containerName };
      }
    }
  }
  const path = findCycle(
    containers.map((container) => container.name),
    (name) => (byName.get(name)?.dependencies ?? []).map((edge) => edge.containerName as string),
  );
  return path === undefined ? undefined : { type: "cycle", path };
}

/** The first cycle as a path that ends where it began (`a, b, a`), or undefined. */
export function findCycle(
  names: readonly string[],
  edgesOf: (name: string) => readonly string[],
): readonly string[] | undefined {
  const done = new Set<string>();
  const visit = (name: string, trail: readonly string[]): readonly string[] | undefined => {
    const seenAt = trail.indexOf(name);
    if (seenAt >= 0) return [...trail.slice(seenAt), name];
    if (done.has(name)) return undefined;
    for (const next of edgesOf(name)) {
      const cycle = visit(next, [...trail, name]);
      if (cycle !== undefined) return cycle;
    }
    done.add(name);
    return undefined;
  };
  for (const name of names) {
    const cycle = visit(name, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

export function describeGraphProblem(problem: GraphProblem): string {
  switch (problem.type) {
    case "cycle":
      return `dependency cycle ${problem.path.join(" -> ")}`;
    case "unknown":
      return `container ${problem.containerName} depends on ${problem.dependency}, which does not exist`;
    case "noHealthCheck":
      return `container ${problem.containerName} depends on ${problem.dependency} being HEALTHY, which has no health check`;
  }
}
