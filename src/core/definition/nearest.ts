/** The known word that a mistyped one was probably meant to be. */
import { type Fix, remove, write } from "./fix.ts";

const WORD_MAX = 64;
/** A hostile file may name thousands; a few hundred are more than a task can have. */
const CANDIDATES_MAX = 200;

/** Number of single-letter edits (insert, delete, replace) between two words, letter case ignored. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const inserted = (current[column - 1] ?? 0) + 1;
      const deleted = (previous[column] ?? 0) + 1;
      current.push(Math.min(replaced, inserted, deleted));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}

/** The nearest of `candidates`, if it is near enough to be worth saying (about a third of the letters). */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > WORD_MAX) return undefined;
  const wanted = word.toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  let seen = 0;
  for (const candidate of candidates) {
    seen += 1;
    if (seen > CANDIDATES_MAX) break;
    if (Math.abs(candidate.length - word.length) >= bestDistance) continue;
    const distance = editDistance(wanted, candidate.toLowerCase());
    if (distance >= bestDistance) continue;
    best = candidate;
    bestDistance = distance;
  }
  return best;
}

/** `Did you mean "x"`, or nothing. */
export function suggestion(word: string, candidates: Iterable<string>): string | undefined {
  const found = nearest(word, candidates);
  return found === undefined ? undefined : `Did you mean "${found}"`;
}

/** The name that was meant, if one is near; else what refers to nothing goes. */
export function nameFix(
  { path, word, entry }: { readonly path: string; readonly word: string; readonly entry: string },
  candidates: Iterable<string>,
): Fix {
  const found = nearest(word, candidates);
  return found === undefined ? remove(entry) : { ...write(path, found), text: `Did you mean "${found}"` };
}
