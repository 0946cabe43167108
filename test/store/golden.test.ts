/** Every version of an export that was ever written can be read for ever: each release that changes it adds a file. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { SAVED_VERSION } from "../../src/core/saved/contents.ts";
import { exportState, importState, MemoryStateStore, parseExport } from "../../src/store/index.ts";

const folder = fileURLToPath(new URL("./golden/", import.meta.url));
const files = readdirSync(folder).sort();
const read = (name: string) => readFileSync(`${folder}${name}`, "utf8");

describe("exports of old versions", () => {
  it("has one of each version up to today's", () => {
    const versions = Array.from({ length: SAVED_VERSION }, (_, index) => `state-v${index + 1}.json`);
    expect(files).toEqual(versions);
  });

  it.each(files)("REC-8: reads %s", async (name) => {
    const store = new MemoryStateStore();
    await importState(store, read(name));
    const { tasks, changes, images, meta } = await store.load();
    expect(tasks.map(({ knownStatus, containers }) => [knownStatus, containers.length])).toEqual([["RUNNING", 2]]);
    expect(changes.map(({ sequence }) => sequence)).toEqual([3, 4]);
    expect(images.map(({ names }) => names)).toEqual([["team/app:1"]]);
    expect(meta).toEqual({ cluster: "default" });
    expect(parseExport(await exportState(store))).toEqual(await store.load());
  });
});

describe("parseExport()", () => {
  const [newest = ""] = files.slice(-1);

  it.each([
    ["no JSON", () => "{", /not valid JSON/],
    ["something else", () => '{"a":1}', /^format: Cannot read state/],
    ["a newer version", () => read(newest).replace(/"version": \d+/, '"version": 999'), /it has version 999/],
    ["a task without containers", () => read(newest).replace('"containers":', '"other":'), /^tasks\[0\]\.containers: /],
    [
      "a status that is none",
      () => read(newest).replace('"knownStatus": "RUNNING"', '"knownStatus": "RUNING"'),
      /knownStatus: /,
    ],
  ])("REC-8: refuses %s with the path of what is wrong", (_, text, message) => {
    expect(() => parseExport(text())).toThrow(message);
  });
});
