import { describe, expect, it } from "vitest";
import { formatBytes, formatDuration, formatElapsed, parseDuration } from "./units.ts";

describe("parseDuration()", () => {
  it.each([
    ["30", 30_000],
    ["1.5", 1_500],
    ["30s", 30_000],
    ["2m", 120_000],
    ["1h30m", 5_400_000],
    ["500ms", 500],
    ["1m5s", 65_000],
  ])("reads %s", (text, ms) => {
    expect(parseDuration("--timeout", text)).toBe(ms);
  });

  it.each(["", "x", "5x", "-3", "1h 30m", "m", "3 s", "1e3", "0", "0s", "25d", "600h"])("refuses %j", (text) => {
    expect(() => parseDuration("--timeout", text)).toThrow(/--timeout/);
  });
});

describe("formatDuration()", () => {
  it.each([
    [0, "0 ms"],
    [850, "850 ms"],
    [3_249, "3.2 s"],
    [9_999, "9.9 s"],
    [59_999, "59 s"],
    [125_000, "2m 05s"],
    [3_720_000, "1h 02m"],
  ])("%d ms is %s", (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe("formatElapsed()", () => {
  it("counts whole seconds", () => {
    expect([-5, 999, 1_000, 61_000].map(formatElapsed)).toEqual(["0 s", "0 s", "1 s", "1m 01s"]);
  });
});

describe("formatBytes()", () => {
  it.each([
    [0, "0 B"],
    [999, "999 B"],
    [812_345, "812 kB"],
    [999_600, "1.0 MB"],
    [12_345_678, "12.3 MB"],
    [1_234_567_890, "1.2 GB"],
  ])("%d is %s", (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});
