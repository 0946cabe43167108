/**
 * Members without any effect on this host. What AWS would refuse in them is named, and never keeps a task from running.
 * Which those are is said by the field matrix.
 */
import { FIELD_SUPPORT } from "./field-support.ts";

/** Both words of the matrix may hold for one member: here a task is refused for some values. */
const HAS_EFFECT: ReadonlySet<string> = new Set(["runtimePlatform.operatingSystemFamily"]);
/** Without effect though something is done in their place: no role is assumed. */
const HAS_NONE = ["executionRoleArn"] as const;

/** Fields as in the matrix, and the objects of which every field is one: `tags` of `tags[].key`. */
const IDLE: ReadonlySet<string> = idleFields();

function idleFields(): ReadonlySet<string> {
  const idle = new Set<string>(HAS_NONE);
  const busy = new Set<string>();
  for (const { field, support } of FIELD_SUPPORT) {
    const isIdle = (support === "ignored" && !HAS_EFFECT.has(field)) || idle.has(field);
    for (const each of prefixes(field)) (isIdle ? idle : busy).add(each);
  }
  for (const each of busy) if (!HAS_NONE.some((none) => none === each)) idle.delete(each);
  return idle;
}

/** `tags[].key`, `tags[]`, `tags`. */
function prefixes(field: string): string[] {
  const found: string[] = [];
  for (
    let rest = field;
    rest !== "";
    rest = rest.slice(0, Math.max(rest.lastIndexOf("."), rest.endsWith("[]") ? rest.length - 2 : 0))
  ) {
    found.push(rest);
    if (!rest.includes(".") && !rest.endsWith("[]")) break;
  }
  return found;
}

/** Has what stands at this path no effect here? */
export function isWithoutEffect(path: string): boolean {
  if (path === "") return false;
  const field = path.replace(/\[\d+\]/g, "[]").replace(/\["(?:[^"\\]|\\.)*"\]/g, "");
  return IDLE.has(field) || prefixes(field).some((each) => IDLE.has(each));
}
