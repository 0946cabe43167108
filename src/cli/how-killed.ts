/** Did a container that was to stop end by SIGKILL, and why? */
import type { Container, Task } from "../core/task.ts";

const SIGKILL_EXIT = 137;

/**
 * `late`: it took longer to stop than it may, and the daemon killed it. `at once`: somebody did not want to wait.
 * `undefined`: by neither.
 */
export function howKilled(
  { exitCode, finishedAt, stopTimeoutMs }: Container,
  { stoppingAt, forceStop }: Task,
): "late" | "at once" | undefined {
  if (exitCode !== SIGKILL_EXIT || stoppingAt === undefined || finishedAt === undefined) return undefined;
  if (finishedAt - stoppingAt >= stopTimeoutMs) return "late";
  return forceStop ? "at once" : undefined;
}
