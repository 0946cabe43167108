/** The packed command's parts, each loaded for itself: all that one asks of another, or of a package, is there. */
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { openCodeCache } from "../../src/cli/start/code-cache.ts";
import { partLoader } from "../../src/cli/start/parts.ts";
import { berthCommand } from "./berth-command.ts";

let folder: string;
beforeAll(async () => {
  folder = join(dirname(await berthCommand()), "command");
});

type Wanted = { readonly from: string; readonly names: readonly string[] };

/** What is loaded on demand, and which of its names are used at once: `const { a, b } = await …`, `(await …).a`. */
const ON_DEMAND = String.raw`await Promise\.resolve\(\)\.then\(\(\) => __toESM\(require\("([^"]+)"\)\)\)`;

function wantedBy(text: string): readonly Wanted[] {
  const several = [...text.matchAll(new RegExp(String.raw`\{ ([^{}]+) \} = ${ON_DEMAND}`, "g"))];
  const one = [...text.matchAll(new RegExp(String.raw`\(${ON_DEMAND}\)\.(\w+)`, "g"))];
  return [
    ...several.map(([, names = "", from = ""]) => ({ from, names: names.split(",").map((each) => nameOf(each)) })),
    ...one.map(([, from = "", name = ""]) => ({ from, names: [name] })),
  ];
}

/** Of `a` and of `a: b`. */
function nameOf(binding: string): string {
  return binding.split(":")[0]?.trim() ?? "";
}

describe("the parts of the packed command", () => {
  it("load, each for itself, and have the names that others use of them", () => {
    const load = partLoader(folder, openCodeCache({}).compile);
    const other = createRequire(join(folder, "parts"));
    const parts = readdirSync(folder).filter((name) => name.endsWith(".cjs"));
    const wanted = parts.flatMap((name) => wantedBy(readFileSync(join(folder, name), "utf8")));
    for (const name of parts) load(name);
    const missing = wanted.flatMap(({ from, names }) => {
      const found = from.startsWith("./") ? load(from.slice(2)) : other(from);
      return names.filter((name) => !(name in Object(found))).map((name) => `${name} of ${from}`);
    });
    expect(missing).toEqual([]);
    // Each verb, the store, the clients of AWS: were the bundler to write them in another way, none would be seen.
    expect(new Set(wanted.map(({ from }) => from)).size).toBeGreaterThan(10);
  });
});
