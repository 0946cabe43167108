/**
 * Declarations as they are published: without what their comments say for maintainers only, where a behaviour comes from.
 * Lines stay lines, so that declaration maps lead to the same places.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** To the end of its paragraph, and before a tag. */
const SOURCE = /[ \t]?\bSource: [\s\S]*?(?=\s*\*\/|\n\s*\*[ \t]*\n|\n\s*\*\s*@)/g;
/** `(REC-8)`, `(engine-modern 9.1)` */
const REFERENCE = /\s?\((?:[A-Z]{1,8}-\d+|engine-(?:modern|behaviour) )[^()]*\)/g;

/** @param {string} declarations */
export function withoutSources(declarations) {
  return declarations.replace(/\/\*\*[\s\S]*?\*\//g, withoutSourcesOf);
}

/** @param {string} comment */
function withoutSourcesOf(comment) {
  const margin = /\n(\s*\*)/.exec(comment)?.[1] ?? "";
  const keepLines = (/** @type {string} */ taken) => `\n${margin}`.repeat(taken.split("\n").length - 1);
  const left = comment.replace(SOURCE, keepLines).replace(REFERENCE, keepLines);
  const isEmpty = /^[\s*/]*$/.test(left);
  return isEmpty ? left.replace(/[^\n]/g, "") : left;
}

/**
 * Brings what the compiler has written into its published form.
 * @param {string} folder where it was written @param {string} home where it will lie
 */
export function publishTypes(folder, home) {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  for (const file of files) {
    if (file.endsWith(".d.ts")) rewrite(join(folder, file), withoutSources);
    if (file.endsWith(".d.ts.map"))
      rewrite(join(folder, file), (text) => movedMap(text, join(folder, file), join(home, file)));
  }
}

/** A map names its sources from where it lies. @param {string} text @param {string} from @param {string} to */
function movedMap(text, from, to) {
  const map = JSON.parse(text);
  const sources = map.sources.map((/** @type {string} */ source) => relative(dirname(to), join(dirname(from), source)));
  return JSON.stringify({ ...map, sources });
}

/** @param {string} path @param {(text: string) => string} change */
function rewrite(path, change) {
  writeFileSync(path, change(readFileSync(path, "utf8")));
}
