/** Stop, kill, restart and remove. */
import { asEpochMs } from "../../core/brand.ts";
import type { SimulatedContainer } from "./container.ts";
import { unpauseContainer } from "./container-pause.ts";
import { startContainer } from "./container-start.ts";
import type { DaemonState } from "./daemon-state.ts";
import { DockerRefusal } from "./refusal.ts";
import { signalName, signalNumber } from "./signals.ts";

/**
 * Sends the stop signal and, after the grace, SIGKILL. Events: `kill` per signal, `die`, `stop`.
 * @throws {DockerRefusal} 304 when it does not run
 */
export function stopContainer(
  state: DaemonState,
  container: SimulatedContainer,
  graceMs: number,
): void | Promise<void> {
  if (!container.isRunning) throw new DockerRefusal(304, `Container not running: ${container.dockerId}`);
  const life = state.life;
  sendSignal(state, container, container.image.config.stopSignal ?? "SIGTERM");
  const done = (): void => {
    if (state.life === life) state.emitContainer(container, "stop");
  };
  if (!container.isRunning) return done();
  return new Promise((resolve) => {
    const cancel = state.clock.schedule(asEpochMs(state.clock.now() + graceMs), () => {
      if (state.life === life) sendSignal(state, container, "SIGKILL");
    });
    container.onExit(() => {
      cancel();
      done();
      resolve();
    });
  });
}

/** @throws {DockerRefusal} 409 when it does not run */
export function killContainer(state: DaemonState, container: SimulatedContainer, signal: string): void {
  if (!container.isRunning) {
    throw new DockerRefusal(
      409,
      `Cannot kill container: ${container.dockerId}: Container ${container.dockerId} is not running`,
    );
  }
  sendSignal(state, container, signal);
}

export async function restartContainer(
  state: DaemonState,
  container: SimulatedContainer,
  graceMs: number,
): Promise<void> {
  if (container.isRunning) await stopContainer(state, container, graceMs);
  startContainer(state, container);
  state.emitContainer(container, "restart");
}

/** @throws {DockerRefusal} 409 when it runs and force is not asked for */
export function removeContainer(
  state: DaemonState,
  container: SimulatedContainer,
  { force, removeVolumes }: { readonly force: boolean; readonly removeVolumes: boolean },
): void {
  if (container.isPaused && !force) {
    const advice = "Unpause and then stop the container before attempting removal or force remove";
    throw new DockerRefusal(409, `You cannot remove a paused container ${container.dockerId}. ${advice}`);
  }
  if (container.isRunning && !force) {
    const advice = "container is running: stop the container before removing or force remove";
    throw new DockerRefusal(409, `cannot remove container "/${container.dockerName}": ${advice}`);
  }
  if (container.isRunning) sendSignal(state, container, "SIGKILL");
  state.forgetContainer(container);
  container.image.users.delete(container.dockerId);
  releaseVolumes(state, container, removeVolumes);
  state.emitContainer(container, "destroy");
}

/** Only volumes without a name of their own go with the container. */
function releaseVolumes(state: DaemonState, container: SimulatedContainer, removeAnonymous: boolean): void {
  for (const { name } of container.mounts) {
    const volume = name === undefined ? undefined : state.volumes.find(name);
    if (volume === undefined) continue;
    volume.users.delete(container.dockerId);
    if (removeAnonymous && volume.anonymous && volume.users.size === 0) state.volumes.remove(volume.name);
  }
}

function sendSignal(state: DaemonState, container: SimulatedContainer, signal: string): void {
  const name = signalName(signal);
  state.emitContainer(container, "kill", { signal: String(signalNumber(name)) });
  container.process?.receive(name);
  if (container.isPaused && wakes(container, name)) unpauseContainer(state, container);
}

/** A signal that is to stop it ends the pause, so that it is heard: any, where the image does not name one. */
function wakes({ image }: SimulatedContainer, signal: string): boolean {
  const { stopSignal } = image.config;
  return signal !== "SIGKILL" && (stopSignal === undefined || signalName(stopSignal) === signal);
}
