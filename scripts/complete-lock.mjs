/** `npm run lock`: completes package-lock.json after an installation (see scripts/lib/lock-file.mjs). */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { missingEntries } from "./lib/lock-file.mjs";
import { ROOT } from "./lib/places.mjs";

const FILE = join(ROOT, "package-lock.json");
const lock = JSON.parse(readFileSync(FILE, "utf8"));
const missing = missingEntries(lock.packages);
const sorted = Object.entries({ ...lock.packages, ...missing }).sort(([a], [b]) => (a < b ? -1 : 1));
lock.packages = Object.fromEntries(sorted);
writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`Added ${Object.keys(missing).length} packages of other platforms`);
