#!/usr/bin/env node
import { join } from "node:path";
import type { runMain } from "./cli/main.ts";
import { ownCacheFolder } from "./cli/start/cache-folder.ts";
import { openCodeCache } from "./cli/start/code-cache.ts";
import { partLoader } from "./cli/start/parts.ts";

/** Verbs that need much code have a cache of their own, so that none reads what it does not need. */
const VERBS = ["run", "validate", "plan", "complete"];
/** By now all is loaded that a run needs; later V8 forgets what was used at the start only. */
const SAVE_AFTER_MS = 2_000;

const args = process.argv.slice(2);
const folder = join(import.meta.dirname, "command");
const caches = ownCacheFolder(process.env);
const verb = VERBS.find((each) => each === args[0]) ?? "other";
const isWanted = process.env.NODE_DISABLE_COMPILE_CACHE === undefined;
const cache = openCodeCache({
  own: caches && join(caches, `${verb}.code`),
  shipped: isWanted ? join(folder, `${verb}.code`) : undefined,
});
process.once("exit", cache.save);
setTimeout(cache.save, SAVE_AFTER_MS).unref();

const load = partLoader(folder, cache.compile);
const command = load("main.cjs") as { readonly runMain: typeof runMain };
await command.runMain(args);
