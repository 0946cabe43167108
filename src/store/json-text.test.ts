import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonMember, jsonOf, jsonOfText } from "./json-text.ts";

/** Few enough that they come again, alike enough that several share a place. */
const alike = fc.constantFrom(
  ...["a", "b", "ab", "", "\u2028", '"', "é"].flatMap((end) => [end, `aa${end}`, `ba${end}`]),
);
const anyText = fc.oneof(alike, fc.string({ unit: "binary" }));

describe("jsonOfText()", () => {
  it("is what JSON.stringify makes of each of many texts, whatever came before", () => {
    fc.assert(
      fc.property(fc.array(anyText, { maxLength: 200 }), (texts) => {
        expect(texts.map(jsonOfText)).toEqual(texts.map((text) => JSON.stringify(text)));
      }),
    );
  });

  it("tells texts apart that are equally long and end alike, short ones and long ones", () => {
    const numbers = Array.from({ length: 500 }, (_, number) => number.toString().padStart(8, "0"));
    const ids = numbers.flatMap((digits) => [`arn:task/${digits}/same-end`, `${digits}${"long".repeat(100)}`]);
    for (let round = 0; round < 2; round += 1) {
      expect(ids.map(jsonOfText)).toEqual(ids.map((id) => JSON.stringify(id)));
    }
  });
});

describe("jsonOf() and jsonMember()", () => {
  it("are what JSON.stringify makes of any value, as a member of an object, too", () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.double(), fc.integer()), (value) => {
        expect(jsonOf(value)).toBe(JSON.stringify(value));
        expect(`{${jsonMember("name", value).slice(1)}}`).toBe(JSON.stringify({ name: value }));
      }),
    );
  });

  it("leave out a member that is undefined", () => {
    expect(jsonMember("name", undefined)).toBe("");
  });

  it("throw TypeError for what cannot be written as JSON", () => {
    expect(() => jsonOf(5n)).toThrow(TypeError);
  });
});
