/** What npm packs: types without notes for maintainers, sources that their maps lead to, nothing that installs itself. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import specIds from "../../docs/spec-ids.json" with { type: "json" };
import { Lifetime } from "../../scripts/lib/lifetime.mjs";
import { ensurePacked, PACKAGE } from "../../scripts/lib/packed.mjs";

let files: readonly string[] = [];
beforeAll(async () => {
  await ensurePacked(new Lifetime());
  files = readdirSync(PACKAGE, { recursive: true, encoding: "utf8" });
});

const textOf = (file: string) => readFileSync(join(PACKAGE, file), "utf8");
const ending = (end: string) => files.filter((file) => file.startsWith("dist/") && file.endsWith(end));

describe("the packed package", () => {
  it("shows in no hover where a behaviour comes from", () => {
    const ids = new Set(Object.values(specIds).flat().map(String));
    const comments = ending(".d.ts").flatMap((file) => textOf(file).match(/\/\*\*[\s\S]*?\*\//g) ?? []);
    expect(comments.length).toBeGreaterThan(500);
    expect(
      comments.filter((comment) => /Source:|engine-modern|engine-behaviour|docs\/decisions/.test(comment)),
    ).toEqual([]);
    const named = comments.flatMap((comment) => comment.match(/\b[A-Z]{1,8}-\d+\b/g) ?? []);
    expect(named.filter((name) => ids.has(name))).toEqual([]);
  });

  it("leads from each declaration to its source", () => {
    const maps = ending(".d.ts.map");
    expect(maps).toHaveLength(ending(".d.ts").length);
    const missing = maps.flatMap((map) => {
      const sources: readonly string[] = JSON.parse(textOf(map)).sources;
      return sources.filter((source) => !existsSync(join(PACKAGE, dirname(map), source)));
    });
    expect(missing).toEqual([]);
  });

  it("has no tests, and nothing that npm would run or build when it is installed", () => {
    expect(files.filter((file) => /\.test\.|(^|\/)(golden|cases|fixtures)$/.test(file))).toEqual([]);
    const { dependencies, optionalDependencies, scripts } = JSON.parse(textOf("package.json"));
    expect(optionalDependencies).toBeUndefined();
    const ran = ["preinstall", "install", "postinstall"].filter((name) => name in scripts);
    const natives = Object.keys(dependencies).filter((name) => /"hasInstallScript": true/.test(lockEntry(name)));
    expect({ ran, natives }).toEqual({ ran: [], natives: [] });
  });
});

function lockEntry(name: string): string {
  const lock = JSON.parse(readFileSync(join(import.meta.dirname, "..", "..", "package-lock.json"), "utf8"));
  return JSON.stringify(lock.packages[`node_modules/${name}`], null, 1);
}
