/** Chance from the operating system. */
import { randomBytes, randomUUID } from "node:crypto";
import type { Random } from "../ports/random.ts";

/** Chance from the operating system; good for names and ids, and what an engine uses unless given another. */
export const systemRandom: Random = {
  next: () => randomBytes(4).readUInt32BE() / 2 ** 32,
  hex: (digits) =>
    randomBytes(Math.ceil(digits / 2))
      .toString("hex")
      .slice(0, digits),
  uuid: () => randomUUID(),
};
