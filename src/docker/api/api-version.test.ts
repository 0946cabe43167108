import { describe, expect, it } from "vitest";
import { chooseApiVersion, compareApiVersions, NEWEST_API_VERSION } from "./api-version.ts";

describe("compareApiVersions()", () => {
  it("compares numbers, not text", () => {
    expect(compareApiVersions("1.9", "1.41")).toBeLessThan(0);
    expect(compareApiVersions("1.100", "1.54")).toBeGreaterThan(0);
    expect(compareApiVersions("2.0", "1.54")).toBeGreaterThan(0);
    expect(compareApiVersions("1.41", "1.41")).toBe(0);
  });
});

describe("chooseApiVersion()", () => {
  it.each([
    ["1.41", "1.12", "1.41"],
    ["1.47", "1.24", "1.47"],
    [NEWEST_API_VERSION, "1.44", NEWEST_API_VERSION],
    ["1.99", "1.44", NEWEST_API_VERSION],
  ])("DC-62: a daemon of %s (at least %s) is spoken to in %s", (newest, oldest, chosen) => {
    expect(chooseApiVersion({ newest, oldest })).toBe(chosen);
  });

  it.each([
    ["1.40", "1.12"],
    ["1.17", "1.17"],
    ["1.99", "1.98"],
    ["", ""],
    ["nonsense", "1.12"],
  ])("DC-62: there is no common version with %s (at least %s)", (newest, oldest) => {
    expect(chooseApiVersion({ newest, oldest })).toBeUndefined();
  });
});
