/** Pause and unpause: the cgroup freezer. Source of the answers: observed on Docker 20.10. */
import type { SimulatedContainer } from "./container.ts";
import type { DaemonState } from "./daemon-state.ts";
import type { SimulatedProcess } from "./process.ts";
import { DockerRefusal } from "./refusal.ts";

/** @throws {DockerRefusal} 409 when it does not run, or is paused already */
export function pauseContainer(state: DaemonState, container: SimulatedContainer): void {
  if (!container.isRunning) throw new DockerRefusal(409, `Container ${container.dockerId} is not running`);
  if (container.isPaused) throw new DockerRefusal(409, `Container ${container.dockerId} is already paused`);
  container.isPaused = true;
  for (const each of processesOf(container)) each.freeze();
  // Nobody checks a frozen container, and what is not checked counts as unhealthy, without an event.
  container.monitor?.stop();
  state.emitContainer(container, "pause");
}

/** @throws {DockerRefusal} 500 when it is not paused: so answers the real daemon */
export function unpauseContainer(state: DaemonState, container: SimulatedContainer): void {
  if (!container.isPaused) throw new DockerRefusal(500, `Container ${container.dockerId} is not paused`);
  container.isPaused = false;
  container.monitor?.resume();
  state.emitContainer(container, "unpause");
  thawAll(container);
}

/** Without a word, as when the daemon that did it cannot speak any more. */
export function thaw(container: SimulatedContainer): void {
  container.isPaused = false;
  thawAll(container);
}

/** The main one first. What it does when it goes on may end the others. */
function thawAll(container: SimulatedContainer): void {
  for (const each of processesOf(container)) each.thaw();
}

function processesOf({ process, execs }: SimulatedContainer): readonly SimulatedProcess[] {
  return [process, ...[...execs.values()].map((exec) => exec.process)].filter((each) => each !== undefined);
}
