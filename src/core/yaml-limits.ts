/** What is asked of a YAML text before and after its reader sees it. None of the answers quotes the text. */
import { isNestedBeyond } from "./nesting.ts";

/** The reader compares every key with every other, so a large file of short lines would take minutes. */
export const YAML_MAX_CHARACTERS = 131_072;
/** An alias may stand for a tree with aliases in it; ten of those in a row already make billions of values. */
export const ALIASES_MAX = 100;
/** YAML is read by recursion, so nesting is bounded before. */
export const YAML_NESTING_MAX = 100;
/** Blocks nest by indentation, which is not counted before. */
const VALUE_NESTING_MAX = 1_000;

/** Does the text nest too deep? Counts brackets of the flow style, dashes and question marks of the block style. */
export function nestsTooDeep(text: string): boolean {
  let open = 0;
  for (const char of text) {
    if (char === "[" || char === "{") open += 1;
    else if ((char === "]" || char === "}") && open > 0) open -= 1;
    if (open > YAML_NESTING_MAX) return true;
  }
  return /(?:[-?][ \t]+){100}/.test(text);
}

/** An alias inside its own anchor makes a value that has no end. */
export function holdsItself(value: unknown): boolean {
  return isNestedBeyond(value, VALUE_NESTING_MAX);
}

/** What to tell of an error that the reader threw. */
export function yamlFault(error: unknown): string {
  if (error instanceof RangeError) return `it is nested more than ${YAML_NESTING_MAX} levels deep`; // the stack ended
  return error instanceof ReferenceError
    ? `more than ${ALIASES_MAX} values stand for aliases`
    : "its values cannot be resolved";
}
