/** Chance that can be played again: the same seed gives the same draws on every machine. */
import type { Random } from "../ports/random.ts";

const HEX = "0123456789abcdef";

/**
 * A small, fast generator (sfc32: three words of chaotic state and a counter) seeded from a number or a text.
 * Not for secrets: whoever knows the seed knows every draw.
 */
export class SeededRandom implements Random {
  readonly seed: string;
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number | string) {
    this.seed = String(seed);
    const words = seedWords(this.seed);
    this.#a = words();
    this.#b = words();
    this.#c = words();
    // The first draws of neighbouring seeds resemble each other; after a dozen they do not.
    for (let round = 0; round < 12; round++) this.#word();
  }

  next(): number {
    return this.#word() / 4_294_967_296;
  }

  hex(digits: number): string {
    // Appended one by one they would be a tree of strings, each digit a node, for as long as the text lives.
    const text = Buffer.alloc(digits);
    let word = 0;
    for (let index = 0; index < digits; index++) {
      if (index % 8 === 0) word = this.#word();
      text[index] = HEX.charCodeAt(word & 15);
      word >>>= 4;
    }
    return text.toString("latin1");
  }

  uuid(): string {
    const digits = this.hex(30);
    const variant = HEX[8 + this.int(0, 3)];
    return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(12, 15)}-${variant}${digits.slice(15, 18)}-${digits.slice(18)}`;
  }

  /** A whole number, both ends included. */
  int(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  /** @throws {RangeError} when there is nothing to pick from */
  pick<T>(choices: readonly T[]): T {
    if (choices.length === 0) throw new RangeError("Cannot pick: the list is empty");
    return choices[this.int(0, choices.length - 1)] as T;
  }

  /** True with this probability (0 to 1). Draws nothing at 0 and 1, so a fault that is off does not shift the rest. */
  chance(probability: number): boolean {
    if (probability <= 0) return false;
    return probability >= 1 || this.next() < probability;
  }

  /** The same items in a random order. */
  shuffle<T>(items: readonly T[]): T[] {
    const shuffled = [...items];
    for (let index = shuffled.length - 1; index > 0; index--) {
      const other = this.int(0, index);
      [shuffled[index], shuffled[other]] = [shuffled[other] as T, shuffled[index] as T];
    }
    return shuffled;
  }

  /** A generator of its own for one purpose, so that more draws there do not change those here. */
  fork(purpose: string): SeededRandom {
    return new SeededRandom(`${this.seed}/${purpose}`);
  }

  #word(): number {
    const result = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + result) | 0;
    return result >>> 0;
  }
}

/** Spreads a text over as many 32-bit words as are asked for (FNV-1a, then a multiply-and-shift finish per word). */
function seedWords(seed: string): () => number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < seed.length; index++) {
    hash = Math.imul(hash ^ seed.charCodeAt(index), 0x01000193);
  }
  return () => {
    hash = (hash + 0x9e3779b9) | 0;
    let word = Math.imul(hash ^ (hash >>> 16), 0x21f0aaad);
    word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
    return (word ^ (word >>> 15)) | 0;
  };
}
