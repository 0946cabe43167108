/**
 * `npm run sim -- --bugs [NAME …]`: hunts the deliberate bugs (all of them, or those whose name holds a word) and prints
 * the table of docs/decisions/010-deliberate-bugs.md.
 */
import { BUGS } from "./bugs.ts";
import { hunt } from "./hunt.ts";

const MAX_SEEDS = 500;
const words = process.argv.slice(2);
const chosen = words.length === 0 ? BUGS : BUGS.filter(({ name }) => words.some((word) => name.includes(word)));

let missed = 0;
console.log("| bug | found by seed | profile | what the simulator says |\n|---|---|---|---|");
for (const bug of chosen) {
  const find = await hunt(bug, MAX_SEEDS);
  if (find === undefined) missed += 1;
  const { seed = `none of ${MAX_SEEDS}`, profile = "", violation = "" } = find ?? {};
  console.log(`| ${bug.name} | ${seed} | ${profile} | ${violation} |`);
}
process.exitCode = missed === 0 ? 0 : 1;
