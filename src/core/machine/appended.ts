/**
 * A list with one more at its end, and no larger than that: an empty array that is pushed to makes room for seventeen, and
 * a spread for as many more than it needs.
 */
export function appended<Item>(list: readonly Item[], item: Item): readonly Item[] {
  return list.length === 0 ? [item] : list.concat([item]);
}
