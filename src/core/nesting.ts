/** How deep plain data may be: what comes later (writing it as JSON, freezing it) goes through it by recursion. */

/** Of a saved state; a real one is about a dozen levels deep. */
export const STATE_NESTING_MAX = 200;

/** Is something more than `max` levels deep inside `value`? What holds itself is. */
export function isNestedBeyond(value: unknown, max: number): boolean {
  return exceeds(value, max, new Map());
}

/** @param known levels that were free when an object was last looked at; more of them are not looked at again */
function exceeds(value: unknown, free: number, known: Map<object, number>): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (free === 0) return true;
  if ((known.get(value) ?? Number.POSITIVE_INFINITY) <= free) return false;
  known.set(value, free);
  return Object.values(value).some((member) => exceeds(member, free - 1, known));
}
