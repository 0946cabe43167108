/** The `filters` parameter of list and event calls. */
type LabelFilter = Readonly<Record<string, string | true>>;

/** Docker's JSON map of lists; `undefined` when nothing is filtered. `true` asks for the label with any value. */
export function filtersOf(
  labels: LabelFilter,
  more: Readonly<Record<string, readonly string[]>> = {},
): string | undefined {
  const label = Object.entries(labels).map(([key, value]) => (value === true ? key : `${key}=${value}`));
  const filters = { ...more, ...(label.length === 0 ? {} : { label }) };
  return Object.keys(filters).length === 0 ? undefined : JSON.stringify(filters);
}
