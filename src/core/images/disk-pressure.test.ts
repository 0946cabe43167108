import { describe, expect, it } from "vitest";
import { boundedDiskMarks, DEFAULT_DISK_MARKS, describeDisk, isPressed } from "./disk-pressure.ts";

describe("boundedDiskMarks()", () => {
  it.each([
    [
      { high: 0.9, low: 0.7 },
      { high: 0.9, low: 0.7 },
    ],
    [
      { high: 1, low: 1 },
      { high: 1, low: 1 },
    ],
    [{ high: 0.7, low: 0.9 }, DEFAULT_DISK_MARKS],
    [{ high: 85, low: 80 }, DEFAULT_DISK_MARKS],
    [{ high: 0.9, low: 0 }, DEFAULT_DISK_MARKS],
    [{ high: Number.NaN, low: 0.5 }, DEFAULT_DISK_MARKS],
  ])("makes of %o %o", (marks, bounded) => {
    expect(boundedDiskMarks(marks)).toEqual(bounded);
  });
});

describe("isPressed(), describeDisk()", () => {
  const marks = { high: 0.9, low: 0.7 };

  it("is pressed from the high mark on, and says what follows", () => {
    expect([isPressed({ ...marks, usedPart: 0.9 }), isPressed({ ...marks, usedPart: 0.899 })]).toEqual([true, false]);
    expect(describeDisk({ ...marks, usedPart: 0.931 })).toBe(
      "the disk is 93 % used: beyond the usual number until it is below 70 %",
    );
    expect(describeDisk({ ...marks, usedPart: 0.5 })).toBe(
      "the disk is 50 % used: from 90 % on more go, until it is below 70 %",
    );
  });
});
