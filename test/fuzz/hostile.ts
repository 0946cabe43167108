/** Inputs that are wrong on purpose: as values, and as members of valid documents that were changed. */
import fc from "fast-check";

/** Own members with names that plain objects inherit, as `JSON.parse` makes them. */
const PROTOTYPE_TEXTS = [
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '{"toString":null,"valueOf":1,"hasOwnProperty":false}',
  '{"prototype":{"polluted":true},"then":1,"toJSON":"x","length":-1}',
  '[{"__proto__":{"polluted":true}},{"constructor":null}]',
];

const prototypeValue = fc.constantFrom(...PROTOTYPE_TEXTS).map((text): unknown => JSON.parse(text));

const oddText = fc.oneof(
  fc.constantFrom(
    "",
    "__proto__",
    "constructor",
    "\0",
    "\ud800",
    "-1",
    "1e999",
    "NaN",
    "$" + "{x}",
    "../..",
    "a".repeat(5000),
  ),
  fc.string({ unit: "binary", maxLength: 40 }),
);
const oddNumber = fc.constantFrom(0, -0, -1, 0.5, 1e308, -1e308, 2 ** 31, 2 ** 53, 65_536);

/** What JSON can hold. */
export const hostileJson: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom<unknown>(null, true, false, [], {}, [[]], [null], {}) },
  { weight: 2, arbitrary: oddNumber },
  { weight: 3, arbitrary: oddText },
  { weight: 2, arbitrary: prototypeValue },
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
);

/** What a program can pass as well: functions' worth of types that JSON has not. */
export const anything: fc.Arbitrary<unknown> = fc.anything({
  maxDepth: 4,
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withNullPrototype: true,
  withSparseArray: true,
  withTypedArray: true,
  withObjectString: true,
  key: fc.oneof(fc.string(), fc.constantFrom("__proto__", "constructor", "toString", "toJSON", "length", "then")),
});

type Change = {
  readonly at: number;
  readonly kind: "replace" | "remove" | "rename" | "double";
  readonly value: unknown;
};

const change: fc.Arbitrary<Change> = fc.record({
  at: fc.nat({ max: 100_000 }),
  kind: fc.constantFrom("replace", "replace", "replace", "remove", "rename", "double"),
  value: hostileJson,
});

/** A valid document in which up to four members were replaced, removed, renamed or doubled. */
export function damaged(documents: readonly unknown[]): fc.Arbitrary<unknown> {
  return fc
    .record({ document: fc.constantFrom(...documents), changes: fc.array(change, { minLength: 1, maxLength: 4 }) })
    .map(({ document, changes }) => changes.reduce(applyChange, structuredClone(document)));
}

type Place = { readonly holder: object; readonly key: string };

function placesIn(value: unknown): readonly Place[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => [{ holder: value, key }, ...placesIn(member)]);
}

function applyChange(document: unknown, { at, kind, value: drawn }: Change): unknown {
  // The arbitraries draw the same objects again, and a later change may reach into them.
  const value = structuredClone(drawn);
  const places = placesIn(document);
  const place = places[at % Math.max(places.length, 1)];
  if (place === undefined) return value;
  const { holder, key } = place;
  const before: unknown = Reflect.get(holder, key);
  if (kind === "replace") define(holder, key, value);
  else if (kind === "remove") Reflect.deleteProperty(holder, key);
  // A list in JSON has no named members.
  else if (kind === "rename" && !Array.isArray(holder))
    define(holder, typeof value === "string" ? value : "__proto__", before);
  else if (Array.isArray(holder)) holder.push(before);
  else define(holder, `${key}2`, before);
  return document;
}

/** As `JSON.parse` does: an own member, also for `__proto__`. */
function define(holder: object, key: string, value: unknown): void {
  Object.defineProperty(holder, key, { value, writable: true, enumerable: true, configurable: true });
}

/** `depth` lists or objects inside each other, as text. */
export function nestedJson(depth: number, kind: "list" | "object", core = "1"): string {
  return kind === "list"
    ? "[".repeat(depth) + core + "]".repeat(depth)
    : '{"a":'.repeat(depth) + core + "}".repeat(depth);
}

export function nestedValue(depth: number, kind: "list" | "object"): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = kind === "list" ? [value] : { a: value };
  return value;
}
