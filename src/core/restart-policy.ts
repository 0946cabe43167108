/** Whether a container that ended is started again in place. Source: engine-modern 11 (RST-*). */
import type { EpochMs } from "./brand.ts";
import { restartPeriodOf } from "./definition/defaults.ts";
import type { Container } from "./task.ts";

export type RestartVerdict = { readonly restart: true } | { readonly restart: false; readonly why: string };

const no = (why: string): RestartVerdict => ({ restart: false, why });

/**
 * Decides at the moment an exit is seen. The checks stand in the agent's order; 0 is restarted too unless ignored, and
 * a container that ended before its attempt period is over is finally stopped, not tried later.
 * @param endedAt when the process ended, by Docker's clock if known
 * @param runStartedAt when this run began, by Docker's clock; without it our own record of the last start counts
 */
export function decideRestart(
  container: Container,
  exitCode: number | undefined,
  endedAt: EpochMs,
  runStartedAt?: EpochMs,
): RestartVerdict {
  const policy = container.restartPolicy;
  if (policy === undefined || !policy.enabled) return no("restart policy is not enabled");
  if (container.desiredStatus === "STOPPED") return no("container is to be stopped");
  if (exitCode === undefined) return no("exit code is not known");
  if (policy.ignoredExitCodes?.includes(exitCode)) return no(`exit code ${exitCode} is ignored by the restart policy`);
  const since = runStartedAt ?? container.restart.lastRestartAt ?? container.startedAt;
  if (since === undefined) return no("container has never run");
  const periodMs = restartPeriodOf(policy) * 1000;
  // Our own clock notes a start when it is answered: a quick process may have ended before.
  if (Math.max(0, endedAt - since) < periodMs)
    return no(`container ended within the restart attempt period of ${periodMs / 1000} s`);
  return { restart: true };
}
