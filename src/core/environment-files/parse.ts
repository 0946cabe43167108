/**
 * Environment files: one variable a line, taken literally. No quoting, escapes, interpolation or `export`.
 * Source: engine-modern 20.4, SEC-6.
 */
export type Variable = readonly [name: string, value: string];

/** Lines that begin with `#`, have no `=` or an empty name are skipped; an empty value is kept; nothing is trimmed. */
export function parseEnvironmentFile(text: string): readonly Variable[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const equals = line.indexOf("=");
    if (line.startsWith("#") || equals <= 0) return [];
    return [[line.slice(0, equals), line.slice(equals + 1)] as const];
  });
}

/** One list without repetitions. The earlier file wins; inside one file the later line does. Source: SEC-7, engine-modern 20.2. */
export function mergeEnvironmentFiles(files: readonly (readonly Variable[])[]): readonly Variable[] {
  const merged = new Map<string, string>();
  for (const file of files) {
    for (const [name, value] of new Map(file)) if (!merged.has(name)) merged.set(name, value);
  }
  return [...merged];
}
