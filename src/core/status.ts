/**
 * Statuses of containers and tasks, their order, and how a task's status follows from its containers.
 * Source: engine-behaviour 1.1-1.7 (DM-*), engine-modern 4.2-4.4.
 */

/** In order of progress: "at least X" is a comparison of positions, so STOPPED counts as past everything. */
export const CONTAINER_STATUSES = [
  "NONE",
  "MANIFEST_PULLED",
  "PULLED",
  "CREATED",
  "RUNNING",
  "RESOURCES_PROVISIONED",
  "STOPPED",
] as const;
/** How far a container has come; later ones include earlier ones. Source: engine-modern 5. */
export type ContainerStatus = (typeof CONTAINER_STATUSES)[number];

export const TASK_STATUSES = ["NONE", "MANIFEST_PULLED", "CREATED", "RUNNING", "STOPPED"] as const;
/** How far a task has come. Source: engine-modern 5. */
export type TaskStatus = (typeof TASK_STATUSES)[number];

/** What ECS users are shown: everything before RUNNING is PENDING. */
export type ReportedStatus = "PENDING" | "RUNNING" | "STOPPED";

/** RUNNING for all but the awsvpc pause container, which is steady once its network is provisioned. */
export type SteadyStatus = "RUNNING" | "RESOURCES_PROVISIONED";

/** What the container's health check says. */
export type HealthStatus = "UNKNOWN" | "HEALTHY" | "UNHEALTHY";

/** Maps, and not records: a member that is asked for by a name that changes is slow to find. */
const CONTAINER_RANKS = new Map(CONTAINER_STATUSES.map((status, rank) => [status, rank]));
const TASK_RANKS = new Map(TASK_STATUSES.map((status, rank) => [status, rank]));

function rankOf<Status>(ranks: ReadonlyMap<Status, number>, status: Status): number {
  return ranks.get(status) as number;
}

/** Negative when `a` comes before `b`, zero when equal, positive when after. */
export function compareContainerStatus(a: ContainerStatus, b: ContainerStatus): number {
  return a === b ? 0 : rankOf(CONTAINER_RANKS, a) - rankOf(CONTAINER_RANKS, b);
}

/** Negative when `a` comes before `b`, zero when equal, positive when after. */
export function compareTaskStatus(a: TaskStatus, b: TaskStatus): number {
  return a === b ? 0 : rankOf(TASK_RANKS, a) - rankOf(TASK_RANKS, b);
}

/** Is the container's process up (provisioned or not)? */
export function isRunningStatus(status: ContainerStatus): boolean {
  return status === "RUNNING" || status === "RESOURCES_PROVISIONED";
}

/** Nothing of the container is known to be in the world yet: a restart of the engine looks under its name, and begins anew. */
export function isBeforeCreate(status: ContainerStatus): boolean {
  return compareContainerStatus(status, "CREATED") < 0;
}

/** The status after `known` on the way up; past the steady status there is only STOPPED. Source: DM-4, DM-5. */
export function nextContainerStatus(known: ContainerStatus, steady: SteadyStatus): ContainerStatus {
  if (known === steady) return "STOPPED";
  return CONTAINER_STATUSES[rankOf(CONTAINER_RANKS, known) + 1] ?? "STOPPED";
}

/** What one container's known status counts for in its task's. Source: DM-6 to DM-11, engine-modern 4.3. */
export function taskStatusOf(known: ContainerStatus, steady: SteadyStatus): TaskStatus {
  if (known === steady) return "RUNNING";
  switch (known) {
    case "NONE":
      return "NONE";
    case "MANIFEST_PULLED":
    case "PULLED":
      return "MANIFEST_PULLED";
    case "CREATED":
    case "RUNNING":
      return "CREATED";
    case "STOPPED":
      return "STOPPED";
    case "RESOURCES_PROVISIONED":
      return "NONE";
  }
}

/** The container status that a task's desired status asks for. Source: engine-behaviour 1.5. */
export function containerStatusFor(desired: TaskStatus, steady: SteadyStatus): ContainerStatus {
  switch (desired) {
    case "RUNNING":
      return steady;
    case "STOPPED":
    case "CREATED":
    case "MANIFEST_PULLED":
    case "NONE":
      return desired;
  }
}

export function reportedTaskStatus(known: TaskStatus): ReportedStatus {
  return known === "RUNNING" || known === "STOPPED" ? known : "PENDING";
}

export function reportedContainerStatus(known: ContainerStatus, steady: SteadyStatus): ReportedStatus {
  if (known === steady) return "RUNNING";
  return known === "STOPPED" ? "STOPPED" : "PENDING";
}

/** Reads a saved container status: unknown words of old files count as NONE, DEAD as STOPPED. Source: DM-15. */
export function parseContainerStatus(word: string): ContainerStatus | undefined {
  if (word === "UNKNOWN") return "NONE";
  if (word === "DEAD") return "STOPPED";
  return CONTAINER_STATUSES.find((status) => status === word);
}

/** Reads a saved task status by the rules of {@link parseContainerStatus}. Source: DM-15. */
export function parseTaskStatus(word: string): TaskStatus | undefined {
  if (word === "UNKNOWN") return "NONE";
  if (word === "DEAD") return "STOPPED";
  return TASK_STATUSES.find((status) => status === word);
}
