/** A failed start has a long reason, which others repeat: their own, and the task's. It is told in full where it happened. */
import { formatReason } from "../core/errors.ts";
import type { Container } from "../core/task.ts";

/** A reason without the words of failed starts, which stand on the lines of the containers that they belong to. */
export function withoutFailedStarts(reason: string, containers: readonly Container[]): string {
  return containers.reduce((text, { name, error, startedAt }) => {
    if (error === undefined || startedAt !== undefined) return text;
    const full = formatReason(error);
    if (text.startsWith(full)) return `${name} could not be run${text.slice(full.length)}`;
    return text.replace(`could not be run: ${full}`, "could not be run");
  }, reason);
}
