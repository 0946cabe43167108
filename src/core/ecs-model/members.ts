/** Structures of the ECS model as trees: what is known under which name, of which type. */
import { assert } from "../assert.ts";
import { AMENDED_ENUMS, REQUIRED_BESIDE } from "./amendments.ts";
import { ENUMS, STRUCTURES, type StructureModel } from "./model.gen.ts";

type Common = {
  /** Its zero or empty value says something; else that is as good as absent. */
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

/** Members that are kept when they are empty, by their dotted name from the root on. */
type Kept = Readonly<Record<string, string>>;

/** @param kept by dotted names, lists marked with `[]` */
export function membersOf(structure: string, kept: Kept = {}): ObjectMembers {
  return objectMembers(structure, "", kept);
}

/** Of a structure, in the order of the model. */
export function memberNames(structure: string): readonly string[] {
  return Object.keys(modelOf(structure).members);
}

function modelOf(structure: string): StructureModel {
  const model = STRUCTURES[structure];
  assert(model !== undefined, `the model has a structure ${structure}`);
  return model;
}

function objectMembers(structure: string, place: string, kept: Kept): ObjectMembers {
  const model = modelOf(structure);
  const prefix = place === "" ? "" : `${place}.`;
  const names = Object.keys(model.members);
  const required = [...names.slice(0, model.required), ...(REQUIRED_BESIDE[structure] ?? [])];
  const members = new Map(
    Object.entries(model.members).map(([name, type]) => [name, typeMembers(type, prefix + name, kept)]),
  );
  return { kind: "object", keptWhenEmpty: Object.hasOwn(kept, place), members, names, required };
}

/** @param type as the generated table writes it */
function typeMembers(type: string, place: string, kept: Kept): Members {
  const keptWhenEmpty = Object.hasOwn(kept, place);
  if (type.startsWith("["))
    return { kind: "list", keptWhenEmpty, item: typeMembers(type.slice(1, -1), `${place}[]`, kept) };
  if (type.startsWith("{")) return { kind: "map", keptWhenEmpty };
  if (type.startsWith("enum ")) return enumMembers(type.slice("enum ".length), keptWhenEmpty);
  switch (type) {
    case "number":
      return { kind: "integer", keptWhenEmpty };
    case "string":
    case "boolean":
      return { kind: type, keptWhenEmpty };
    default:
      return objectMembers(type, place, kept);
  }
}

function enumMembers(name: string, keptWhenEmpty: boolean): Members {
  const options = AMENDED_ENUMS[name] ?? (ENUMS as Readonly<Record<string, readonly string[]>>)[name];
  assert(options !== undefined, `the model has an enum ${name}`);
  return { kind: "enum", keptWhenEmpty, options };
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
