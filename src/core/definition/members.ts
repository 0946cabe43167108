/** The members of a schema as a tree: what is known under which name, of which type. Derived, so it cannot drift. */
import type * as v from "valibot";
import { assert } from "../assert.ts";
import { requiredMembers, taskDefinitionSchema, taskOverrideSchema } from "./schema.ts";

export type ObjectMembers = {
  readonly kind: "object";
  readonly members: ReadonlyMap<string, Members>;
  /** Their names, in the order of the model. */
  readonly names: readonly string[];
  readonly required: readonly string[];
};
export type Members =
  | ObjectMembers
  | { readonly kind: "list"; readonly item: Members }
  | { readonly kind: "map" }
  | { readonly kind: "string" | "integer" | "boolean" }
  | { readonly kind: "enum"; readonly options: readonly string[] };

type Node = v.GenericSchema;

const hasEntries = (schema: Node): schema is Node & { entries: Record<string, Node> } => schema.type === "object";
const hasPipe = (schema: Node): schema is Node & { pipe: readonly Node[] } => "pipe" in schema;
const hasItem = (schema: Node): schema is Node & { item: Node } => schema.type === "array";
const hasWrapped = (schema: Node): schema is Node & { wrapped: Node } => schema.type === "optional";
const hasOptions = (schema: Node): schema is Node & { options: readonly string[] } => schema.type === "picklist";

function membersOf(schema: Node): Members {
  if (hasWrapped(schema)) return membersOf(schema.wrapped);
  if (hasItem(schema)) return { kind: "list", item: membersOf(schema.item) };
  if (hasOptions(schema)) return { kind: "enum", options: schema.options };
  const object = objectIn(schema);
  if (object !== undefined) return objectMembers(object);
  switch (schema.type) {
    case "number":
      return { kind: "integer" };
    case "boolean":
      return { kind: "boolean" };
    case "custom":
      return { kind: "map" };
    default:
      return { kind: "string" };
  }
}

type ObjectNode = Node & { entries: Record<string, Node> };

/** An object schema stands behind the check that it is given no list. */
function objectIn(schema: Node): ObjectNode | undefined {
  return hasPipe(schema) ? schema.pipe.find(hasEntries) : undefined;
}

function rootMembers(schema: Node): ObjectMembers {
  const object = objectIn(schema);
  assert(object !== undefined, "a definition and its overrides are objects");
  return objectMembers(object);
}

function objectMembers(schema: ObjectNode): ObjectMembers {
  const members = new Map(Object.entries(schema.entries).map(([name, entry]) => [name, membersOf(entry)]));
  return { kind: "object", members, names: [...members.keys()], required: requiredMembers(schema) };
}

/** Members of the objects in one of the task's lists. */
function itemMembers(list: string): ObjectMembers {
  const members = TASK_MEMBERS.members.get(list);
  assert(members?.kind === "list" && members.item.kind === "object", "the task has lists of these objects");
  return members.item;
}

export const TASK_MEMBERS: ObjectMembers = rootMembers(taskDefinitionSchema);
export const CONTAINER_MEMBERS: ObjectMembers = itemMembers("containerDefinitions");
export const VOLUME_MEMBERS: ObjectMembers = itemMembers("volumes");
export const OVERRIDE_MEMBERS: ObjectMembers = rootMembers(taskOverrideSchema);

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
  if (members.kind === "object") return copyKnown(value as object, members);
  if (members.kind === "list") return (value as readonly unknown[]).map((item) => copyValue(item, members.item));
  return members.kind === "map" ? copyMap(value as Readonly<Record<string, unknown>>) : value;
}

export function copyMap<Value>(map: Readonly<Record<string, Value>>): Record<string, Value> {
  const copy: Record<string, Value> = {};
  for (const key in map) copy[key] = map[key] as Value;
  return copy;
}

/** What stands at `keys` in the tree; undefined for members that the model does not have. */
export function memberAt(root: Members, keys: readonly unknown[]): Members | undefined {
  let node: Members | undefined = root;
  for (const key of keys) {
    if (node?.kind === "object") node = node.members.get(String(key));
    else if (node?.kind === "list") node = node.item;
    else if (node?.kind === "map") node = { kind: "string" };
    else return undefined;
  }
  return node;
}

/** Every member as a dotted name, lists marked with `[]`: `containerDefinitions[].portMappings[].hostPort`. */
export function fieldNames(root: Members, prefix = ""): string[] {
  if (root.kind === "list") return fieldNames(root.item, `${prefix}[]`);
  if (root.kind !== "object") return [prefix];
  return [...root.members].flatMap(([name, child]) => fieldNames(child, prefix === "" ? name : `${prefix}.${name}`));
}
