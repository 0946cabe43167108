/**
 * What Docker may still make for tasks that are forgotten: a create whose answer never came can take effect when its task
 * is long gone. Which creates those are is saved as the task's row goes, so that the next engine knows it too.
 */
import { isGeneratedVolumeName } from "../core/docker-name.ts";
import { readVolumeSpec } from "../core/resources/volumes.ts";
import type { Task } from "../core/task.ts";
import type { Mutation } from "../ports/state-store.ts";

/** Row of the store. */
export const LATE_CREATES_META = "lateCreates";
/** By the host's clock. No daemon works at a create for so long. */
const KEPT_MS = 24 * 60 * 60_000;
const MOST = 1_000;

type Late = {
  readonly taskArn: string;
  /** By their names in the definition. */
  readonly containers: readonly string[];
  readonly volumes: readonly string[];
  readonly until: number;
};

export class LateCreates {
  #late: readonly Late[];

  /** @param saved the row; what is none of ours counts as nothing */
  constructor(saved: string | undefined) {
    this.#late = read(saved);
  }

  /** What has to be saved when this task's row is deleted: nothing, for nearly all of them. */
  forgetting(task: Task, now: number): readonly Mutation[] {
    const containers = task.containers.filter(isOpen).map(({ name }) => name);
    const volumes = volumesOf(task);
    const hasOpenVolume = volumes.length > 0 && task.containers.every(({ dockerId }) => dockerId === undefined);
    if (containers.length === 0 && !hasOpenVolume) return [];
    const kept = this.#late.filter(({ until }) => until > now);
    this.#late = [...kept, { taskArn: task.arn, containers, volumes, until: now + KEPT_MS }].slice(-MOST);
    return [{ type: "putMeta", key: LATE_CREATES_META, value: JSON.stringify(this.#late) }];
  }

  mayMakeContainer(taskArn: string, name: string): boolean {
    return this.#of(taskArn).some(({ containers }) => containers.includes(name));
  }

  /** Also those that Docker makes along with a container. */
  volumesOf(taskArn: string): readonly string[] {
    return this.#of(taskArn).flatMap(({ volumes }) => volumes);
  }

  #of(taskArn: string): readonly Late[] {
    return this.#late.filter((late) => late.taskArn === taskArn);
  }
}

function isOpen({ createRequestedAt, dockerId }: Task["containers"][number]): boolean {
  return createRequestedAt !== undefined && dockerId === undefined;
}

/** Those that live with the task and were asked for. */
function volumesOf({ resources }: Task): readonly string[] {
  return resources.flatMap((resource) => {
    if (resource.type !== "dockerVolume" || !resource.createRequested) return [];
    const { scope, volumeName } = readVolumeSpec(resource);
    return scope === "task" ? [volumeName] : [];
  });
}

function read(saved: string | undefined): readonly Late[] {
  if (saved === undefined) return [];
  try {
    const rows: unknown = JSON.parse(saved);
    return Array.isArray(rows) ? rows.filter(isLate) : [];
  } catch {
    // Somebody else's text under our key: it speaks of nothing that we made.
    return [];
  }
}

/** A state from outside must not name volumes of somebody else. */
function isLate(row: unknown): row is Late {
  if (typeof row !== "object" || row === null) return false;
  const { taskArn, containers, volumes, until } = row as Partial<Record<keyof Late, unknown>>;
  if (typeof taskArn !== "string" || typeof until !== "number") return false;
  return areTexts(containers) && areTexts(volumes) && volumes.every(isGeneratedVolumeName);
}

function areTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}
