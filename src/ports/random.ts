/** Chance as the engine uses it: names, ids, jitter. Seeded in the simulator. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Lower-case hex digits. */
  hex(digits: number): string;
  /** A UUID, version 4. */
  uuid(): string;
}
