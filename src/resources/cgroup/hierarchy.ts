/** Where control groups of tasks live: one implementation for each way in which a daemon keeps its own. */
import type { CgroupLimits } from "../../core/resources/cgroup.ts";

export interface CgroupHierarchy {
  /** Makes what all tasks share. Rejects when this process or this host cannot do it. */
  prepare(): Promise<void>;
  /** What Docker takes as `CgroupParent`. @param taskId last part of the task's ARN */
  parentOf(taskId: string): string;
  /** One that exists is reused and gets the limits anew. */
  create(parent: string, limits: CgroupLimits): Promise<void>;
  /** Absent counts as removed; rejects while a process is in it. */
  remove(parent: string): Promise<void>;
}

/** The control group file system, as far as it is needed. */
export interface CgroupFiles {
  /** Names of the directories in a directory; empty when it does not exist. */
  directoriesIn(path: string): Promise<readonly string[]>;
  /** With its parents; an existing one is fine. */
  make(path: string): Promise<void>;
  write(path: string, value: string): Promise<void>;
  /** Absent is fine. The kernel refuses while there are processes or groups below; processes are killed for the next try. */
  removeDirectory(path: string): Promise<void>;
}

/** Children first: a runtime that was killed can leave empty groups below the task's. */
export async function removeTree(files: CgroupFiles, path: string): Promise<void> {
  for (const name of await files.directoriesIn(path)) await removeTree(files, `${path}/${name}`);
  await files.removeDirectory(path);
}

/** All tasks' groups are below this one. */
export const ROOT_NAME = "ecs";
