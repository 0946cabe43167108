/** The members of a schema as a tree: what is known under which name, of which type. Derived, so it cannot drift. */
import type * as v from "valibot";
import { assert } from "../assert.ts";
import { requiredMembers, taskDefinitionSchema, taskOverrideSchema } from "./schema.ts";
import { KEPT_IN_OVERRIDES, KEPT_WHEN_EMPTY } from "./unset.ts";

type Common = {
  /** Its zero or empty value says something; see `unset.ts`. */
  readonly keptWhenEmpty?: boolean;
};

export type ObjectMembers = Common & {
  readonly kind: "object";
  readonly members: ReadonlyMap<string, Members>;
  /** Their names, in the order of the model. */
  readonly names: readonly string[];
  readonly required: readonly string[];
};
export type Members =
  | ObjectMembers
  | (Common & { readonly kind: "list"; readonly item: Members })
  | (Common & { readonly kind: "map" })
  | (Common & { readonly kind: "string" | "integer" | "boolean" })
  | (Common & { readonly kind: "enum"; readonly options: readonly string[] });

type Node = v.GenericSchema;

const hasEntries = (schema: Node): schema is Node & { entries: Record<string, Node> } => schema.type === "object";
const hasPipe = (schema: Node): schema is Node & { pipe: readonly Node[] } => "pipe" in schema;
const hasItem = (schema: Node): schema is Node & { item: Node } => schema.type === "array";
const hasWrapped = (schema: Node): schema is Node & { wrapped: Node } => schema.type === "optional";
const hasOptions = (schema: Node): schema is Node & { options: readonly string[] } => schema.type === "picklist";

/** Where a node stands in the tree, and which names are kept when empty. */
type Place = { readonly name: string; readonly kept: Readonly<Record<string, string>> };

function membersOf(schema: Node, place: Place): Members {
  if (hasWrapped(schema)) return membersOf(schema.wrapped, place);
  const keptWhenEmpty = Object.hasOwn(place.kept, place.name);
  if (hasItem(schema)) {
    return { kind: "list", keptWhenEmpty, item: membersOf(schema.item, { ...place, name: `${place.name}[]` }) };
  }
  if (hasOptions(schema)) return { kind: "enum", keptWhenEmpty, options: schema.options };
  const object = objectIn(schema);
  return object === undefined ? { kind: scalarKind(schema), keptWhenEmpty } : objectMembers(object, place);
}

function scalarKind({ type }: Node): "integer" | "boolean" | "map" | "string" {
  switch (type) {
    case "number":
      return "integer";
    case "boolean":
      return "boolean";
    case "custom":
      return "map";
    default:
      return "string";
  }
}

type ObjectNode = Node & { entries: Record<string, Node> };

/** An object schema stands behind the check that it is given no list. */
function objectIn(schema: Node): ObjectNode | undefined {
  return hasPipe(schema) ? schema.pipe.find(hasEntries) : undefined;
}

function rootMembers(schema: Node, kept: Place["kept"]): ObjectMembers {
  const object = objectIn(schema);
  assert(object !== undefined, "a definition and its overrides are objects");
  return objectMembers(object, { name: "", kept });
}

function objectMembers(schema: ObjectNode, { name, kept }: Place): ObjectMembers {
  const prefix = name === "" ? "" : `${name}.`;
  const members = new Map(
    Object.entries(schema.entries).map(([key, entry]) => [key, membersOf(entry, { name: prefix + key, kept })]),
  );
  const keptWhenEmpty = Object.hasOwn(kept, name);
  return { kind: "object", keptWhenEmpty, members, names: [...members.keys()], required: requiredMembers(schema) };
}

/** Members of the objects in one of the task's lists. */
function itemMembers(list: string): ObjectMembers {
  const members = TASK_MEMBERS.members.get(list);
  assert(members?.kind === "list" && members.item.kind === "object", "the task has lists of these objects");
  return members.item;
}

export const TASK_MEMBERS: ObjectMembers = rootMembers(taskDefinitionSchema, KEPT_WHEN_EMPTY);
export const CONTAINER_MEMBERS: ObjectMembers = itemMembers("containerDefinitions");
export const VOLUME_MEMBERS: ObjectMembers = itemMembers("volumes");
export const OVERRIDE_MEMBERS: ObjectMembers = rootMembers(taskOverrideSchema, KEPT_IN_OVERRIDES);

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
