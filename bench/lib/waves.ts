/** Tasks that run through an engine: a bounded number at a time, each ended when it runs, each change acknowledged. */
import { setTimeout as pause } from "node:timers/promises";
import type { DockerId } from "../../src/core/brand.ts";
import type { Task } from "../../src/core/task.ts";
import type { DockerTaskEngine } from "../../src/engine/docker-task-engine.ts";

export type WaveOptions = {
  readonly engine: DockerTaskEngine;
  /**
   * Made by the caller, before any timer starts: drawing a task's names costs as much as a tenth of its life. Emptied: who
   * hands a task over has no use for it any more, and would hold memory that is not the engine's.
   */
  readonly tasks: Task[];
  readonly inFlight: number;
  /** Ends the container's process. Without it tasks stay RUNNING, and that is the end of their way. */
  readonly exit?: (dockerId: DockerId) => void;
};

/** Resolves when the last task is at its end and its changes are acknowledged. */
export async function runTasks(options: WaveOptions): Promise<void> {
  const { engine, tasks, inFlight, exit } = options;
  const isAtEnd = exit === undefined ? "RUNNING" : "STOPPED";
  const ended = new Set<DockerId>();
  const unsubscribe = engine.subscribe((event) => {
    if (event.type === "task") endIfRunning(event.task, ended, exit);
  });
  const count = tasks.length;
  let done = 0;
  const add = () => {
    const task = tasks.pop();
    if (task !== undefined) void engine.addTask(task);
  };
  const changes = engine.stateChangeEvents()[Symbol.asyncIterator]();
  for (let added = 0; added < inFlight; added += 1) add();
  await new Promise<void>((resolve, reject) => {
    const oneIsAtEnd = () => {
      done += 1;
      add();
      if (done === count) resolve();
    };
    const read = async () => {
      for (;;) {
        const { value, done: isOver } = await changes.next();
        if (isOver === true) return;
        const { change, acknowledge } = value;
        const acknowledged = acknowledge();
        // The others are not waited for: one that failed would end the benchmark as an unhandled rejection.
        if (change.type === "task" && change.status === isAtEnd) acknowledged.then(oneIsAtEnd, reject);
      }
    };
    read().catch(reject);
  });
  unsubscribe();
}

/** Each container once, however often its task is told of. Those of tasks that stopped are forgotten. */
function endIfRunning(task: Task, ended: Set<DockerId>, exit: WaveOptions["exit"]): void {
  if (exit === undefined) return;
  for (const { dockerId } of task.containers) {
    if (dockerId === undefined) continue;
    if (task.knownStatus === "STOPPED") ended.delete(dockerId);
    if (task.knownStatus !== "RUNNING" || ended.has(dockerId)) continue;
    ended.add(dockerId);
    queueMicrotask(() => exit(dockerId));
  }
}

/** Kills all tasks of an engine and removes them with all that they have on this host, their cgroups too. */
export async function endTasks(engine: DockerTaskEngine): Promise<void> {
  for (const { arn } of engine.listTasks()) await engine.stopTask(arn, { force: true });
  while (engine.listTasks().some(({ knownStatus }) => knownStatus !== "STOPPED")) await pause(100);
  await Promise.all(engine.listTasks().map(({ arn }) => engine.removeTask(arn)));
}
