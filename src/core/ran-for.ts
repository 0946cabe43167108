import type { Container } from "./task.ts";

/**
 * How long its last run took, ms. Unknown when its end was not seen: what we would take for it is of our own clock, and its
 * start of Docker's, which may be hours apart.
 */
export function ranForMs({ startedAt, finishedAt, error }: Container): number | undefined {
  if (startedAt === undefined || finishedAt === undefined || error?.name === "ContainerVanishedError") return undefined;
  return Math.max(0, finishedAt - startedAt);
}
