/**
 * Which statements of the specification have a test: compares the ids of the specification with those that begin the
 * titles of tests and with those that docs/spec-coverage.md argues away.
 *
 *     node scripts/spec-coverage.mjs            prints figures and what is missing
 *     node scripts/spec-coverage.mjs --strict   … and fails when anything is
 *     node scripts/spec-coverage.mjs --write    writes docs/spec-ids.json from the specification
 *
 * The specification lies beside the repository in development; without it the list in docs/spec-ids.json counts.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { ROOT } from "./lib/places.mjs";
import { arguedAway, checklistOf, idsInSpec, idsInTitles, prefixOf } from "./lib/spec-ids.mjs";

const SPEC_DIR = join(ROOT, "..", "shared", "spec");
const LIST = join(ROOT, "docs", "spec-ids.json");
const ARGUED = join(ROOT, "docs", "spec-coverage.md");
const TEST_DIRS = ["src", "test", "scripts"];
/** Suites that several test files run, over twins of a port, are no test files by name. */
const SHARED_SUITES = [join(ROOT, "test", "contract"), join(ROOT, "test", "store", "contract.ts")];
const LINE_WIDTH = 110;

/** @typedef {{ "engine-modern": string[], "engine-behaviour": string[] }} SpecIds */

/** @returns {SpecIds | undefined} */
function readSpec() {
  if (!existsSync(SPEC_DIR)) return undefined;
  const read = (/** @type {string} */ name) => readFileSync(join(SPEC_DIR, name), "utf8");
  return {
    "engine-modern": idsInSpec(read("engine-modern.md")),
    "engine-behaviour": idsInSpec(checklistOf(read("engine-behaviour.md"))),
  };
}

/** @returns {SpecIds} */
function readList() {
  return existsSync(LIST) ? JSON.parse(readFileSync(LIST, "utf8")) : { "engine-modern": [], "engine-behaviour": [] };
}

/** @param {string} dir @returns {string[]} */
function testFilesIn(dir) {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter((file) => file.endsWith(".test.ts") || SHARED_SUITES.some((suite) => file.startsWith(suite)));
}

/** @returns {Map<string, string[]>} test files by id */
function readTitles() {
  /** @type {Map<string, string[]>} */
  const files = new Map();
  for (const file of TEST_DIRS.flatMap((dir) => testFilesIn(join(ROOT, dir)))) {
    const name = relative(ROOT, file);
    for (const id of idsInTitles(readFileSync(file, "utf8"))) files.set(id, [...(files.get(id) ?? []), name]);
  }
  return files;
}

/** @param {readonly string[]} ids @returns {Map<string, string[]>} */
function byPrefix(ids) {
  /** @type {Map<string, string[]>} */
  const groups = new Map();
  for (const id of ids) groups.set(prefixOf(id), [...(groups.get(prefixOf(id)) ?? []), id]);
  return groups;
}

/** @param {string} heading @param {readonly string[]} words */
function printWrapped(heading, words) {
  let line = heading;
  for (const word of words) {
    if (line.length + word.length + 1 > LINE_WIDTH) {
      console.log(line);
      line = " ".repeat(heading.length);
    }
    line += ` ${word}`;
  }
  console.log(line);
}

/** @param {SpecIds} ids */
function main(ids) {
  const all = [...new Set([...ids["engine-modern"], ...ids["engine-behaviour"]])];
  const titles = readTitles();
  const reasons = arguedAway(existsSync(ARGUED) ? readFileSync(ARGUED, "utf8") : "");
  const tested = all.filter((id) => titles.has(id));
  const argued = all.filter((id) => !titles.has(id) && reasons.has(id));
  const missing = all.filter((id) => !titles.has(id) && !reasons.has(id));

  console.log(
    `${all.length} statements: ${tested.length} tested, ${argued.length} argued away, ${missing.length} missing`,
  );
  for (const [prefix, group] of byPrefix(missing)) printWrapped(prefix.padEnd(7), group);

  const prefixes = new Set(all.map(prefixOf));
  const unknown = [...titles.keys()].filter((id) => prefixes.has(prefixOf(id)) && !all.includes(id));
  if (unknown.length > 0) printWrapped("In titles, but in no specification:", unknown);
  const needless = [...reasons.keys()].filter((id) => titles.has(id) || !all.includes(id));
  if (needless.length > 0) printWrapped("Argued away, but tested or unknown:", needless);
  return missing.length + unknown.length + needless.length === 0;
}

const spec = readSpec();
const list = readList();
const isListOld = spec !== undefined && JSON.stringify(spec) !== JSON.stringify(list);
if (spec !== undefined && process.argv.includes("--write"))
  writeFileSync(LIST, `${JSON.stringify(spec, undefined, 2)}\n`);
else if (isListOld) console.log("docs/spec-ids.json is old: run node scripts/spec-coverage.mjs --write");
const isComplete = main(spec ?? list);
if (process.argv.includes("--strict") && !isComplete) process.exitCode = 1;
