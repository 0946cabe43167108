import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { aPause, readyTask } from "../../testing/ready-task.ts";
import { aContext } from "./a-context.ts";
import { GOLDEN_CASES, type GoldenCase } from "./golden/cases.ts";
import { buildCreateBody } from "./index.ts";

/** What goes in and what comes out, side by side, for whoever reads the file. */
function document({ definition, pause, context }: GoldenCase): unknown {
  const task = readyTask(definition, pause === undefined ? [] : [aPause(pause)]);
  const bodies = task.containers.map((container) => [
    container.name,
    buildCreateBody(task, container, aContext(context)),
  ]);
  return { definition, ...(context === undefined ? {} : { context }), bodies: Object.fromEntries(bodies) };
}

function goldenFile(name: string): URL {
  return new URL(`./golden/${name}.json`, import.meta.url);
}

describe("buildCreateBody(), golden files (UPDATE_GOLDEN=1 writes them)", () => {
  it.each(GOLDEN_CASES)("$name", (golden) => {
    const file = goldenFile(golden.name);
    const text = `${JSON.stringify(document(golden), null, 2)}\n`;
    if (process.env.UPDATE_GOLDEN === "1") writeFileSync(file, text);
    expect(existsSync(file), `${golden.name}.json is there`).toBe(true);
    expect(JSON.parse(text)).toEqual(JSON.parse(readFileSync(file, "utf8")));
  });

  it("keeps no file without a case", () => {
    const files = readdirSync(new URL("./golden", import.meta.url)).filter((name) => name.endsWith(".json"));
    expect(files.toSorted()).toEqual(GOLDEN_CASES.map(({ name }) => `${name}.json`).toSorted());
  });
});
