/** Remembers the last keys, to know a repetition: after a cut the daemon sends again what it still has. */
export type RecentKeys = {
  /** Is this key new? It is remembered either way. */
  add(key: string): boolean;
};

export function createRecentKeys(limit: number): RecentKeys {
  const keys = new Set<string>();
  return {
    add(key) {
      if (keys.has(key)) return false;
      keys.add(key);
      if (keys.size > limit) {
        for (const oldest of keys) {
          keys.delete(oldest);
          break;
        }
      }
      return true;
    },
  };
}
