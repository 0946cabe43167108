/**
 * A list with one more at its end. For lists that have one member nearly always: an empty array that is pushed to makes
 * room for seventeen.
 */
export function appended<Item>(list: readonly Item[], item: Item): readonly Item[] {
  return list.length === 0 ? [item] : [...list, item];
}
