/**
 * `npm run ecs-model`: writes src/core/ecs-model/model.gen.ts anew, from the pinned `@aws-sdk/client-ecs`. With `--check` it
 * writes nothing, and fails when the file would change.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readEcsModel } from "./lib/ecs-model.mjs";
import { modelText } from "./lib/ecs-model-text.mjs";
import { ROOT } from "./lib/places.mjs";

const FILE = join(ROOT, "src", "core", "ecs-model", "model.gen.ts");

const text = modelText(readEcsModel());
if (!process.argv.includes("--check")) {
  writeFileSync(FILE, text);
} else if (readFileSync(FILE, "utf8") !== text) {
  console.error("src/core/ecs-model/model.gen.ts is not what the pinned SDK says: run `npm run ecs-model`");
  process.exitCode = 1;
}
