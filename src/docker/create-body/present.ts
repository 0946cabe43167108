/** Small helpers for bodies in which what is not set must be absent. */

/** One for all: a body has a dozen members that are mostly not set. */
const NOTHING = Object.freeze({});

/** `{[name]: value}`, or nothing when there is no value. */
export function optional<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { readonly [Key in Name]?: Value } {
  if (value === undefined) return NOTHING;
  const member: { [Key in Name]?: Value } = {};
  member[name] = value;
  return member;
}

/** An empty list is the same as none: Docker would take some of them for a reset. */
export function nonEmpty<Item>(list: readonly Item[] | undefined): readonly Item[] | undefined {
  return list === undefined || list.length === 0 ? undefined : list;
}

/** A map without entries is the same as none. */
export function nonEmptyMap<Value>(map: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> | undefined {
  return Object.keys(map).length === 0 ? undefined : map;
}

const BYTES_PER_MIB = 1024 * 1024;

export function mibToBytes(mib: number): number {
  return mib * BYTES_PER_MIB;
}
