/** The built command is a folder of CommonJS files, its parts, that require each other: this loads them. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { CompilePart, PartModule } from "./code-cache.ts";

/** @returns a function that loads a part by its name: once, and at once */
export function partLoader(folder: string, compile: CompilePart): (name: string) => unknown {
  const loaded = new Map<string, PartModule>();
  const requireOther = createRequire(join(folder, "parts"));

  function requireFrom(request: string): unknown {
    return request.startsWith("./") ? load(request.slice(2)) : requireOther(request);
  }

  function load(name: string): unknown {
    const known = loaded.get(name);
    if (known !== undefined) return known.exports;
    const module: PartModule = { exports: {} };
    loaded.set(name, module);
    const file = join(folder, name);
    const run = compile({ name, text: readFileSync(file, "utf8") });
    run(module.exports, requireFrom, module, pathToFileURL(file).href);
    return module.exports;
  }

  return load;
}
