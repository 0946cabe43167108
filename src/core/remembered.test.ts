import { describe, expect, it } from "vitest";
import { remembered } from "./remembered.ts";

describe("remembered()", () => {
  it("works out each answer once", () => {
    const asked: string[] = [];
    const lengthOf = remembered((text) => {
      asked.push(text);
      return text.length;
    });
    expect([lengthOf("one"), lengthOf("three"), lengthOf("one")]).toEqual([3, 5, 3]);
    expect(asked).toEqual(["one", "three"]);
  });

  it("forgets before it grows without end, and answers the same", () => {
    const asked = new Map<string, number>();
    const itself = remembered((text) => {
      asked.set(text, (asked.get(text) ?? 0) + 1);
      return text;
    });
    for (let number = 0; number < 5_000; number += 1) expect(itself(`image-${number}`)).toBe(`image-${number}`);
    expect(itself("image-0")).toBe("image-0");
    expect(asked.get("image-0")).toBe(2);
  });
});
