/** Valid inputs that the fuzzers damage: the examples, and the corpus where there is one. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { SeededRandom } from "../../src/testing/seeded-random.ts";
import { mutate } from "./byte-mutator.ts";
import { FUZZ_SEED, runs } from "./runs.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const CORPUS_TAKEN = 40;
const LARGEST_BYTES = 16 * 1024;

export type Seed = { readonly name: string; readonly bytes: Buffer };

/** Task definitions as files. */
export const DEFINITION_FILES: readonly Seed[] = [
  ...filesIn(join(ROOT, "examples")).filter(({ name }) => !name.endsWith(".expected.json")),
  ...filesIn(join(ROOT, "../shared/corpus/task-definitions")).slice(0, CORPUS_TAKEN),
];

function filesIn(folder: string): readonly Seed[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /\.(?:json|ya?ml)$/.test(name))
    .sort()
    .map((name) => ({ name, bytes: readFileSync(join(folder, name)) }))
    .filter(({ bytes }) => bytes.length <= LARGEST_BYTES);
}

/** What a file of the repository holds as JSON. */
export function jsonOf(path: string): unknown {
  return JSON.parse(readFileSync(join(ROOT, path), "utf8"));
}

export function jsonSeeds(values: readonly unknown[]): readonly Seed[] {
  return values.map((value, index) => ({ name: `${index}.json`, bytes: Buffer.from(JSON.stringify(value)) }));
}

export function textSeeds(texts: readonly string[]): readonly Seed[] {
  return texts.map((text, index) => ({ name: `${index}.txt`, bytes: Buffer.from(text) }));
}

/**
 * Tries a parser on damaged copies of valid inputs; a failure tells the input.
 * @param count of inputs, before `BERTH_FUZZ_RUNS`
 */
export function fuzzBytes(purpose: string, seeds: readonly Seed[], count: number, parse: (input: Seed) => void): void {
  for (const input of damagedCopies(purpose, seeds, count)) {
    try {
      parse(input);
    } catch (error) {
      throw failureAt(input, error);
    }
  }
}

export async function fuzzBytesAsync(
  purpose: string,
  seeds: readonly Seed[],
  count: number,
  parse: (input: Seed) => Promise<void>,
): Promise<void> {
  for (const input of damagedCopies(purpose, seeds, count)) {
    await parse(input).catch((error: unknown) => {
      throw failureAt(input, error);
    });
  }
}

function* damagedCopies(purpose: string, seeds: readonly Seed[], count: number): Generator<Seed> {
  const random = new SeededRandom(FUZZ_SEED).fork(purpose);
  for (let left = runs(count); left > 0; left--) {
    const { name, bytes } = random.pick(seeds);
    yield { name, bytes: mutate(bytes, random, random.pick(seeds).bytes) };
  }
}

function failureAt({ name, bytes }: Seed, cause: unknown): Error {
  const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  return new Error(`${reason} from ${name}, damaged, as base64: ${bytes.toString("base64")}`, { cause });
}
