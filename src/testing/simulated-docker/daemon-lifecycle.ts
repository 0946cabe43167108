/** The daemon itself stops, dies and starts. Source: engine-modern 9 (EVT-1, EVT-2). */
import { thaw } from "./container-pause.ts";
import { startMonitor } from "./container-start.ts";
import type { DaemonState } from "./daemon-state.ts";

/**
 * Stops the daemon in an orderly way. Clients lose it at once. With live restore containers go on; without, each gets
 * SIGTERM, and those that are still there at the next {@link startDaemon} are killed.
 */
export function stopDaemon(state: DaemonState): void {
  if (!state.isUp) return;
  goDown(state);
  if (state.liveRestore) return;
  for (const container of state.containers) {
    container.process?.receive(container.image.config.stopSignal ?? "SIGTERM");
    thaw(container);
  }
}

/** As `kill -9` of the daemon: the containers' processes notice nothing. */
export function killDaemon(state: DaemonState): void {
  if (state.isUp) goDown(state);
}

/**
 * The daemon is back with an empty event log. What ended in the meantime has its real exit code, without events; what
 * still runs is taken over with live restore and killed without.
 */
export function startDaemon(state: DaemonState): void {
  if (state.isUp) return;
  if (!state.liveRestore) for (const container of state.containers) container.process?.receive("SIGKILL");
  state.events.forget();
  for (const container of state.containers) {
    if (!container.isRunning) continue;
    startMonitor(state, container);
    if (container.isPaused) container.monitor?.stop();
  }
  state.setUp(true);
}

function goDown(state: DaemonState): void {
  state.life++;
  // Nobody but the daemon makes health checks.
  for (const container of state.containers) if (container.isRunning) container.monitor?.stop();
  state.setUp(false);
}
