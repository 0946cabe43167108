/** The members of a task definition and of its overrides, and copies of what has them. */
import { assert } from "../assert.ts";
import { type Members, memberNames, membersOf, type ObjectMembers } from "../ecs-model/members.ts";
import { KEPT_IN_OVERRIDES, KEPT_WHEN_EMPTY } from "./unset.ts";

export const TASK_MEMBERS: ObjectMembers = membersOf("RegisterTaskDefinitionRequest", KEPT_WHEN_EMPTY);
export const CONTAINER_MEMBERS: ObjectMembers = itemMembers("containerDefinitions");
export const VOLUME_MEMBERS: ObjectMembers = itemMembers("volumes");
export const OVERRIDE_MEMBERS: ObjectMembers = membersOf("TaskOverride", KEPT_IN_OVERRIDES);

/** Members that DescribeTaskDefinition adds; dropped without a word. Source: interfaces 1.3.4. */
export const OUTPUT_ONLY_MEMBERS: ReadonlySet<string> = new Set(
  memberNames("TaskDefinition").filter((name) => !TASK_MEMBERS.members.has(name)),
);

/** Members of the objects in one of the task's lists. */
function itemMembers(list: string): ObjectMembers {
  const members = TASK_MEMBERS.members.get(list);
  assert(members?.kind === "list" && members.item.kind === "object", "the task has lists of these objects");
  return members.item;
}

/**
 * A copy of the members that the model knows, in its order. `each` may make other values of them, and leaves a member out
 * with undefined. Expects the types to be right.
 */
export function copyKnown(
  value: object,
  { members, names }: ObjectMembers,
  each: Copier = copyValue,
): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  const source = value as Readonly<Record<string, unknown>>;
  for (const name of names) {
    const found = source[name];
    const member = found === undefined ? undefined : members.get(name);
    const copied = member === undefined ? undefined : each(found, member, name);
    if (copied !== undefined) copy[name] = copied;
  }
  return copy;
}

export type Copier = (value: unknown, members: Members, name: string) => unknown;

/** A copy of any value with the right type; see {@link copyKnown}. */
export function copyValue(value: unknown, members: Members): unknown {
  if (members.kind === "object") return copyObject(value as object, members);
  if (members.kind === "list") return (value as readonly unknown[]).map((item) => copyItem(item, members.item));
  return members.kind === "map" ? copyMap(value as Readonly<Record<string, unknown>>) : value;
}

/** What holds nothing but unknown members is as good as empty, see `unset.ts`. */
function copyObject(value: object, members: ObjectMembers): Readonly<Record<string, unknown>> | undefined {
  const copy = copyKnown(value, members);
  if (members.keptWhenEmpty === true) return copy;
  for (const _ in copy) return copy;
  return undefined;
}

function copyItem(item: unknown, members: Members): unknown {
  return members.kind === "object" ? copyKnown(item as object, members) : copyValue(item, members);
}

export function copyMap<Value>(map: Readonly<Record<string, Value>>): Record<string, Value> {
  const copy: Record<string, Value> = {};
  for (const key in map) copy[key] = map[key] as Value;
  return copy;
}
