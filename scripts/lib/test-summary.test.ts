import { describe, expect, it } from "vitest";
import { closingLine, countTests } from "./test-summary.mjs";

const report = (passed: number, failed: number, files: readonly (readonly [string, readonly string[]])[] = []) => ({
  numPassedTests: passed,
  numFailedTests: failed,
  numPendingTests: 0,
  testResults: files.map(([status, tests]) => ({ status, assertionResults: tests.map((each) => ({ status: each })) })),
});

describe("countTests()", () => {
  it("counts what vitest counted", () => {
    expect(countTests(report(5, 1, [["failed", ["passed", "failed"]]]), 1)).toEqual({
      passed: 5,
      failed: 1,
      skipped: 0,
    });
  });

  it("counts a file that could not be loaded as one failed test", () => {
    expect(countTests(report(5, 0, [["failed", []]]), 1).failed).toBe(1);
  });

  it("never calls a failed run good: no report, or an error outside of tests", () => {
    expect(countTests(undefined, 1).failed).toBe(1);
    expect(countTests(report(5, 0), 1).failed).toBe(1);
    expect(countTests(report(5, 0), 0).failed).toBe(0);
  });
});

describe("closingLine()", () => {
  it("names skipped tests only when there are any", () => {
    expect(closingLine({ passed: 3, failed: 0, skipped: 0 })).toBe("3 passed, 0 failed");
    expect(closingLine({ passed: 3, failed: 1, skipped: 2 })).toBe("3 passed, 1 failed, 2 skipped");
  });
});
