/** Tasks that run through an engine: a bounded number at a time, each ended when it runs, each change acknowledged. */
import type { DockerId } from "../../src/core/brand.ts";
import type { TaskDefinition } from "../../src/core/definition/types.ts";
import type { Task } from "../../src/core/task.ts";
import type { DockerTaskEngine } from "../../src/engine/docker-task-engine.ts";
import { newTask } from "./simulated-world.ts";

export type WaveOptions = {
  readonly engine: DockerTaskEngine;
  readonly definition: TaskDefinition;
  /** Each task gets a copy, as if it had come in a message of its own. */
  readonly ownDefinitions?: boolean;
  readonly count: number;
  readonly inFlight: number;
  /** Ends the container's process. Without it tasks stay RUNNING, and that is the end of their way. */
  readonly exit?: (dockerId: DockerId) => void;
};

/** Resolves when the last task is at its end and its changes are acknowledged. */
export async function runTasks(options: WaveOptions): Promise<void> {
  const { engine, definition, ownDefinitions = false, count, inFlight, exit } = options;
  const isAtEnd = exit === undefined ? "RUNNING" : "STOPPED";
  const ended = new Set<DockerId>();
  const unsubscribe = engine.subscribe((event) => {
    if (event.type === "task") endIfRunning(event.task, ended, exit);
  });
  let added = 0;
  let done = 0;
  const add = () => {
    added += 1;
    void engine.addTask(newTask(ownDefinitions ? structuredClone(definition) : definition));
  };
  const changes = engine.stateChangeEvents()[Symbol.asyncIterator]();
  while (added < Math.min(count, inFlight)) add();
  await new Promise<void>((resolve, reject) => {
    const acknowledged = (isLast: boolean) => {
      if (!isLast) return;
      done += 1;
      if (added < count) add();
      if (done === count) resolve();
    };
    const read = async () => {
      for (;;) {
        const { value, done: isOver } = await changes.next();
        if (isOver === true) return;
        const { change, acknowledge } = value;
        acknowledge().then(() => acknowledged(change.type === "task" && change.status === isAtEnd), reject);
      }
    };
    read().catch(reject);
  });
  unsubscribe();
}

function endIfRunning(task: Task, ended: Set<DockerId>, exit: WaveOptions["exit"]): void {
  if (exit === undefined || task.knownStatus !== "RUNNING") return;
  for (const { dockerId } of task.containers) {
    if (dockerId === undefined || ended.has(dockerId)) continue;
    ended.add(dockerId);
    queueMicrotask(() => exit(dockerId));
  }
}
