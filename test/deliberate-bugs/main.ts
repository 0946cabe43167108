/**
 * `npm run sim -- --bugs [NAME …]`: hunts the deliberate bugs (all of them, or those whose name holds a word) and prints
 * the tables of docs/decisions/010-deliberate-bugs.md. Exits with 1 when one is not found.
 */
import { BUGS, type DeliberateBug } from "./bugs.ts";
import { hunt } from "./hunt.ts";
import { failingTest } from "./near.ts";
import { HIDDEN_BUGS, type HiddenBug, SUBTLE_BUGS } from "./subtle-bugs.ts";

const MAX_SEEDS = 500;
const words = process.argv.slice(2);
const isChosen = ({ name }: Pick<DeliberateBug, "name">) =>
  words.length === 0 || words.some((word) => name.includes(word));

let missed = 0;

async function foundBySimulator(bug: DeliberateBug): Promise<string> {
  const find = await hunt(bug, MAX_SEEDS);
  if (find === undefined) missed += 1;
  const { seed = `none of ${MAX_SEEDS}`, profile = "", violation = "" } = find ?? {};
  return `${seed} | ${profile} | ${violation}`;
}

function foundNearby(bug: HiddenBug): string {
  const test = failingTest(bug);
  if (test === undefined) missed += 1;
  return test ?? "none";
}

console.log("| bug | found by seed | profile | what the simulator says |\n|---|---|---|---|");
for (const bug of BUGS.filter(isChosen)) console.log(`| ${bug.name} | ${await foundBySimulator(bug)} |`);

console.log(
  "\n| bug | found by seed | profile | what the simulator says | test beside the file |\n|---|---|---|---|---|",
);
for (const bug of SUBTLE_BUGS.filter(isChosen)) {
  const nearby = foundNearby(bug);
  console.log(`| ${bug.name} | ${await foundBySimulator(bug)} | ${nearby} |`);
}

console.log("\n| bug that the simulator does not find | test beside the file |\n|---|---|");
for (const bug of HIDDEN_BUGS.filter(isChosen)) console.log(`| ${bug.name} | ${foundNearby(bug)} |`);
process.exitCode = missed === 0 ? 0 : 1;
