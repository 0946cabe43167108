import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { NotOwnError } from "../core/resources/own.ts";
import { placeWithin } from "./within.ts";

async function aFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "berth-within-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

it("placeWithin gives a path below the data folder, whether it is there or not", async () => {
  const folder = await aFolder();
  expect(await placeWithin(folder, ["metadata", "default", "0f-1_a"])).toBe(join(folder, "metadata/default/0f-1_a"));
});

it.each(["..", ".", "", "a/b", "/etc", "a\0b", "..\\b"])("placeWithin refuses %j in place of a name", async (name) => {
  await expect(placeWithin(await aFolder(), ["firelens", name])).rejects.toThrow(NotOwnError);
});

it.each([
  ["a link on the way", ["linked", "task"]],
  ["a link at its end", ["linked"]],
])("placeWithin refuses %s", async (_what, names) => {
  const folder = await aFolder();
  await symlink(await aFolder(), join(folder, "linked"));
  await expect(placeWithin(folder, names)).rejects.toThrow(NotOwnError);
});
