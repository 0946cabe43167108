import { describe, expect, it } from "vitest";
import { isNestedBeyond } from "./nesting.ts";

describe("isNestedBeyond()", () => {
  it("counts lists and objects", () => {
    expect(isNestedBeyond([{ a: [1] }], 3)).toBe(false);
    expect(isNestedBeyond([{ a: [1] }], 2)).toBe(true);
    expect(isNestedBeyond("text", 0)).toBe(false);
  });

  it("finds what holds itself, and looks at what is shared once", () => {
    const circular: unknown[] = [];
    circular.push(circular, circular);
    expect(isNestedBeyond(circular, 100)).toBe(true);
    let shared: unknown = 1;
    for (let level = 0; level < 60; level++) shared = [shared, shared];
    expect(isNestedBeyond(shared, 100)).toBe(false);
  });
});
