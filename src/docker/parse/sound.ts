/**
 * What the daemon sends is JSON of its own version, or of something that answers in its place. Members that are not of
 * the type that this client reads are taken for absent, so that the parsers behind may trust the wire types.
 */

export type Shape =
  | "text"
  | "number"
  | "flag"
  | { readonly list: Shape }
  | { readonly map: Shape }
  | { readonly members: Readonly<Record<string, Shape>> };

/** A copy of `body` that holds the members of `shape` only, each of its type. Without lists in between: it is made of each event. */
export function soundMembers(body: object, shape: Readonly<Record<string, Shape>>): object {
  const members: Record<string, unknown> = {};
  for (const name in shape) {
    const member = shape[name];
    if (member === undefined || !Object.hasOwn(body, name)) continue;
    const value = soundPart(Reflect.get(body, name), member);
    if (value !== undefined) members[name] = value;
  }
  return members;
}

/** `undefined` for what has another type. A null in the place of a list or an object stays, as Go writes empty ones so. */
function soundPart(value: unknown, shape: Shape): unknown {
  if (shape === "text") return typeof value === "string" ? value : undefined;
  if (shape === "number") return Number.isFinite(value) ? value : undefined;
  if (shape === "flag") return typeof value === "boolean" ? value : undefined;
  if (value === null) return null;
  if ("list" in shape) return Array.isArray(value) ? soundList(value, shape.list) : undefined;
  if (typeof value !== "object" || Array.isArray(value)) return undefined;
  return "map" in shape ? soundMap(value, shape.map) : soundMembers(value, shape.members);
}

function soundList(list: readonly unknown[], shape: Shape): unknown[] {
  return list.map((each) => soundPart(each, shape)).filter((each) => each !== undefined && each !== null);
}

function soundMap(map: object, shape: Shape): object {
  if (shape === "text" && holdsTexts(map)) return map;
  const entries = Object.entries(map).map(([key, value]) => [key, soundPart(value, shape)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** Labels and attributes nearly always do, and need no copy. */
function holdsTexts(map: object): boolean {
  for (const key in map) if (typeof Reflect.get(map, key) !== "string") return false;
  return true;
}
