import { describe, expect, it } from "vitest";
import { type JsonBounds, jsonExcess } from "./json-cost.ts";

const BOUNDS: JsonBounds = { levels: 3, members: 2, charactersPerValue: 4 };
const MANY = 1_048_576;

describe("jsonExcess()", () => {
  it.each([
    '{"a":[{"b":1}]}',
    "[1,2,3,4]",
    '{"a":1,"b":[1,2,3]}',
    '"[[[[["',
    '[{"a":1},{"a":1},{"a":1}]',
    "",
    "1,2,3,4",
  ])("has nothing to say of %s", (text) => {
    expect(jsonExcess(text, BOUNDS)).toBeUndefined();
  });

  it("counts levels, also of what never ends", () => {
    expect(jsonExcess("[[[[", BOUNDS)).toBe("it is nested more than 3 levels deep");
    expect(jsonExcess('{"a":{"a":{"a":{}}}}', BOUNDS)).toBe("it is nested more than 3 levels deep");
    expect(jsonExcess("[[[]],[[]],[[]]]", BOUNDS)).toBeUndefined();
  });

  it("counts the members of each object by itself", () => {
    expect(jsonExcess('{"a":1,"b":2,"c":3}', BOUNDS)).toBe("an object has more than 2 members");
    expect(jsonExcess('{"a":{"b":1,"c":2},"d":[1,2,3]}', BOUNDS)).toBeUndefined();
    expect(jsonExcess('{"a":[1,2,3,4],"b":2,"c":3}', BOUNDS)).toBe("an object has more than 2 members");
  });

  it("counts values of long texts, by the length of the text", () => {
    expect(jsonExcess(`[${"0,".repeat(MANY)}0]`, BOUNDS)).toMatch(/^it holds more than \d+ values$/);
    expect(jsonExcess(`[${"12345,".repeat(MANY)}0]`, BOUNDS)).toBeUndefined();
    expect(jsonExcess(`[${"[],".repeat(MANY)}0]`, BOUNDS)).toMatch(/^it holds more than/);
  });

  it("does not look into text values, whatever is escaped in them", () => {
    for (const inner of ["[[[[", '\\"[[[[', '\\\\\\"[[[[', "{{{{,,,,"]) {
      expect(jsonExcess(`["${inner}",1]`, BOUNDS)).toBeUndefined();
    }
    expect(jsonExcess('["\\\\",[[[]]]]', BOUNDS)).toBe("it is nested more than 3 levels deep");
    expect(jsonExcess('["a\\\\\\"",[[[]]]]', BOUNDS)).toBe("it is nested more than 3 levels deep");
  });

  it("takes a text value that does not end for the rest", () => {
    expect(jsonExcess(`"${"\\".repeat(100_001)}[[[[`, BOUNDS)).toBeUndefined();
  });
});
