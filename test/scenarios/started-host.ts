/** Where most scenarios begin: a simulated host whose engine is initialised, and a task that runs on it. */
import type { Task } from "../../src/core/task.ts";
import { type QuickContainer, SimulatedHost, type SimulatedHostOptions } from "../../src/testing/simulated-host.ts";

export async function startedHost(options: SimulatedHostOptions = {}): Promise<SimulatedHost> {
  const host = new SimulatedHost(options);
  await host.start();
  return host;
}

export async function runningTask(
  host: SimulatedHost,
  containers: readonly QuickContainer[],
  members: Readonly<Record<string, unknown>> = {},
): Promise<Task> {
  const task = host.task(containers, members);
  await host.add(task);
  await host.untilStatus(task, "RUNNING");
  return task;
}
