/** Damages valid inputs byte by byte, from a seed. */
import type { SeededRandom } from "../../src/testing/seeded-random.ts";

/** Inputs do not grow beyond this, whatever is spliced into them. */
const MAX_BYTES = 64 * 1024;
const MOST_STEPS = 6;
const LONGEST_RUN = 64;
/** What parsers stumble over: quotes, brackets, separators, signs, control characters, bytes that are no UTF-8. */
const SPECIAL = Buffer.from("{}[]\"\\:,.-+eE=#@/%$<>&*!|?'` \n\r\t\0\u007f", "utf8");
const WORDS = [
  '{"__proto__":{"polluted":true}}',
  '"constructor":{"prototype":{"polluted":true}},',
  '"toString":null,',
  "null",
  "1e999",
  "-0",
  "9007199254740993",
  '"\\ud800"',
  "\ufeff",
  "&a ",
  "*a ",
  "<<: ",
  "!!js/function ",
  "? ",
  "- - - - ",
].map((word) => Buffer.from(word, "utf8"));

type Step = (bytes: Buffer, random: SeededRandom, other: Buffer) => Buffer;

const STEPS: readonly Step[] = [flip, replace, insertSpecial, insertWord, remove, repeat, splice, truncate];

/**
 * A damaged copy of `seed`.
 * @param other another valid input, of which a piece may be put in
 */
export function mutate(seed: Buffer, random: SeededRandom, other: Buffer): Buffer {
  let bytes: Buffer = Buffer.from(seed);
  for (let left = random.int(1, MOST_STEPS); left > 0; left--) bytes = random.pick(STEPS)(bytes, random, other);
  return bytes.subarray(0, MAX_BYTES);
}

function position(bytes: Buffer, random: SeededRandom): number {
  return random.int(0, bytes.length);
}

/** Cuts `bytes` at `at`, leaves `dropped` bytes out there, and puts `added` in. */
function put(bytes: Buffer, at: number, added: Buffer, dropped = 0): Buffer {
  return Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(at + dropped)]);
}

function flip(bytes: Buffer, random: SeededRandom): Buffer {
  const at = position(bytes, random);
  return put(bytes, at, Buffer.of((bytes[at] ?? 0) ^ (1 << random.int(0, 7))), 1);
}

function replace(bytes: Buffer, random: SeededRandom): Buffer {
  return put(bytes, position(bytes, random), Buffer.of(random.pick([...SPECIAL])), 1);
}

function insertSpecial(bytes: Buffer, random: SeededRandom): Buffer {
  return put(bytes, position(bytes, random), Buffer.of(random.pick([...SPECIAL])));
}

function insertWord(bytes: Buffer, random: SeededRandom): Buffer {
  return put(bytes, position(bytes, random), random.pick(WORDS));
}

function remove(bytes: Buffer, random: SeededRandom): Buffer {
  return put(bytes, position(bytes, random), Buffer.alloc(0), random.int(1, LONGEST_RUN));
}

function repeat(bytes: Buffer, random: SeededRandom): Buffer {
  const at = position(bytes, random);
  const piece = bytes.subarray(at, at + random.int(1, LONGEST_RUN));
  return put(bytes, at, Buffer.concat(Array.from({ length: random.int(1, 20) }, () => piece)));
}

function splice(bytes: Buffer, random: SeededRandom, other: Buffer): Buffer {
  const from = position(other, random);
  return put(bytes, position(bytes, random), other.subarray(from, from + random.int(1, 512)));
}

function truncate(bytes: Buffer, random: SeededRandom): Buffer {
  return bytes.subarray(0, position(bytes, random));
}
