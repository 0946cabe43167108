import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ownCacheFolder } from "./cache-folder.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "berth-home-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

describe("ownCacheFolder()", () => {
  it("makes a folder that only its owner enters", () => {
    const folder = ownCacheFolder({ HOME: home });
    expect(folder).toBe(join(home, ".cache", "berth"));
    expect(statSync(folder ?? "").mode & 0o777).toBe(0o700);
    expect(ownCacheFolder({ HOME: home })).toBe(folder);
  });

  it("prefers XDG_CACHE_HOME, when that is an absolute path", () => {
    expect(ownCacheFolder({ HOME: "/nowhere", XDG_CACHE_HOME: home })).toBe(join(home, "berth"));
    expect(ownCacheFolder({ HOME: home, XDG_CACHE_HOME: "here" })).toBe(join(home, ".cache", "berth"));
  });

  it("makes no home that does not exist", () => {
    expect(ownCacheFolder({ HOME: join(home, "gone") })).toBeUndefined();
    expect(ownCacheFolder({ XDG_CACHE_HOME: join(home, "gone") })).toBeUndefined();
    expect(existsSync(join(home, "gone"))).toBe(false);
    expect(ownCacheFolder({})).toBeUndefined();
  });

  it("takes no folder that others may write to, and no file", () => {
    mkdirSync(join(home, "berth"));
    chmodSync(join(home, "berth"), 0o777);
    expect(ownCacheFolder({ XDG_CACHE_HOME: home })).toBeUndefined();
    writeFileSync(join(home, ".cache"), "");
    expect(ownCacheFolder({ HOME: home })).toBeUndefined();
  });

  it("keeps nothing for those who want no such cache of Node either", () => {
    expect(ownCacheFolder({ HOME: home, NODE_DISABLE_COMPILE_CACHE: "1" })).toBeUndefined();
    expect(existsSync(join(home, ".cache"))).toBe(false);
  });
});
